/**
 * What a reader should know of a run before believing its figure, from the losses it told while it
 * trained and from what it says of the rows. A run with several seeds is remarked on only where it
 * holds for each of them.
 */

import { formats } from "../data/formats/registry";
import type { TokenizedExample } from "../data/tokens";
import type { Evaluation, Task } from "../tasks/task";
import type { Remark } from "./verdict";

/** What a run told while it trained, with one seed. */
export interface TrainingHistory {
  /** Of every step, in order. */
  readonly losses: readonly number[];
  /** On the validation rows, in order. */
  readonly evaluations: readonly { readonly step: number; readonly loss: number }[];
}

/** What a run says of the rows, with one seed. */
export interface Answers {
  readonly evaluation: Evaluation;
  readonly examples: readonly TokenizedExample[];
}

/** Fewer steps say nothing of a trend. */
const FEWEST_STEPS = 12;
/** A loss that changed by less than this share stayed as it was. */
const STILL = 0.01;
/** Quarters of noisy training losses have to differ by more than this. */
const NOISE = 0.03;
/** Falling, or risen above the lowest, by at least this share. */
const CLEARLY = 0.02;
const RISEN = 0.05;

/** @param histories one for each seed; empty for what trains nothing */
export function remarksOf(
  task: Task,
  labels: readonly string[],
  answers: readonly Answers[],
  histories: readonly TrainingHistory[],
): Remark[] {
  const answer = onlyAnswer(task, labels, answers);
  const trained = histories.length > 0;
  const heart = histories.map(learnedByHeart);
  const still = trained && histories.every(hasNotMoved);
  return [
    ...(answer === null ? [] : [{ kind: "one answer", answer } as const]),
    ...(still ? [{ kind: "has not moved" } as const] : []),
    ...(trained && !still && histories.every(isStillFalling) ? [{ kind: "still falling" } as const] : []),
    ...(trained && heart.every((step) => step !== null) ? [byHeart(heart)] : []),
  ];
}

/** @param steps whose validation loss was lowest, of each seed */
function byHeart(steps: readonly number[]): Remark {
  const [first, last] = [Math.min(...steps), Math.max(...steps)];
  return { kind: "learning by heart", bestStep: first, ...(last > first && { lastBestStep: last }) };
}

/** What every row gets for an answer, with every seed; null where answers differ. */
function onlyAnswer(task: Task, labels: readonly string[], answers: readonly Answers[]): string | null {
  const kind = formats[task.id].answer;
  if (kind === "text") return null;
  const said = new Set<string>();
  for (const { evaluation, examples } of answers) {
    for (const [row, example] of examples.entries()) {
      const output = evaluation.outputs[row]!;
      const { predicted } = task.describe({ example, output, labels, decode: () => "" });
      // Rows of words have as many tags as words.
      for (const answer of kind === "tags" ? predicted.split(" ") : [predicted]) said.add(answer);
      if (said.size > 1) return null;
    }
  }
  return [...said][0] ?? null;
}

function hasNotMoved({ losses, evaluations }: TrainingHistory): boolean {
  const [first, last] = [evaluations[0], evaluations.at(-1)];
  if (losses.length < FEWEST_STEPS || !first || !last || first.step !== 0 || last.step === 0) return false;
  const [begin, end] = [firstQuarter(losses), lastQuarter(losses)];
  return Math.abs(last.loss - first.loss) <= STILL * first.loss && Math.abs(end - begin) <= NOISE * begin;
}

/** The last evaluation is the lowest, and clearly below the one at three quarters of the steps. */
function isStillFalling({ losses, evaluations }: TrainingHistory): boolean {
  const last = evaluations.at(-1);
  if (losses.length < FEWEST_STEPS || !last) return false;
  const before = evaluations.findLast(({ step }) => step > 0 && step <= 0.75 * last.step);
  const lowest = Math.min(...evaluations.map(({ loss }) => loss));
  return before !== undefined && last.loss <= lowest && last.loss < before.loss * (1 - CLEARLY);
}

/** The step whose validation loss was lowest, where it rose while the training loss fell. */
function learnedByHeart({ losses, evaluations }: TrainingHistory): number | null {
  const last = evaluations.at(-1);
  if (losses.length < FEWEST_STEPS || !last || evaluations.length < 3) return null;
  const best = evaluations.reduce((low, evaluation) => (evaluation.loss < low.loss ? evaluation : low));
  if (best.step === 0 || best.step === last.step || last.loss < best.loss * (1 + RISEN)) return null;
  return lastQuarter(losses) < firstQuarter(losses) ? best.step : null;
}

const firstQuarter = (losses: readonly number[]) => meanOf(losses.slice(0, Math.floor(losses.length / 4)));
const lastQuarter = (losses: readonly number[]) => meanOf(losses.slice(Math.floor((3 * losses.length) / 4)));

function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
