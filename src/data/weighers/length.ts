/** A weight for rows of more than so many words. */

import { rowText } from "./row-text";
import type { RowWeigher } from "./weigher";

/** Words are what stands between white space. */
export function lengthWeigher(rule: { readonly longerThan: number; readonly weight: number }): RowWeigher {
  const words = (text: string) => text.match(/\S+/g)?.length ?? 0;
  return ({ examples }) => examples.map((example) => (words(rowText(example)) > rule.longerThan ? rule.weight : 1));
}
