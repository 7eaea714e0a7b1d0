/**
 * A weight for tokens of what is learned where a regular expression is found. Of names in calls of
 * tools these may be the key tokens of PKT alone: those by which a name is told from the others.
 */

import type { Expression, TextPlace } from "../../expressions/expression";
import { readPattern } from "./text";
import type { TokenWeigher, WeighedTokens } from "./weigher";

/** As in PKT's release. */
export const MOST_BALANCED = 9;

interface TokenRule {
  readonly pattern: string;
  /** `balanced`: of every row other tokens / matched ones, at most 9. */
  readonly weight: number | "balanced";
  /**
   * `all` (default): every token of a match. `branches`: of a name that is matched the first token,
   * and those right after what it has in common with the beginning of another name that is matched.
   */
  readonly where?: "all" | "branches" | undefined;
}

/**
 * @param texts of the training rows, where names are looked for
 * @throws Error as `wholeExpression`
 */
export function tokenWeigher({ pattern, weight, where = "all" }: TokenRule, texts: readonly string[]): TokenWeigher {
  const expression = readPattern(pattern);
  const names = where === "branches" ? namesIn(texts, expression) : [];
  return (row) => {
    const matched = matchedTokens(row.texts, (text) =>
      expression.placesIn(text).flatMap((place) => {
        return where === "all" ? [place] : branchesOf(text.slice(place.start, place.end), place.start, names);
      }),
    );
    const own = weight === "balanced" ? balancedWeight(matched) : weight;
    return matched.map((isMatched) => (isMatched ? own : 1));
  };
}

/** 1 where all tokens are matched, or none. */
function balancedWeight(matched: readonly boolean[]): number {
  const key = matched.filter(Boolean).length;
  const others = matched.length - key;
  return key === 0 || others === 0 ? 1 : Math.min(others / key, MOST_BALANCED);
}

/** The different texts that are matched. */
function namesIn(texts: readonly string[], expression: Expression): string[] {
  return [
    ...new Set(texts.flatMap((text) => expression.placesIn(text).map(({ start, end }) => text.slice(start, end)))),
  ];
}

/** The characters of a name that begins at `start` by which it is told from the others. */
function branchesOf(name: string, start: number, names: readonly string[]): TextPlace[] {
  const shared = names.map((other) => (other === name ? 0 : sharedStart(name, other)));
  return [...new Set([0, ...shared])].map((at) => ({ start: start + at, end: start + at + 1 }));
}

function sharedStart(name: string, other: string): number {
  let length = 0;
  while (length < name.length && name[length] === other[length]) length++;
  return length;
}

/** Whether a place is in each token's text, of the texts in a row. */
function matchedTokens(
  texts: WeighedTokens["texts"],
  placesIn: (text: string) => readonly TextPlace[],
): readonly boolean[] {
  const places = placesIn(texts.join("")).toSorted((a, b) => a.start - b.start);
  let begin = 0;
  return texts.map((text) => {
    const end = begin + text.length;
    const isMatched = places.some((place) => place.start < end && place.end > begin);
    begin = end;
    return isMatched;
  });
}
