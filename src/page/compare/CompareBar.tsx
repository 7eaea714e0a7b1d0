/** Starts, holds and ends a comparison, and says where it stands. */

import { Bell, BellRing, Pause, Play, RotateCcw, Square } from "lucide-react";
import { isEnded, type Phase } from "../../plan/phase";
import { compare, continueComparison, pause, resume, stop } from "../actions/compare";
import { Message } from "../layout/Message";
import { canNotify, setNotify } from "../notify";
import { formatCount } from "../numbers";
import { isOfWhatIsOpen } from "../store/comparable";
import { expectedSeconds } from "../store/expected-time";
import type { ComparisonSlice } from "../store/state";
import { isBusy, patch, useStudio } from "../store/store";
import { shownWait } from "../store/waits";
import { whyNot } from "./obstacle";
import { ProgressLine } from "./ProgressLine";
import { announcement, readyIn, searchStatus, status } from "./status-in-words";
import "./CompareBar.css";

export function CompareBar() {
  const slice = useStudio((state) => state.comparison);
  const obstacle = useStudio(whyNot);
  const busy = useStudio(isBusy);
  const wait = useStudio(shownWait);
  const lost = useStudio((state) => state.device.lost !== null);
  const expected = useStudio(expectedSeconds);
  const pacing = useStudio((state) => state.methods.pacing);
  const { current, error, stopping } = slice;
  const phase = current?.state ?? "idle";
  const searching = useStudio((state) => state.methods.searching);
  const evaluating = wait?.event.wait === "evaluating";
  // What has ended says nothing of other data that are open by now, and does not go on beside them.
  const isOfOpen = useStudio((state) => current !== null && (busy || isOfWhatIsOpen(current, state)));
  const resumable = !lost && isOfOpen && isResumable(phase) && lastGoodStep(slice) !== null;
  const said = searching ? searchStatus(stopping) : isOfOpen ? status(slice, evaluating) : null;
  const line = [said, busy ? null : obstacle].filter((part) => part !== null).join(" ") || readyIn(expected, pacing);
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
        <p className="compare-status" id="compare-obstacle">
          {line}
        </p>
        {/* Not the line itself, whose figures change twice a second: a reader would never stop. */}
        <p className="visually-hidden" role="status">
          {busy ? announcement(phase, searching, stopping) : line}
        </p>
        {busy && <NotifyButton />}
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

/** Whoever looks elsewhere hears of the end. */
function NotifyButton() {
  const notify = useStudio((state) => state.ui.notify);
  if (!canNotify()) return null;
  const Icon = notify ? BellRing : Bell;
  return (
    <button
      type="button"
      className="icon-button"
      aria-pressed={notify}
      aria-label="Notify me when it has ended"
      title="Notify me when it has ended"
      onClick={() => void setNotify(!notify)}
    >
      <Icon size={16} aria-hidden="true" />
    </button>
  );
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
