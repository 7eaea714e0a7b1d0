/**
 * The sizes of an attention, which its kernels share: what one of them does not need it leaves
 * unread.
 */

export const attentionSizes = {
  batch: "u32",
  /** Tokens that ask. */
  queries: "u32",
  /** Tokens that are asked: `queries`, and those before them that have keys and values alone. */
  keys: "u32",
  heads: "u32",
  /** As many as `heads`, or a divisor: so many heads share one head's keys and values. */
  keyValueHeads: "u32",
  headSize: "u32",
  /** What products of queries and keys are multiplied with. */
  scale: "f32",
} as const;
