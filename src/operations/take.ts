/** y: each of its numbers is one of x's, or zero. Where from is the same for every step. */

import { gatherSum } from "../kernels/gather-sum";
import { dispatch } from "../kernels/kernel";
import type { Program } from "../program/program";
import { elementCount, type Tensor } from "../program/tensor";

export interface Pattern {
  /** Names it: patterns of one name are the same. */
  readonly key: string;
  /** Of y. */
  readonly shape: readonly number[];
  /** How often a number of x is taken at most. */
  readonly times: number;
  /** Where in x, row-major, the number at a place of y comes from; null: it is zero. */
  readonly from: (place: number) => number | null;
}

export function take(program: Program, name: string, x: Tensor, { key, shape, times, from }: Pattern): Tensor {
  const [length, count] = [elementCount(x.shape), elementCount(shape)];
  const output = program.activation(name, shape);
  // A zero stands behind the numbers.
  const sources = program.constant(
    `${key}: sources`,
    [count],
    () => Int32Array.from({ length: count }, (_, place) => from(place) ?? length),
    "int32",
  );
  const places = program.constant(
    `${key}: places`,
    [length, times],
    () =>
      placesOf(
        Array.from({ length: count }, (_, place) => from(place)),
        length,
        times,
      ),
    "int32",
  );
  program.append({
    kind: "take",
    inputs: [x, sources, places],
    outputs: [output],
    forward: (graph) => {
      const flat = graph.value("Reshape", [graph.use(x), graph.literal([length], "int64")]);
      const padded = graph.value("Concat", [flat, graph.literal([0], "float32")], { axis: 0 });
      const taken = graph.value("Gather", [padded, graph.use(sources)]);
      graph.define(output, "Reshape", [taken, graph.literal(shape, "int64")]);
    },
    backward: (tape) => {
      const gradient = tape.gradient(output);
      if (!gradient) return;
      tape.send(x, (out, ACCUMULATE) =>
        dispatch(
          gatherSum,
          { x: gradient, places: tape.value(places), out },
          { rows: length, count: times, length: count },
          { ACCUMULATE },
        ),
      );
    },
  });
  return output;
}

/** The places that took each number, filled up with one past the end. */
function placesOf(sources: readonly (number | null)[], length: number, times: number): Int32Array {
  const places = new Int32Array(length * times).fill(sources.length);
  const found = new Uint32Array(length);
  for (const [place, source] of sources.entries()) {
    if (source === null) continue;
    places[source * times + found[source]!] = place;
    found[source]!++;
  }
  return places;
}
