/** The polynomials that stand for cosine and sine in graphs, against JavaScript's. */

import { expect, it } from "vitest";
import { polar } from "../../../src/operations/polar";
import { Program } from "../../../src/program/program";
import { evaluate } from "../interpreter/forward";

const angles = Float64Array.from({ length: 4001 }, (_, index) => (index - 2000) * 0.0125);

it("cosine and sine are right over many turns, and exact for the angle 0", () => {
  const program = new Program();
  const zeros = { initializer: { kind: "zeros" } } as const;
  const [angle, length] = ["angles", "lengths"].map((name) => program.trainable(name, [angles.length], zeros));
  const { along, across } = polar(program, "points", angle!, length!);
  const leaves = new Map<string, ArrayLike<number>>([
    ["angles", angles],
    ["lengths", angles.map(() => 2)],
  ]);
  const value = evaluate(program, leaves, [along, across]);
  const error = (computed: Float64Array, exact: (angle: number) => number) =>
    Math.max(...computed.map((part, index) => Math.abs(part / 2 - exact(angles[index]!))));
  expect(error(value(along), Math.cos)).toBeLessThan(1e-9);
  expect(error(value(across), Math.sin)).toBeLessThan(1e-9);
  expect([value(along)[2000], value(across)[2000]]).toEqual([2, 0]);
});
