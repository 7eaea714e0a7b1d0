/** Rows of an embedding table. The table is frozen as a rule; full fine-tuning trains it. */

import { embedBackward } from "../kernels/embed-backward";
import { dispatch } from "../kernels/kernel";
import type { Program } from "../program/program";
import type { Tensor } from "../program/tensor";

/** `ids` [rows] int32, `table` [vocabulary, width] → [rows, width]. */
export function embed(program: Program, name: string, ids: Tensor, table: Tensor): Tensor {
  const [rows] = ids.shape as [number];
  const [vocabulary, width] = table.shape as [number, number];
  const output = program.activation(name, [rows, width]);
  program.append({
    kind: "embed",
    inputs: [table, ids],
    outputs: [output],
    forward: (graph) => graph.rows(output, table, ids),
    backward: (tape) => {
      const outputGradient = tape.gradient(output);
      if (!outputGradient) return;
      tape.send(table, (out, ACCUMULATE) =>
        dispatch(
          embedBackward,
          { ids: tape.value(ids), outputGradient, out },
          { rows, vocabulary, width },
          { ACCUMULATE },
        ),
      );
    },
  });
  return output;
}
