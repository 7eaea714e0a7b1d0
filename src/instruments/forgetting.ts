/**
 * What a run has forgotten of the language that its base model knew: the loss of the model's own
 * head over its vocabulary on a general text, of the frozen model and with what the run has
 * trained. The run's own tensors are read; none is copied or changed.
 */

import * as z from "zod";
import { frozenModel } from "../answers/next-token";
import type { BaseModel } from "../base/base-model";
import { languageRefusal } from "../base/language-head";
import type { TokenizedExample } from "../data/tokens";
import type { Executor } from "../executors/executor";
import type { Reader } from "../scoring/reader";
import { scoreRows } from "../scoring/score-rows";
import { textRow } from "../scoring/text-row";
import type { Instrument } from "./instrument";

export interface Forgetting {
  /** Of the text, as far as it was read, without the first of each paragraph. */
  readonly tokens: number;
  /** Mean losses of a token in nats: of the frozen model, and of the run as it is now. */
  readonly frozen: number;
  readonly tuned: number;
}

/** Tokens of a paragraph that are read at most, and paragraphs in a batch. */
const LONGEST = 128;
const BATCH = 4;

/** A general text that comes with the studio. */
const GENERAL_TEXT = "general-text.txt";

const inputSchema = z.strictObject({
  /** Paragraphs, one a line; null: the studio's general text. */
  text: z.string().nullable(),
});

export const forgetting: Instrument<z.infer<typeof inputSchema>, Forgetting> = {
  title: "Measure forgetting",
  summary: "How well the model still predicts a general text with this run, beside without.",
  input: inputSchema,
  refusal({ comparison, name, model }) {
    const { method } = comparison.run(name).setup;
    if (!method.trains) return `${method.title} trains nothing, so there is nothing that it could forget.`;
    return languageRefusal(model.family, model.languageHead);
  },
  async measure({ comparison, name, executor, model, readText }, input) {
    const text = input.text ?? (await readText(GENERAL_TEXT));
    return comparison.hold(name, (run) => measureForgetting(executor, model, run, text));
  },
};

/**
 * The run must be compiled, and not train meanwhile. Full fine-tuning is measured with the head it
 * would be saved with: where the head is the word embeddings, those it trained.
 * @throws Error where the model has no head over its vocabulary or there is no text.
 */
export async function measureForgetting(
  executor: Executor,
  model: BaseModel,
  run: Reader,
  text: string,
): Promise<Forgetting> {
  const { contextLength } = model.config;
  // The same for all runs, but for those whose virtual tokens take more than half of the positions.
  const longest = Math.min(LONGEST, Math.floor(contextLength / 2), contextLength - run.virtualTokens);
  const rows = text.split(/\n+/).flatMap((paragraph, row): TokenizedExample[] => {
    const response = paragraph.trim();
    if (response === "") return [];
    const encoded = textRow(response, row, model.tokenizer, longest);
    return encoded.labels.every((label) => label < 0) ? [] : [encoded];
  });
  const tokens = rows.reduce((sum, { labels }) => sum + labels.filter((label) => label >= 0).length, 0);
  if (tokens === 0) throw new Error("The text has no token to be predicted. Give some sentences.");
  const wanted = { labels: true, states: false, gradients: false, given: null };
  const setup = {
    ...{ executor, model, wanted, batchSize: BATCH, tokenizer: model.tokenizer },
    ...({ reading: "language", labelled: "causal-lm" } as const),
    report: () => {},
    signal: new AbortController().signal,
  };
  const lossOf = async (reader: Reader) => {
    const { labels } = await scoreRows({ ...setup, reader, wanted }, rows);
    // A run whose text has the beginning-of-sequence token predicts it nowhere in the rows.
    return labels!.losses.reduce((sum, loss) => sum + loss, 0) / labels!.losses.length;
  };
  return { tokens, frozen: await lossOf(frozenModel(model)), tuned: await lossOf(run) };
}
