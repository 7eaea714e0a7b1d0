/**
 * The gradient with respect to one activation: finite differences of what is computed after it, and
 * none for what is trained.
 */

import { expect, test } from "vitest";
import { planInputGradient } from "../../../src/backward/plan";
import { Random } from "../../../src/data/random";
import { activation } from "../../../src/operations/activation";
import { add } from "../../../src/operations/add";
import { embed } from "../../../src/operations/embed";
import { linear } from "../../../src/operations/linear";
import { layerNorm } from "../../../src/operations/norm";
import { view } from "../../../src/operations/view";
import { Program } from "../../../src/program/program";
import type { Tensor, Trainable } from "../../../src/program/tensor";
import { runBackward } from "../interpreter/backward";
import { evaluate } from "../interpreter/forward";
import { normal } from "./finite-differences";

const [ROWS, WIDTH] = [5, 6];

/** What comes after `x`: a residual, which passes one gradient on twice, and a norm. */
function after(program: Program, x: Tensor): Tensor {
  const weight = program.trainable("weight", [WIDTH, WIDTH], normal);
  const gain = program.weight("gain", [WIDTH]);
  const inner = activation(program, "inner", linear(program, "hidden", x, weight), "gelu");
  const summed = add(program, "summed", x, inner);
  return view(program, "flat", layerNorm(program, "normed", summed, gain, undefined, 1e-5), [ROWS * WIDTH]);
}

test("is that of finite differences, beside which nothing trained has one", () => {
  const program = new Program();
  const ids = program.constant("ids", [ROWS], () => Int32Array.of(3, 0, 2, 3, 1), "int32");
  const words = embed(program, "words", ids, program.trainable("table", [4, WIDTH], normal));
  const result = after(program, words);
  const plan = planInputGradient(program, result, words);
  expect(plan.trained).toEqual([]);
  expect(plan.saved).not.toContain(words);

  const drawn = (name: string, count: number) => {
    const random = new Random(11, name);
    return Float64Array.from({ length: count }, () => 0.5 * random.normal());
  };
  const leaves = {
    table: drawn("table", 4 * WIDTH),
    weight: drawn("weight", WIDTH * WIDTH),
    gain: drawn("gain", WIDTH),
  };
  const seed = drawn("seed", ROWS * WIDTH);
  const forward = evaluate(program, new Map(Object.entries(leaves)), [result, words]);
  const gradient = runBackward({ ...plan, trained: [words as Trainable] }, forward, seed).get("words")!;

  const twin = new Program();
  const x = twin.input("x", [ROWS, WIDTH], "float32");
  const copy = after(twin, x);
  const values = Float64Array.from(forward(words));
  const score = (entering: Float64Array) =>
    evaluate(twin, new Map(Object.entries({ ...leaves, x: entering })), [copy])(copy).reduce(
      (sum, value, index) => sum + value * seed[index]!,
      0,
    );
  const step = 1e-5;
  const expected = values.map((value, index) => {
    const moved = (by: number) => score(values.with(index, value + by));
    return (moved(step) - moved(-step)) / (2 * step);
  });
  const distance = Math.hypot(...expected.map((value, index) => value - gradient[index]!));
  expect(distance / Math.hypot(...expected)).toBeLessThan(1e-7);
});
