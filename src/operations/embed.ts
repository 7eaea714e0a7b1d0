/** Rows of a frozen embedding table. There is nothing to differentiate: ids are integers and the table is frozen. */

import type { Program } from "../program/program";
import type { Tensor } from "../program/tensor";

/** `ids` [rows] int32, `table` [vocabulary, width] → [rows, width]. */
export function embed(program: Program, name: string, ids: Tensor, table: Tensor): Tensor {
  const output = program.activation(name, [ids.shape[0]!, table.shape[1]!]);
  program.append({
    kind: "embed",
    inputs: [table, ids],
    outputs: [output],
    forward: (graph) => graph.rows(output, table, ids),
    backward: (tape) => {
      if (tape.needs(table)) throw new Error(`The embedding table "${table.name}" is frozen; it has no gradient.`);
    },
  });
  return output;
}
