/** A sum below a table, as spreadsheets have it, that is read as a row. */

import { quote } from "../errors";
import type { CheckLine } from "./check";
import { type CheckFacts, leaveOut, line } from "./facts";

/** What such a row begins with, in languages of Europe. */
const SUMS =
  /^(grand total|sub-?total|totals?|sums?|summe|gesamt|insgesamt|somme|suma|totale|totaal|всего|итого)\s*:?$/iu;

/** Only the last row of a file can be one, and only where no other row reads so. */
export function sumRow(facts: CheckFacts): CheckLine | null {
  const sums = facts.rows.filter(({ example }) => SUMS.test(example.text.trim()));
  const [sum] = sums;
  if (!sum || sums.length > 1) return null;
  if (facts.rows.some(({ file, example }) => file === sum.file && example.row > sum.example.row)) return null;
  return line(
    facts,
    {
      id: "sum-row",
      isGood: false,
      said: `The last row reads ${quote(sum.example.text.trim())}, as a sum below a table does, and is learned like any other.`,
    },
    { rows: sums, actions: leaveOut("Leave it out", sums) },
  );
}
