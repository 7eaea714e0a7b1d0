/** What a backward plan says its dispatches bind, from which the element types of float16 kernels follow. */

import { expect, test } from "vitest";
import { planBackward } from "../../../src/backward/plan";
import { linear } from "../../../src/operations/linear";
import { prepend } from "../../../src/operations/prepend";
import { Program } from "../../../src/program/program";

test("trained tensors and their gradients are float32, whatever activations and weights are", () => {
  const program = new Program();
  const initializer = { kind: "zeros" } as const;
  const front = program.trainable("front", [2, 4], { initializer });
  const factor = program.trainable("factor", [3, 4], { initializer });
  const frozen = program.weight("frozen", [4, 4]);
  const joined = prepend(program, "joined", front, program.input("x", [5, 4], "float32"), 1);
  const hidden = linear(program, "hidden", joined, frozen);
  const plan = planBackward(program, linear(program, "y", hidden, factor));
  expect(plan.dispatches.map(({ kernel, stored }) => [kernel.name, stored])).toEqual([
    ["matmul", { a: "Element", b: "f32", out: "Element" }],
    ["matmul", { a: "Element", b: "Element", out: "f32" }],
    ["matmul", { a: "Element", b: "f32", out: "Element" }],
    ["prepend-backward-front", { outputGradient: "Element", out: "f32" }],
  ]);
});
