/** Starts, holds and ends a comparison, and says where it stands. */

import { Pause, Play, RotateCcw, Square } from "lucide-react";
import { isEnded, type Phase } from "../../plan/phase";
import { compare, continueComparison, pause, resume, stop } from "../actions/compare";
import { recentSpeed } from "../curves/run-curves";
import { Message } from "../layout/Message";
import { formatCount, formatDuration, formatRate } from "../numbers";
import { stepsPerSecond } from "../store/events";
import type { ComparisonSlice } from "../store/state";
import { isBusy, patch, useStudio } from "../store/store";
import { shownWait } from "../store/waits";
import { whyNot } from "./obstacle";
import { ProgressLine } from "./ProgressLine";
import "./CompareBar.css";

export function CompareBar() {
  const slice = useStudio((state) => state.comparison);
  const obstacle = useStudio(whyNot);
  const busy = useStudio(isBusy);
  const wait = useStudio(shownWait);
  const lost = useStudio((state) => state.device.lost !== null);
  const { current, error, stopping } = slice;
  const phase = current?.state ?? "idle";
  const searching = useStudio((state) => state.methods.searching);
  const evaluating = wait?.event.wait === "evaluating";
  const resumable = !lost && isResumable(phase) && lastGoodStep(slice) !== null;
  return (
    <div className="compare-bar">
      <div className="compare-row">
        <div className="compare-buttons">
          {!busy && (
            <button
              type="button"
              className="button button-primary"
              disabled={obstacle !== null}
              aria-describedby="compare-obstacle"
              onClick={() => void compare()}
            >
              <Play size={16} aria-hidden="true" /> Compare
            </button>
          )}
          {busy && !searching && phase !== "paused" && (
            <button
              type="button"
              className="button"
              disabled={phase === "preparing" || stopping}
              onClick={() => void pause()}
            >
              <Pause size={16} aria-hidden="true" /> Pause
            </button>
          )}
          {phase === "paused" && (
            <button type="button" className="button button-primary" disabled={stopping} onClick={() => void resume()}>
              <Play size={16} aria-hidden="true" /> Resume
            </button>
          )}
          {busy && (
            <button
              type="button"
              className="button"
              disabled={stopping && !evaluating}
              title={stopping && evaluating ? "Without the last evaluation" : undefined}
              onClick={() => void stop()}
            >
              <Square size={16} aria-hidden="true" /> {stopping && evaluating ? "Stop now" : "Stop"}
            </button>
          )}
          {resumable && (
            <button type="button" className="button" onClick={() => void continueComparison()}>
              <RotateCcw size={16} aria-hidden="true" /> Continue from step {formatCount(lastGoodStep(slice))}
            </button>
          )}
        </div>
        <p className="compare-status" role="status" id="compare-obstacle">
          {(searching ? searchStatus(stopping) : status(slice, evaluating)) ??
            obstacle ??
            "Ready. All chosen methods train on the same batches, side by side."}
        </p>
      </div>
      {wait && <ProgressLine />}
      {!wait && busy && !searching && current && (
        <progress
          className="progress"
          aria-label="Steps done"
          max={Math.max(1, current.steps)}
          value={Math.min(current.step, current.steps)}
        />
      )}
      {error !== null && (
        <Message kind="error" onClose={() => patch("comparison", { error: null })}>
          {error}
        </Message>
      )}
    </div>
  );
}

function searchStatus(stopping: boolean): string {
  return stopping ? "Stopping the search…" : "Searching learning rates on held-out training rows.";
}

/** It ended before its last step. */
function isResumable(phase: Phase): boolean {
  return isEnded(phase) && phase !== "finished";
}

function lastGoodStep(slice: ComparisonSlice): number | null {
  const steps = slice.current?.runs
    .filter((run) => isResumable(run.state))
    .map((run) => run.lastGoodStep)
    .filter((step) => step !== null);
  return steps && steps.length > 0 ? Math.min(...steps) : null;
}

function status({ current, pace, stopping }: ComparisonSlice, evaluating: boolean): string | null {
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
      const rate = stepsPerSecond(pace);
      const tokens = current.runs
        .filter((run) => run.state === "running")
        .reduce((sum, run) => sum + (recentSpeed(run.curves)?.tokensPerSecond ?? 0), 0);
      const parts = [done];
      if (rate) parts.push(formatRate(rate, "step"));
      if (tokens > 0 && rate) parts.push(formatRate(tokens / Math.max(1, runningCount(current)), "token"));
      if (rate && current.steps > current.step) {
        parts.push(`${formatDuration((current.steps - current.step) / rate)} left`);
      }
      return parts.join(" · ");
    }
  }
}

function runningCount(comparison: NonNullable<ComparisonSlice["current"]>): number {
  return comparison.runs.filter((run) => run.state === "running").length;
}
