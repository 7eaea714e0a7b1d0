/**
 * What training rows count for, by all weighers together. Rows that weigh 0 are left out of
 * training. Not for tokens (`weigh-tokens.ts`).
 */

import { countOf, DataError } from "../errors";
import type { Example } from "../examples";
import { nameRows } from "../shards";
import type { DataSettings } from "../types";
import { rowWeighers } from "./rules";
import type { WeighedRows } from "./weigher";

/** What a row counts for; a row may stand among the training rows more than once. */
export interface RowWeight {
  readonly row: number;
  readonly weight: number;
}

/** Training rows of one division. */
export interface RowWeights {
  /** Those that count. */
  readonly examples: readonly Example[];
  /** What each counts for, above 0; null: all the same. */
  readonly weights: Float64Array | null;
  /** Of every row that was asked for, in order; null: all the same. */
  readonly byRow: readonly RowWeight[] | null;
  readonly notices: readonly string[];
}

/**
 * The product of all weighers' weights.
 * @throws DataError naming file, row and column, or the rule, for what cannot be a weight, and
 * where no row weighs more than 0
 */
export function weighExamples(rows: WeighedRows, settings: Pick<DataSettings, "columns" | "weights">): RowWeights {
  const { examples, table } = rows;
  const { file } = table;
  const product = new Float64Array(examples.length).fill(1);
  for (const { name, make } of rowWeighers(settings)) {
    const own = named(file, name, () => make()(rows));
    for (const [index, weight] of own.entries()) product[index]! *= weight;
  }
  const broken = product.findIndex((weight) => !Number.isFinite(Math.fround(weight)));
  if (broken >= 0) {
    const what = `Its weights together are ${product[broken]}, beyond the largest number that is computed with.`;
    throw new DataError({ file, row: examples[broken]!.row, what, fix: "Choose smaller weights." });
  }
  if (product.every((weight) => weight === 1)) return { examples, weights: null, byRow: null, notices: [] };
  const counts = (index: number) => Math.fround(product[index]!) > 0;
  const kept = [...examples.keys()].filter(counts);
  const column = settings.columns.weight ?? undefined;
  if (kept.length === 0) {
    const what = `All ${countOf(examples.length, "training row")} weigh 0, so nothing would be learned.`;
    throw new DataError({ file, ...(column && { column }), what, fix: "Raise some of the weights above 0." });
  }
  const left = examples.flatMap(({ row }, index) => (counts(index) ? [] : [row]));
  const notices =
    left.length === 0
      ? []
      : [`${file}: left out of training: ${countOf(left.length, "row")} of weight 0 (${nameRows(left, table)}).`];
  const weights = Float64Array.from(kept, (index) => product[index]!);
  const byRow = examples.map(({ row }, index) => ({ row, weight: product[index]! }));
  return { examples: kept.map((index) => examples[index]!), weights, byRow, notices };
}

/** An error of a rule as one of the file. */
export function named<Made>(file: string, name: string, make: () => Made): Made {
  try {
    return make();
  } catch (error) {
    if (error instanceof DataError) throw error;
    const what = `${name.charAt(0).toUpperCase()}${name.slice(1)}: ${(error as Error).message.replace(/\.$/, "")}.`;
    throw new DataError({ file, what, fix: "Change the rule, or take it away." });
  }
}
