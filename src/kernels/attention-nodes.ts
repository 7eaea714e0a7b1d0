/**
 * What the attention kernels have in common as graph nodes: heads before tokens, and the
 * causal mask.
 */

import { elementTypes, type Nodes } from "../onnx/writer";
import { add, reshape, scaleBy, transpose } from "./nodes";

type Heads = Readonly<Record<"batch" | "heads" | "keyValueHeads" | "headSize", number>>;

/** [batch, tokens, heads, headSize] → [batch, keyValueHeads, heads of one · tokens, headSize]. */
export function byKeyValueHead(nodes: Nodes, x: string, tokens: number, sizes: Heads): string {
  const { batch, heads, keyValueHeads, headSize } = sizes;
  if (heads === keyValueHeads) return transpose(nodes, x, 0, 2, 1, 3);
  const group = heads / keyValueHeads;
  const grouped = reshape(nodes, x, batch, tokens, keyValueHeads, group, headSize);
  return reshape(nodes, transpose(nodes, grouped, 0, 2, 3, 1, 4), batch, keyValueHeads, group * tokens, headSize);
}

/** The way back. */
export function byToken(nodes: Nodes, x: string, tokens: number, sizes: Heads): string {
  const { batch, heads, keyValueHeads, headSize } = sizes;
  if (heads === keyValueHeads) return transpose(nodes, x, 0, 2, 1, 3);
  const grouped = reshape(nodes, x, batch, keyValueHeads, heads / keyValueHeads, tokens, headSize);
  const turned = transpose(nodes, grouped, 0, 3, 1, 2, 4);
  return reshape(nodes, turned, batch, tokens, heads, headSize);
}

/** Far below every score, so that its power is 0. */
const HIDDEN = -1e30;

/**
 * Scores [batch, heads, queries, keys] with those of keys hidden that a query does not see: j > i +
 * keys − queries.
 */
export function hideFuture(nodes: Nodes, scores: string, queries: number, keys: number): string {
  const counted = (count: number, first: number) => Array.from({ length: count }, (_, index) => first + index);
  const last = nodes.literal(counted(queries, keys - queries), "int32", [queries, 1]);
  const key = nodes.literal(counted(keys, 0), "int32", [1, keys]);
  const future = nodes.value("Cast", [nodes.value("Greater", [key, last])], { to: elementTypes.float32 });
  return add(nodes, scores, scaleBy(nodes, future, HIDDEN));
}
