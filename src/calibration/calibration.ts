/**
 * How a run's logits are read after training: divided by a temperature, and with a threshold for
 * each label where a row may have several. Tuned on validation rows, measured on others.
 */

import { chancesOf } from "./chances";
import type { LabelledLogits } from "./labelled-logits";
import type { Reliability } from "./reliability";
import { fitTemperature, HIGHEST_TEMPERATURE } from "./temperature";
import { bestThreshold, USUAL_THRESHOLD } from "./thresholds";

export interface Calibration {
  /** What logits are divided by; 1: nothing is changed. */
  temperature: number;
  /**
   * Chance above which each label is given, in class-id order; null where a row has one label: the
   * most probable one.
   */
  thresholds: number[] | null;
  /** What could not be tuned, in sentences. */
  notes: string[];
}

/** One label's threshold, and its F1 on the measured rows without it and with it. */
export interface ThresholdFigures {
  label: string;
  threshold: number;
  before: number;
  after: number;
}

/** A calibration with what it does on rows. */
export interface MeasuredCalibration extends Calibration {
  /** The rows that it was measured on; validation rows where the data have no test part. */
  part: "validation" | "test";
  rows: number;
  /** Whether it came with an imported adapter: it was tuned on rows that are not known here. */
  imported: boolean;
  /** As trained, and as calibrated. */
  before: Reliability;
  after: Reliability;
  /** Of every label, where there are thresholds. */
  thresholdFigures: ThresholdFigures[] | null;
}

/** Digits of a temperature. */
const DIGITS = 6;
/** With fewer validation rows the best threshold is chance more than the label's. */
const FEWEST_ROWS = 50;
/** Labels that are named; of the others the number is said. */
const MOST_NAMED = 5;

/** Tunes temperature, then thresholds on the chances at that temperature. */
export function tuneCalibration(rows: LabelledLogits, labels: readonly string[]): Calibration {
  const notes: string[] = [];
  const temperature = tuneTemperature(rows, notes);
  return { temperature, thresholds: rows.several ? tuneThresholds(rows, temperature, labels, notes) : null, notes };
}

function tuneTemperature(rows: LabelledLogits, notes: string[]): number {
  const fitted = fitTemperature(rows);
  if ("temperature" in fitted) return Number(fitted.temperature.toPrecision(DIGITS));
  if (fitted.without === "lowest") {
    notes.push(
      "The lower the temperature, the better it fits the validation rows, as where all of them are right: without " +
        "mistakes they do not show how sure to be. The temperature stays 1.",
    );
    return 1;
  }
  notes.push(
    "What it says of the validation rows tells nothing of their labels, so chances are made as even as they can be: " +
      `temperature ${HIGHEST_TEMPERATURE}, the highest that is tried.`,
  );
  return HIGHEST_TEMPERATURE;
}

function tuneThresholds(
  { several, logits, truth }: LabelledLogits,
  temperature: number,
  labels: readonly string[],
  notes: string[],
): number[] {
  const chances = logits.map((row) => chancesOf(row, { several, temperature }));
  const without: string[] = [];
  const thresholds = labels.map((name, label) => {
    const own = bestThreshold(
      chances.map((row) => row[label]!),
      truth.map((labels) => labels.includes(label)),
    );
    if (own === null) without.push(name);
    return own ?? USUAL_THRESHOLD;
  });
  if (truth.length < FEWEST_ROWS) {
    notes.push(
      `The thresholds were tuned on ${truth.length} validation rows. Of fewer than ${FEWEST_ROWS} they are a guess: ` +
        "look at F1 on other rows before you use them.",
    );
  }
  if (without.length > 0) {
    const more = without.length > MOST_NAMED ? ` and ${without.length - MOST_NAMED} more` : "";
    notes.push(
      `No validation row has ${without.slice(0, MOST_NAMED).join(", ")}${more}: the threshold stays ${USUAL_THRESHOLD}.`,
    );
  }
  return thresholds;
}

/**
 * Logits as they decide: divided by the temperature, and with thresholds moved so that a label's
 * is positive where its chance is above its threshold. Chances are read off logits / temperature
 * alone.
 */
export function decidingLogits(logits: ArrayLike<number>, { temperature, thresholds }: Calibration): Float32Array {
  if (!thresholds) return Float32Array.from(logits, (logit) => logit / temperature);
  return Float32Array.from(logits, (logit, label) => {
    const threshold = thresholds[label]!;
    return logit / temperature - Math.log(threshold / (1 - threshold));
  });
}
