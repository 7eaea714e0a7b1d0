/**
 * What rows and tokens count for in the training loss comes from weighers: one source of numbers
 * each, in a file of its own. Those of several are multiplied. A score of rows or tokens is one
 * more source.
 */

import type { Example } from "../examples";
import type { Table } from "../table";

/** Training rows of one division, and what is known of them. */
export interface WeighedRows {
  readonly examples: readonly Example[];
  /** The file that they are from. */
  readonly table: Table;
  /** By class id; empty where the task has no labels. */
  readonly labels: readonly string[];
  /** The labels that an example has, by class id. */
  readonly labelsOf: (example: Example) => Iterable<number>;
}

/**
 * What each row counts for: finite and not negative, in their order.
 * @throws DataError naming file, row, column or rule
 */
export type RowWeigher = (rows: WeighedRows) => readonly number[];

/** A row as tokens: what of it is learned, and each of these tokens' text. */
export interface WeighedTokens {
  /** Places of the row's labels that are learned, ascending. */
  readonly places: readonly number[];
  /** Of each of them the text of the token that is learned there; empty for special tokens. */
  readonly texts: readonly string[];
}

/** What each of a row's learned tokens counts for: finite and not negative, in their order. */
export type TokenWeigher = (row: WeighedTokens) => readonly number[];

/** What is needed of a tokenizer. */
export interface PieceReader {
  piecesOf(ids: ArrayLike<number>): readonly { readonly text: string; readonly special: boolean }[];
}
