/**
 * What each label counts for in the loss, so that rare ones are not drowned out: computed from
 * training rows, or given by hand. Not for the loss itself (`tasks/shares.ts`, `tasks/heads.ts`).
 */

import { nearestName } from "../errors/nearest-name";
import { quote } from "./errors";
import type { TokenizedExample } from "./tokens";
import type { TaskId } from "./types";

/** By hand: of labels by name; those that are not named weigh 1. */
export type ClassWeights = "off" | "balanced" | Readonly<Record<string, number>>;

/** Tasks whose labels can be weighted. */
export const weightedTasks: readonly TaskId[] = [
  "sequence-classification",
  "multi-label-classification",
  "token-classification",
];

/**
 * scikit-learn's `compute_class_weight("balanced")`: n / (classes · count), of the classes that
 * occur; 1 for others.
 */
export function balancedWeights(counts: readonly number[]): number[] {
  const all = counts.reduce((sum, count) => sum + count, 0);
  const present = counts.filter((count) => count > 0).length;
  return counts.map((count) => (count > 0 ? all / (present * count) : 1));
}

/**
 * Of each of several labels what its rows weigh, as torch's `pos_weight`: rows without it / rows
 * with it. 1 for a label that no row has, or every row: there is nothing to balance.
 */
export function balancedPositiveWeights(counts: readonly number[], rows: number): number[] {
  return counts.map((count) => (count > 0 && count < rows ? (rows - count) / count : 1));
}

/**
 * The weights of all labels by class id. `balanced` computes them of the counts.
 * @throws Error naming a label that the data have not and the nearest one, or where no label counts
 */
export function weightsOf(
  given: ClassWeights,
  labels: readonly string[],
  balanced: () => readonly number[],
): readonly number[] {
  if (given === "off") return labels.map(() => 1);
  if (given === "balanced") return balanced();
  for (const name of Object.keys(given)) {
    if (labels.includes(name)) continue;
    throw new Error(
      `training.classWeights: the data have no label ${quote(name)}; the nearest of their ${labels.length} is ` +
        `${quote(nearestName(name, labels))}.`,
    );
  }
  // A label may be called like a member that every object has.
  const weights = labels.map((name) => (Object.hasOwn(given, name) ? given[name]! : 1));
  if (weights.every((weight) => weight === 0)) {
    throw new Error("training.classWeights: every label weighs 0, so nothing would be learned. Raise one above 0.");
  }
  return weights;
}

/**
 * Training rows with what each of their labels weighs: every label's own (`weights`), or, where a
 * row may have several, what each weighs in rows that have it (`positiveWeights`).
 * @throws Error as `weightsOf`
 */
export function weighRows(
  rows: readonly TokenizedExample[],
  labels: readonly string[],
  given: ClassWeights,
  several: boolean,
): readonly TokenizedExample[] {
  if (given === "off") return rows;
  const counts = countLabels(rows, labels.length, several);
  const balanced = () => (several ? balancedPositiveWeights(counts, rows.length) : balancedWeights(counts));
  const byId = Float32Array.from(weightsOf(given, labels, balanced));
  if (several) return rows.map((row) => ({ ...row, positiveWeights: byId }));
  return rows.map((row) => {
    // What the row itself counts for is a factor of its own.
    const weights = Float32Array.from(row.labels, (label, place) => (byId[label] ?? 0) * (row.weights?.[place] ?? 1));
    return { ...row, weights };
  });
}

/** How often each label occurs. */
function countLabels(rows: readonly TokenizedExample[], labels: number, several: boolean): number[] {
  const counts = new Array<number>(labels).fill(0);
  for (const { labels: own, values = [] } of rows) {
    if (several) for (const [label, value] of values.entries()) counts[label]! += value;
    else for (const label of own) if (label >= 0) counts[label]!++;
  }
  return counts;
}
