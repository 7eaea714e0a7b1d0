/** A sum below a table, as spreadsheets have it, that is read as a row. */

import { quote } from "../errors";
import type { CheckLine } from "./check";
import { type CheckFacts, leaveOut, line, type PlacedExample } from "./facts";

/** What such a row begins with, in languages of Europe. */
const SUMS =
  /^(grand total|sub-?total|totals?|sums?|summe|gesamt|insgesamt|somme|suma|totale|totaal|всего|итого)\s*:?$/iu;

/** Only the last row of a file can be one, and only where no other row reads so. */
export function sumRow(facts: CheckFacts): CheckLine | null {
  const last = new Map<string, PlacedExample>();
  for (const row of facts.rows) {
    const known = last.get(row.file);
    if (!known || row.example.row > known.example.row) last.set(row.file, row);
  }
  const found = [...last.values()].filter(
    (row) =>
      SUMS.test(row.example.text.trim()) &&
      !facts.rows.some((other) => other !== row && SUMS.test(other.example.text.trim())),
  );
  const [first] = found;
  if (!first) return null;
  return line(
    facts,
    {
      id: "sum-row",
      isGood: false,
      said: `The last row reads ${quote(first.example.text.trim())}, as a sum below a table does, and is learned like any other.`,
    },
    { rows: found, actions: leaveOut("Leave it out", found) },
  );
}
