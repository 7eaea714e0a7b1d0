/** One label for a text or a pair of texts. */

import { guessColumns } from "../columns";
import { countOf, DataError, formatCount, quote } from "../errors";
import { readCells, sortedNames } from "../examples";
import type { Table } from "../table";
import { encodeText } from "../tokens";
import type { DataFormat } from "./format";
import { checkKnown, MOST_LABELS, numberLabels, onlyKnown } from "./labels";

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
      { role: "label", column: label },
    ]);
    const places = cells.map(({ values, row }) => ({ label: values[2]!.trim(), row }));
    const labels = known ? [...known.labels] : sortedNames(places.map((place) => place.label));
    if (known) notices.push(...checkKnown(table.file, label!, "label", places, known));
    else checkLabels(table, label!, labels, places);
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
      return sortedNames(train.rows.map((cells) => cells[place]?.trim() ?? "").filter((name) => name !== ""));
    },
    cells: ({ label: column = "" }, { label: cell = "" }) => [{ column, cell }],
  },

  encode: encodeText,
};

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
