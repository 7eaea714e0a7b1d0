/**
 * What every run says of a typed text: labels with their probabilities, a number, or the words with
 * their tags.
 */

import type { Prediction } from "../../worker/api";
import { appearance } from "../appearance";
import { RunSwatch } from "../charts/RunSwatch";
import { TaggedWords } from "../data/TaggedWords";
import { formatPercent, formatPlural } from "../numbers";
import "./Predictions.css";

interface PredictionsProps {
  predictions: readonly Prediction[];
  slots: ReadonlyMap<string, number>;
}

export function Predictions({ predictions, slots }: PredictionsProps) {
  return (
    <ul
      className={predictions[0]?.answer === "tags" ? "predictions predictions-wide" : "predictions"}
      aria-live="polite"
    >
      {predictions.map((prediction) => {
        const slot = slots.get(prediction.run);
        return (
          <li key={prediction.run} className="prediction">
            <div className="prediction-run">
              {slot !== undefined && <RunSwatch slot={slot} />}
              {prediction.run === "base" ? "Untrained base" : prediction.run}
            </div>
            <Answer prediction={prediction} color={slot === undefined ? "var(--muted)" : appearance(slot).color} />
            {prediction.calibrated && (
              <p className="field-help">
                Calibrated{prediction.answer === "labels" ? ", with a threshold for each label" : ""}.
              </p>
            )}
            {prediction.truncated && <p className="field-help">Cut to {formatPlural(prediction.tokens, "token")}.</p>}
          </li>
        );
      })}
    </ul>
  );
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
    case "labels": {
      const present = prediction.probabilities.filter(({ probability, threshold }) => probability > threshold);
      return (
        <>
          <div className="prediction-label">{present.map(({ label }) => label).join(", ") || "no label"}</div>
          <Probabilities shown={prediction.probabilities} color={color} most={8} />
        </>
      );
    }
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
          <span className="probability-label">{label}</span>
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
