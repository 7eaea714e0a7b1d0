/** The scores of rows as columns: numbers by which rows are sorted, drawn and written out. */

import { median } from "d3-array";
import { type FormulaCells, writeCsv } from "../../../data/write-csv";
import type { InstrumentResult } from "../../../worker/api";

export type ScoredRows = InstrumentResult<"row-scores">;

export interface ScoreColumn {
  readonly id: string;
  readonly name: string;
  /** What it says, in a sentence. */
  readonly help: string;
  /** Of every row. */
  readonly values: Float64Array;
}

/** Those that were computed, in the order in which they are shown. */
export function scoreColumns({ scores, other, weights }: ScoredRows): ScoreColumn[] {
  const loss = scores.losses;
  const before = other?.losses;
  const columns: (Omit<ScoreColumn, "values"> & { values: Float64Array | null | undefined })[] = [
    { id: "loss", name: "Loss", help: "How far from the data: −log of the probability, in nats.", values: loss },
    { id: "entropy", name: "Entropy", help: "How unsure, whatever is true.", values: scores.entropies },
    { id: "other", name: "Loss compared", help: "The loss of what it is compared with.", values: before },
    {
      id: "change",
      name: "Change of loss",
      help: "Its loss less the compared one: below 0 it fits the row better.",
      values: loss && before && loss.map((value, row) => value - before[row]!),
    },
    {
      id: "gradient",
      name: "Gradient norm",
      help: "How much the row alone would move what is trained.",
      values: scores.gradientNorms,
    },
    {
      id: "helps",
      name: "Helps validation rows",
      help:
        "How fast the validation loss falls if the row alone is learned from; below 0 it rises. It says most before a " +
        "run knows its rows by heart.",
      values: scores.gradientProducts,
    },
    {
      id: "weight",
      name: "Weight",
      help: "What the row would count for: nothing where it harms, else as much as it helps, 1 on average (LiST).",
      values: weights,
    },
  ];
  return columns.flatMap(({ values, ...column }) => (values ? [{ ...column, values }] : []));
}

/** Places of rows by a column; rows without a number come last. */
export function sortedRows({ values }: ScoreColumn, descending: boolean): number[] {
  const places = [...values.keys()];
  const sign = descending ? -1 : 1;
  return places.sort((a, b) => {
    const [left, right] = [values[a]!, values[b]!];
    if (Number.isNaN(left) || Number.isNaN(right))
      return Number(Number.isNaN(left)) - Number(Number.isNaN(right)) || a - b;
    return sign * (left - right) || a - b;
  });
}

/** How many rows fall into each of so many equal steps; NaN counts nowhere. */
export function binned(values: Float64Array, bins: number): { from: number; upTo: number; count: number }[] {
  const there = values.filter(Number.isFinite);
  if (there.length === 0) return [];
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const value of there) {
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  const step = (high - low || 1) / bins;
  const counts = new Array<number>(bins).fill(0);
  for (const value of there) counts[Math.min(bins - 1, Math.floor((value - low) / step))]!++;
  return counts.map((count, bin) => ({ from: low + bin * step, upTo: low + (bin + 1) * step, count }));
}

/** The value below which half of the numbers lie; NaN of none. */
export function medianOf(values: Float64Array): number {
  return median(values.filter(Number.isFinite)) ?? Number.NaN;
}

/** How a reader ranks what was written: its first choice, its second or third, or further down. */
export function rankShares(ranks: Int32Array): { first: number; near: number; far: number } {
  let [first, near] = [0, 0];
  for (const rank of ranks) {
    if (rank === 1) first++;
    else if (rank <= 3) near++;
  }
  const all = Math.max(1, ranks.length);
  return { first: first / all, near: near / all, far: (ranks.length - first - near) / all };
}

/** The rows with their scores, for programs and spreadsheets. */
export function scoresCsv(found: ScoredRows, formulas: FormulaCells = "text"): string {
  const columns = scoreColumns(found);
  const fields = ["row", "text", "truth", ...columns.map(({ name }) => name.toLowerCase())];
  const cells = found.rows.map(({ row, text, truth }, place) => {
    const numbers = columns.map(({ values }) => (Number.isFinite(values[place]) ? values[place]! : ""));
    return [row, text, truth, ...numbers];
  });
  return writeCsv(fields, cells, formulas);
}
