/** A number for a text or a pair of texts. */

import { guessTexts } from "../columns";
import { countOf, DataError, formatCount, nameAll, quote } from "../errors";
import { readCells } from "../examples";
import { isInfinite, isMissing, losesDigits, type NumberStyle, numberIn, numberStyle } from "../numbers";
import { nameRows } from "../shards";
import type { Table } from "../table";
import { encodeText } from "../tokens";
import type { DataFormat } from "./format";

const NUMBER_NAMES = [
  "score",
  "similarity",
  "relatedness",
  "number",
  "value",
  "rating",
  "target",
  "label",
  "labels",
  "y",
];
/** Of float32, in which is trained. */
const LARGEST = 3.4028234663852886e38;
/** More different whole numbers than this are no classes. */
const MOST_CLASSES = 20;

export const regression: DataFormat = {
  task: "regression",
  title: "Regression: a number",
  answer: "number",
  roles: [
    { role: "text", title: "Text", kind: "column" },
    { role: "textPair", title: "Second text", kind: "optional" },
    { role: "number", title: "Number", kind: "column" },
  ],

  guess(_, facts) {
    // A column of names beside the numbers is the likelier label.
    if (
      facts.some(
        ({ namedAsLabel, allNumbers, withUnit, identifier }) => namedAsLabel && !allNumbers && !withUnit && !identifier,
      )
    )
      return null;
    const numbers = facts.filter(({ allNumbers, withUnit, identifier, fractions, distinct }) => {
      return (allNumbers || withUnit) && !identifier && (withUnit || fractions || distinct > MOST_CLASSES);
    });
    const others = facts.filter((column) => !numbers.includes(column));
    const named = numbers.find(({ key, namedAsLabel }) => NUMBER_NAMES.includes(key) || namedAsLabel);
    if (!named || others.length === 0) return null;
    return { ...guessTexts(others), number: named.name };
  },

  suggest(table, facts) {
    const numbers = facts.filter(({ allNumbers, identifier }) => allNumbers && !identifier);
    const named = NUMBER_NAMES.flatMap((name) => numbers.filter(({ key }) => key === name));
    const chosen =
      named.find(({ fractions }) => fractions) ?? numbers.find(({ fractions }) => fractions) ?? named[0] ?? numbers[0];
    const number = chosen?.name ?? table.columns.at(-1)!;
    const others = facts.filter(({ name }) => name !== number);
    return { ...(others.length > 0 && guessTexts(others)), number };
  },

  read(table, { text, textPair = null, number }, known) {
    const { cells, notices } = readCells(table, [
      { role: "text", column: text },
      { role: "second text", column: textPair },
      { role: "number", column: number, isEmpty: (cell) => isMissing(cell) || isInfinite(cell) },
    ]);
    notices.push(...infiniteNotices(table, number!));
    const written = cells.map(({ values }) => values[2]!);
    const style = numberStyle(written, table.decimalComma);
    notices.push(...styleNotices(table, number!, written, style));
    const long = cells.find(({ values }) => losesDigits(values[2]!));
    if (long) {
      const [cell] = long.values.slice(2) as [string];
      notices.push(
        `${table.file}, column ${quote(number!, 60)}: numbers have 15 digits: ${quote(cell)} in row ${formatCount(long.row)} is ${BigInt(Number(cell))}.`,
      );
    }
    const examples = cells.map(({ values, row }) => {
      const value = numberIn(values[2]!, style.decimalComma, style.grouped);
      if (Number.isNaN(value)) {
        throw new DataError({
          file: table.file,
          row,
          column: number!,
          what: `${quote(values[2]!)} is not a number.`,
          fix: "Write numbers with a decimal point and without units (1234.5), or choose another column or task.",
        });
      }
      if (Math.abs(value) > LARGEST) {
        throw new DataError({
          file: table.file,
          row,
          column: number!,
          what: `${quote(values[2]!)} is beyond the largest number that is computed with, ${LARGEST.toPrecision(8)}.`,
          fix: "Correct the cell, or leave it empty.",
        });
      }
      return { text: values[0]!, textPair: values[1]!, label: 0, values: Float64Array.of(value), row };
    });
    const [first] = examples;
    if (!known && examples.every(({ values }) => values[0] === first!.values[0])) {
      const other = written.find((cell) => cell.trim() !== written[0]!.trim() && losesDigits(cell));
      throw new DataError({
        file: table.file,
        column: number!,
        what:
          other === undefined
            ? `All ${examples.length} rows have the same number ${first!.values[0]}, so there is nothing to learn.`
            : `The numbers differ in more than the 15 digits that are computed with (${quote(written[0]!)}, ${quote(other)}), so there is nothing to learn.`,
        fix: "Choose another column.",
      });
    }
    return { examples, labels: [], notices };
  },

  labelsOf: () => [],

  rewrite: {
    key: "number",
    cells: ({ number: column = "" }, { number }) => [{ column, cell: String(number) }],
  },

  /**
   * Mean 0 and variance 1 over the training rows, so that an untrained head begins near the mean
   * whatever the unit is.
   */
  scale(train) {
    const numbers = train.map(({ values }) => values![0]!);
    const mean = numbers.reduce((sum, value) => sum + value, 0) / numbers.length;
    const variance = numbers.reduce((sum, value) => sum + (value - mean) ** 2, 0) / numbers.length;
    return { mean, deviation: Math.sqrt(variance) || 1 };
  },

  encode: encodeText,
};

