/**
 * What a backward plan says its dispatches bind, from which the element types of float16 kernels
 * follow.
 */

import { describe, expect, test } from "vitest";
import { planBackward } from "../../../src/backward/plan";
import { methods } from "../../../src/methods/registry";
import { familyOf } from "../../../src/models/registry";
import { linear } from "../../../src/operations/linear";
import { prepend } from "../../../src/operations/prepend";
import { bind } from "../../../src/program/place";
import { Program } from "../../../src/program/program";
import { buildTunedProgram } from "../../../src/runs/tuned-program";
import { sequenceClassification } from "../../../src/tasks/sequence-classification";
import { fixtureJson } from "../../fixtures/reference";

test("trained tensors and their gradients are float32, whatever activations and weights are", () => {
  const program = new Program();
  const initializer = { kind: "zeros" } as const;
  const front = program.trainable("front", [2, 4], { initializer });
  const factor = program.trainable("factor", [3, 4], { initializer });
  const frozen = program.weight("frozen", [4, 4]);
  const joined = prepend(program, "joined", front, program.input("x", [5, 4], "float32"), 1);
  const hidden = linear(program, "hidden", joined, frozen);
  const plan = planBackward(program, linear(program, "y", hidden, factor));
  expect(bind(plan.dispatches, (place) => place).map(({ kernel, stored }) => [kernel.name, stored])).toEqual([
    ["matmul", { a: "Element", b: "f32", out: "Element" }],
    ["matmul", { a: "Element", b: "Element", out: "f32" }],
    ["matmul", { a: "Element", b: "f32", out: "Element" }],
    ["prepend-backward-front", { outputGradient: "Element", out: "f32" }],
  ]);
});

/** BitFit needs a model with biases; a method that answers without a head trains nothing. */
const applicable = (rig: string) =>
  methods
    .filter((method) => method.id !== "bitfit" || rig !== "tiny-llama")
    .map((method) => [method.id, method] as const);

describe.each(["tiny-llama", "tiny-gpt2"])("float16 matrices of %s", (rig) => {
  test.each(applicable(rig))("reach only kernels that unpack them: %s", async (_, method) => {
    const json = await fixtureJson(`models/${rig}/config.json`);
    const family = familyOf(json);
    const ids = (count: number) => Array.from({ length: count }, (_, id) => id);
    const facts = { family, config: family.readConfig(json), precision: "float16" } as const;
    const context = { ...facts, textIds: [4, 5, 6], lockedIds: [true, false, true], randomIds: ids };
    const options = method.options(context).parse({});
    const { backward } = buildTunedProgram(
      { method, options, context, task: sequenceClassification, classes: 3, pooling: "last" },
      2,
      5,
    );
    const packed = bind(backward.dispatches, (place) => place).flatMap(({ kernel, stored }) =>
      Object.entries(stored ?? {})
        .filter(([, what]) => what === "packed")
        .map(([binding]) => ({ kernel, binding })),
    );
    if (method.id === "lora") expect(packed.length).toBeGreaterThan(0);
    for (const { kernel, binding } of packed) expect(kernel.packable, `${kernel.name}: ${binding}`).toContain(binding);
  });
});
