/**
 * Rows whose label is probably wrong, by confident learning (Northcutt, Jiang and Chuang 2021), as
 * cleanlab's `find_label_issues(filter_by="confident_learning")` has it. Not for where the chances
 * come from: they must be of rows that were not learned, or every label looks right.
 */

/** As cleanlab's: chances that differ by less are equal, and no threshold is lower. */
const EQUAL = 1e-6;
const LOWEST_THRESHOLD = 2e-6;

/** A row whose label is probably another one. */
export interface Suspect {
  /** Its place among the rows. */
  readonly place: number;
  readonly given: number;
  readonly likely: number;
  /** The chance of the given label: its self-confidence. */
  readonly confidence: number;
  /** The chance of the likely one. */
  readonly likelyConfidence: number;
}

export interface ConfidentLearning {
  /** Of every class the mean self-confidence of its rows; infinite where it has none. */
  readonly thresholds: readonly number[];
  /**
   * How many rows with the one label are confidently of the other, [given][likely]; on the diagonal
   * at least 1.
   */
  readonly joint: readonly (readonly number[])[];
  /** The least confident first. */
  readonly suspects: readonly Suspect[];
}

/**
 * A row is confidently of the classes whose threshold its chance reaches, and of these of the
 * likeliest. It is a suspect where that is not its label, and its label is not the likeliest of
 * all.
 * @param labels class of each row
 * @param chances [rows, classes], each row's adding up to 1
 */
export function learnConfidently(labels: ArrayLike<number>, chances: Float64Array, classes: number): ConfidentLearning {
  const chance = (place: number, label: number) => chances[place * classes + label]!;
  const thresholds = thresholdsOf(labels, chance, classes);
  const joint = Array.from({ length: classes }, () => new Array<number>(classes).fill(0));
  const suspects: Suspect[] = [];
  for (let place = 0; place < labels.length; place++) {
    const given = labels[place]!;
    const likely = confidentClass((label) => chance(place, label), thresholds);
    if (likely === null) continue;
    joint[given]![likely]!++;
    if (likely === given || isLikeliest((label) => chance(place, label), given, classes)) continue;
    suspects.push({ place, given, likely, confidence: chance(place, given), likelyConfidence: chance(place, likely) });
  }
  for (const [label, row] of joint.entries()) row[label] = Math.max(1, row[label]!);
  suspects.sort((a, b) => a.confidence - b.confidence || a.place - b.place);
  return { thresholds, joint, suspects };
}

function thresholdsOf(
  labels: ArrayLike<number>,
  chance: (place: number, label: number) => number,
  classes: number,
): number[] {
  const sums = new Array<number>(classes).fill(0);
  const counts = new Array<number>(classes).fill(0);
  for (let place = 0; place < labels.length; place++) {
    const label = labels[place]!;
    sums[label]! += chance(place, label);
    counts[label]!++;
  }
  return sums.map((sum, label) => {
    const count = counts[label]!;
    return count === 0 ? Number.POSITIVE_INFINITY : Math.max(sum / count, LOWEST_THRESHOLD);
  });
}

/**
 * The class that a row is confidently of: the only one whose threshold it reaches, or where there
 * are several the likeliest of all; null where there is none.
 */
function confidentClass(chance: (label: number) => number, thresholds: readonly number[]): number | null {
  const reached = thresholds.flatMap((threshold, label) => (chance(label) >= threshold - EQUAL ? [label] : []));
  if (reached.length < 2) return reached[0] ?? null;
  return [...thresholds.keys()].reduce((best, label) => (chance(label) > chance(best) ? label : best));
}

function isLikeliest(chance: (label: number) => number, given: number, classes: number): boolean {
  const own = chance(given) + EQUAL;
  for (let label = 0; label < classes; label++) {
    // Of equal ones the first counts as the likeliest.
    if (label < given ? chance(label) >= own : chance(label) > own) return false;
  }
  return true;
}

/** Logits [rows, classes] of one label a row as chances. */
export function softmaxRows(logits: ArrayLike<number>, classes: number): Float64Array {
  const chances = new Float64Array(logits.length);
  for (let start = 0; start < logits.length; start += classes) {
    let most = Number.NEGATIVE_INFINITY;
    for (let label = 0; label < classes; label++) most = Math.max(most, logits[start + label]!);
    let sum = 0;
    for (let label = 0; label < classes; label++) {
      chances[start + label] = Math.exp(logits[start + label]! - most);
      sum += chances[start + label]!;
    }
    for (let label = 0; label < classes; label++) chances[start + label]! /= sum;
  }
  return chances;
}

/**
 * Of one of several labels the logits [rows, labels] as chances [rows, 2] that it is not there, and
 * that it is: each label is a question of its own.
 */
export function chancesOfOne(logits: ArrayLike<number>, labels: number, label: number): Float64Array {
  const rows = logits.length / labels;
  const chances = new Float64Array(2 * rows);
  for (let row = 0; row < rows; row++) {
    const there = 1 / (1 + Math.exp(-logits[row * labels + label]!));
    chances[2 * row] = 1 - there;
    chances[2 * row + 1] = there;
  }
  return chances;
}
