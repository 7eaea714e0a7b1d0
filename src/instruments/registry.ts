/**
 * The instruments that there are, and how one is asked by its id. A new one is a line here and one
 * among the page's panels.
 */

import { alikeRows } from "./alike-rows";
import { checkUp } from "./check-up";
import { forgetting } from "./forgetting";
import type { Instrument, MeasuredRun, Measuring } from "./instrument";
import { mergeProof } from "./merge-proof";
import { prunedBatch } from "./pruned-batch";
import { rowScores } from "./row-scores";
import { saliency } from "./saliency";
import { virtualAttention } from "./virtual-attention";
import { virtualWords } from "./virtual-words";

/** In the order in which the page shows them. */
const known = {
  "merge-proof": mergeProof,
  forgetting,
  "virtual-words": virtualWords,
  "check-up": checkUp,
  "row-scores": rowScores,
  "pruned-batch": prunedBatch,
  saliency,
  "virtual-attention": virtualAttention,
  "alike-rows": alikeRows,
};

export type InstrumentId = keyof typeof known;

/** What an instrument needs beside the run; null: nothing. */
export type InstrumentInput<Id extends InstrumentId> =
  (typeof known)[Id] extends Instrument<infer Input, infer _> ? Input : never;

/** What an instrument says of a run. */
export type InstrumentResult<Id extends InstrumentId> =
  (typeof known)[Id] extends Instrument<infer _, infer Result> ? Result : never;

export const instruments: { readonly [Id in InstrumentId]: Instrument<InstrumentInput<Id>, InstrumentResult<Id>> } =
  known;

/** What a person is told of an instrument before it measures a run. */
export interface InstrumentListing {
  id: InstrumentId;
  title: string;
  summary: string;
  /** Why it cannot measure the run; null where it can. */
  refusal: string | null;
}

/** Every instrument, and whether it can measure this run. */
export function listInstruments(run: MeasuredRun): InstrumentListing[] {
  const ids = Object.keys(instruments) as InstrumentId[];
  return ids.map((id) => {
    const { title, summary } = instruments[id];
    return { id, title, summary, refusal: instruments[id].refusal(run) };
  });
}

/** Rejects with an Error saying why the run cannot be measured, or what is wrong with the input. */
export async function measure<Id extends InstrumentId>(
  id: Id,
  run: Measuring,
  input: InstrumentInput<Id>,
): Promise<InstrumentResult<Id>> {
  const instrument = instruments[id];
  const refusal = instrument.refusal(run);
  if (refusal !== null) throw new Error(refusal);
  return instrument.measure(run, instrument.input.parse(input));
}
