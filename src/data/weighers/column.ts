/** Weights that stand in a column of the training file. */

import { DataError, listNames, quote } from "../errors";
import { numberIn, numberStyle } from "../numbers";
import type { Table } from "../table";
import type { RowWeigher } from "./weigher";

const FIX = "Write a number of 0 or more in every row (1 counts as usual), or choose another column, or none.";

/**
 * By the numbers of a column: all its cells are checked, whatever part their rows are in. An empty
 * one is let be where its row is not trained.
 */
export function columnWeigher(column: string): RowWeigher {
  return ({ examples, table }) => {
    const weights = readWeights(table, column);
    return examples.map(({ row }) => {
      const weight = weights.get(row)!;
      if (!Number.isNaN(weight)) return weight;
      throw new DataError({
        file: table.file,
        row,
        column,
        what: "The cell is empty, and a row needs a weight.",
        fix: FIX,
      });
    });
  };
}

/** By row number; NaN where a cell is empty. */
function readWeights(table: Table, column: string): Map<number, number> {
  const { file, columns, rows, rowNumbers } = table;
  const place = columns.indexOf(column);
  if (place < 0) {
    const what = `The file has no column of this name, which is to be the weight (it has: ${listNames(columns)}).`;
    throw new DataError({ file, column, what, fix: "Choose one of the file's columns, or none." });
  }
  const cells = rows.map((record) => record[place]!);
  const { decimalComma, grouped } = numberStyle(cells, table.decimalComma);
  return new Map(
    cells.map((cell, index) => {
      const weight = numberIn(cell, decimalComma, grouped);
      const problem = problemOf(cell, weight);
      if (problem !== null) throw new DataError({ file, row: rowNumbers[index]!, column, what: problem, fix: FIX });
      return [rowNumbers[index]!, weight];
    }),
  );
}

function problemOf(cell: string, weight: number): string | null {
  if (cell.trim() === "") return null;
  if (/^[+-]?inf(?:inity)?$/i.test(cell.trim()) || Math.abs(weight) === Number.POSITIVE_INFINITY) {
    return `The weight ${quote(cell)} is infinite.`;
  }
  if (Number.isNaN(weight)) return `The weight ${quote(cell)} is not a number.`;
  return weight < 0 ? `The weight ${quote(cell)} is negative.` : null;
}
