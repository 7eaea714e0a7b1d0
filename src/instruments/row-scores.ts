/**
 * Scores of rows, one by one: loss, entropy, rank and gradient norm under a run as it is, as it was
 * at its best or last evaluation, or under the frozen model; and the same under a second of these,
 * to see what training has changed.
 */

import * as z from "zod";
import { frozenModel } from "../answers/next-token";
import { formats } from "../data/formats/registry";
import type { TokenizedExample } from "../data/tokens";
import { helpingWeights } from "../scoring/helping-weights";
import type { Reader } from "../scoring/reader";
import { longestRow } from "../scoring/score-rows";
import type { RowScores } from "../scoring/scores";
import { textRow } from "../scoring/text-row";
import { describeRow } from "./described-row";
import type { Instrument, Measuring } from "./instrument";
import { scored } from "./scored";

export interface ScoredRows {
  /** In the order of the scores. */
  readonly rows: readonly { readonly row: number; readonly text: string; readonly truth: string }[];
  readonly scores: RowScores;
  /** Of the same rows under the second reader; null: none was asked for. */
  readonly other: RowScores | null;
  /** What each row should count for, where it was asked whether they help; null: none does. */
  readonly weights: Float64Array | null;
  /** What each label is called, by its number: a token's text, or a label's name. */
  readonly names: ReadonlyMap<number, string>;
  /** Whether labels are of tokens, one after the other. */
  readonly ofTokens: boolean;
}

const readers = z.enum(["now", "best", "last", "frozen"]);

const inputSchema = z.strictObject({
  part: z.enum(["train", "validation"]),
  /** The run's own answer, or every token by the model's head over its vocabulary. */
  reading: z.enum(["answer", "language"]),
  reader: readers,
  /** What is compared with; null: nothing. */
  other: readers.nullable(),
  gradients: z.boolean(),
  /** Whether each gradient is held against that of the validation rows; of training rows alone. */
  helping: z.boolean(),
});

type Input = z.infer<typeof inputSchema>;

export const rowScores: Instrument<Input, ScoredRows> = {
  title: "Scores of rows",
  summary: "Loss, entropy and gradient of every row by itself: which are hard, sure, strange, or wrong.",
  input: inputSchema,
  refusal: () => null,
  async measure(run, { part, reading, reader, other, gradients, helping }) {
    const { data, model, comparison } = run;
    const { answer } = formats[comparison.task.id];
    const asText = reading === "language" && answer !== "text";
    if (helping && part === "validation") {
      throw new Error("Whether a row helps the validation rows is asked of training rows: choose those.");
    }
    const own = data[part];
    const rows = asText ? own.map((row) => asExchange(run, row)) : own;
    const passes = other === null ? 1 : 2;
    const said = (who: Input["reader"], pass: number) =>
      held(run, who, (read) =>
        scored(
          run,
          {
            ...{ reader: read, reading, labelled: asText ? "causal-lm" : comparison.task.id, pass, passes },
            // A gradient is compared with none: one pass back is long enough.
            gradients: (gradients || helping) && pass === 0,
            against: helping ? data.validation : null,
          },
          rows,
        ),
      );
    const scores = await said(reader, 0);
    const weights = scores.gradientProducts && helpingWeights(scores.gradientProducts);
    const compared = other === null ? null : await said(other, 1);
    const texts = asText || answer === "text";
    const names = new Map<number, string>();
    for (const label of scores.labels?.labels ?? []) {
      if (names.has(label)) continue;
      names.set(label, texts ? (model.tokenizer.piecesOf([label])[0]?.text ?? "") : (data.labels[label] ?? ""));
    }
    return {
      rows: own.map((row) => describeRow(run, row)),
      ...{ scores, other: compared, weights, names, ofTokens: texts },
    };
  },
};

/**
 * Uses the run with the values that are asked for, or the frozen model; nothing trains meanwhile.
 */
function held<Result>(
  { comparison, name, model }: Measuring,
  who: Input["reader"],
  use: (reader: Reader) => Promise<Result>,
): Promise<Result> {
  switch (who) {
    case "now":
      return comparison.hold(name, use);
    case "frozen":
      return comparison.hold(name, () => use(frozenModel(model)));
    default:
      return comparison.holdAt(name, who, use);
  }
}

/** A row's text as one that is written word for word. */
function asExchange(run: Measuring, example: TokenizedExample): TokenizedExample {
  const { model, data, comparison, name } = run;
  const longest = Math.min(data.maxLength, longestRow(model, comparison.run(name)));
  const { text } = describeRow(run, example);
  return textRow(text, example.row, model.tokenizer, longest);
}
