/**
 * What a run told, step by step, under the names that Hugging Face's Trainer logs by: `train/loss`,
 * `train/learning_rate`, `eval/accuracy`. Both kinds of log files are made of it.
 */

import type { ReportFigures, ReportRun } from "../report/facts";

export interface LogPoint {
  /** Training steps until then. */
  readonly step: number;
  /** Seconds of the run's own training until then. */
  readonly seconds: number;
  /** By name; what is no number is NaN. */
  readonly values: Readonly<Record<string, number>>;
}

/** In the order of steps, one for each: a step and the evaluation after it are one. */
export function logPoints({ curves, test, steps, seconds }: ReportRun): LogPoint[] {
  const points = new Map<number, LogPoint>();
  const add = (step: number, at: number, values: Record<string, number>) => {
    const known = points.get(step);
    points.set(step, { step, seconds: known?.seconds ?? finite(at), values: { ...known?.values, ...values } });
  };
  for (const { step, seconds: at, loss, learningRate, gradNorm, epoch, tokens } of curves.steps) {
    add(step, at, {
      "train/loss": loss,
      "train/learning_rate": learningRate,
      "train/grad_norm": gradNorm,
      "train/epoch": epoch,
      "train/num_input_tokens_seen": tokens,
    });
  }
  for (const { step, seconds: at, ...figures } of curves.evaluations) add(step, at, named("eval", figures));
  if (test) add(steps, seconds, named("test", test));
  return [...points.values()].sort((one, other) => one.step - other.step);
}

/** Figures of a part, by their names in files. */
export function named(part: string, figures: ReportFigures): Record<string, number> {
  return Object.fromEntries(
    Object.entries(figures).flatMap(([name, value]) => (value === undefined ? [] : [[`${part}/${name}`, value]])),
  );
}

const finite = (value: number) => (Number.isFinite(value) ? value : 0);
