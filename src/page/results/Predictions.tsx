/**
 * What every run says of a typed text: labels with their probabilities, a number, or the words with
 * their tags.
 */

import type { Prediction } from "../../worker/api";
import { appearance } from "../appearance";
import { RunSwatch } from "../charts/RunSwatch";
import { TaggedWords } from "../data/TaggedWords";
import { formatCount, formatPercent, formatPlural } from "../numbers";
import { differingRuns, saidOf } from "./disagreement";
import "./Predictions.css";

interface PredictionsProps {
  predictions: readonly Prediction[];
  slots: ReadonlyMap<string, number>;
}

export function Predictions({ predictions, slots }: PredictionsProps) {
  const runs = predictions.filter(({ run }) => run !== "base");
  const base = predictions.find(({ run }) => run === "base");
  const differing = differingRuns(runs);
  return (
    <>
      <p className={differing.length > 0 ? "predictions-differ" : "visually-hidden"} aria-live="polite">
        {disagreement(runs, differing)}
      </p>
      <ul className={predictions[0]?.answer === "tags" ? "predictions predictions-wide" : "predictions"}>
        {[...runs, ...(base ? [base] : [])].map((prediction) => {
          const slot = slots.get(prediction.run);
          const untrained = prediction === base;
          const differs = differing.includes(prediction.run);
          return (
            <li
              key={prediction.run}
              className={`prediction${differs ? " prediction-differs" : ""}${untrained ? " prediction-untrained" : ""}`}
            >
              <div className="prediction-run">
                {slot !== undefined && <RunSwatch slot={slot} />}
                {untrained ? UNTRAINED : prediction.run}
              </div>
              <Answer prediction={prediction} color={slot === undefined ? "var(--muted)" : appearance(slot).color} />
              {untrained && (
                <p className="field-help">Its head is random numbers, so what it says means nothing yet.</p>
              )}
              {prediction.calibrated && (
                <p className="field-help">
                  Calibrated{prediction.answer === "labels" ? ", with a threshold for each label" : ""}.
                </p>
              )}
              {prediction.leftOut > 0 && (
                <p className="field-help">
                  Cut to {formatCount(prediction.tokens)} of{" "}
                  {formatPlural(prediction.tokens + prediction.leftOut, "token")}, as texts are for training (step 1).
                </p>
              )}
            </li>
          );
        })}
      </ul>
    </>
  );
}

/** The frozen model below a head that was never trained. */
const UNTRAINED = "Before training (random head)";

/** In words, of those that runs may say differently; `differing`: see `differingRuns`. */
function disagreement(runs: readonly Prediction[], differing: readonly string[]): string {
  if (runs.length < 2 || runs[0]!.answer === "number") return "";
  if (differing.length === 0) return "All runs say the same.";
  if (runs[0]!.answer === "tags") return `The runs disagree: ${differing.join(", ")} tag some words differently.`;
  const counts = new Map<string, number>();
  for (const run of runs) counts.set(saidOf(run), (counts.get(saidOf(run)) ?? 0) + 1);
  const most = [...counts].sort(([, a], [, b]) => b - a);
  return `The runs disagree: ${most.map(([answer, count]) => `${formatPlural(count, "run")} ${count === 1 ? "says" : "say"} “${answer}”`).join(", ")}.`;
}

function Answer({ prediction, color }: { prediction: Prediction; color: string }) {
  switch (prediction.answer) {
    case "label":
      return (
        <>
          <div className="prediction-label">{prediction.label}</div>
          <Probabilities shown={prediction.probabilities} color={color} most={4} />
        </>
      );
    case "labels":
      return (
        <>
          <div className="prediction-label">{saidOf(prediction)}</div>
          <Probabilities shown={prediction.probabilities} color={color} most={8} />
        </>
      );
    case "number":
      return <div className="prediction-label">{prediction.number.toPrecision(4)}</div>;
    case "tags":
      return <TaggedWords words={prediction.words} tags={prediction.tags} />;
  }
}

interface ProbabilitiesProps {
  /** `threshold`: from which a label is given, where it is not the most probable one. */
  shown: readonly { label: string; probability: number; threshold?: number }[];
  color: string;
  most: number;
}

function Probabilities({ shown, color, most }: ProbabilitiesProps) {
  const ranked = shown.toSorted((a, b) => b.probability - a.probability).slice(0, most);
  return (
    <ul className="probabilities">
      {ranked.map(({ label, probability, threshold }) => (
        <li key={label}>
          <span className="probability-label" title={label}>
            {label}
          </span>
          <span className="probability-track">
            <span className="probability-bar" style={{ width: `${probability * 100}%`, background: color }} />
            {threshold !== undefined && (
              <span
                className="probability-threshold"
                style={{ left: `${threshold * 100}%` }}
                title={`given above ${formatPercent(threshold)}`}
              />
            )}
          </span>
          <span className="number">{formatPercent(probability)}</span>
        </li>
      ))}
    </ul>
  );
}
