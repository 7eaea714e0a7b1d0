/**
 * Any number of labels for a text or a pair: a column of lists, or a column for every label, of 0
 * and 1 or of marks and empty cells.
 */

import { type ColumnFacts, guessColumns, guessTexts } from "../columns";
import { DataError, formatCount, nameAll, quote } from "../errors";
import { readCells, sortedNames } from "../examples";
import type { Table } from "../table";
import { encodeText } from "../tokens";
import type { DataFormat, KnownRows } from "./format";
import { checkKnown, MOST_LABELS, numberLabels, onlyKnown, spellAsKnown } from "./labels";
import { isYes, readArray, SEPARATORS, separatorOf, splitLabels } from "./lists";

const NO = new Set(["0", "0.0", "false", "no", "n"]);
/** What needs no word: the others may be part of a name, as in C#. */
const USUAL_SEPARATORS = [";", "|", ","];
const SAMPLE_ROWS = 2000;
/** At least so many of the cells must hold several labels for a column to look like lists. */
const SHARE_OF_SEVERAL = 0.02;

export const multiLabelClassification: DataFormat = {
  task: "multi-label-classification",
  title: "Classification: several labels",
  answer: "labels",
  roles: [
    { role: "text", title: "Text", kind: "column" },
    { role: "textPair", title: "Second text", kind: "optional" },
    { role: "labels", title: "Labels", kind: "columns" },
    { role: "separator", title: "Between labels", kind: "separator" },
  ],

  guess(table, facts) {
    const flags = flagColumns(table, facts);
    const others = facts.filter(({ name }) => !flags.includes(name));
    // A column that is called "label" is the answer, whatever stands beside it.
    const named = facts.some(({ namedAsLabel }) => namedAsLabel);
    if (flags.length >= 2 && others.length > 0 && !named) return { ...guessTexts(others), labels: flags };
    if (facts.length < 2) return null;
    const { label, ...texts } = guessColumns(table, facts);
    // "3,5" is a number where semicolons stand between cells.
    if (facts.some(({ name, allNumbers, fractions }) => name === label && allNumbers && fractions)) return null;
    return looksLikeLists(cellsOf(table, label!)) ? { ...texts, labels: [label!] } : null;
  },

  suggest(table, facts) {
    const guessed = this.guess(table, facts);
    if (guessed) return guessed;
    const { label, ...texts } = guessColumns(table, facts);
    return { ...texts, labels: [label!] };
  },

  /** A row without any label is a row of which no label is true: it stays. */
  read(table, { text, textPair = null, labels: columns = [], separator = null }, known) {
    const lists = columns.length <= 1;
    const marks = lists ? [] : columns.filter((column) => areMarks(table, column));
    const { cells, notices } = readCells(table, [
      { role: "text", column: text },
      { role: "second text", column: textPair },
      ...(lists
        ? [{ role: "labels", column: columns[0], mayBeEmpty: true, structures: ["list"] as const }]
        : columns.map((column) => ({ role: "labels", column, mayBeEmpty: marks.includes(column) }))),
    ]);
    if (marks.length > 0) {
      const [named, verb] = marks.length === 1 ? ["column", "is"] : ["columns", "are"];
      notices.push(
        `${table.file}: an empty cell of the ${named} ${nameAll(marks)} means that the label is not there: the others ${verb} marked.`,
      );
    }
    const own = cells.map(({ values }) => values.slice(2) as string[]);
    if (lists) refuseVectors(table.file, columns[0]!, cells, own.flat());
    const between = separatorFor(lists ? own.flat() : [], separator, known);
    const present = lists
      ? own.flat().map((cell) => splitLabels(cell, between))
      : own.map((flags, index) =>
          columns.filter((column, place) => isOn(flags[place]!, table.file, cells[index]!.row, column)),
        );
    if (lists && separator === null && !USUAL_SEPARATORS.includes(between)) {
      const written = JSON.stringify(between);
      notices.push(
        `${table.file}, column "${columns[0]}": labels are taken apart at ${written}; another separator can be given.`,
      );
    }
    if (lists && separator === null && between === ",")
      notices.push(...decimalNotice(table.file, columns[0]!, own.flat()));
    const spelling = spellAsKnown(table.file, "label", known);
    const named = present.map((names) => names.map(spelling.spell));
    const places = named.flatMap((names, index) => names.map((label) => ({ label, row: cells[index]!.row })));
    const found = sortedNames(lists ? places.map(({ label }) => label) : columns);
    const labels = known ? [...known.labels] : found;
    if (known) notices.push(...spelling.notices(), ...checkKnown(table.file, columns[0]!, "label", places, known));
    else {
      checkLabels(table.file, columns, labels, present);
    }
    const ids = numberLabels(labels);
    const examples = cells.map(({ values, row }, index) => {
      const flags = new Float32Array(labels.length);
      for (const id of named[index]!.flatMap((name) => ids.get(name) ?? [])) flags[id] = 1;
      return { text: values[0]!, textPair: values[1]!, label: 0, values: flags, row };
    });
    return { examples: onlyKnown(examples, known), labels, notices };
  },

  labelsOf: ({ values }) => [...values!.keys()].filter((label) => values![label] === 1),

  rewrite: {
    key: "labels",
    names(train, { labels: columns = [], separator = null }) {
      if (columns.length > 1) return columns;
      const place = train.columns.indexOf(columns[0] ?? "");
      const cells = train.rows.map((record) => record[place] ?? "");
      const between = separator ?? separatorOf(cells);
      return sortedNames(cells.flatMap((cell) => splitLabels(cell, between)));
    },
    cells({ labels: columns = [] }, { labels = [] }, train) {
      const off = (column: string) => (areMarks(train, column) ? "" : "0");
      if (columns.length > 1)
        return columns.map((column) => ({ column, cell: labels.includes(column) ? "1" : off(column) }));
      return columns.map((column) => ({ column, cell: JSON.stringify(labels) }));
    },
  },

  encode: encodeText,
};

