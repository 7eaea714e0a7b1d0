/** Rows of an embedding table. The table is frozen as a rule; full fine-tuning trains it. */

import { embedBackward } from "../kernels/embed-backward";
import { dispatch } from "../kernels/kernel";
import type { GraphWriter } from "../program/operation";
import type { Program } from "../program/program";
import type { RowPart, Tensor } from "../program/tensor";

/** `ids` [rows] int32, `table` [vocabulary, width] → [rows, width]. */
export function embed(program: Program, name: string, ids: Tensor, table: Tensor): Tensor {
  const [rows] = ids.shape as [number];
  const [vocabulary, width] = table.shape as [number, number];
  const output = program.activation(name, [rows, width]);
  program.append({
    kind: "embed",
    inputs: [table, ids],
    outputs: [output],
    forward: (graph) => {
      if (table.parts) rowsOfParts(graph, table.parts, ids, output);
      else graph.rows(table, graph.use(ids), output);
    },
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

/** Every part gives a row for every id, its first one where the id is another part's; those that are an id's own are kept. */
function rowsOfParts(graph: GraphWriter, parts: readonly RowPart[], ids: Tensor, output: Tensor): void {
  const [rows] = ids.shape as [number];
  const flat = graph.use(ids);
  const column = graph.value("Reshape", [flat, graph.literal([rows, 1], "int64")]);
  const constant = (value: number) => graph.literal([value], "int32");
  const own = parts.map((part) => {
    const inside = graph.value("Sub", [flat, constant(part.start)]);
    const notBehind = graph.value("Where", [
      graph.value("Less", [inside, constant(part.shape[0]!)]),
      inside,
      constant(0),
    ]);
    const before = graph.value("Less", [inside, constant(0)]);
    return graph.rows(part, graph.value("Where", [before, constant(0), notBehind]));
  });
  const later = parts.slice(1);
  later.reduce((found, { start }, index) => {
    const operands = [graph.value("Less", [column, constant(start)]), found, own[index + 1]!];
    return graph.node("Where", operands, {}, index === later.length - 1 ? { outputs: [output] } : {})[0]!;
  }, own[0]!);
}
