/**
 * Two random matrices whose product is zero though neither is: PEFT's orthogonal start of LoRA. Not
 * for orthogonal matrices that are trained.
 */

import type { Chance } from "../program/tensor";

/**
 * A [rank, inputs] and B [outputs, rank] with B·A = 0, row-major: A is made of the first, third, …
 * of `rank` orthonormal rows and B of the others, both a tenth of normal. `rank` is even.
 */
export function orthogonalMatrices(
  chance: Chance,
  { rank, inputs, outputs }: { readonly rank: number; readonly inputs: number; readonly outputs: number },
): { readonly down: Float32Array; readonly up: Float32Array } {
  const normals = (count: number) => Float64Array.from({ length: count }, () => chance.normal());
  const rows = orthonormalRows(Array.from({ length: rank }, () => normals(rank)));
  const half = rank / 2;
  /** One column of `rank` values for each of `count`. */
  const columns = (count: number, parity: 0 | 1) =>
    Array.from({ length: count }, () => {
      const column = new Float64Array(rank);
      for (let index = 0; index < half; index++) {
        const factor = chance.normal() / 10;
        const row = rows[2 * index + parity]!;
        for (let r = 0; r < rank; r++) column[r]! += factor * row[r]!;
      }
      return column;
    });
  const [ofInputs, ofOutputs] = [columns(inputs, 0), columns(outputs, 1)];
  const down = Float32Array.from(
    { length: rank * inputs },
    (_, at) => ofInputs[at % inputs]![Math.floor(at / inputs)]!,
  );
  const up = Float32Array.from({ length: outputs * rank }, (_, at) => ofOutputs[Math.floor(at / rank)]![at % rank]!);
  return { down, up };
}

/** Gram–Schmidt, twice, so that rounding leaves nothing. In place. */
export function orthonormalRows(rows: Float64Array[]): Float64Array[] {
  for (const [index, row] of rows.entries()) {
    for (let pass = 0; pass < 2; pass++) {
      for (const other of rows.slice(0, index)) {
        let product = 0;
        for (let at = 0; at < row.length; at++) product += other[at]! * row[at]!;
        for (let at = 0; at < row.length; at++) row[at]! -= product * other[at]!;
      }
    }
    const length = Math.hypot(...row);
    for (let at = 0; at < row.length; at++) row[at]! /= length;
  }
  return rows;
}