/**
 * Where none is given and a training file has settled the labels, it is the one under which all are
 * known, if there is one.
 */
function separatorFor(cells: readonly string[], given: string | null, known: KnownRows | null): string {
  if (given !== null) return given;
  const all = new Set(known?.labels);
  const isKnown = (separator: string) =>
    cells.every((cell) => splitLabels(cell, separator).every((label) => all.has(label)));
  return (known && SEPARATORS.find(isKnown)) || separatorOf(cells);
}

function isOn(cell: string, file: string, row: number, column: string): boolean {
  const value = cell.trim().toLowerCase();
  // Only columns of marks have rows with an empty cell.
  if (value === "") return false;
  if (!isYes(value) && !NO.has(value)) {
    throw new DataError({
      file,
      row,
      column,
      what: `${quote(cell)} is neither 0 nor 1, but the column is one of several that say whether a label is there.`,
      fix: "Write 0 or 1 (or true and false), or choose one column that lists a row's labels.",
    });
  }
  return isYes(value);
}

/**
 * Lists that say something in every place: 0 and 1, true and false (of labels, or of the steps of
 * an answer), or chances. As lists of labels they would make the numbers' names labels.
 * @throws DataError where all cells are such
 */
function refuseVectors(
  file: string,
  column: string,
  cells: readonly { readonly row: number }[],
  own: readonly string[],
): void {
  const lists = own.map(readArray);
  if (lists.length === 0 || lists.some((list) => list === null)) return;
  const length = Math.max(...lists.map((list) => list!.length));
  const sameLength = lists.every((list) => list!.length === length);
  if (length < 2) return;
  const entries = lists.flatMap((list) => list!);
  const areChances =
    sameLength && entries.every((entry) => isDecimal(entry)) && entries.some((entry) => !/^[+-]?\d+$/.test(entry));
  // No row has a label twice, and none is both true and false.
  const areFlags =
    entries.every((entry) => /^(?:true|false)$/.test(entry)) ||
    (entries.every((entry) => /^(?:[01]|true|false)$/.test(entry)) &&
      lists.some((list) => new Set(list).size < list!.length));
  if (!areChances && !areFlags) return;
  throw new DataError({
    file,
    row: cells[0]!.row,
    column,
    what:
      `The lists look like ${areChances ? "a number" : "a yes or no"} ` +
      `${sameLength ? `for each of ${length} labels` : "in every place, of a number of things that differs by row"}, ` +
      `not like names of labels: ${quote(own[0]!)}.`,
    fix: 'Write the names of the labels that a row has, ["a", "c"], or a column of 0 and 1 for each label.',
  });
}

