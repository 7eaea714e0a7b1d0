/**
 * What a run has forgotten of the language that its base model knew: the loss of the model's own
 * head over its vocabulary on a general text, of the frozen model and with what the run has
 * trained. The run's own tensors are read; none is copied or changed.
 */

import * as z from "zod";
import { frozenModel, type PredictingModel } from "../answers/next-token";
import type { BaseModel } from "../base/base-model";
import { languageRefusal } from "../base/language-head";
import { encodeExchange } from "../data/language";
import type { TokenizedExample } from "../data/tokens";
import type { Executor } from "../executors/executor";
import { Evaluator } from "../runs/evaluation";
import { Feeds } from "../runs/feeds";
import { METRICS } from "../runs/run";
import { DRAW, Step } from "../runs/step";
import { buildTunedProgram } from "../runs/tuned-program";
import { Workspace } from "../runs/workspace";
import { tasks } from "../tasks/registry";
import { meanLossOf, taskChannels } from "../tasks/task";
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
const OWNER = "forgetting";

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
    return comparison.snapshot(name, () => measureForgetting(executor, model, comparison.run(name), text));
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
  run: PredictingModel,
  text: string,
): Promise<Forgetting> {
  const { contextLength } = model.config;
  // The same for all runs, but for those whose virtual tokens take more than half of the positions.
  const longest = Math.min(LONGEST, Math.floor(contextLength / 2), contextLength - run.virtualTokens);
  const rows = text.split(/\n+/).flatMap((paragraph, row): TokenizedExample[] => {
    const response = paragraph.trim();
    if (response === "") return [];
    const encoded = encodeExchange(model.tokenizer, { text: "", response }, longest);
    return [{ ...encoded, row, truncated: encoded.fullLength > longest }];
  });
  const tokens = rows.reduce((sum, { labels }) => sum + labels.filter((label) => label >= 0).length, 0);
  if (tokens === 0) throw new Error("The text has no token to be predicted. Give some sentences.");
  const frozen = await languageLoss(executor, model, frozenModel(model), rows);
  return { tokens, frozen, tuned: await languageLoss(executor, model, run, rows) };
}

/** Mean loss of a token; forward passes alone, with the run's own tensors. */
async function languageLoss(
  executor: Executor,
  model: BaseModel,
  run: PredictingModel,
  rows: readonly TokenizedExample[],
): Promise<number> {
  const { memory } = executor;
  const task = tasks["causal-lm"];
  const tokens = Math.max(...rows.map(({ ids }) => ids.length));
  await model.loadLanguageHead();
  const tuned = buildTunedProgram({ ...run.tunedSetup, task, classes: 0, inputs: [], onlyRead: true }, BATCH, tokens);
  const workspace = new Workspace(executor, OWNER);
  const setup = { buckets: [tokens], batchSize: BATCH, channels: taskChannels(task, 0), owner: OWNER };
  let step: Step | null = null;
  try {
    const feed = new Feeds(executor, model, setup).behind(run.tunedSetup.context.textIds);
    const made = new Step(tuned, feed.buffers.get(tokens)!, workspace);
    step = made;
    workspace.allocate();
    const allocate = (label: string, bytes: number) =>
      memory.allocate(bytes, { label, category: "runtime", owner: OWNER });
    await made.compile(
      executor,
      {
        ...{ leaves: await run.leaves(), batch: made.batch, seed: 0 },
        ...{ metrics: allocate("metrics", METRICS * 4), draw: allocate("draw", DRAW * 4) },
      },
      OWNER,
    );
    await memory.settled();
    run.rest();
    const infer = async () => {
      await made.forward();
      return made;
    };
    const options = { task, classes: 0, scale: null, batchSize: BATCH, owner: OWNER };
    const evaluator = new Evaluator(executor, options);
    const shown = feed.shownRows(rows);
    const evaluation = (await evaluator.evaluate({ infer }, feed, shown, () => {}))!;
    return meanLossOf(evaluation, shown);
  } finally {
    await executor.done();
    await step?.release();
    memory.releaseOwner(OWNER);
  }
}
