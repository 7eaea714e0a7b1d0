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
/** A table's file, or the files that it is in, in order. */
export type TableFiles = File | readonly File[];

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
  /** What a training row counts for; default: 1. */
  weight?: string | null;
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
  /**
   * Of the training file where that is text, and of other files that are not UTF-8 and have none of
   * their own, by a name that TextDecoder knows; default: UTF-8, UTF-16, or Windows-1252 where a
   * file is plainly that.
   */
  encoding?: string;
  /** Of that file alone; default: found out, as `encoding` says. */
  validationEncoding?: string;
  testEncoding?: string;
  /** What labels of the file are called, by what stands there; default: as they stand there. */
  labelNames?: Readonly<Record<string, string>>;
  /**
   * Says the task, for methods that read a text; default: one that is made of labels and columns.
   */
  taskText?: string;
  /**
   * What training rows and their tokens count for, each rule's number times the others'; default:
   * none, all the same.
   */
  weights?: readonly WeightRule[];
  /** Which training rows are learned from; default: all. */
  selection?: RowSelection | undefined;
  /**
   * What is done to the training rows before they are weighed, in order; default: nothing.
   * Validation and test rows stay as they are.
   */
  transforms?: readonly RowTransform[];
  /** Tokens; longer texts are cut and counted. */
  maxLength: number;
}

/** Who counts more or less in the training loss; what a rule says nothing of counts 1. */
export type WeightRule =
  /** Rows in whose texts a regular expression (RE2) is found. */
  | { by: "text"; pattern: string; weight: number }
  /** Rows of more than so many words. */
  | { by: "length"; longerThan: number; weight: number }
  /** Rows that have a label, called as a person sees it. */
  | { by: "label"; label: string; weight: number }
  /**
   * Rows by the other rows with the same cell: of n each counts 1/√n, or with `atMost`,
   * min(1, atMost / n).
   */
  | { by: "group"; column: string; atMost?: number | undefined }
  /**
   * Tokens of what a language model learns, where a regular expression is found; `balanced`: as
   * much as all other tokens of the row together, at most 9 each. `branches`: of names that are
   * found only the tokens by which each is told from the others.
   */
  | { by: "tokens"; pattern: string; weight: number | "balanced"; where?: "all" | "branches" | undefined };

/** Which end of a score is kept: its lowest, its highest, or those around its median. */
export type Band = "low" | "middle" | "high";

/** By what training rows are chosen, before training. */
export type SelectionScore =
  | { by: "random" }
  /** The mean loss of a row's tokens under the frozen model: its perplexity is exp(loss). */
  | { by: "loss"; prefer: Band }
  /**
   * How much lower a row's loss is under a reference run than under another. `over`: default: the
   * frozen model.
   */
  | { by: "gain"; reference: string; over?: string | undefined }
  /** Far from one another: k-center by the frozen model's states. */
  | { by: "diversity" }
  /** How sure a run is of a row's answer over the epochs of a training, and how that changes. */
  | { by: "difficulty"; measure: "confidence" | "variability"; prefer: Band; epochs?: number | undefined }
  /** Like the validation rows: by the nearest of them, or by optimal transport to all of them. */
  | { by: "similarity"; how: "nearest" | "transport" };

/** Runs on other rows beside the chosen ones: as many at random, and all. */
export type SelectionControl = "random" | "all";

/** Which training rows are learned from; exactly one of `share` and `rows`. */
export type RowSelection = SelectionScore & {
  /** Of the training rows. */
  share?: number | undefined;
  rows?: number | undefined;
  /** Of each label its own share, where a row has one label; default: false. */
  perLabel?: boolean | undefined;
  /** Default: random alone. */
  beside?: readonly SelectionControl[] | undefined;
  /** What was chosen, of every fold or repeat; left out until it is. */
  chosen?: readonly ChosenRows[] | undefined;
};

export interface ChosenRows {
  /** Their numbers in the training file, in its order. */
  readonly rows: readonly number[];
  /** SHA-256 of these rows' tokens. */
  readonly hash: string;
}

