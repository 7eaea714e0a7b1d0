/** What is being waited for, how far it is, and for how long still. */

import { useEffect, useState } from "react";
import type { ProgressEvent } from "../../worker/api";
import { formatBytes, formatCount, formatDuration } from "../numbers";
import { useStudio } from "../store/store";
import { shownWait } from "../store/waits";
import "./ProgressLine.css";

const words: Record<ProgressEvent["wait"], string> = {
  "downloading model": "Downloading the model",
  "checking model": "Checking the model's files",
  "downloading data": "Downloading",
  "reading data": "Reading data",
  tokenising: "Tokenising",
  "loading weights": "Loading weights",
  "reading training rows": "Reading every training row once through the frozen model",
  "semantic pass": "Running the semantic text once through the frozen model",
  "searching rates": "Searching the best learning rate of",
  "compiling kernels": "Compiling kernels",
  evaluating: "Evaluating",
  predicting: "Predicting",
  scoring: "Scoring",
  "looking for label errors": "Looking for label errors in",
};

export function ProgressLine() {
  const wait = useStudio(shownWait);
  const now = useNow(wait !== null);
  if (!wait) return null;
  const { event, since, startedAtDone } = wait;
  const amount = (value: number) => (event.unit === "bytes" ? formatBytes(value) : formatCount(value));
  const unit = event.unit === "bytes" ? "" : ` ${event.unit}`;
  const elapsed = Math.max(0, (now - since) / 1000);
  const rate = elapsed > 0.5 ? (event.done - startedAtDone) / elapsed : 0;
  const left = event.total !== null && rate > 0 ? (event.total - event.done) / rate : null;
  const parts = [
    event.total === null ? `${amount(event.done)}${unit}` : `${amount(event.done)} of ${amount(event.total)}${unit}`,
  ];
  if (event.unit === "bytes" && rate > 0) parts.push(`${formatBytes(rate)}/s`);
  if (left !== null && left >= 1) parts.push(`${formatDuration(left)} left`);
  else if (elapsed >= 1 && left === null) parts.push(`${formatDuration(elapsed)} so far`);
  return (
    <div className="progress-line">
      <span className="progress-text">
        {words[event.wait]}
        {event.detail && <span className="muted"> {event.detail}</span>} · {parts.join(" · ")}
      </span>
      <progress
        className="progress"
        aria-label={words[event.wait]}
        max={event.total ?? undefined}
        value={event.total === null ? undefined : event.done}
      />
    </div>
  );
}

/** The time, twice a second while `on`. */
function useNow(on: boolean): number {
  const [now, setNow] = useState(() => performance.now());
  useEffect(() => {
    if (!on) return;
    const timer = setInterval(() => setNow(performance.now()), 500);
    return () => clearInterval(timer);
  }, [on]);
  return now;
}
