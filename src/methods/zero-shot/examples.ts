/** Training rows that are shown to a frozen model with their answers (Brown et al. 2020). */

import { group, shuffler } from "d3-array";
import type { LabelledText } from "../method";

/**
 * So many rows, drawn without a repeat, the labels by turns: no label is shown twice more often
 * than another, as far as there are rows of each.
 * @param draw gives numbers in [0, 1)
 */
export function drawnExamples(rows: readonly LabelledText[], count: number, draw: () => number): LabelledText[] {
  const shuffle = shuffler(draw);
  const left = group(shuffle([...rows]), ({ label }) => label);
  const turns = shuffle([...left.keys()].sort());
  const shown: LabelledText[] = [];
  while (shown.length < count && turns.some((label) => left.get(label)!.length > 0)) {
    for (const label of turns) {
      const row = shown.length < count ? left.get(label)!.pop() : undefined;
      if (row) shown.push(row);
    }
  }
  return shown;
}
