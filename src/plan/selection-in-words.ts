/** What a selection of training rows says, in words. */

import type { Band, RowSelection, SelectionScore } from "../data/types";
import { formatPercent, formatPlural } from "./numbers";

const bands: Readonly<Record<Band, string>> = { low: "lowest", middle: "middle", high: "highest" };

/** `25 % of the rows: highest loss under the frozen model`. */
export function selectionInWords({ share, rows, perLabel = false, ...score }: RowSelection): string {
  const size = rows === undefined ? `${formatPercent(share, 0)} of the rows` : formatPlural(rows, "row");
  return `${size}${perLabel ? ", of each label alike" : ""}: ${scoreInWords(score)}`;
}

/** `highest loss under the frozen model`. */
export function scoreInWords(score: SelectionScore): string {
  switch (score.by) {
    case "random":
      return "at random";
    case "loss":
      return `${bands[score.prefer]} loss under the frozen model`;
    case "gain":
      return `loss that ${score.reference} lowers most against ${score.over ?? "the frozen model"}`;
    case "diversity":
      return "far from one another";
    case "difficulty":
      return `${bands[score.prefer]} ${score.measure} over the epochs of a training`;
    case "similarity":
      return score.how === "nearest" ? "nearest to the validation rows" : "towards the validation rows, by transport";
  }
}
