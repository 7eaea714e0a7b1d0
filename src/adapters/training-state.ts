/**
 * What of a training lies beside its adapter so that it can go on: AdamW's moments, what a
 * controller keeps, and values that the adapter's own form leaves out, in one file of tensors;
 * step, seed and the rows' fingerprint under `state` in run.json. Not for what becomes of it in a
 * run: `folders/continuation.ts`.
 */

import * as z from "zod";
import { checkedBy, issueLines } from "../errors/checked-by";
import type { NamedTensor } from "../hub/write-safetensors";

export const STATE = "training_state.safetensors";

/** Kinds of tensors in the file, by the prefix of their names there. */
const PREFIXES = {
  values: "value.",
  firstMoments: "first_moment.",
  secondMoments: "second_moment.",
  controllerStates: "control.",
} as const;
const kinds = Object.keys(PREFIXES) as (keyof typeof PREFIXES)[];

export const factsSchema = z.strictObject({
  /** Updates made, of so many planned. */
  step: z.int().min(0),
  steps: z.int().min(1),
  seed: z.int().min(0),
  learningRateFactor: z.number().positive(),
  /** Real tokens and seconds of training so far. */
  tokens: z.number().min(0),
  /** Tokens that it has learned from; default: 0, in files from before they were counted. */
  keptTokens: z.number().min(0).optional(),
  seconds: z.number().min(0),
  /** Floating-point operations behind it; 0 in files from before they were counted. */
  flops: z.number().min(0),
  trainRows: z.int().min(1),
  /** Of the tokenised training rows, in order. */
  dataFingerprint: z.string(),
});

export type StateFacts = z.infer<typeof factsSchema>;

export interface TrainingState {
  readonly facts: StateFacts;
  /**
   * Of tensors whose values the adapter's form does not hold exactly: pruned ranks, for example.
   */
  readonly values: readonly NamedTensor[];
  readonly firstMoments: readonly NamedTensor[];
  readonly secondMoments: readonly NamedTensor[];
  readonly controllerStates: readonly NamedTensor[];
}

/** The file's tensors. */
export function stateTensors(state: TrainingState): NamedTensor[] {
  return kinds.flatMap((kind) => state[kind].map((tensor) => ({ ...tensor, name: PREFIXES[kind] + tensor.name })));
}

/** Throws an Error naming tensor and index where a mean of squares is negative. */
function checkSquares(tensors: readonly NamedTensor[]): void {
  for (const { name, data } of tensors) {
    if (!name.startsWith(PREFIXES.secondMoments)) continue;
    const index = data.findIndex((value) => value < 0);
    if (index < 0) continue;
    throw new Error(
      `${STATE}: tensor "${name}" holds ${data[index]} at index ${index}; second moments are never negative.`,
    );
  }
}

/**
 * The state from the file's tensors and run.json.
 * @throws Error naming what is missing, damaged or unknown.
 */
export function readState(tensors: readonly NamedTensor[], run: Record<string, unknown> | null): TrainingState {
  const facts = checkedBy(factsSchema, run?.state);
  if ("issues" in facts) {
    const why = run?.state === undefined ? "has none" : `does not fit: ${issueLines(facts.issues)}`;
    throw new Error(
      `${STATE} needs the step and seed it was left at under "state" in run.json, which ${why}. Remove ${STATE} to start ` +
        "anew from the adapter.",
    );
  }
  const stray = tensors.find(({ name }) => !kinds.some((kind) => name.startsWith(PREFIXES[kind])));
  if (stray) throw new Error(`${STATE}: tensor "${stray.name}" belongs to no training state.`);
  const { step, steps } = facts.value;
  if (step > steps) throw new Error(`run.json: its state was left at step ${step} of ${steps}.`);
  checkSquares(tensors);
  const [values, firstMoments, secondMoments, controllerStates] = kinds.map((kind) =>
    tensors
      .filter(({ name }) => name.startsWith(PREFIXES[kind]))
      .map((tensor) => ({ ...tensor, name: tensor.name.slice(PREFIXES[kind].length) })),
  ) as [NamedTensor[], NamedTensor[], NamedTensor[], NamedTensor[]];
  return { facts: facts.value, values, firstMoments, secondMoments, controllerStates };
}
