/** A weight for rows that have a label. */

import { nearestName } from "../../errors/nearest-name";
import { quote } from "../errors";
import type { RowWeigher } from "./weigher";

/**
 * Of several labels, or a tag for every word, rows that have it at all. The weigher throws an Error
 * naming the label, and the nearest one, where the data have no such label.
 */
export function labelWeigher({ label, weight }: { readonly label: string; readonly weight: number }): RowWeigher {
  return ({ examples, labels, labelsOf }) => {
    const id = labels.indexOf(label);
    if (labels.length === 0) throw new Error("this task has no labels");
    if (id < 0) {
      const nearest = quote(nearestName(label, labels));
      throw new Error(`the data have no label ${quote(label)}; the nearest of their ${labels.length} is ${nearest}`);
    }
    return examples.map((example) => ([...labelsOf(example)].includes(id) ? weight : 1));
  };
}