/** What is done to training rows before they are tokenised (`transforms/`). */
export type RowTransform =
  /** Rows in whose texts a regular expression (RE2) is found are left out; `keep`: all others. */
  | { do: "drop-texts"; pattern: string; keep: boolean }
  /** In words; null: no such limit. */
  | { do: "drop-lengths"; fewerThan: number | null; moreThan: number | null }
  /** All but so many of the rows that have a label, called as a person sees it. */
  | { do: "drop-label"; label: string; keep: number }
  /** Rows as alike an earlier one; 1: of equal texts. */
  | { do: "deduplicate"; similarity: number }
  /** `rows` for each label where `to` says so. */
  | { do: "balance"; to: "largest" | "smallest" | "number"; rows: number }
  /** Copies with a share of their words changed. */
  | { do: "augment-words"; copies: number; rate: number; operations: ("swap" | "delete" | "insert")[] }
  /** `own`: the row's own text is one of the prompts. */
  | { do: "vary-prompts"; templates: string[]; use: "all" | "one"; own: boolean };

/** A transform that the open rows can have, with the form of its options. */
export interface OfferedTransform {
  do: RowTransform["do"];
  title: string;
  summary: string;
  optionsSchema: Record<string, unknown>;
  /** What stands in the form before anything is typed. */
  start: Readonly<Record<string, unknown>>;
}

/** What a transform did to the training rows of a division. */
export interface TransformOutcome {
  transform: RowTransform;
  /** What it says, in words. */
  said: string;
  before: number;
  after: number;
  /** Rows that are gone, that are new beside others, and that stand in place of another. */
  taken: number;
  made: number;
  rewritten: number;
  /** Which rows these are, or are from: `rows 3, 7, 9 and 40 more`; empty where there are none. */
  rows: string;
  /** New rows that were left out because they read as a validation or test row. */
  givenAway: number;
  /** Of each label, by class id: training rows before and after. */
  labels: { name: string; before: number; after: number }[];
  /** The first rows that are others now. */
  shown: TransformedRow[];
}

/** A row before and after a transform. */
export interface TransformedRow {
  row: number;
  /** Null: there was none. */
  before: string | null;
  /** Whether it is trained on as it was, beside what is made of it. */
  stays: boolean;
  after: string[];
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
  /** A row of the training file that comes after its last one; `cells` has all of it. */
  added?: true;
  /** Exactly one of these; which answer there is, the task says. */
  leaveOut?: true;
  /** What stands in some of its columns instead; of an added row, columns left out are empty. */
  cells?: Readonly<Record<string, string>>;
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
  /** Of the cells as they are now, where they were edited or added; else null. */
  nowFingerprint: string | null;
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

/**
 * A row as tokens, each with whether it is learned: predicted from what comes before it, and what
 * it then counts for.
 */
export interface TokenStrip {
  row: number;
  tokens: { text: string; special: boolean; learned: boolean; weight: number }[];
}

/** What the training rows count for, where it is not the same. */
export interface WeightSummary {
  /** Of the rows of the preview, in order; null: no training row. */
  preview: (number | null)[];
  /** Training rows that are left out because they weigh 0. */
  left: number;
  /** Of the others. */
  least: number;
  most: number;
  sum: number;
  /** Of a rule by group the groups with the most rows, and how many others there are; else null. */
  groups: { column: string; shares: GroupShare[]; others: number } | null;
}

/** A group's part of all training rows, and of what they count for together. */
export interface GroupShare {
  name: string;
  rows: number;
  before: number;
  after: number;
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
  /** What each file was read as, where that was chosen or guessed; else null. */
  encodings: Readonly<Record<DataRole, string | null>>;
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
  /** Where these stand in the file, as messages count. */
  previewNumbers: number[];
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
  /** Those that the rows can have, and what each of the list did. */
  transforms: { offered: OfferedTransform[]; outcomes: TransformOutcome[] };
  /** Null where all training rows count the same. */
  weights: WeightSummary | null;
  /** Of the first fold or repeat, where there are several; so are all counts here. */
  trainRows: number;
  validationRows: number;
  /** 0 where there is no test part. */
  testRows: number;
  /**
   * Lengths in tokens of the chosen text column(s), up to that of 99 % of the rows: upper bounds of
   * bars and counts.
   */
  lengths: { upTo: number; count: number }[];
  /** Rows that are longer than the last bar. */
  longer: number;
  /** Of each length from 0 to that of the last bar how many rows have it. */
  lengthCounts: number[];
  longest: number;
  truncated: number;
  /**
   * Things worth knowing that do not stop anything: skipped empty rows, a repaired header, … Each
   * names file, row or column.
   */
  notices: string[];
}
