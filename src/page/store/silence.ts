/**
 * How long the engine has said nothing, and how long it may: three times what its present call
 * should take. Time counts only while the page itself was awake: a frozen tab's worker is frozen
 * with it.
 */

import { recentSpeed } from "../curves/run-curves";
import type { Silence, StudioState } from "./state";
import { shownWait } from "./waits";

/** Milliseconds between two questions whether the worker lives. */
export const TICK = 2000;

/** Milliseconds after which at the earliest anything is said. */
const LEAST = 30_000;

/** Times what a call should take. */
const FACTOR = 3;

/** Operations that the slowest processor does in a millisecond, for a step before the first. */
const SLOWEST = 1e6;

export const NO_SILENCE: Silence = { unanswered: 0, quiet: 0, longest: 0 };

/** After so many milliseconds; more than two ticks at once were not lived through. */
export function passed(silence: Silence, elapsed: number): Silence {
  const lived = Math.min(elapsed, 2 * TICK);
  return { ...silence, unanswered: silence.unanswered + lived, quiet: silence.quiet + lived };
}

/** The worker has answered: as long as it was busy now it may be again. */
export function answered(silence: Silence): Silence {
  return { ...silence, unanswered: 0, longest: Math.max(silence.longest, silence.unanswered) };
}

/** Something came of what it does. */
export function heard(silence: Silence): Silence {
  return { ...silence, quiet: 0 };
}

/**
 * Milliseconds that the engine has been silent for too long, null where it has not been: it does
 * not answer, or it trains and nothing comes of it.
 */
export function tooSilent(
  state: Pick<StudioState, "comparison" | "methods" | "waits" | "silence">,
  now: number,
): { milliseconds: number; answers: boolean } | null {
  const { unanswered, quiet, longest } = state.silence;
  const allowed = Math.max(LEAST, FACTOR * Math.max(longest, expectedCall(state, now)));
  if (unanswered > allowed) return { milliseconds: unanswered, answers: false };
  const trains = state.comparison.current?.state === "running";
  return trains && quiet > allowed ? { milliseconds: quiet, answers: true } : null;
}

/**
 * Milliseconds that the engine's present call should take: a pass of the slowest run, or one unit
 * of what is waited for; 0 where nothing tells.
 * @param now milliseconds, of the clock that waits began by
 */
function expectedCall(state: Pick<StudioState, "comparison" | "methods" | "waits">, now: number): number {
  const { current } = state.comparison;
  const isTraining = current?.state === "preparing" || current?.state === "running";
  const running = isTraining ? current.runs.filter(({ state }) => state !== "finished" && state !== "failed") : [];
  const measured = running.map(({ curves }) => 1000 * (recentSpeed(curves)?.secondsPerStep ?? 0));
  const planned = isTraining
    ? (state.methods.estimate?.runs ?? []).map(({ flops }) => (flops ? flops.total / SLOWEST : 0))
    : [];
  const steps = measured.some((time) => time > 0) ? measured : planned;
  const wait = shownWait(state);
  const done = wait ? wait.event.done - wait.startedAtDone : 0;
  // Bytes come many at a time.
  const unit = wait && done > 0 && wait.event.unit !== "bytes" ? (now - wait.since) / done : 0;
  return Math.max(0, unit, ...steps);
}
