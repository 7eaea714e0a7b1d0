/** What is being waited for, how far it is, and for how long still. */

import { useEffect, useState } from "react";
import type { ProgressEvent } from "../../worker/api";
import { formatBytes, formatCount, formatDuration, formatLeft } from "../numbers";
import { useStudio } from "../store/store";
import { secondsUntil } from "../store/time-left";
import { shownWait } from "../store/waits";
import "./ProgressLine.css";

const words: Record<ProgressEvent["wait"], string> = {
  "downloading model": "Downloading the model",
  "checking model": "Checking the model's files",
  "downloading data": "Downloading",
  "reading data": "Reading data",
  tokenising: "Tokenising",
  "loading weights": "Loading weights",
  "choosing rows": "Choosing training rows",
  "reading training rows": "Reading every training row once through the frozen model",
  fitting: "Fitting to all training rows:",
  "reading rows": "Reading every training row once with",
  "reading words": "Reading the rows' most frequent words one by one for",
  "semantic pass": "Running the semantic text once through the frozen model",
  "searching rates": "Searching the best learning rate of",
  "decomposing weights": "Finding the parts of weights that adapters start from, for",
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
  const { event, since, startedAtDone, ending } = wait;
  const amount = (value: number) => (event.unit === "bytes" ? formatBytes(value) : formatCount(value));
  const unit = event.unit === "bytes" ? "" : ` ${event.unit}`;
  const elapsed = Math.max(0, (now - since) / 1000);
  const rate = elapsed > 0.5 ? (event.done - startedAtDone) / elapsed : 0;
  const left = secondsUntil(ending, now);
  const parts: string[] = [];
  if (event.total !== null) parts.push(`${amount(event.done)} of ${amount(event.total)}${unit}`);
  // Where nothing has been counted yet there may be nothing to count.
  else if (event.done > 0) parts.push(`${amount(event.done)}${unit}`);
  if (event.unit === "bytes" && rate > 0) parts.push(`${formatBytes(rate)}/s`);
  if (left !== null) parts.push(formatLeft(left, ending!.slower));
  else if (elapsed >= 1 && ending === null) parts.push(`${formatDuration(elapsed)} so far`);
  return (
    <div className="progress-line">
      <span className="progress-text">
        {words[event.wait]}
        {event.detail && <span className="muted"> {event.detail}</span>}
        {parts.map((part) => ` · ${part}`)}
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
