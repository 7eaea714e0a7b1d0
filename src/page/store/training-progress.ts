/**
 * How long a training still takes: its steps by the runs' own clocks, and the evaluations between
 * them by what is left of the wall's, since neither foretells the other.
 */

import type { Comparison, TrainingProgress } from "./state";
import { expectEnding } from "./time-left";

/**
 * A training's progress after a batch of events; null before it has begun. A break stops its clock,
 * and so does what the worker says during one.
 * @param now milliseconds by `performance.now()`
 */
export function goneOn(before: TrainingProgress | null, comparison: Comparison, now: number): TrainingProgress | null {
  const { state, step } = comparison;
  if (state === "paused" || isJoined(before, comparison))
    return before && { ...before, pausedAt: before.pausedAt ?? now };
  if (state !== "running") return before;
  const evaluated = evaluatedStep(comparison);
  // It goes back to an earlier step where it goes on after a failure.
  if (!before || step < before.step) {
    const began = { time: now, isEvaluated: evaluated !== null };
    return { began, step, now, evaluation: null, from: null, ending: null, pausedAt: null };
  }
  const progress = before.pausedAt === null ? before : later(before, now - before.pausedAt);
  const { began, from } = progress;
  // The one before the first step; what was evaluated when it went on tells nothing.
  const isFirst = progress.evaluation === null && from === null && !began.isEvaluated && evaluated !== null;
  const evaluation = isFirst ? now - began.time : progress.evaluation;
  const seen = { ...progress, now, evaluation };
  if (step === progress.step || evaluated === null) return seen;
  if (!from) return { ...seen, step, from: { time: now, evaluated, done: doneBy(comparison) } };
  const left = leftOf(comparison, evaluated, { evaluation, from }, now);
  return { ...seen, step, ending: left === null ? progress.ending : expectEnding(progress.ending, left, now) };
}

/**
 * While a run that joins after the first step is made ready and evaluated, no other makes a step.
 */
function isJoined(before: TrainingProgress | null, { runs }: Comparison): boolean {
  return runs.some(({ state, curves }) => {
    return state === "preparing" || (before?.from && state === "running" && curves.evaluations.length === 0);
  });
}

/** Milliseconds until the last test row is read; null while no run has made a step since `from`. */
function leftOf(
  comparison: Comparison,
  evaluated: number,
  { evaluation, from }: { evaluation: number | null; from: NonNullable<TrainingProgress["from"]> },
  now: number,
): number | null {
  const { configuration, parts, step, steps } = comparison;
  const { evalEvery, evalRows } = configuration.training;
  let trained = 0;
  let perStep = 0;
  for (const [name, { seconds, step: done, isRunning }] of doneBy(comparison)) {
    const start = from.done.get(name);
    if (!start || done <= start.step) continue;
    const own = 1000 * (seconds - start.seconds);
    trained += own;
    if (isRunning) perStep += own / (done - start.step);
  }
  if (perStep === 0) return null;
  const rounds = Math.floor(evaluated / evalEvery) - Math.floor(from.evaluated / evalEvery);
  const between = Math.max(0, now - from.time - trained);
  const perRound = rounds > 0 ? between / rounds : (evaluation ?? 0);
  const roundsLeft = Math.ceil(steps / evalEvery) - Math.floor(evaluated / evalEvery);
  // In the end all other validation rows are measured, and those of the test.
  const measured = parts ? Math.min(evalRows ?? parts.validation, parts.validation) : 0;
  const unread = parts && measured > 0 ? (parts.validation - measured + parts.test) / measured : 0;
  return (steps - step) * perStep + (roundsLeft + unread) * perRound;
}

/** How far each run that is stepped has come, by its own clock. */
function doneBy({ runs }: Comparison): Map<string, { seconds: number; step: number; isRunning: boolean }> {
  return new Map(
    runs.flatMap(({ name, state, curves: { steps } }) => {
      const [step, seconds] = [steps.last("step"), steps.last("seconds")];
      return step === null || seconds === null ? [] : [[name, { step, seconds, isRunning: state === "running" }]];
    }),
  );
}

/** The step that all runs were evaluated at; null before, and while that is under way. */
function evaluatedStep({ runs }: Comparison): number | null {
  const steps = runs.filter(({ state }) => state === "running").map(({ curves }) => curves.evaluations.last("step"));
  const [first = null] = steps;
  return steps.every((step) => step === first) ? first : null;
}

/** The same as if it had begun so much later. */
function later(progress: TrainingProgress, by: number): TrainingProgress {
  const { began, from, ending } = progress;
  return {
    ...progress,
    pausedAt: null,
    began: { ...began, time: began.time + by },
    from: from && { ...from, time: from.time + by },
    ending: ending && { ...ending, at: ending.at + by },
  };
}
