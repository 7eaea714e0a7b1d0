/**
 * What a run that prunes its batches would learn from, of a batch of its training rows in the
 * file's order, with the run as it is.
 */

import * as z from "zod";
import { keptLabels } from "../pruning/choose";
import { needsAttention, needsEarlierLosses } from "../pruning/registry";
import { readTokens } from "./asked";
import { describeRow } from "./described-row";
import type { Instrument } from "./instrument";
import { lastAttention, toPrompt } from "./last-attention";
import { scored } from "./scored";

export interface PrunedBatch {
  /** Of the first row, counted from 0. */
  readonly start: number;
  /** Training rows there are. */
  readonly rows: number;
  readonly batch: readonly {
    readonly row: number;
    readonly text: string;
    readonly truth: string;
    /** Nats: means over its labels. */
    readonly loss: number;
    readonly entropy: number;
    readonly kept: boolean;
    /**
     * Its tokens, where tokens have labels: whether one is learned (null: it has no label), and
     * what it gives to the prompt of its attention, where the rule goes by that.
     */
    readonly tokens: readonly {
      readonly text: string;
      readonly kept: boolean | null;
      readonly attention: number | null;
    }[];
  }[];
}

const inputSchema = z.strictObject({
  /** The batch begins at this training row, counted from 0. */
  start: z.int().min(0),
});

export const prunedBatch: Instrument<z.infer<typeof inputSchema>, PrunedBatch> = {
  title: "What does it learn from?",
  summary: "Which rows and tokens of a batch the run would learn from now, and which it leaves out.",
  input: inputSchema,
  refusal: ({ comparison, name }) =>
    comparison.run(name).setup.pruning ? null : "It learns from all rows and tokens of its batches.",
  async measure(run, { start: asked }) {
    const { comparison, name, data, training } = run;
    const { setup } = comparison.run(name);
    const pruning = setup.pruning!;
    const size = Math.min(training.batchSize, data.train.length);
    const start = Math.min(asked, data.train.length - size);
    const rows = data.train.slice(start, start + size);
    const { labels, losses, entropies } = await comparison.hold(name, (reader) =>
      scored(run, { reader, reading: "answer", labelled: comparison.task.id, gradients: false }, rows),
    );
    const { head, labels: channel } = comparison.task;
    const { perToken } = channel;
    // A language model's label is the token after.
    const ahead = head === "vocabulary" ? 1 : 0;
    const perRow = perToken ? Math.max(...rows.map(({ ids }) => ids.length)) : 1;
    const count = rows.length * perRow;
    const batch = {
      ...{ rows: rows.length, perRow, labels: new Int32Array(count).fill(-1) },
      ...{ losses: new Float32Array(count), entropies: new Float32Array(count), earlier: new Float32Array(count) },
      // What is drawn differs from step to step: as in the first.
      ...{ seed: setup.seed, step: 0 },
    };
    for (const row of rows.keys()) {
      for (let i = labels!.offsets[row]!; i < labels!.offsets[row + 1]!; i++) {
        const place = row * perRow + (perToken ? labels!.places[i]! : 0);
        batch.labels[place] = labels!.labels[i]!;
        batch.losses[place] = labels!.losses[i]!;
        batch.entropies[place] = labels!.entropies[i]!;
      }
    }
    const before = needsEarlierLosses(pruning) ? await comparison.earlierLosses(rows) : null;
    for (const [row, losses] of before?.entries() ?? []) batch.earlier.set(losses, row * perRow);
    const attention = needsAttention(pruning)
      ? await comparison.hold(name, (held, feed) => lastAttention(run, held, feed, rows, perRow))
      : undefined;
    const kept = keptLabels(pruning, { ...batch, ...(attention && { attention }) });
    const shares = attention && toPrompt(attention, batch.labels, perRow);
    return {
      ...{ start, rows: data.train.length },
      batch: rows.map((example, row) => {
        const own = kept.slice(row * perRow, (row + 1) * perRow);
        const labelled = (place: number) => place >= ahead && example.labels[place - ahead]! >= 0;
        const tokens = perToken ? readTokens(run, example.ids) : [];
        return {
          ...describeRow(run, example),
          ...{ loss: losses![row]!, entropy: entropies![row]!, kept: own.includes(true) },
          tokens: tokens.map(({ text }, place) => ({
            text,
            kept: labelled(place) ? own[place - ahead]! : null,
            attention: shares && labelled(place) ? shares[row * perRow + place - ahead]! : null,
          })),
        };
      }),
    };
  },
};
