/**
 * Backward plans carried out in float64 against finite differences of the forward pass, so that
 * shared, reused and accumulated memory is proven by numbers; and that nothing is planned which no
 * trained tensor asks for.
 */

import { describe, expect, test } from "vitest";
import { planBackward } from "../../../src/backward/plan";
import { Random } from "../../../src/data/random";
import { methodOf } from "../../../src/methods/registry";
import type { Attachments } from "../../../src/models/family";
import { familyOf } from "../../../src/models/registry";
import { activation, gatedActivation } from "../../../src/operations/activation";
import { add } from "../../../src/operations/add";
import { attention, paddingBias } from "../../../src/operations/attention";
import { dropout } from "../../../src/operations/dropout";
import { linear } from "../../../src/operations/linear";
import { layerNorm, rmsNorm } from "../../../src/operations/norm";
import { polar } from "../../../src/operations/polar";
import { lastToken, meanToken } from "../../../src/operations/pool";
import { prepend } from "../../../src/operations/prepend";
import { rope } from "../../../src/operations/rope";
import { rotatePairs } from "../../../src/operations/rotate-pairs";
import { scaleColumns } from "../../../src/operations/scale-columns";
import { shiftColumns } from "../../../src/operations/shift-columns";
import { splitColumns } from "../../../src/operations/split-columns";
import { view } from "../../../src/operations/view";
import { Program } from "../../../src/program/program";
import { elementCount, type Tensor } from "../../../src/program/tensor";
import { buildTunedProgram } from "../../../src/runs/tuned-program";
import { sequenceClassification } from "../../../src/tasks/sequence-classification";
import { fixtureJson } from "../../fixtures/reference";
import { runBackward } from "../interpreter/backward";
import { evaluate } from "../interpreter/forward";

const normal = { initializer: { kind: "normal", std: 1 } } as const;

/** Seeded values for every leaf that the result depends on and that has none of its own. */
function randomLeaves(program: Program, result: Tensor): Map<string, Float64Array> {
  const leaves = new Map<string, Float64Array>();
  for (const tensor of program.needed([result]).flatMap(({ inputs }) => inputs)) {
    if (tensor.role === "activation" || tensor.type === "int32" || "values" in tensor) continue;
    const random = new Random(7, tensor.name);
    leaves.set(
      tensor.name,
      Float64Array.from({ length: elementCount(tensor.shape) }, () => 0.5 * random.normal()),
    );
  }
  return leaves;
}

/**
 * Plans and carries out the backward pass of Σ seed ∘ result, and compares every gradient with
 * central differences.
 */
function checkGradients(program: Program, result: Tensor, given: Record<string, ArrayLike<number>> = {}) {
  const plan = planBackward(program, result);
  const leaves = new Map<string, ArrayLike<number>>([...randomLeaves(program, result), ...Object.entries(given)]);
  const random = new Random(3, "seed");
  const seed = Float64Array.from({ length: elementCount(result.shape) }, () => random.normal());
  const gradients = runBackward(plan, evaluate(program, leaves, [result]), seed);
  const loss = () => {
    const values = evaluate(program, leaves, [result])(result);
    return values.reduce((sum, value, index) => sum + value * seed[index]!, 0);
  };
  for (const { name } of plan.trained) {
    const values = leaves.get(name) as Float64Array;
    const step = 1e-5;
    const expected = values.map((value, index) => {
      values[index] = value + step;
      const above = loss();
      values[index] = value - step;
      const below = loss();
      values[index] = value;
      return (above - below) / (2 * step);
    });
    const norm = Math.hypot(...expected);
    expect(norm, `finite differences of ${name}`).toBeGreaterThan(1e-3);
    const distance = Math.hypot(...expected.map((value, index) => value - gradients.get(name)![index]!));
    expect(distance / norm, `gradient of ${name}`).toBeLessThan(1e-7);
  }
  return plan;
}

