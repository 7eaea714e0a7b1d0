/** One label for a text or a pair of texts. */

import { guessColumns } from "../columns";
import { countOf, DataError, formatCount, quote } from "../errors";
import { readCells, sortedNames } from "../examples";
import { readStructure } from "../literals";
import type { Table } from "../table";
import { encodeText } from "../tokens";
import type { DataFormat } from "./format";
import { checkKnown, composedNotices, MOST_LABELS, numberLabels, onlyKnown, spellAsKnown } from "./labels";
import { readArray } from "./lists";

export const sequenceClassification: DataFormat = {
  task: "sequence-classification",
  title: "Classification: one label",
  answer: "label",
  roles: [
    { role: "text", title: "Text", kind: "column" },
    { role: "textPair", title: "Second text", kind: "optional" },
    { role: "label", title: "Label", kind: "column" },
  ],

  guess: guessColumns,
  suggest: guessColumns,

  /**
   * Labels are trimmed and numbered alphabetically; rows whose text or label is empty are left out
   * with a notice. In a training file a single label, a label with one row, and a column with too
   * many values to be a label are refused.
   */
  read(table, { text, textPair = null, label }, known) {
    const { cells, notices } = readCells(table, [
      { role: "text", column: text },
      { role: "second text", column: textPair },
      { role: "label", column: label, structures: ["list", "object"] },
    ]);
    const spelling = spellAsKnown(table.file, "label", known);
    const places = cells.map(({ values, row }) => ({
      label: spelling.spell(labelIn(values[2]!, table.file, row, label!)),
      row,
    }));
    const labels = known ? [...known.labels] : sortedNames(places.map((place) => place.label));
    if (known) notices.push(...spelling.notices(), ...checkKnown(table.file, label!, "label", places, known));
    else {
      checkLabels(table, label!, labels, places);
      notices.push(...composedNotices(table.file, label!, labels));
    }
    const ids = numberLabels(labels);
    const examples = cells.map(({ values, row }, index) => ({
      text: values[0]!,
      textPair: values[1]!,
      label: ids.get(places[index]!.label)!,
      row,
    }));
    return { examples: onlyKnown(examples, known), labels, notices };
  },

  labelsOf: ({ label }) => [label],

  rewrite: {
    key: "label",
    names(train, { label }) {
      const place = train.columns.indexOf(label ?? "");
      const own = train.rows.map((cells, index) =>
        labelIn(cells[place] ?? "", train.file, train.rowNumbers[index]!, label ?? ""),
      );
      return sortedNames(own.filter((name) => name !== ""));
    },
    cells: ({ label: column = "" }, { label: cell = "" }) => [{ column, cell }],
  },

  encode: encodeText,
};

/** @throws DataError for a cell that is a list of several labels, or another list or object. */
function labelIn(cell: string, file: string, row: number, column: string): string {
  const value = readStructure(cell);
  if (value === undefined) return cell.trim();
  const [only, ...others] = Array.isArray(value) ? (value as unknown[]) : [];
  if (others.length === 0 && (typeof only === "string" || typeof only === "number")) return String(only).trim();
  const names = readArray(cell);
  throw new DataError({
    file,
    row,
    column,
    what: names
      ? `The cell has ${countOf(names.length, "label")}, and this task learns one for each row: ${quote(cell)}.`
      : `The cell is no label but a list or an object: ${quote(cell)}.`,
    fix: "Choose several labels as the task, another column, or write one label.",
  });
}

function checkLabels(
  table: Table,
  column: string,
  labels: readonly string[],
  places: readonly { readonly label: string; readonly row: number }[],
): void {
  const where = { file: table.file, column };
  const rows = places.length;
  if (labels.length === 1) {
    throw new DataError({
      ...where,
      what: `All ${countOf(rows, "row")} have the same label ${quote(labels[0]!)}, so there is nothing to learn.`,
      fix: "Choose another label column, or add rows of a second label.",
    });
  }
  const counts = new Map<string, number>();
  for (const { label } of places) counts.set(label, (counts.get(label) ?? 0) + 1);
  const single = labels.filter((label) => counts.get(label) === 1);
  const tooMany = labels.length > MOST_LABELS || (labels.length > 20 && labels.length * 3 > rows);
  if (tooMany || (labels.length > 5 && single.length * 2 > labels.length)) {
    throw new DataError({
      ...where,
      what: `${formatCount(labels.length)} different labels in ${countOf(rows, "row")} are too many to learn.`,
      fix: `This is probably not the label column: choose another one (at most ${formatCount(MOST_LABELS)} labels).`,
    });
  }
  const alone = single[0];
  if (alone === undefined) return;
  const more =
    single.length > 1
      ? ` (so ${single.length === 2 ? "has" : "have"} ${countOf(single.length - 1, "other label")})`
      : "";
  throw new DataError({
    ...where,
    row: places.find(({ label }) => label === alone)!.row,
    what: `The label ${quote(alone)} has one row only${more}; one row cannot be both learned and checked.`,
    fix: "Add a row of this label, correct it if it is a typing error, or remove the row.",
  });
}
