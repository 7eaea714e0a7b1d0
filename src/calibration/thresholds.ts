/**
 * The chance above which a label is given: for each label the one with the highest F1. What lies
 * above one half is the right rule for accuracy, not for the F1 of a rare label (Lipton et al.
 * 2014, "Optimal Thresholding of Classifiers to Maximize F1 Measure").
 */

export const USUAL_THRESHOLD = 0.5;
/** Digits of a threshold, where so many give the same labels. */
const DIGITS = 6;

/**
 * Of one label: the threshold whose F1 over the rows is highest, among one half and the middles
 * between neighbouring chances. Of equals the nearest to one half, then the higher. Null where no
 * row has the label: every threshold is as good.
 * @param chances [rows], from 0 to 1
 * @param has [rows], whether the row has the label
 */
export function bestThreshold(chances: ArrayLike<number>, has: readonly boolean[]): number | null {
  const support = has.filter(Boolean).length;
  if (support === 0) return null;
  const order = [...has.keys()].sort((a, b) => chances[b]! - chances[a]!);
  const above = has.map((_, row) => chances[row]! > USUAL_THRESHOLD);
  const f1 = (both: number, claimed: number) => (2 * both) / (support + claimed);
  let best = {
    threshold: USUAL_THRESHOLD,
    f1: f1(has.filter((own, row) => own && above[row]).length, above.filter(Boolean).length),
  };
  let both = 0;
  order.forEach((row, place) => {
    if (has[row]) both++;
    const chance = chances[row]!;
    const next = place + 1 < order.length ? chances[order[place + 1]!]! : 0;
    // Rows of one chance are on the same side.
    if (next === chance) return;
    const found = { threshold: between(next, chance), f1: f1(both, place + 1) };
    const nearer = Math.abs(found.threshold - USUAL_THRESHOLD) < Math.abs(best.threshold - USUAL_THRESHOLD);
    if (found.f1 > best.f1 || (found.f1 === best.f1 && nearer)) best = found;
  });
  return best.threshold;
}

/** A number that `high` is above and `low` is not, about in their middle. */
function between(low: number, high: number): number {
  const middle = low + (high - low) / 2;
  const short = Number(middle.toPrecision(DIGITS));
  if (short >= low && short < high) return short;
  return middle < high ? middle : low;
}