const names = (tensors: readonly Tensor[]) => tensors.map(({ name }) => name).sort();

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

  const square = (program: Program, name: string, width: number) => program.trainable(name, [width, width], normal);

  test("a residual stack, which passes one gradient to several tensors", () => {
    const program = new Program();
    let x = linear(program, "first", program.input("x", [5, 4], "float32"), square(program, "W.first", 4));
    for (let layer = 0; layer < 3; layer++) {
      const normed = rmsNorm(program, `normed ${layer}`, x, program.weight(`norm ${layer}`, [4]), 1e-5);
      const inner = activation(
        program,
        `inner ${layer}`,
        linear(program, `y ${layer}`, normed, square(program, `W.${layer}`, 4)),
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
    const x = linear(program, "x", program.input("input", [3, 4], "float32"), square(program, "W", 4));
    const y = linear(program, "y", x, square(program, "V", 4));
    checkGradients(program, add(program, "z", add(program, "x + y", x, y), x));
  });

  test("trained tensors as operands of a sum, of a view, and used twice", () => {
    const program = new Program();
    const free = program.trainable("free", [4, 3], normal);
    const tied = square(program, "tied", 3);
    const bias = program.trainable("bias", [3], { ...normal, weightDecay: false });
    const seen = view(program, "seen", view(program, "flat", free, [12, 1]), [4, 3]);
    const once = linear(program, "once", seen, tied, { bias });
    const twice = linear(program, "twice", once, tied, { layout: "in-out", addend: free, scale: -0.5 });
    checkGradients(program, add(program, "sum", add(program, "self", free, free), twice));
  });

  test("trained tensors that a gradient reaches only by being passed or given on", () => {
    const program = new Program();
    const x = linear(program, "x", program.input("input", [4, 3], "float32"), square(program, "W", 3));
    const passed = add(program, "sum", x, program.trainable("passed", [4, 3], normal));
    const gate = program.trainable("gate", [4, 3], normal);
    const fused = program.trainable("fused", [4, 6], normal);
    const [a, b] = splitColumns(program, ["a", "b"], fused, [3, 3]) as [Tensor, Tensor];
    const gated = gatedActivation(program, "gated", gate, gatedActivation(program, "a · b", a, b, "silu"), "tanh");
    const plan = checkGradients(program, gatedActivation(program, "y", passed, gated, "silu"));
    expect(names(plan.trained)).toEqual(["W", "fused", "gate", "passed"]);
  });

  test("trained gains and shifts of norms, one of them used twice", () => {
    const program = new Program();
    const x = linear(program, "x", program.input("input", [5, 3], "float32"), square(program, "W", 3));
    const gain = program.trainable("gain", [3], normal);
    const shift = program.trainable("shift", [3], normal);
    const first = rmsNorm(program, "first", x, gain, 1e-5);
    const second = layerNorm(program, "second", add(program, "sum", first, x), gain, shift, 1e-5);
    const last = layerNorm(program, "last", second, program.weight("frozen", [3]), shift, 1e-5);
    const plan = checkGradients(program, last);
    expect(names(plan.trained)).toEqual(["W", "gain", "shift"]);
  });

  test("columns scaled and shifted by trained factors", () => {
    const program = new Program();
    const x = linear(program, "x", program.input("input", [5, 3], "float32"), square(program, "W", 3));
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
    const front = linear(program, "front", program.input("states", [2, 3], "float32"), square(program, "F", 3));
    const input = program.input("x", [3 * 4, 3], "float32");
    const x = both ? linear(program, "rows", input, square(program, "W", 3)) : input;
    const joined = prepend(program, "joined", front, x, 3);
    const again = prepend(program, "again", front, activation(program, "active", joined, "tanh"), 3);
    const plan = checkGradients(program, again);
    expect(names(plan.trained)).toEqual(both ? ["F", "W"] : ["F"]);
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
    const x = linear(program, "x", program.input("input", [4, 3], "float32"), square(program, "W", 3));
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

  test.each([
    ["grouped heads after a prefix", { heads: 4, keyValueHeads: 2, virtualTokens: 2, causal: true }],
    ["every head its own", { heads: 2, keyValueHeads: 2, virtualTokens: 0, causal: true }],
    ["without a mask", { heads: 2, keyValueHeads: 1, virtualTokens: 1, causal: false }],
  ])("attention with rotary positions: %s", (_, { heads, keyValueHeads, virtualTokens, causal }) => {
    const program = new Program();
    const [batch, tokens, headSize] = [2, 3, 4];
    const input = program.input("x", [batch * tokens, 4], "float32");
    const x = add(program, "x + Wx", input, linear(program, "Wx", input, square(program, "W", 4)));
    const table = (turn: (angle: number) => number) => () =>
      Float32Array.from({ length: 16 }, (_, i) => turn((i >> 1) * 0.3 ** (i % 2)));
    const cosine = program.constant("cosine", [8, 2], table(Math.cos));
    const sine = program.constant("sine", [8, 2], table(Math.sin));
    const turned = (name: string, y: Tensor, count: number) =>
      rope(program, name, y, { tokens, heads: count, headSize, rotarySize: 4, offset: virtualTokens, cosine, sine });
    const project = (name: string, count: number) =>
      linear(program, name, x, program.weight(`${name}.weight`, [count * headSize, 4]));
    const queries = turned("queries", project("q", heads), heads);
    let keys = turned("keys", project("k", keyValueHeads), keyValueHeads);
    let values = project("v", keyValueHeads);
    if (virtualTokens > 0) {
      const width = keyValueHeads * headSize;
      keys = prepend(program, "all keys", program.trainable("P.keys", [virtualTokens, width], normal), keys, batch);
      values = prepend(
        program,
        "all values",
        program.trainable("P.values", [virtualTokens, width], normal),
        values,
        batch,
      );
    }
    const options = { batch, heads, keyValueHeads, headSize, scale: 0.6, causal };
    const mixed = attention(program, "mixed", queries, keys, values, options);
    const output = linear(program, "o", mixed, program.weight("o.weight", [4, heads * headSize]));
    checkGradients(program, add(program, "y", x, output));
  });

  test("attention of a tensor to itself: queries, keys and values are one", () => {
    const program = new Program();
    const x = linear(program, "x", program.input("input", [6, 4], "float32"), square(program, "W", 4));
    const options = { batch: 2, heads: 2, keyValueHeads: 2, headSize: 2, scale: 1, causal: true };
    checkGradients(program, add(program, "y", x, attention(program, "mixed", x, x, x, options)));
  });

  test.each([
    { causal: true, window: 3 },
    { causal: false, window: 2 },
    { causal: false, padded: true },
    { causal: true, softCap: 0.5 },
    { causal: false, window: 2, padded: true, softCap: 0.7 },
  ])("of attention after a prefix, %o", ({ padded, ...kind }) => {
    const [batch, tokens, virtualTokens, headSize] = [2, 5, 2, 3];
    const program = new Program();
    const x = linear(program, "x", program.input("input", [batch * tokens, 4], "float32"), square(program, "W", 4));
    const project = (name: string, heads: number) =>
      linear(program, name, x, program.weight(`${name}.weight`, [heads * headSize, 4]));
    const prefixed = (name: string) =>
      prepend(
        program,
        `all ${name}`,
        program.trainable(name, [virtualTokens, headSize], normal),
        project(`own ${name}`, 1),
        batch,
      );
    const lengths = program.input("lengths", [batch], "int32");
    const padding = padded ? paddingBias(program, lengths, tokens, virtualTokens) : undefined;
    const [queries, keys, values] = [project("q", 2), prefixed("keys"), prefixed("values")];
    const sizes = { batch, heads: 2, keyValueHeads: 1, headSize, scale: 0.5 };
    const mixed = attention(program, "mixed", queries, keys, values, { ...sizes, ...kind, padding });
    checkGradients(program, mixed, padded ? { lengths: [4, 5] } : {});
    // By the definition, key by key.
    const leaves = new Map<string, ArrayLike<number>>([...randomLeaves(program, mixed), ["lengths", [4, 5]]]);
    const value = evaluate(program, leaves, [queries, keys, values, mixed]);
    const at = (tensor: Tensor, row: number, first: number) =>
      value(tensor).subarray(row * tensor.shape[1]! + first, row * tensor.shape[1]! + first + headSize);
    for (let row = 0; row < batch * tokens; row++) {
      for (const head of [0, 1]) {
        const [sequence, own] = [Math.floor(row / tokens), virtualTokens + (row % tokens)];
        const all = Array.from({ length: virtualTokens + tokens }, (_, key) => key);
        const seen = all.filter(
          (key) =>
            (!kind.causal || key <= own) &&
            Math.abs(own - key) < (kind.window ?? Infinity) &&
            !(padded && sequence === 0 && key >= virtualTokens + 4),
        );
        const query = at(queries, row, head * headSize);
        const powers = seen.map((key) => {
          const product = at(keys, sequence * 7 + key, 0).reduce((sum, k, i) => sum + k * query[i]!, 0) * sizes.scale;
          return Math.exp(kind.softCap ? kind.softCap * Math.tanh(product / kind.softCap) : product);
        });
        const total = powers.reduce((a, b) => a + b, 0);
        const expected = [0, 1, 2].map((i) =>
          seen.reduce((sum, key, index) => sum + (powers[index]! / total) * at(values, sequence * 7 + key, 0)[i]!, 0),
        );
        expect([...at(mixed, row, head * headSize)]).toEqual(expected.map(closeTo));
      }
    }
  });

  test.each([lastToken, meanToken])("$name reads real tokens only", (pool) => {
    const program = new Program();
    const x = linear(program, "x", program.input("input", [3 * 5, 4], "float32"), square(program, "W", 4));
    const lengths = program.input("lengths", [3], "int32");
    const pooled = pool(program, "pooled", x, lengths, { batch: 3, virtualTokens: 2 });
    checkGradients(program, pooled, { lengths: [3, 1, 2] });
    const leaves = new Map<string, ArrayLike<number>>([...randomLeaves(program, pooled), ["lengths", [3, 1, 2]]]);
    const value = evaluate(program, leaves, [pooled]);
    const row = (index: number) => value(x).subarray(index * 4, index * 4 + 4);
    // Sequences of 2 virtual and 3 input tokens: row 1 has one real token, at 5 + 2; row 2 has two,
    // at 12 and 13.
    const expected = pool === lastToken ? [row(7), row(13)] : [row(7), row(12).map((a, i) => (a + row(13)[i]!) / 2)];
    expect([...value(pooled).subarray(4)]).toEqual(expected.flatMap((values) => [...values]).map(closeTo));
  });

  function closeTo(value: number) {
    return expect.closeTo(value, 12);
  }
});

describe("nothing more than needed is planned", () => {
  const facts = async (rig: "tiny-llama" | "tiny-gpt2") => {
    const json = await fixtureJson(`models/${rig}/config.json`);
    const family = familyOf(json);
    const randomIds = (count: number) => Array.from({ length: count }, (_, id) => id);
    return { family, config: family.readConfig(json), textIds: [5, 6, 7], randomIds };
  };
  const tuned = async (rig: "tiny-llama" | "tiny-gpt2", method: string, pooling: "last" | "mean" = "last") => {
    const context = await facts(rig);
    const options = methodOf(method).options(context).parse({});
    return buildTunedProgram(
      { method: methodOf(method), options, context, task: sequenceClassification, classes: 3, pooling },
      2,
      6,
    );
  };
  const kernelCounts = (plan: ReturnType<typeof planBackward>) => {
    const counts: Record<string, number> = {};
    for (const { kernel } of plan.dispatches) counts[kernel.name] = (counts[kernel.name] ?? 0) + 1;
    return counts;
  };

  test.each(["tiny-llama", "tiny-gpt2"] as const)(
    "%s: a linear probe has no backward through the model",
    async (rig) => {
      const { backward: plan } = await tuned(rig, "linear-probe");
      expect(names(plan.saved)).toEqual(["pooled"]);
      expect(names(plan.trained)).toEqual(["score.weight"]);
      expect(plan.slots).toEqual([]);
      expect(kernelCounts(plan)).toEqual({ matmul: 1 });
      const mean = (await tuned(rig, "linear-probe", "mean")).backward;
      expect(names(mean.saved)).toEqual(["pooled"]);
      expect(kernelCounts(mean)).toEqual({ matmul: 1, "column-sum": 1 });
      expect((await tuned(rig, "hard-text")).backward.slots).toEqual([]);
    },
  );

  test.each(["prefix", "sk-prefix"])("%s plans no gradient into the embeddings", async (method) => {
    const { backward: plan, built, program } = await tuned("tiny-llama", method);
    expect(program.active().has(built.states[0]!)).toBe(false);
    expect(program.active().has(built.states[1]!)).toBe(true);
    // Five norms; the gradient ends at block 0's keys and values, before its first norm.
    const counts = kernelCounts(plan);
    expect(counts["norm-backward"]).toBe(4);
    // Of the keys' and values' own part nothing is wanted in block 0, and of the front in both.
    expect(counts["prepend-backward-rows"]).toBe(2);
    expect(counts["prepend-backward-front"]).toBe(4);
    const saved = names(plan.saved);
    expect(saved).not.toContain("embeddings");
    expect(saved).not.toContain("layers.0.input_layernorm");
    expect(saved.filter((name) => /proj$/.test(name) && !/gate|up/.test(name))).toEqual([]);
  });

  test("GPT-2: nothing after block 0's keys and values", async () => {
    const { backward: plan, built, program } = await tuned("tiny-gpt2", "sk-prefix");
    expect(program.active().has(built.states[0]!)).toBe(false);
    const counts = kernelCounts(plan);
    expect(counts["norm-backward"]).toBe(4);
    expect(counts["place-columns"]).toBe(3);
  });

  test.each(["tiny-llama", "tiny-gpt2"] as const)("%s: a prompt goes through every block", async (rig) => {
    const { backward: plan } = await tuned(rig, "prompt");
    expect(kernelCounts(plan)["norm-backward"]).toBe(5);
    expect(kernelCounts(plan)["prepend-backward-front"]).toBe(1);
    expect(kernelCounts(plan)["prepend-backward-rows"]).toBeUndefined();
  });

  test.each([
    ["tiny-llama", "q_proj"],
    ["tiny-gpt2", "c_attn"],
  ] as const)("%s: LoRA in the last block plans nothing below it", async (rig, target) => {
    const { family, config } = await facts(rig);
    const program = new Program();
    const ids = program.input("ids", [12], "int32");
    const attachments: Attachments = {
      linear(path, x, y) {
        if (!path.endsWith(target) || !/\.1\./.test(path)) return y;
        const down = program.trainable("A", [2, x.shape[1]!], normal);
        const inner = linear(program, "inner", x, down);
        return linear(program, "updated", inner, program.trainable("B", [y.shape[1]!, 2], normal), { addend: y });
      },
    };
    const built = family.build(program, config, ids, { size: 2, tokens: 6 }, attachments);
    const plan = planBackward(program, built.hidden);
    expect(names(plan.trained)).toEqual(["A", "B"]);
    expect(names(plan.saved).filter((name) => /layers\.0|embeddings|positioned/.test(name))).toEqual([]);
    const used = plan.dispatches.flatMap(({ bindings }) => Object.values(bindings));
    const weights = used.flatMap((place) =>
      place.kind === "value" && place.tensor.role === "weight" ? place.tensor : [],
    );
    expect(names(weights).filter((name) => /\.(h|layers)\.0\./.test(name))).toEqual([]);
    // The two norms after the update; the one before it reads what is not trained.
    expect(kernelCounts(plan)["norm-backward"]).toBe(2);
  });

  test.each([
    ["tiny-llama", "lora"],
    ["tiny-llama", "sk-prefix"],
    ["tiny-llama", "prompt"],
    ["tiny-gpt2", "lora"],
    ["tiny-gpt2", "sk-prefix"],
  ] as const)("%s, %s: working memory does not grow with the number of blocks", async (rig, method) => {
    const context = await facts(rig);
    const slots = (layers: number) => {
      const deep = { ...context, config: { ...context.config, layers } };
      const options = methodOf(method).options(deep).parse({});
      const setup = {
        method: methodOf(method),
        options,
        context: deep,
        task: sequenceClassification,
        classes: 3,
        pooling: "last" as const,
      };
      return buildTunedProgram(setup, 2, 6).backward.slots;
    };
    expect(slots(9)).toEqual(slots(4));
    expect(slots(4).length).toBeGreaterThan(0);
  });

  test("trained tensors that do not reach the result get no gradient", () => {
    const program = new Program();
    const x = program.input("x", [2, 3], "float32");
    const y = linear(program, "y", x, program.trainable("used", [3, 3], normal));
    linear(program, "aside", y, program.trainable("unused", [3, 3], normal));
    expect(names(planBackward(program, y).trained)).toEqual(["used"]);
  });

  test("frozen norms get no gradient of their own", () => {
    const program = new Program();
    const x = linear(program, "x", program.input("input", [2, 3], "float32"), program.trainable("W", [3, 3], normal));
    const plan = planBackward(program, rmsNorm(program, "normed", x, program.weight("gain", [3]), 1e-5));
    expect(kernelCounts(plan)).toEqual({ "norm-backward": 1, matmul: 1 });
  });

  test("view: the tensor that owns the memory is what is saved", () => {
    const program = new Program();
    const x = linear(program, "x", program.input("input", [4, 6], "float32"), program.weight("W", [6, 6]));
    const seen = view(program, "seen", x, [8, 3]);
    const y = linear(program, "y", seen, program.trainable("F", [3, 3], normal));
    expect(names(planBackward(program, y).saved)).toEqual(["x"]);
  });
});
