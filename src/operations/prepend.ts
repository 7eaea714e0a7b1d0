/**
 * Rows before those of every sequence of a batch: virtual tokens before the input, or before keys
 * and values. The same ones for all sequences, or each sequence's own.
 */

import { cutColumns } from "../kernels/cut-columns";
import { dispatch } from "../kernels/kernel";
import { prependBackwardFront } from "../kernels/prepend-backward-front";
import { prependBackwardRows } from "../kernels/prepend-backward-rows";
import type { Program } from "../program/program";
import { elementCount, type Tensor } from "../program/tensor";

/**
 * `front` [virtualTokens, width], `x` [batch · tokens, width] → [batch · (virtualTokens + tokens),
 * width].
 */
export function prepend(program: Program, name: string, front: Tensor, x: Tensor, batch: number): Tensor {
  return join(program, name, { front, x, batch, own: false });
}

/** As `prepend`, with `front` [batch · virtualTokens, width]: each sequence has its own. */
export function prependOwn(program: Program, name: string, front: Tensor, x: Tensor, batch: number): Tensor {
  return join(program, name, { front, x, batch, own: true });
}

interface Joined {
  readonly front: Tensor;
  readonly x: Tensor;
  readonly batch: number;
  readonly own: boolean;
}

function join(program: Program, name: string, { front, x, batch, own }: Joined): Tensor {
  const width = x.shape[1]!;
  const virtualTokens = front.shape[0]! / (own ? batch : 1);
  const tokens = x.shape[0]! / batch;
  const output = program.activation(name, [batch * (virtualTokens + tokens), width]);
  program.append({
    kind: own ? "prependOwn" : "prepend",
    inputs: [front, x],
    outputs: [output],
    forward: (graph) => {
      const rows = graph.value("Reshape", [graph.use(x), graph.literal([batch, tokens, width], "int64")]);
      const shape = graph.literal([own ? batch : 1, virtualTokens, width], "int64");
      const given = graph.value("Reshape", [graph.use(front), shape]);
      const all = own ? given : graph.value("Expand", [given, graph.literal([batch, virtualTokens, width], "int64")]);
      const joined = graph.value("Concat", [all, rows], { axis: 1 });
      graph.define(output, "Reshape", [joined, graph.literal(output.shape, "int64")]);
    },
    backward: (tape) => {
      const outputGradient = tape.gradient(output);
      if (!outputGradient) return;
      const sizes = { batch, prefixLength: virtualTokens, tokens, width };
      if (!own) {
        tape.send(front, (out, ACCUMULATE) =>
          dispatch(prependBackwardFront, { outputGradient, out }, sizes, { ACCUMULATE }),
        );
      } else if (tape.needs(front)) {
        const [first, inWidth] = [virtualTokens * width, (virtualTokens + tokens) * width];
        const out = tape.scratch(elementCount(front.shape));
        tape.run(dispatch(cutColumns, { x: outputGradient, out }, { rows: batch, width: first, inWidth, start: 0 }));
        tape.give(front, out);
      }
      tape.send(x, (out, ACCUMULATE) => dispatch(prependBackwardRows, { outputGradient, out }, sizes, { ACCUMULATE }));
    },
  });
  return output;
}