const isDecimal = (entry: string) => entry !== "" && Number.isFinite(Number(entry));

function checkLabels(
  file: string,
  columns: readonly string[],
  labels: readonly string[],
  present: readonly (readonly string[])[],
): void {
  const where = { file, column: columns[0]! };
  if (labels.length === 0) {
    throw new DataError({
      ...where,
      what: "No row has a label.",
      fix: "Choose the column that lists each row's labels, or the columns of 0 and 1.",
    });
  }
  if (labels.length > MOST_LABELS || (labels.length > 20 && labels.length * 3 > present.length)) {
    throw new DataError({
      ...where,
      what: `${formatCount(labels.length)} different labels in ${formatCount(present.length)} rows are too many to learn.`,
      fix: "This is probably not a column of labels: choose another one.",
    });
  }
}

function cellsOf(table: Table, column: string): string[] {
  const place = table.columns.indexOf(column);
  return table.rows
    .slice(0, SAMPLE_ROWS)
    .map((record) => record[place]!.trim())
    .filter((cell) => cell !== "");
}

/** What tools write into a column for each label: `0` and `1`, and pandas' `get_dummies`. */
const FLAGS = [
  ["0", "1"],
  ["0.0", "1.0"],
  ["false", "true"],
  ["no", "yes"],
  ["n", "y"],
] as const;

/** Whether some cells of a column are empty, and all others say yes: `x` where a label is there. */
function areMarks({ columns, rows }: Table, column: string): boolean {
  const place = columns.indexOf(column);
  if (place < 0) return false;
  const filled = rows.filter((record) => record[place]!.trim() !== "");
  return filled.length > 0 && filled.length < rows.length && filled.every((record) => isYes(record[place]!));
}

/** Columns of nothing but 0 and 1, or false and true, or no and yes, or marks. */
function flagColumns(table: Table, facts: readonly ColumnFacts[]): string[] {
  const flags = facts.filter(({ name, distinct, identifier }) => {
    if (identifier || distinct > 2) return false;
    if (areMarks(table, name)) return true;
    const cells = cellsOf(table, name);
    const written = FLAGS.find((flags) => flags.some((flag) => flag === cells[0]?.toLowerCase()));
    return written !== undefined && cells.every((cell) => written.some((flag) => flag === cell.toLowerCase()));
  });
  return flags.map(({ name }) => name);
}

/** Whether cells hold several labels of a set that is smaller than the set of cells. */
function looksLikeLists(cells: readonly string[]): boolean {
  if (cells.length === 0) return false;
  const arrays = cells.map(readArray);
  // A list of one label in every row is a way of writing one label.
  if (arrays.every((array) => array !== null)) return arrays.some(({ length }) => length !== 1);
  const lists = cells.map((cell) => splitLabels(cell, separatorOf(cells)));
  if (lists.filter(({ length }) => length > 1).length < SHARE_OF_SEVERAL * cells.length) return false;
  const counts = new Map<string, number>();
  for (const label of lists.flat()) counts.set(label, (counts.get(label) ?? 0) + 1);
  const repeated = [...counts.values()].every((count) => count > 1);
  return repeated && counts.size < new Set(cells).size;
}

/** Lists of one or two numbered labels look like numbers with a decimal comma. */
function decimalNotice(file: string, column: string, cells: readonly string[]): string[] {
  const filled = cells.map((cell) => cell.trim()).filter(Boolean);
  const example = filled.find((cell) => cell.includes(","));
  if (example === undefined || !filled.every((cell) => /^\d+(?:,\d+)?$/.test(cell))) return [];
  const labels = example.split(",").join(" and ");
  return [
    `${file}, column "${column}": ${quote(example)} is read as the labels ${labels}. If it is a number with a decimal comma, choose Regression as the task.`,
  ];
}
