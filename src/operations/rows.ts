/**
 * Rows of small matrices joined, cut and repeated: for prompts that are made of parts. Not for
 * batches of sequences.
 */

import { dispatch } from "../kernels/kernel";
import { prependBackwardFront } from "../kernels/prepend-backward-front";
import { prependBackwardRows } from "../kernels/prepend-backward-rows";
import type { Program } from "../program/program";
import { elementCount, type Tensor } from "../program/tensor";
import { splitColumns } from "./split-columns";
import { view } from "./view";

/** `x` [rows, width] once for each of `batch` sequences → [batch · rows, width]. */
export function repeatRows(program: Program, name: string, x: Tensor, batch: number): Tensor {
  const [rows, width] = x.shape as [number, number];
  const output = program.activation(name, [batch * rows, width]);
  program.append({
    kind: "repeatRows",
    inputs: [x],
    outputs: [output],
    forward: (graph) => {
      const one = graph.value("Reshape", [graph.use(x), graph.literal([1, rows, width], "int64")]);
      const all = graph.value("Expand", [one, graph.literal([batch, rows, width], "int64")]);
      graph.define(output, "Reshape", [all, graph.literal(output.shape, "int64")]);
    },
    backward: (tape) => {
      const outputGradient = tape.gradient(output);
      if (!outputGradient) return;
      const sizes = { batch, prefixLength: rows, tokens: 0, width };
      tape.send(x, (out, ACCUMULATE) => dispatch(prependBackwardFront, { outputGradient, out }, sizes, { ACCUMULATE }));
    },
  });
  return output;
}

/** Matrices of one width, one under the other. */
export function joinRows(program: Program, name: string, parts: readonly Tensor[]): Tensor {
  const width = parts[0]!.shape[1]!;
  const rows = parts.reduce((sum, { shape }) => sum + shape[0]!, 0);
  const output = program.activation(name, [rows, width]);
  program.append({
    kind: "joinRows",
    inputs: [...parts],
    outputs: [output],
    forward: (graph) => {
      graph.define(
        output,
        "Concat",
        parts.map((part) => graph.use(part)),
        { axis: 0 },
      );
    },
    backward: (tape) => {
      const outputGradient = tape.gradient(output);
      if (!outputGradient) return;
      let before = 0;
      for (const part of parts) {
        const sizes = { batch: 1, prefixLength: before, tokens: part.shape[0]!, width };
        tape.send(part, (out, ACCUMULATE) =>
          dispatch(prependBackwardRows, { outputGradient, out }, sizes, { ACCUMULATE }),
        );
        before += part.shape[0]!;
      }
    },
  });
  return output;
}

/** `x` cut into matrices of `counts` rows, in order; the counts' sum is the number of its rows. */
export function splitRows(program: Program, names: readonly string[], x: Tensor, counts: readonly number[]): Tensor[] {
  const width = x.shape[1]!;
  const flat = view(program, `${names[0]} rows`, x, [1, elementCount(x.shape)]);
  const sizes = counts.map((count) => count * width);
  const flatNames = names.map((name) => `${name} flat`);
  return splitColumns(program, flatNames, flat, sizes).map((part, index) =>
    view(program, names[index]!, part, [counts[index]!, width]),
  );
}
