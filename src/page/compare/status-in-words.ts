/**
 * Where a comparison stands, in words: for the line beside the buttons, and for who cannot see it.
 */

import type { Phase } from "../../plan/phase";
import { recentSpeed } from "../curves/run-curves";
import { formatAbout, formatCount, formatDuration, formatLeft, formatRate } from "../numbers";
import type { ComparisonSlice } from "../store/state";
import { secondsUntil } from "../store/time-left";

/** The line of a comparison that is or was running; null where nothing was compared. */
export function status({ current, progress, stopping }: ComparisonSlice, evaluating: boolean): string | null {
  if (!current || current.state === "idle") return null;
  const done = `step ${formatCount(current.step)} of ${formatCount(current.steps)}`;
  if (stopping) return `Stopping… · ${evaluating ? "a last evaluation · " : ""}${done}`;
  switch (current.state) {
    case "preparing":
      return `Preparing ${current.runs.length === 1 ? "the run" : `${current.runs.length} runs`}…`;
    case "paused":
      return `Paused at ${done}.`;
    case "failed":
      return `Failed at ${done}${current.reason ? `: ${current.reason}` : "."}`;
    case "stopped":
      return `Stopped at ${done}${current.reason ? `: ${current.reason}` : "."}`;
    case "finished": {
      const seconds = current.endedAt === null ? null : (current.endedAt - current.startedAt) / 1000;
      return `Finished: ${formatCount(current.steps)} steps in ${formatDuration(seconds)}.`;
    }
    case "running": {
      // A step is one of every run, one after the other.
      const speeds = current.runs.flatMap(({ state, curves }) =>
        state === "running" ? (recentSpeed(curves) ?? []) : [],
      );
      const seconds = speeds.reduce((sum, { secondsPerStep }) => sum + secondsPerStep, 0);
      const tokens = speeds.reduce((sum, speed) => sum + speed.tokensPerSecond * speed.secondsPerStep, 0);
      const parts = [done];
      if (seconds > 0) parts.push(formatRate(1 / seconds, "step"));
      if (tokens > 0) parts.push(formatRate(tokens / seconds, "token"));
      const left = progress && secondsUntil(progress.ending, progress.now);
      if (left) parts.push(formatLeft(left, progress.ending!.slower));
      return parts.join(" · ");
    }
  }
}

export function readyIn(expected: number | null, pacing: boolean): string {
  const trying = pacing ? ": a few steps are tried to say how long it takes here" : "";
  const time = expected === null ? trying : `: ${formatAbout(expected)} on this computer`;
  return `Ready${time}. All chosen methods train on the same batches, side by side.`;
}

/** What a screen reader says of a comparison that is busy: only when its state changes. */
export function announcement(phase: Phase, searching: boolean, stopping: boolean): string {
  if (searching) return searchStatus(stopping);
  if (stopping) return "Stopping…";
  if (phase === "paused") return "Paused.";
  return phase === "preparing" ? "Preparing the runs…" : "Training.";
}

export function searchStatus(stopping: boolean): string {
  return stopping ? "Stopping the search…" : "Searching learning rates on held-out training rows.";
}
