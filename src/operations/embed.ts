/**
 * Rows of an embedding table, or columns of one that lies on its side. Frozen as a rule; full
 * fine-tuning and LoRA train one.
 */

import { embedBackward } from "../kernels/embed-backward";
import { dispatch } from "../kernels/kernel";
import type { GraphWriter } from "../program/operation";
import type { Program } from "../program/program";
import type { RowPart, Tensor } from "../program/tensor";

/** `ids` [rows] int32, `table` [vocabulary, width] → [rows, width]. */
export function embed(program: Program, name: string, ids: Tensor, table: Tensor): Tensor {
  const [vocabulary, width] = table.shape as [number, number];
  return lookUp(program, name, ids, table, { vocabulary, width, transposed: false });
}

/** `ids` [rows] int32, `table` [width, vocabulary] float32 → [rows, width]. */
export function embedColumns(program: Program, name: string, ids: Tensor, table: Tensor): Tensor {
  const [width, vocabulary] = table.shape as [number, number];
  return lookUp(program, name, ids, table, { vocabulary, width, transposed: true });
}

function lookUp(
  program: Program,
  name: string,
  ids: Tensor,
  table: Tensor,
  { vocabulary, width, transposed }: { vocabulary: number; width: number; transposed: boolean },
): Tensor {
  const [rows] = ids.shape as [number];
  const output = program.activation(name, [rows, width]);
  program.append({
    kind: "embed",
    inputs: [table, ids],
    outputs: [output],
    forward: (graph) => {
      if (transposed) {
        const columns = graph.value("Gather", [graph.use(table), graph.use(ids)], { axis: 1 });
        graph.define(output, "Transpose", [columns], { perm: [1, 0] });
      } else if (table.parts) rowsOfParts(graph, table.parts, ids, output);
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
          { TRANSPOSED: transposed ? 1 : 0, ACCUMULATE },
        ),
      );
    },
  });
  return output;
}

/**
 * Every part gives a row for every id, its first one where the id is another part's; those that are
 * an id's own are kept.
 */
function rowsOfParts(graph: GraphWriter, parts: readonly RowPart[], ids: Tensor, output: Tensor): void {
  const [rows] = ids.shape as [number];
  const flat = graph.use(ids);
  const column = graph.value("Reshape", [flat, graph.literal([rows, 1], "int64")]);
  const constant = (value: number) => graph.literal([value], "int32");
  const own = parts.map((part) => {
    const inside = graph.value("Sub", [flat, constant(part.start)]);
    const notAfter = graph.value("Where", [
      graph.value("Less", [inside, constant(part.shape[0]!)]),
      inside,
      constant(0),
    ]);
    const before = graph.value("Less", [inside, constant(0)]);
    return graph.rows(part, graph.value("Where", [before, constant(0), notAfter]));
  });
  const later = parts.slice(1);
  later.reduce((found, { start }, index) => {
    const operands = [graph.value("Less", [column, constant(start)]), found, own[index + 1]!];
    return graph.node("Where", operands, {}, index === later.length - 1 ? { outputs: [output] } : {})[0]!;
  }, own[0]!);
}