/** Numbers that are none to compute with count as empty cells, and are named. */
function infiniteNotices(table: Table, column: string): string[] {
  const place = table.columns.indexOf(column);
  const found = table.rowNumbers.flatMap((row, index) => {
    const cell = table.rows[index]![place]!;
    return isInfinite(cell) ? [{ row, cell: cell.trim() }] : [];
  });
  if (found.length === 0) return [];
  const rows = nameRows(
    found.map(({ row }) => row),
    table,
  );
  const cells = [...new Set(found.map(({ cell }) => cell))];
  return [
    `${table.file}, column ${quote(column, 60)}: ${countOf(found.length, "infinite number")} (${nameAll(cells, 3)}; ${rows}) ${found.length === 1 ? "counts as an empty cell" : "count as empty cells"}.`,
  ];
}

/** How commas and points were read, where a file does not show it plainly. */
function styleNotices(
  { file, decimalComma: semicolons = false }: Table,
  column: string,
  cells: readonly string[],
  { decimalComma, grouped }: NumberStyle,
): string[] {
  const first = (expression: RegExp) => cells.find((cell) => expression.test(cell.trim()))?.trim();
  const where = `${file}, column ${quote(column, 60)}`;
  const said = (cell: string) => `${quote(cell)} is ${numberIn(cell, decimalComma, grouped)}`;
  const decimal = decimalComma && !semicolons ? first(/,/) : undefined;
  const group = grouped ? first(decimalComma ? /^[^,]*\./ : /[,'\u2019]/) : undefined;
  // Beside decimal commas of other columns, "1.100" may well be eleven hundred.
  const points = cells.filter((cell) => cell.includes("."));
  const unclear = semicolons && !grouped && points.length > 0 && !cells.some((cell) => cell.includes(","));
  const [maybe] = unclear && points.every((cell) => /^[+-]?[1-9]\d{0,2}\.\d{3}$/.test(cell.trim())) ? points : [];
  return [
    ...(decimal ? [`${where}: a comma is read as the decimal point: ${said(decimal)}.`] : []),
    ...(group ? [`${where}: thousands are divided: ${said(group)}.`] : []),
    ...(maybe ? [`${where}: ${said(maybe)}. If the point divides thousands, take it out of the cells.`] : []),
  ];
}
