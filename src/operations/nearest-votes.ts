/**
 * How many of the best columns of a row belong to each class. Forward only: nothing trained lies
 * below it.
 */

import type { Program } from "../program/program";
import type { Tensor } from "../program/tensor";

/**
 * `scores` [rows, columns], `classes` [columns, width] → [rows, width]: sums of `classes` over the
 * columns whose score is at least the row's `count`th largest, so that of equally good ones none is
 * left out.
 */
export function nearestVotes(
  program: Program,
  name: string,
  scores: Tensor,
  classes: Tensor,
  { count }: { readonly count: number },
): Tensor {
  const output = program.activation(name, [scores.shape[0]!, classes.shape[1]!]);
  program.append({
    kind: "nearestVotes",
    inputs: [scores, classes],
    outputs: [output],
    forward: (graph) => {
      const given = graph.use(scores);
      const axes = { axis: 1, largest: 1, sorted: 1 };
      const [best] = graph.node("TopK", [given, graph.literal([count], "int64")], axes, { outputCount: 2 });
      const [from, to, axis] = [count - 1, count, 1].map((value) => graph.literal([value], "int64"));
      const least = graph.value("Slice", [best!, from!, to!, axis!]);
      const near = graph.value("Not", [graph.value("Less", [given, least])]);
      graph.define(output, "MatMul", [graph.value("Cast", [near], { to: 1 }), graph.use(classes)]);
    },
    backward: () => {
      throw new Error(`"${name}" has no gradient.`);
    },
  });
  return output;
}

/** ln(1 + x), of the same shape. */
export function logOfOneMore(program: Program, name: string, x: Tensor): Tensor {
  const output = program.activation(name, x.shape);
  program.append({
    kind: "logOfOneMore",
    inputs: [x],
    outputs: [output],
    forward: (graph) =>
      graph.define(output, "Log", [graph.value("Add", [graph.use(x), graph.literal([1], "float32")])]),
    backward: () => {
      throw new Error(`"${name}" has no gradient.`);
    },
  });
  return output;
}
