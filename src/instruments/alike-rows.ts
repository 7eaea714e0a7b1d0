/**
 * The training rows most alike to a text, as a run sees them: by the cosine of the states that its
 * head reads. The states of the training rows are computed once for what the run has learned so
 * far, and kept until it learns more.
 */

import * as z from "zod";
import { formats } from "../data/formats/registry";
import { norm } from "../data/norm";
import type { TokenizedExample } from "../data/tokens";
import type { Run } from "../runs/run";
import { knownScores } from "../scoring/score-cache";
import { askedRow, askedSchema } from "./asked";
import { describeRow } from "./described-row";
import type { Instrument, Measuring } from "./instrument";

export interface AlikeRows {
  /** The most alike first. */
  readonly rows: readonly {
    readonly row: number;
    readonly text: string;
    /** What is true of it. */
    readonly truth: string;
    /** Cosine of its state and the text's, −1 … 1. */
    readonly similarity: number;
  }[];
  /** How many training rows there are. */
  readonly of: number;
}

/** How many are listed. */
const MOST = 10;

const inputSchema = z.strictObject({ asked: askedSchema });

export const alikeRows: Instrument<z.infer<typeof inputSchema>, AlikeRows> = {
  title: "Training rows most alike",
  summary: "The training rows whose state, where the head reads it, is nearest to this text's.",
  input: inputSchema,
  refusal({ comparison, name }) {
    const { method } = comparison.run(name).setup;
    if (!method.trains && method.answers.from === "texts") {
      return `${method.title} answers from texts alone: it has no states that could be alike.`;
    }
    const { answer } = formats[comparison.task.id];
    if (answer === "tags") return "Every word has a state and a tag of its own, so rows have no one state to compare.";
    if (answer === "text") return "Every token that is written has a state of its own, so rows have none to compare.";
    return null;
  },
  measure(run, { asked }) {
    const { row } = askedRow(run, asked);
    return run.comparison.hold(run.name, async (held) => {
      const { report, name } = run;
      const { train } = run.data;
      const known = await statesOf(run, held, train, (done, total) =>
        report({ wait: "reading rows", detail: name, done, total, unit: "rows" }),
      );
      const state = await statesOf(run, held, [{ ...row, row: 0, truncated: false }], () => {});
      const similar = cosines(known, state).map((similarity, place) => ({ similarity, place }));
      const nearest = similar.sort((a, b) => b.similarity - a.similarity || a.place - b.place).slice(0, MOST);
      return {
        of: train.length,
        rows: nearest.map(({ similarity, place }) => ({ ...describeRow(run, train[place]!), similarity })),
      };
    });
  },
};

/** [rows, hiddenSize]; those of rows that were asked for before are there still. */
async function statesOf(
  { executor, model, training, signal }: Measuring,
  run: Run,
  rows: readonly TokenizedExample[],
  report: (done: number, total: number) => void,
): Promise<Float32Array> {
  const setup = {
    ...{ executor, model, report, signal, reader: run, reading: "answer" as const, batchSize: training.batchSize },
    wanted: { labels: false, states: true, gradients: false, given: null },
    ...{ labelled: run.tunedSetup.task.id, tokenizer: model.tokenizer },
  };
  const { scores } = await knownScores(setup, rows);
  return scores.states!.values;
}

/**
 * Of every row of `states` [rows, width] with `state` [width]; 0 where one of them is all zeros.
 */
export function cosines(states: Float32Array, state: Float32Array): number[] {
  const width = state.length;
  const length = norm(state);
  return Array.from({ length: states.length / width }, (_, row) => {
    const own = states.subarray(row * width, (row + 1) * width);
    const lengths = length * norm(own);
    return lengths === 0 ? 0 : own.reduce((sum, value, column) => sum + value * state[column]!, 0) / lengths;
  });
}
