/**
 * The types data passes to the rest of the studio: roles of columns, settings, and the summary the
 * page shows. Types only; everything here survives structured cloning.
 */

export type TaskId =
  | "sequence-classification"
  | "multi-label-classification"
  | "regression"
  | "token-classification"
  | "causal-lm";
/**
 * What is to be answered for a row: one label, any number of them, a number, a tag for every word,
 * or a text.
 */
export type Answer = "label" | "labels" | "number" | "tags" | "text";
export type DataRole = "train" | "validation" | "test";

/** How the test rows are drawn from a file: once, or again and again. */
export type TestPlan =
  /** A fraction, between 0 and 1. */
  | number
  /**
   * Every row is tested once: the file is divided into so many folds, each the test rows in turn.
   */
  | { readonly folds: number }
  /** The fraction is drawn anew so many times. */
  | { readonly repeats: number; readonly fraction: number };

export interface SampleListing {
  id: string;
  /** Beside the list. */
  file: string;
  title: string;
  description: string;
  task: TaskId;
  rows: number;
}

/** Which column plays which role; every task has some of them. */
export interface ColumnRoles {
  text?: string;
  textPair?: string | null;
  label?: string;
  /** One column of lists, or several of 0 and 1. */
  labels?: string[];
  /** What stands between the labels of a cell, which is no column; null: it is guessed. */
  separator?: string | null;
  number?: string;
  tokens?: string;
  tags?: string;
  /**
   * Texts with `{column}` for a row's values, or the name of a column alone. An empty prompt: there
   * is none.
   */
  prompt?: string | null;
  response?: string;
  /** Conversations, in place of prompt and response. */
  messages?: string | null;
  /** What the assistant is told before the first turn, where the conversation does not say it. */
  system?: string | null;
  /** Turns before prompt and response: pairs of a question and an answer, which is learned too. */
  history?: string | null;
}

export type ColumnRole = keyof ColumnRoles;

/** A field for a role. */
export interface RoleField {
  role: ColumnRole;
  title: string;
  /**
   * One column, one or none, at least one, a text with columns in braces, or what stands between
   * entries of a cell.
   */
  kind: "column" | "optional" | "columns" | "template" | "separator";
  /** Only while this role has no column. */
  without?: ColumnRole;
}

export interface DataSettings {
  task: TaskId;
  /** Without any role: as is usual for the task. */
  columns: ColumnRoles;
  /**
   * A fraction of the training file (stratified by label where a row has one, drawn with the
   * training's seed), used when no validation file is open.
   */
  validationFraction: number;
  /**
   * What of the training file is kept for the test, used when no test file is open; default: null,
   * nothing.
   */
  test?: TestPlan | null;
  /** A column whose equal values keep rows in one part; default: null, none. */
  group?: string | null;
  /** Rows that are given another answer, or left out; default: none. */
  changes?: readonly RowChange[];
  /** Whether the first row of a file holds the names of the columns; default: true. */
  header?: boolean;
  /** Tokens; longer texts are cut and counted. */
  maxLength: number;
}

/** A row of a file that is given another answer, or left out; the file itself stays as it is. */
export interface RowChange {
  /** Which file it is of; default: the training file. */
  file?: DataRole;
  /** Where it stands in its file, as messages count: the header of a delimited file is row 1. */
  row: number;
  /**
   * Of the row's cells (`rowFingerprint`), so that another file is noticed; default: not compared.
   */
  fingerprint?: string;
  /** Exactly one of these; which answer there is, the task says. */
  leaveOut?: true;
  label?: string;
  labels?: readonly string[];
  number?: number;
}

/** A change as a person is shown it. */
export interface ChangedRow {
  change: RowChange;
  /** Null where that file is not open. */
  file: string | null;
  /** As the file has them; empty where it has no such row. */
  text: string;
  given: string;
}

/**
 * What numbers are divided by after their mean is taken away, so that a run learns them at any
 * unit.
 */
export interface Scale {
  mean: number;
  /** Standard deviation of the training rows. */
  deviation: number;
}

/** A row as tokens, each with whether it is learned: predicted from what comes before it. */
export interface TokenStrip {
  row: number;
  tokens: { text: string; special: boolean; learned: boolean }[];
}

/** Numbers of a file's rows, as messages count: first, last, and those between without a row. */
export interface RowNumbers {
  first: number;
  last: number;
  empty: number[];
}

export interface DataSummary {
  train: { file: string; rows: number; bytes: number };
  validation: { file: string; rows: number; bytes: number } | null;
  test: { file: string; rows: number; bytes: number } | null;
  /** Of each file that is open. */
  rowNumbers: Record<DataRole, RowNumbers | null>;
  columns: string[];
  /**
   * Whether the training file's first row was read as the names of its columns, and whether it
   * looks like data; null where the kind of file has names of its own.
   */
  header: { readonly isNames: boolean; readonly looksLikeData: boolean } | null;
  settings: DataSettings;
  answer: Answer;
  /** Every task there is, and the fields of the one that is chosen. */
  tasks: { id: TaskId; title: string }[];
  roles: RoleField[];
  /**
   * Why the columns cannot be read for this task, and what to do; then there are no rows below.
   * Null when they can.
   */
  problem: string | null;
  /** The rows that are changed, in the order of files and rows. */
  changed: ChangedRow[];
  /** The first rows of the training file as they stand. */
  preview: string[][];
  /** In class-id order (alphabetical), with the rows, or the words, that have it. */
  labels: { name: string; train: number; validation: number; test: number }[];
  /** Of the numbers to be predicted, in the file's units; null for other tasks. */
  numbers: {
    bars: { from: number; upTo: number; train: number; validation: number; test: number }[];
    scale: Scale;
  } | null;
  /** The first rows with their tags; empty for other tasks. */
  tagged: { words: string[]; tags: string[] }[];
  /**
   * The first rows as a language model reads them, and tokens of the training rows that are
   * learned; for other tasks none.
   */
  strips: TokenStrip[];
  learnedTokens: number;
  /** Of the first fold or repeat, where there are several; so are all counts here. */
  trainRows: number;
  validationRows: number;
  /** 0 where there is no test part. */
  testRows: number;
  /** Lengths in tokens of the chosen text column(s): bucket upper bounds and counts. */
  lengths: { upTo: number; count: number }[];
  longest: number;
  truncated: number;
  /**
   * Things worth knowing that do not stop anything: skipped empty rows, a repaired header, … Each
   * names file, row or column.
   */
  notices: string[];
}
