/** Bytes by what they are for, the same for every executor. Not for allocating: `executor.ts`. */

/**
 * `cache` is what the frozen model computed once for methods' texts, `onnxruntime` what it takes
 * for itself.
 */
export const BYTE_CATEGORIES = [
  "weights",
  "adapter",
  "gradients",
  "optimizer",
  "activations",
  "cache",
  "runtime",
  "onnxruntime",
] as const;
export type ByteCategory = (typeof BYTE_CATEGORIES)[number];
export type Bytes = Record<ByteCategory, number> & { total: number };

export function noBytes(): Bytes {
  return {
    ...(Object.fromEntries(BYTE_CATEGORIES.map((name) => [name, 0])) as Record<ByteCategory, number>),
    total: 0,
  };
}

/** With the total that its categories come to. */
export function sumUp(bytes: Bytes): Bytes {
  return { ...bytes, total: BYTE_CATEGORIES.reduce((sum, name) => sum + bytes[name], 0) };
}
