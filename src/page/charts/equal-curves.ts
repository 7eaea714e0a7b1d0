/** Runs whose curves are one and the same to the digits that are read: one of them hardly moves. */

import { isTrained } from "../store/is-trained";
import type { PlottedLine } from "./plotted-lines";

/** Values that agree to four digits differ by less than this share of them. */
const FOUR_DIGITS = 5e-4;

type Curve = Pick<PlottedLine, "run" | "seeds" | "faded" | "steps" | "ys">;

/**
 * Names of trained runs that agree at every evaluation, of which there are at least two. Earlier
 * comparisons are left out.
 * @param lines of the validation loss, each alone or the mean of its seeds
 */
export function equalCurves(lines: readonly Curve[]): string[][] {
  const groups: Curve[][] = [];
  for (const line of lines) {
    if (line.faded || !line.seeds.every(isTrained) || line.steps.length < 2) continue;
    const group = groups.find(([first]) => first && areEqual(first, line));
    if (group) group.push(line);
    else groups.push([line]);
  }
  return groups.filter(({ length }) => length > 1).map((group) => group.map(({ run }) => run.name));
}

function areEqual(a: Curve, b: Curve): boolean {
  return (
    a.steps.length === b.steps.length &&
    a.steps.every((step, i) => step === b.steps[i]) &&
    a.ys.every((y, i) => Math.abs(y - b.ys[i]!) < FOUR_DIGITS * Math.max(Math.abs(y), Math.abs(b.ys[i]!)))
  );
}
