/**
 * A linear whose frozen matrix is kept in parts, since one buffer cannot hold it. Stored [out, in],
 * every part gives some of the output's columns; stored [in, out], every part takes some of the
 * input's columns, and the products add up.
 */

import { cutColumns } from "../kernels/cut-columns";
import { dispatch } from "../kernels/kernel";
import { matmul } from "../kernels/matmul";
import { placeColumns } from "../kernels/place-columns";
import type { GraphWriter, Tape } from "../program/operation";
import type { Place } from "../program/place";
import { elementCount, type RowPart, type Tensor } from "../program/tensor";

/**
 * Every operand of a Concat is a storage buffer of one shader beside its output; devices need not
 * allow more than eight.
 */
const MOST_JOINED = 7;

interface Parts {
  readonly x: Tensor;
  readonly parts: readonly RowPart[];
  readonly output: Tensor;
  readonly layout: "out-in" | "in-out";
  readonly scale: number;
}

/** `added`: the bias or the addend. */
export function forwardParts(
  graph: GraphWriter,
  { x, parts, added, output, layout, scale }: Parts & { added?: Tensor | undefined },
): void {
  const input = graph.use(x);
  const sum = added && graph.use(added);
  const factors = { alpha: { float: scale }, beta: { float: 1 } };
  if (layout === "out-in") {
    const columns = parts.map((part) => graph.value("Gemm", [input, graph.use(part)], { ...factors, transB: 1 }));
    if (sum) graph.define(output, "Add", [join(graph, columns), sum]);
    else join(graph, columns, output);
    return;
  }
  parts.reduce((before: string | undefined, part, index) => {
    const range = [part.start, part.start + part.shape[0]!, 1].map((place) => graph.literal([place], "int64"));
    const [start, end, axis] = range as [string, string, string];
    const columns = graph.value("Slice", [input, start, end, axis]);
    const operands = [columns, graph.use(part), ...(before ? [before] : [])];
    const last = index === parts.length - 1 ? { outputs: [output] } : {};
    return graph.node("Gemm", operands, { ...factors, transB: 0 }, last)[0]!;
  }, sum);
}

/** Matrices of as many rows, side by side; `output` where that is given. */
function join(graph: GraphWriter, columns: readonly string[], output?: Tensor): string {
  if (columns.length <= MOST_JOINED) {
    return graph.node("Concat", columns, { axis: 1 }, output && { outputs: [output] })[0]!;
  }
  const groups = Array.from({ length: Math.ceil(columns.length / MOST_JOINED) }, (_, group) =>
    columns.slice(group * MOST_JOINED, (group + 1) * MOST_JOINED),
  );
  return join(
    graph,
    groups.map((group) => (group.length === 1 ? group[0]! : join(graph, group))),
    output,
  );
}

/** The gradient of `x` from that of the output. */
export function backwardParts(tape: Tape, gradient: Place, { x, parts, output, layout, scale: alpha }: Parts): void {
  if (!tape.needs(x)) return;
  const [rows, inner] = x.shape as [number, number];
  const width = output.shape[1]!;
  if (layout === "out-in") {
    for (const part of parts) {
      const columns = part.shape[0]!;
      const own = tape.scratch(rows * columns);
      const place = { rows, width: columns, inWidth: width, start: part.start };
      tape.run(dispatch(cutColumns, { x: gradient, out: own }, place));
      tape.send(x, (out, ACCUMULATE) =>
        dispatch(
          matmul,
          { a: own, b: tape.value(part), out },
          { rows, columns: inner, inner: columns, alpha },
          { ACCUMULATE },
        ),
      );
    }
    return;
  }
  const joined = tape.scratch(elementCount(x.shape));
  for (const part of parts) {
    const columns = part.shape[0]!;
    const own = tape.scratch(rows * columns);
    const sizes = { rows, columns, inner: width, alpha };
    tape.run(dispatch(matmul, { a: gradient, b: tape.value(part), out: own }, sizes, { TRANSPOSE_B: 1 }));
    const place = { rows, width: columns, outWidth: inner, start: part.start };
    tape.run(dispatch(placeColumns, { x: own, out: joined }, place));
  }
  tape.give(x, joined);
}
