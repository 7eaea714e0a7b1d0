/**
 * Weights by which no value of a column outweighs the others because it has more rows: a speaker, a
 * source, a user.
 */

import { listNames } from "../errors";
import { valuesOf } from "../slices";
import type { RowWeigher } from "./weigher";

/**
 * Of a group with n training rows each counts 1/√n, so that the group counts √n; or with `atMost`,
 * min(1, atMost / n), so that a group counts at most as so many rows. Rows without a value are no
 * group and count 1. The weigher throws an Error where the file has no such column.
 */
export function groupWeigher(rule: { readonly column: string; readonly atMost?: number | undefined }): RowWeigher {
  const { column, atMost } = rule;
  return ({ examples, table }) => {
    if (!table.columns.includes(column)) {
      throw new Error(`the file has no column "${column}" (it has: ${listNames(table.columns)})`);
    }
    const values = valuesOf(
      table,
      column,
      examples.map(({ row }) => row),
    );
    const counts = new Map<string, number>();
    for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
    return values.map((value) => {
      const rows = counts.get(value)!;
      if (value === "") return 1;
      return atMost === undefined ? 1 / Math.sqrt(rows) : Math.min(1, atMost / rows);
    });
  };
}
