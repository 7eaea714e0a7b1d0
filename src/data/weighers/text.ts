/** A weight for rows in whose texts a regular expression is found. */

import { wholeExpression } from "../../expressions/expression";
import { rowText } from "./row-text";
import type { RowWeigher } from "./weigher";

/** @throws Error as `wholeExpression` */
export function textWeigher({ pattern, weight }: { readonly pattern: string; readonly weight: number }): RowWeigher {
  const expression = readPattern(pattern);
  return ({ examples }) => examples.map((example) => (expression.isIn(rowText(example)) ? weight : 1));
}

/** @throws Error as `wholeExpression` */
export const readPattern = (pattern: string) => wholeExpression(pattern, pattern, "Write the weights into a column");
