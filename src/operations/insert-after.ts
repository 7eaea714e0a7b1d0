/**
 * The same rows after the last real row of every sequence of a batch; the padding moves after them.
 */

import { insertBackwardInserted } from "../kernels/insert-backward-inserted";
import { insertBackwardRows } from "../kernels/insert-backward-rows";
import { dispatch } from "../kernels/kernel";
import type { Program } from "../program/program";
import type { Tensor } from "../program/tensor";

/**
 * `x` [batch · tokens, width], `inserted` [count, width], `lengths` [batch] → [batch · (tokens +
 * count), width].
 */
export function insertAfter(
  program: Program,
  name: string,
  x: Tensor,
  inserted: Tensor,
  lengths: Tensor,
  batch: number,
): Tensor {
  const [count, width] = inserted.shape as [number, number];
  const tokens = x.shape[0]! / batch;
  const output = program.activation(name, [batch * (tokens + count), width]);
  program.append({
    kind: "insertAfter",
    inputs: [x, inserted, lengths],
    outputs: [output],
    forward: (graph) => {
      // Row `place` of a sequence of `length` rows: row `place` of x before `length`, an inserted
      // row up to `length + count`, and after that the padding of x. In float32, which is exact for
      // these numbers.
      const total = tokens + count;
      const places = Array.from({ length: total }, (_, place) => place);
      const starts = Array.from({ length: batch }, (_, row) => row * tokens);
      const float = (value: string) => graph.value("Cast", [value], { to: 1 });
      const add = (...values: [string, string]) => graph.value("Add", values);
      const times = (...values: [string, string]) => graph.value("Mul", values);
      const constant = (values: readonly number[], shape: readonly number[]) => graph.literal(values, "float32", shape);
      const negated = times(
        float(graph.value("Reshape", [graph.use(lengths), graph.literal([batch, 1], "int64")])),
        constant([-1], [1]),
      );
      const fromEnd = add(constant(places, [1, total]), negated);
      const before = float(graph.value("Less", [fromEnd, constant([0], [1])]));
      const notAfter = float(graph.value("Less", [fromEnd, constant([count], [1])]));
      const own = add(constant(places, [1, total]), constant(starts, [batch, 1]));
      const fromInserted = add(fromEnd, constant([batch * tokens], [1]));
      const fromPadding = add(own, constant([-count], [1]));
      const inserting = add(notAfter, times(before, constant([-1], [1])));
      const after = add(constant([1], [1]), times(notAfter, constant([-1], [1])));
      const place = add(add(times(own, before), times(fromInserted, inserting)), times(fromPadding, after));
      const rows = graph.value("Cast", [graph.value("Reshape", [place, graph.literal([batch * total], "int64")])], {
        to: 6,
      });
      const both = graph.value("Concat", [graph.use(x), graph.use(inserted)], { axis: 0 });
      graph.define(output, "Gather", [both, rows], { axis: 0 });
    },
    backward: (tape) => {
      const outputGradient = tape.gradient(output);
      if (!outputGradient) return;
      const sizes = { batch, tokens, count, width };
      const bindings = { lengths: tape.value(lengths), outputGradient };
      tape.send(x, (out, ACCUMULATE) => dispatch(insertBackwardRows, { ...bindings, out }, sizes, { ACCUMULATE }));
      tape.send(inserted, (out, ACCUMULATE) =>
        dispatch(insertBackwardInserted, { ...bindings, out }, sizes, { ACCUMULATE }),
      );
    },
  });
  return output;
}
