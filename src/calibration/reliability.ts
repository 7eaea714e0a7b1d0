/**
 * Whether what a run says with a chance of 80 % is right 8 times in 10: the reliability curve and
 * the expected calibration error (Naeini et al. 2015; Guo et al. 2017).
 */

import { chancesOf } from "./chances";
import type { LabelledLogits } from "./labelled-logits";

/** Bins of equal width from 0 to 1. */
export const BINS = 15;

/** What was said with chances above `low` and up to `high`. */
export interface ReliabilityBin {
  low: number;
  high: number;
  count: number;
  /** Mean chance, and the share that was right; null where nothing was said. */
  confidence: number | null;
  accuracy: number | null;
}

export interface Reliability {
  bins: ReliabilityBin[];
  /** Σ count · |accuracy − confidence| / Σ count, from 0 to 1. */
  ece: number;
}

/**
 * Of rows with one label what counts is the most probable one and whether it is right; of several
 * labels every row with every label, and whether the label is there.
 */
export function reliabilityOf({ several, logits, truth }: LabelledLogits, temperature: number): Reliability {
  const said: number[] = [];
  const right: boolean[] = [];
  logits.forEach((row, index) => {
    const chances = [...chancesOf(row, { several, temperature })];
    const likeliest = chances.indexOf(Math.max(...chances));
    for (const label of several ? chances.keys() : [likeliest]) {
      said.push(chances[label]!);
      right.push(truth[index]!.includes(label));
    }
  });
  return binned(said, right);
}

/**
 * @param said chances, from 0 to 1
 * @param right whether each came true
 */
export function binned(said: readonly number[], right: readonly boolean[]): Reliability {
  const sums = Array.from({ length: BINS }, () => ({ count: 0, said: 0, right: 0 }));
  said.forEach((chance, index) => {
    const bin = sums[Math.min(BINS - 1, Math.max(0, Math.ceil(chance * BINS) - 1))]!;
    bin.count++;
    bin.said += chance;
    bin.right += Number(right[index]);
  });
  const gaps = sums.reduce((sum, bin) => sum + Math.abs(bin.right - bin.said), 0);
  return {
    bins: sums.map((bin, index) => ({
      low: index / BINS,
      high: (index + 1) / BINS,
      count: bin.count,
      confidence: bin.count > 0 ? bin.said / bin.count : null,
      accuracy: bin.count > 0 ? bin.right / bin.count : null,
    })),
    ece: gaps / Math.max(1, said.length),
  };
}
