/** The order in which onnxruntime runs the nodes of a graph. */

import type { SizedNode } from "./sizing-nodes";

/**
 * Reverse depth-first from the nodes that nobody reads, the inputs with the highest index first.
 */
export function executionOrder(nodes: readonly SizedNode[]): SizedNode[] {
  const maker = new Map<string, number>();
  nodes.forEach(({ outputs }, index) => {
    for (const name of outputs) maker.set(name, index);
  });
  const sources = nodes.map(({ inputs }) =>
    [...new Set(inputs.map((name) => maker.get(name)).filter((index) => index !== undefined))].sort((a, b) => a - b),
  );
  const read = new Set(sources.flat());
  const stack = nodes.map((_, index) => ({ index, done: false })).filter(({ index }) => !read.has(index));
  const seen = new Set<number>();
  const order: SizedNode[] = [];
  for (let entry = stack.pop(); entry; entry = stack.pop()) {
    const { index, done } = entry;
    if (done) {
      order.push(nodes[index]!);
      continue;
    }
    if (seen.has(index)) continue;
    seen.add(index);
    stack.push({ index, done: true });
    for (const source of sources[index]!) if (!seen.has(source)) stack.push({ index: source, done: false });
  }
  return order;
}
