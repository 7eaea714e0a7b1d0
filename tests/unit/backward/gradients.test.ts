/**
 * Backward plans carried out in float64 against finite differences of the forward pass, so that
 * shared, reused and accumulated memory is proven by numbers. Attention's are beside it.
 */

import { describe, expect, test } from "vitest";
import { planBackward } from "../../../src/backward/plan";
import { activation, gatedActivation } from "../../../src/operations/activation";
import { add } from "../../../src/operations/add";
import { dropout } from "../../../src/operations/dropout";
import { linear } from "../../../src/operations/linear";
import { layerNorm, rmsNorm } from "../../../src/operations/norm";
import { polar } from "../../../src/operations/polar";
import { meanOfAll, meanToken } from "../../../src/operations/pool";
import { prepend, prependOwn } from "../../../src/operations/prepend";
import { rotatePairs } from "../../../src/operations/rotate-pairs";
import { repeatRows } from "../../../src/operations/rows";
import { scaleColumns } from "../../../src/operations/scale-columns";
import { shiftColumns } from "../../../src/operations/shift-columns";
import { splitColumns } from "../../../src/operations/split-columns";
import { view } from "../../../src/operations/view";
import { Program } from "../../../src/program/program";
import type { Tensor } from "../../../src/program/tensor";
import { checkGradients, namesOf, normal, squareOf } from "./finite-differences";

