/** A number for a text or a pair of texts. */

import { guessTexts } from "../columns";
import { DataError, quote } from "../errors";
import { readCells } from "../examples";
import { isMissing, numberIn } from "../numbers";
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
    if (facts.some(({ namedAsLabel, allNumbers, identifier }) => namedAsLabel && !allNumbers && !identifier))
      return null;
    const numbers = facts.filter(({ allNumbers, identifier, fractions, distinct }) => {
      return allNumbers && !identifier && (fractions || distinct > MOST_CLASSES);
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
      { role: "number", column: number, isEmpty: isMissing },
    ]);
    const examples = cells.map(({ values, row }) => {
      const value = numberIn(values[2]!, table.decimalComma);
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
      throw new DataError({
        file: table.file,
        column: number!,
        what: `All ${examples.length} rows have the same number ${first!.values[0]}, so there is nothing to learn.`,
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
