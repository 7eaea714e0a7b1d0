/**
 * Saliency: which tokens of a text speak for an answer of a run, and which against it. For every
 * token gradient × input: the sum over the embedding of ∂score/∂embedding · embedding, the first
 * term of what the score would lose without the token (Simonyan et al. 2013; Shrikumar et al.
 * 2016). The score is the logit of a label, or the number that is predicted. One pass forward and
 * one back, of a batch of one; nothing is trained.
 */

import * as z from "zod";
import { planInputGradient } from "../backward/plan";
import { formats } from "../data/formats/registry";
import type { Executor } from "../executors/executor";
import { writeGraph } from "../forward/graph";
import { bind, type Place } from "../program/place";
import { elementCount, tensorBytes } from "../program/tensor";
import { inUnits } from "../runs/evaluation";
import { argmax } from "../tasks/metrics/classification";
import { askedRow, askedSchema, type ReadToken, readTokens } from "./asked";
import type { Instrument, MeasuredRun } from "./instrument";
import { type OneRow, withOneRow } from "./one-row";

export interface Saliency {
  /** Of the text as far as it was read, with what each says for the score. */
  readonly tokens: readonly (ReadToken & { readonly saliency: number })[];
  /** Whose logit the score is, by its place among `labels`; null: the score is the number. */
  readonly label: number | null;
  /** The logit before any calibration, or the number in the file's units. */
  readonly score: number;
  readonly labels: readonly string[];
  /** Tokens that have an answer of their own, where words have tags; else empty. */
  readonly answered: readonly number[];
  /** The one of them whose answer is explained; null where the text has one answer. */
  readonly place: number | null;
}

const inputSchema = z.strictObject({
  asked: askedSchema,
  /** By its place among the labels; null: the one with the largest logit. */
  label: z.int().min(0).nullable(),
  /** A token with a tag, by its place in the text; null: the first. Without tags it is not read. */
  place: z.int().min(0).nullable(),
});

type Input = z.infer<typeof inputSchema>;

export const saliency: Instrument<Input, Saliency> = {
  title: "Which words decided?",
  summary: "What each token of the text says for an answer, or against it (gradient × input).",
  input: inputSchema,
  refusal({ comparison, name }) {
    const { method } = comparison.run(name).setup;
    if (!method.trains) {
      return `${method.title} does not answer by a trained head, so there is no score to go back from.`;
    }
    if (formats[comparison.task.id].answer === "text") {
      return "A written answer has no one score: each of its tokens would have one of its own.";
    }
    return null;
  },
  measure(run, { asked, label, place }) {
    const found = askedRow(run, asked);
    return run.comparison.hold(run.name, (held, feed) =>
      withOneRow(run, held, feed, found.row, (row) => explain(run, row, { label, place })),
    );
  },
};

async function explain(
  run: MeasuredRun,
  one: OneRow,
  { label: askedLabel, place: askedPlace }: Pick<Input, "label" | "place">,
): Promise<Saliency> {
  const { row, tuned } = one;
  const { task } = tuned;
  const { labels, scale = null } = run.data;
  const tagged = formats[task.id].answer === "tags";
  const number = formats[task.id].answer === "number";
  const answered = tagged ? [...row.labels.keys()].filter((token) => row.labels[token]! >= 0) : [];
  const place = tagged ? (askedPlace ?? answered[0] ?? null) : null;
  if (place !== null && !answered.includes(place)) throw new Error(`Token ${place} of the text has no tag of its own.`);
  if (askedLabel !== null && askedLabel >= labels.length) {
    throw new Error(`There is no label ${askedLabel}: there are ${labels.length}, counted from 0.`);
  }
  const width = task.outputs(labels.length);
  const start = (place ?? 0) * width;
  const { words, gradient, target } = await inputGradient(run.executor, one, (logits) => {
    const label = number ? null : (askedLabel ?? argmax(logits, start, width));
    const column = start + (label ?? 0);
    const seed = new Float32Array(logits.length);
    seed[column] = number ? (scale?.deviation ?? 1) : 1;
    return { seed, label, score: number ? inUnits(logits, scale)[0]! : logits[column]! };
  });
  const { label, score } = target;
  const size = run.model.config.hiddenSize;
  const tokens = readTokens(run, row.ids).map((token, index) => {
    let sum = 0;
    for (let at = index * size; at < (index + 1) * size; at++) sum += words[at]! * gradient[at]!;
    return { ...token, saliency: sum };
  });
  return { tokens, label, score, labels: number ? [] : labels, answered, place };
}

/**
 * What enters for every token, and the gradient of Σ seed · logits with respect to it: both [tokens
 * of the bucket, hiddenSize]. The target is chosen once the logits are known.
 */
async function inputGradient<Target extends { readonly seed: Float32Array }>(
  executor: Executor,
  { tuned, bind: buffersOf, allocate }: OneRow,
  choose: (logits: Float32Array) => Target,
): Promise<{ words: Float32Array; gradient: Float32Array; target: Target }> {
  const { program, logits, words } = tuned;
  const plan = planInputGradient(program, logits, words);
  const computed = new Set([logits, words, ...plan.saved]);
  const { own, all } = buffersOf(computed);
  const [seed, gradient] = [logits, words].map((tensor) => allocate(`gradient of ${tensor.name}`, tensorBytes(tensor)));
  const slots = plan.slots.map((elements, slot) => allocate(`working memory ${slot}`, elements * 4));
  const at = (place: Place) => {
    switch (place.kind) {
      case "value":
        return all(place.tensor);
      case "gradient":
        return gradient!;
      case "seed":
        return seed!;
      case "output":
        return own.get(logits)!;
      case "scratch":
        return slots[place.slot]!;
      default:
        throw new Error(`A gradient of the input reads no "${place.kind}".`);
    }
  };
  const session = await executor.session(writeGraph(program, [...computed]), all);
  try {
    const owner = `gradient of ${words.name}`;
    const back = await executor.compile(bind(plan.dispatches, at), { owner, results: [gradient!] });
    try {
      await session.run();
      const read = async (buffer: typeof seed, elements: number) =>
        new Float32Array(await executor.read(buffer!, elements * 4));
      const target = choose(await read(own.get(logits), elementCount(logits.shape)));
      executor.write(seed!, target.seed);
      const commands = executor.commands();
      commands.run(back);
      await commands.submit();
      const count = elementCount(words.shape);
      return { words: await read(own.get(words), count), gradient: await read(gradient, count), target };
    } finally {
      back.release();
    }
  } finally {
    await session.release();
  }
}