describe("gradients are those of finite differences", () => {
  test("of dropout, with the mask the forward pass had", () => {
    const program = new Program();
    const x = program.trainable("x", [5, 7], normal);
    const weight = program.trainable("weight", [7, 7], normal);
    // Twice, so that one gradient is added to the other.
    const dropped = [0.3, 0.6].map((rate, index) => dropout(program, `dropped ${index}`, x, rate));
    const result = linear(program, "result", dropped[0]!, weight, { addend: dropped[1] });
    expect(dropout(program, "untouched", x, 0)).toBe(x);
    expect(program.noises.map(({ name, rate }) => [name, rate])).toEqual([
      ["dropped 0 mask", 0.3],
      ["dropped 1 mask", 0.6],
    ]);
    const mask = (keep: number) => Float64Array.from({ length: 35 }, (_, index) => (index % 3 === 0 ? 0 : 1 / keep));
    checkGradients(program, result, { "dropped 0 mask": mask(0.7), "dropped 1 mask": mask(0.4) });
  });

  test.each([
    ["a pair", 12],
    ["a column", 24],
  ])("of rotated pairs of columns with factors of %s, from polar coordinates and shifted", (_, count) => {
    const program = new Program();
    const x = program.trainable("x", [5, 24], normal);
    const [angles, lengths] = ["angles", "lengths"].map((name) => program.trainable(name, [count], normal));
    const { along, across } = polar(program, "points", angles!, lengths!);
    const rotated = rotatePairs(program, "rotated", x, { along, across, group: 8 });
    const shifted = shiftColumns(program, "shifted", rotated, program.trainable("shifts", [1, 24], normal));
    // Twice, so that one gradient is added to the other.
    const again = rotatePairs(program, "again", shifted, { along, across, group: 24 });
    checkGradients(program, add(program, "result", again, x));
  });

  test("a residual stack, which passes one gradient to several tensors", () => {
    const program = new Program();
    let x = linear(program, "first", program.input("x", [5, 4], "float32"), squareOf(program, "W.first", 4));
    for (let layer = 0; layer < 3; layer++) {
      const normed = rmsNorm(program, `normed ${layer}`, x, program.weight(`norm ${layer}`, [4]), 1e-5);
      const inner = activation(
        program,
        `inner ${layer}`,
        linear(program, `y ${layer}`, normed, squareOf(program, `W.${layer}`, 4)),
        "silu",
      );
      x = add(program, `x ${layer}`, x, inner);
    }
    checkGradients(program, x);
  });

  /**
   * Blocks of three linears with low-rank updates on one input, which is also added to their
   * result.
   */
  const lowRank = (layers: number) => {
    const program = new Program();
    let x = program.input("x", [3, 4], "float32");
    const tuned = (name: string, input: Tensor) => {
      const y = linear(program, name, input, program.weight(`${name}.weight`, [4, 4]), {
        bias: program.weight(`${name}.bias`, [4]),
      });
      const inner = linear(program, `${name} A`, input, program.trainable(`${name}.A`, [2, 4], normal));
      const up = program.trainable(`${name}.B`, [4, 2], normal);
      return linear(program, `${name} + lora`, inner, up, { addend: y, scale: 1.7 });
    };
    for (let layer = 0; layer < layers; layer++) {
      const [q, k, v] = ["q", "k", "v"].map((part) => tuned(`${layer}.${part}`, x)) as [Tensor, Tensor, Tensor];
      const gated = gatedActivation(program, `${layer}.gated`, q, k, "sigmoid");
      x = add(program, `${layer}.x`, add(program, `${layer}.sum`, gated, v), x);
    }
    return { program, x };
  };

  test("low-rank updates beside linears that read the same input", () => {
    const { program, x } = lowRank(3);
    const plan = checkGradients(program, x);
    expect(plan.trained).toHaveLength(18);
    const deeper = lowRank(9);
    expect(planBackward(deeper.program, deeper.x).slots).toEqual(plan.slots);
  });

  test("one tensor with many consumers", () => {
    const program = new Program();
    const input = program.input("input", [4, 6], "float32");
    const x = linear(program, "x", input, program.trainable("W.x", [6, 6], normal));
    const normed = layerNorm(program, "normed", x, program.weight("gain", [6]), program.weight("shift", [6]), 1e-5);
    const gated = gatedActivation(program, "gated", x, normed, "gelu-tanh");
    const own = gatedActivation(program, "own", x, x, "silu");
    const doubled = add(program, "doubled", x, x);
    const scaled = scaleColumns(program, "scaled", x, program.trainable("factors", [6], normal));
    const seen = view(program, "seen", view(program, "folded", x, [8, 3]), [4, 6]);
    const last = [gated, own, doubled, scaled, seen, x].reduce((sum, part, index) =>
      add(program, `sum ${index}`, sum, part),
    );
    checkGradients(program, last);
  });

  test("a result that is itself shared: the loss's gradient is never written to", () => {
    const program = new Program();
    const x = linear(program, "x", program.input("input", [3, 4], "float32"), squareOf(program, "W", 4));
    const y = linear(program, "y", x, squareOf(program, "V", 4));
    checkGradients(program, add(program, "z", add(program, "x + y", x, y), x));
  });

  test("trained tensors as operands of a sum, of a view, and used twice", () => {
    const program = new Program();
    const free = program.trainable("free", [4, 3], normal);
    const tied = squareOf(program, "tied", 3);
    const bias = program.trainable("bias", [3], { ...normal, weightDecay: false });
    const seen = view(program, "seen", view(program, "flat", free, [12, 1]), [4, 3]);
    const once = linear(program, "once", seen, tied, { bias });
    const twice = linear(program, "twice", once, tied, { layout: "in-out", addend: free, scale: -0.5 });
    checkGradients(program, add(program, "sum", add(program, "self", free, free), twice));
  });

  test("trained tensors that a gradient reaches only by being passed or given on", () => {
    const program = new Program();
    const x = linear(program, "x", program.input("input", [4, 3], "float32"), squareOf(program, "W", 3));
    const passed = add(program, "sum", x, program.trainable("passed", [4, 3], normal));
    const gate = program.trainable("gate", [4, 3], normal);
    const fused = program.trainable("fused", [4, 6], normal);
    const [a, b] = splitColumns(program, ["a", "b"], fused, [3, 3]) as [Tensor, Tensor];
    const gated = gatedActivation(program, "gated", gate, gatedActivation(program, "a · b", a, b, "silu"), "tanh");
    const plan = checkGradients(program, gatedActivation(program, "y", passed, gated, "silu"));
    expect(namesOf(plan.trained)).toEqual(["W", "fused", "gate", "passed"]);
  });

  test("trained gains and shifts of norms, one of them used twice", () => {
    const program = new Program();
    const x = linear(program, "x", program.input("input", [5, 3], "float32"), squareOf(program, "W", 3));
    const gain = program.trainable("gain", [3], normal);
    const shift = program.trainable("shift", [3], normal);
    const first = rmsNorm(program, "first", x, gain, 1e-5);
    const second = layerNorm(program, "second", add(program, "sum", first, x), gain, shift, 1e-5);
    const last = layerNorm(program, "last", second, program.weight("frozen", [3]), shift, 1e-5);
    const plan = checkGradients(program, last);
    expect(namesOf(plan.trained)).toEqual(["W", "gain", "shift"]);
  });

  test("columns scaled and shifted by trained factors", () => {
    const program = new Program();
    const x = linear(program, "x", program.input("input", [5, 3], "float32"), squareOf(program, "W", 3));
    const factors = program.trainable("factors", [3, 1], normal);
    const seen = view(program, "seen", factors, [3]);
    const bias = program.trainable("bias", [3], normal);
    checkGradients(program, scaleColumns(program, "y", scaleColumns(program, "once", x, seen, bias), seen));
  });

  test.each(["out-in", "in-out"] as const)("a linear whose weight is stored %s and not square", (layout) => {
    const program = new Program();
    const shape = layout === "out-in" ? [3, 5] : [5, 3];
    const x = linear(program, "x", program.input("input", [4, 2], "float32"), program.trainable("V", [5, 2], normal));
    checkGradients(program, linear(program, "y", x, program.trainable("W", shape, normal), { layout, scale: 2 }));
  });

  test.each([
    ["both are trained", true],
    ["only what is prepended is", false],
  ])("prepended rows, shared by the batch: %s", (_, both) => {
    const program = new Program();
    const front = linear(program, "front", program.input("states", [2, 3], "float32"), squareOf(program, "F", 3));
    const input = program.input("x", [3 * 4, 3], "float32");
    const x = both ? linear(program, "rows", input, squareOf(program, "W", 3)) : input;
    const joined = prepend(program, "joined", front, x, 3);
    const again = prepend(program, "again", front, activation(program, "active", joined, "tanh"), 3);
    const plan = checkGradients(program, again);
    expect(namesOf(plan.trained)).toEqual(both ? ["F", "W"] : ["F"]);
  });

  test("rows repeated for the batch, dropped row by row and prepended", () => {
    const program = new Program();
    const front = linear(program, "front", program.input("states", [2, 3], "float32"), squareOf(program, "F", 3));
    const own = dropout(program, "own", repeatRows(program, "repeated", front, 3), 0.25);
    const x = linear(program, "rows", program.input("x", [3 * 4, 3], "float32"), squareOf(program, "W", 3));
    // What is prepended is read twice, so that one gradient is added to the other.
    const active = activation(program, "active", prependOwn(program, "joined", own, x, 3), "tanh");
    const again = prependOwn(program, "again", own, active, 3);
    const mask = Float64Array.from({ length: 18 }, (_, index) => (index % 5 === 0 ? 0 : 4 / 3));
    expect(namesOf(checkGradients(program, again, { "own mask": mask }).trained)).toEqual(["F", "W"]);
  });

  test.each(["own", "prompted", "all"])("a mean over tokens: %s", (over) => {
    const program = new Program();
    const x = linear(program, "x", program.input("input", [2 * 5, 3], "float32"), squareOf(program, "W", 3));
    const lengths = program.input("lengths", [2], "int32");
    const options = { batch: 2, virtualTokens: 2, countVirtual: over === "prompted" };
    const mean = over === "all" ? meanOfAll(program, "y", x, 2) : meanToken(program, "y", x, lengths, options);
    checkGradients(program, mean, { lengths: [1, 3] });
  });

  test("a trained front goes straight into its gradient", () => {
    const program = new Program();
    const front = program.trainable("front", [2, 3], normal);
    const plan = checkGradients(program, prepend(program, "y", front, program.input("x", [8, 3], "float32"), 2));
    expect(plan.slots).toEqual([]);
    expect(plan.dispatches.map(({ kernel }) => kernel.name)).toEqual(["prepend-backward-front"]);
  });

  test("a fused projection of which one part is not read: its gradient there is 0", () => {
    const program = new Program();
    const fused = linear(
      program,
      "fused",
      program.input("x", [4, 3], "float32"),
      program.trainable("W", [6, 3], normal),
    );
    const [, b, c] = splitColumns(program, ["a", "b", "c"], fused, [2, 3, 1]) as [Tensor, Tensor, Tensor];
    const mixed = linear(program, "mixed", b, program.weight("V", [2, 3]));
    checkGradients(program, linear(program, "y", c, program.weight("U", [2, 1]), { addend: mixed }));
  });

  test("a scaled sum", () => {
    const program = new Program();
    const x = linear(program, "x", program.input("input", [4, 3], "float32"), squareOf(program, "W", 3));
    const bent = activation(program, "bent", x, "tanh");
    checkGradients(program, add(program, "y", x, add(program, "inner", bent, x, -0.7), 4));
  });

  test.each([false, true])("a fused projection cut into parts (another consumer: %s)", (shared) => {
    const program = new Program();
    const input = program.input("x", [4, 3], "float32");
    const fused = linear(program, "fused", input, program.trainable("W", [7, 3], normal));
    const [a, b, c] = splitColumns(program, ["a", "b", "c"], fused, [2, 3, 2]) as [Tensor, Tensor, Tensor];
    const joined = gatedActivation(program, "joined", a, c, "relu");
    const mixed = linear(program, "mixed", b, program.weight("V", [2, 3]), { addend: joined });
    const whole = linear(program, "whole", fused, program.weight("U", [2, 7]));
    checkGradients(program, shared ? add(program, "sum", mixed, whole) : mixed);
  });
});
