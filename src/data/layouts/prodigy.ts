/**
 * Prodigy's JSON Lines: rows that were rejected or ignored are left out, or say that a label is not
 * there; options that were chosen become labels. Spans are read by `spans.ts`.
 */

import { isFilled } from "../columns";
import { readArray } from "../formats/lists";
import { choiceCells, countRows, freeName, type Layout, withColumns, withRows } from "./layout";

const ANSWERS = new Set(["accept", "reject", "ignore"]);

export const prodigy: Layout = (given) => {
  const answer = given.columns.indexOf("answer");
  const marked = ["_input_hash", "_task_hash", "spans", "options", "label"].some((name) =>
    given.columns.includes(name),
  );
  if (answer < 0 || !marked || !given.rows.every((record) => ANSWERS.has(record[answer]!.trim()))) return given;
  const said = given.rows.map((record) => record[answer]!.trim());
  const label = given.columns.indexOf("label");
  const names = label < 0 ? [] : [...new Set(given.rows.map((record) => record[label]!.trim()))];
  // One label that is there or not: both answers teach.
  const isBinary = names.length === 1 && names[0] !== "" && !isFilled(given, "spans") && said.includes("reject");
  const kept = said.flatMap((one, index) => (one === "accept" || (isBinary && one === "reject") ? [index] : []));
  const stays = new Set(kept);
  const left = given.rowNumbers.filter((_, index) => !stays.has(index));
  const notice = `${given.file}: Prodigy's answer is ${isBinary ? '"ignore"' : '"reject" or "ignore"'}, so left out: ${countRows(left, given)}.`;
  const table = withRows(given, kept, left.length > 0 ? [notice] : []);
  if (isBinary) {
    const cells = kept.map((index) => (said[index] === "accept" ? names[0]! : `not ${names[0]!}`));
    const binary = `${given.file}: rows that are rejected have the label "not ${names[0]!}".`;
    return withColumns(table, [{ name: "label", cells }], [binary]);
  }
  const accepted = table.columns.indexOf("accept");
  if (accepted < 0) return table;
  const chosen = table.rows.map((record) => readArray(record[accepted]!));
  if (chosen.some((list, index) => list === null && table.rows[index]![accepted]!.trim() !== "")) return table;
  return withColumns(table, [{ name: freeName(table, "label"), cells: choiceCells(chosen) }]);
};
