/** Rows that are mostly zeros, as what a fit is made of. */

import type { RowMatrix } from "../fitted-head/logistic-regression";

/**
 * [rows, width] in compressed rows: row r has `values[at]` in column `columns[at]`, for at from
 * starts[r] to starts[r + 1].
 */
export interface SparseRows {
  readonly width: number;
  readonly starts: Int32Array;
  readonly columns: Int32Array;
  readonly values: Float64Array;
}

/** Entries of each row by column, in the order in which they are given. */
export function sparseRows(rows: readonly (readonly (readonly [column: number, value: number])[])[], width: number) {
  const starts = new Int32Array(rows.length + 1);
  rows.forEach((row, index) => {
    starts[index + 1] = starts[index]! + row.length;
  });
  const columns = new Int32Array(starts.at(-1)!);
  const values = new Float64Array(columns.length);
  rows.forEach((row, index) => {
    row.forEach(([column, value], place) => {
      columns[starts[index]! + place] = column;
      values[starts[index]! + place] = value;
    });
  });
  return { width, starts, columns, values } satisfies SparseRows;
}

/**
 * Weights are [width, outputs], so that those of a word lie side by side: a row asks for few words,
 * and all of each. The preconditioner is the curvature's diagonal: the whole of it is dense in the
 * width, which for a vocabulary is too large to be kept, let alone factored. Rows are not centred,
 * which would make them dense.
 */
export function sparseMatrix({ width, starts, columns, values }: SparseRows): RowMatrix {
  const rows = starts.length - 1;
  return {
    rows,
    width,
    multiply(row, weights, to) {
      const outputs = to.length;
      for (let entry = starts[row]!; entry < starts[row + 1]!; entry++) {
        const value = values[entry]!;
        const at = columns[entry]! * outputs;
        for (let output = 0; output < outputs; output++) to[output]! += value * weights[at + output]!;
      }
    },
    add(row, factors, weights) {
      const outputs = factors.length;
      for (let entry = starts[row]!; entry < starts[row + 1]!; entry++) {
        const value = values[entry]!;
        const at = columns[entry]! * outputs;
        for (let output = 0; output < outputs; output++) weights[at + output]! += value * factors[output]!;
      }
    },
    preconditioner(shares, decay) {
      const diagonal = new Float64Array(width).fill(decay);
      for (let row = 0; row < rows; row++) {
        const share = shares[row]! / rows;
        for (let entry = starts[row]!; entry < starts[row + 1]!; entry++) {
          diagonal[columns[entry]!]! += share * values[entry]! ** 2;
        }
      }
      return (weights, outputs) => {
        for (let column = 0, at = 0; column < width; column++) {
          for (let output = 0; output < outputs; output++, at++) weights[at]! /= diagonal[column]!;
        }
      };
    },
  };
}
