/**
 * Which text an instrument is asked about: one that was typed, or a validation row of the run.
 */

import * as z from "zod";
import type { AskedRow } from "../answers/answers";
import { typedRow } from "../answers/typed-row";
import type { MeasuredRun } from "./instrument";

export const askedSchema = z.union([
  z.strictObject({
    text: z.string(),
    /** Null where the task has one text. */
    textPair: z.string().nullable(),
  }),
  z.strictObject({
    /** Its number in the file of the validation rows. */
    row: z.int().min(0),
  }),
]);

export type Asked = z.infer<typeof askedSchema>;

/** @throws Error where nothing was typed, or the run has no validation row of that number. */
export function askedRow({ comparison, model, data }: MeasuredRun, asked: Asked): AskedRow {
  if ("text" in asked) return typedRow(comparison.task.id, asked, model.tokenizer, comparison.longestRow);
  const row = data.validation.find((one) => one.row === asked.row);
  if (!row) throw new Error(`There is no validation row ${asked.row}.`);
  return { row, words: [] };
}

/** A token of the text, as a person may read it. */
export interface ReadToken {
  readonly text: string;
  /** Whether the tokenizer has put it there. */
  readonly special: boolean;
}

export function readTokens({ model }: Pick<MeasuredRun, "model">, ids: ArrayLike<number>): ReadToken[] {
  return model.tokenizer.piecesOf(ids).map(({ text, special }) => ({ text, special }));
}
