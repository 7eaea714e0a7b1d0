/**
 * Plain float64 references of the attention kernels, and the shapes they are tested at. Not a test
 * itself.
 */

import { onProcessor } from "./harness";

export interface AttentionSizes {
  batch: number;
  queries: number;
  keys: number;
  heads: number;
  keyValueHeads: number;
  headSize: number;
  scale: number;
}

export interface Cell {
  /** Indices into [batch, heads, queries, keys]. */
  cell: number;
  /** Where the first element of the query's row is in [batch, queries, heads, headSize]. */
  query: number;
  /** Where the first element of the key's row is in [batch, keys, keyValueHeads, headSize]. */
  key: number;
  visible: boolean;
  /** Index of the row of cells. */
  row: number;
}

/**
 * Odd sizes: a prefix (more keys than queries), grouped heads, fewer keys than queries, one of
 * everything.
 */
export const SHAPES: AttentionSizes[] = [
  { batch: 1, queries: 1, keys: 1, heads: 1, keyValueHeads: 1, headSize: 1, scale: 1 },
  { batch: 2, queries: 5, keys: 9, heads: 4, keyValueHeads: 2, headSize: 6, scale: 0.4 },
  { batch: 3, queries: 7, keys: 7, heads: 3, keyValueHeads: 1, headSize: 5, scale: 0.7 },
  { batch: 1, queries: 66, keys: 67, heads: 2, keyValueHeads: 2, headSize: 8, scale: 0.35 },
  { batch: 1, queries: 6, keys: 3, heads: 2, keyValueHeads: 1, headSize: 3, scale: 0.6 },
];

export const CASES = SHAPES.flatMap((sizes) => [0, 1].map((causal) => ({ sizes, causal })));

export function cellCount({ batch, heads, queries, keys }: AttentionSizes): number {
  return batch * heads * queries * keys;
}

/** Every combination of query and key. */
export function* cells(sizes: AttentionSizes, causal: number): Generator<Cell> {
  const { batch, queries, keys, heads, keyValueHeads, headSize } = sizes;
  for (let b = 0; b < batch; b++) {
    for (let h = 0; h < heads; h++) {
      const g = Math.floor(h / (heads / keyValueHeads));
      for (let i = 0; i < queries; i++) {
        for (let j = 0; j < keys; j++) {
          const row = (b * heads + h) * queries + i;
          yield {
            cell: row * keys + j,
            query: ((b * queries + i) * heads + h) * headSize,
            key: ((b * keys + j) * keyValueHeads + g) * headSize,
            visible: !causal || j <= i + (keys - queries),
            row,
          };
        }
      }
    }
  }
}

/**
 * `expected` with the cells that no query sees as `computed` has them, where nobody says what they
 * hold: the processor computes them too.
 */
export function whereSeen(
  expected: Float64Array,
  computed: Float32Array,
  sizes: AttentionSizes,
  causal: number,
): Float64Array {
  if (!onProcessor) return expected;
  const seen = expected.slice();
  for (const { cell, visible } of cells(sizes, causal)) if (!visible) seen[cell] = computed[cell]!;
  return seen;
}

/** Softmax over the visible cells of every row; 0 elsewhere, and in rows that see nothing. */
export function softmax(scores: ArrayLike<number>, sizes: AttentionSizes, causal: number): Float64Array {
  const out = new Float64Array(scores.length);
  const sums = new Float64Array(scores.length / sizes.keys);
  for (const { cell, row, visible } of cells(sizes, causal)) {
    if (visible) sums[row] = sums[row]! + Math.exp(scores[cell]!);
  }
  for (const { cell, row, visible } of cells(sizes, causal)) {
    if (visible) out[cell] = Math.exp(scores[cell]!) / sums[row]!;
  }
  return out;
}
