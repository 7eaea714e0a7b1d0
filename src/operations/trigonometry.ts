/**
 * Graph nodes for cosine and sine, by polynomials. ONNX's own become WGSL's on a graphics card,
 * which may be wrong by 2⁻¹¹: too much beside numbers that PyTorch computed. These are right to
 * 5e-7 on every device.
 */

import type { GraphWriter } from "../program/operation";

/**
 * Coefficients of the powers of x² in cos x, and in sin x / x: interpolation at Chebyshev's points
 * over |x| ≤ π, with the first one kept, so that the angle 0 is exact. In exact arithmetic they are
 * right to 5e-10.
 */
const POWERS = [
  [1, 1],
  [-0.4999999999524008, -0.166666666663833],
  [0.04166666619396744, 0.008333333305193692],
  [-0.00138888812140955, -0.00019841265273339741],
  [2.48011192200981e-5, 2.7557040731663382e-6],
  [-2.75436894519626e-7, -2.5044004425503335e-8],
  [2.067203072143133e-9, 1.5937461270100441e-10],
  [-9.92783433826386e-12, -6.733088874777539e-13],
] as const;

const TURN = 2 * Math.PI;

/** `angles`: a value of shape [1, count], in radians. Gives its cosines and its sines, likewise. */
export function cosineAndSine(graph: GraphWriter, angles: string): { cosines: string; sines: string } {
  const number = (value: number) => graph.literal([value], "float32");
  const add = (a: string, b: string) => graph.value("Add", [a, b]);
  const times = (a: string, b: string) => graph.value("Mul", [a, b]);
  // The same direction between -π and π.
  const turns = graph.value("Floor", [add(times(angles, number(1 / TURN)), number(0.5))]);
  const x = add(angles, times(turns, number(-TURN)));
  const square = times(x, x);
  // Both polynomials at once: a row for each.
  const [highest, ...lower] = POWERS.map((pair) => graph.literal(pair, "float32", [2, 1])).reverse() as [string];
  const sums = lower.reduce((sum, coefficients) => add(times(sum, square), coefficients), highest);
  const [cosines, ratios] = graph.node(
    "Split",
    [sums, graph.literal([1, 1], "int64")],
    { axis: 0 },
    { outputCount: 2 },
  );
  return { cosines: cosines!, sines: times(ratios!, x) };
}
