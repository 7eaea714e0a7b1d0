/**
 * Letters that were damaged before the file was written, and marks that no person typed: they are
 * learned like any others.
 */

import { countOf } from "../errors";
import type { CheckLine } from "./check";
import { type CheckFacts, good, leaveOut, line, type PlacedExample, wholeText } from "./facts";

/** Signs that stand where a letter beyond ASCII was: its bytes of UTF-8, read one by one. */
const TWICE_ENCODED =
  /[\u00c2\u00c3\u00c5\u00d0\u00d1][\u0080-\u00bf\u2018-\u2122]|\u00e2[\u0080\u20ac][\u0080-\u00bf\u0152-\u2122]/;

/** In the order of a sentence: what it is called, and by what a text has it. */
const KINDS: readonly (readonly [what: string, found: RegExp])[] = [
  ["letters that were read in a wrong encoding before (such as Ã© for é)", TWICE_ENCODED],
  ["signs in place of letters that were lost (U+FFFD)", /\ufffd/],
  ["halves of characters, which are read as U+FFFD", /\p{Surrogate}/u],
  ["codes of HTML (such as &amp; for &)", /&(?:amp|lt|gt|quot|apos|nbsp|#\d{1,6}|#x[\da-f]{1,5});/i],
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for.
  ["control characters", /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]/],
  ["byte order marks", /\ufeff/],
];

export async function damagedLetters(facts: CheckFacts): Promise<CheckLine> {
  const counts = KINDS.map(() => 0);
  const found: PlacedExample[] = [];
  for (const row of facts.rows) {
    const text = wholeText(row.example);
    const kinds = KINDS.map(([, pattern]) => pattern.test(text));
    for (const [place, has] of kinds.entries()) if (has) counts[place]!++;
    if (kinds.includes(true)) found.push(row);
    await facts.breathe();
  }
  if (found.length === 0) return good(facts, "damaged-letters", "No text has damaged letters or codes of HTML.");
  const said = KINDS.flatMap(([what], place) =>
    counts[place]! > 0 ? [`${what} in ${countOf(counts[place]!, "row")}`] : [],
  );
  return line(
    facts,
    {
      id: "damaged-letters",
      isGood: false,
      said: `Texts have ${said.join("; ")}. They are learned as they are: write the file anew from where they are right.`,
    },
    { rows: found, actions: leaveOut(`Leave out ${countOf(found.length, "row")}`, found) },
  );
}
