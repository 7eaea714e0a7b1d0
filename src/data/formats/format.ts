/**
 * How one task's rows are read from a file: which columns it needs, what their cells mean, and what
 * tokens they become. A task is one such object in one file; opening, splitting, tokenising and the
 * page's fields follow from it.
 */

import type { ColumnFacts } from "../columns";
import type { Example } from "../examples";
import type { Table } from "../table";
import type { EncodedRow, RowTokenizer } from "../tokens";
import type { Answer, ColumnRoles, RoleField, RowChange, Scale, TaskId } from "../types";

/** What a training file has settled for its validation file. */
export interface KnownRows {
  readonly labels: readonly string[];
  readonly file: string;
  /** What labels are called, by what stands in a file; default: as they stand there. */
  readonly named?: Readonly<Record<string, string>> | undefined;
  /**
   * Takes the rows of labels that training lacks, by label: they are left out. Default: the first
   * of them is refused.
   */
  readonly unknown?: Map<string, number[]>;
}

export interface ReadRows {
  examples: Example[];
  /** By class id, in alphabetical order; empty where the task has no labels. */
  labels: string[];
  notices: string[];
}

/** How another answer of a row is written into its cells. */
export interface Rewrite {
  /** The key of a change that holds the answer, and the role whose columns hold it in the file. */
  readonly key: "label" | "labels" | "number";
  /** The labels that may be given: those of the training file; left out where there are none. */
  names?(train: Table, columns: ColumnRoles): readonly string[];
  /** The cells that say it, as the training file writes them. */
  cells(
    columns: ColumnRoles,
    change: RowChange,
    train: Table,
  ): readonly { readonly column: string; readonly cell: string }[];
}

export interface DataFormat {
  readonly task: TaskId;
  readonly title: string;
  readonly answer: Answer;
  /** In the order of the page's fields. */
  readonly roles: readonly RoleField[];
  /** The columns, where names and cells look like this task; else null. */
  guess(table: Table, facts: readonly ColumnFacts[]): ColumnRoles | null;
  /** The likeliest columns once somebody has chosen the task. */
  suggest(table: Table, facts: readonly ColumnFacts[]): ColumnRoles;
  /**
   * @param known for a validation file: what its training file has.
   * @throws DataError naming file, row and column.
   */
  read(table: Table, columns: ColumnRoles, known: KnownRows | null): ReadRows;
  /** The labels that an example has, for counting. */
  labelsOf(example: Example): Iterable<number>;
  /** Where the task predicts numbers: how they are scaled. */
  scale?(train: readonly Example[]): Scale;
  /** Left out where rows can be left out alone. */
  readonly rewrite?: Rewrite;
  /** An example's ids, targets and length, cut to `maxLength` tokens. */
  encode(example: Example, tokenizer: RowTokenizer, maxLength: number): EncodedRow;
}
