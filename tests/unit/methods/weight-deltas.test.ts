/**
 * DoRA's factors by their definition, starts that leave the base model as it is, and what trains
 * nothing is refused.
 */

import { describe, expect, test } from "vitest";
import { Random } from "../../../src/data/random";
import { methodOf } from "../../../src/methods/registry";
import { familyOf } from "../../../src/models/registry";
import { linear } from "../../../src/operations/linear";
import { magnitudeFactors, weightNorms } from "../../../src/operations/weight-norms";
import { Program } from "../../../src/program/program";
import { elementCount, type Trainable } from "../../../src/program/tensor";
import { initialValues } from "../../../src/runs/parameters";
import { parseOptions } from "../../../src/runs/resolve";
import { buildTunedProgram, type TunedProgram } from "../../../src/runs/tuned-program";
import { sequenceClassification } from "../../../src/tasks/sequence-classification";
import { fixtureJson, fixtureTensors } from "../../fixtures/reference";
import { evaluate } from "../interpreter/forward";

const normal = { initializer: { kind: "normal", std: 1 } } as const;
const random = (count: number, name: string) => {
  const source = new Random(11, name);
  return Float64Array.from({ length: count }, () => source.normal());
};

async function openModel(rig: string) {
  const family = familyOf(await fixtureJson(`models/${rig}/config.json`));
  const config = family.readConfig(await fixtureJson(`models/${rig}/config.json`));
  const weights = await fixtureTensors(`models/${rig}/model.safetensors`);
  return { family, config, weights: new Map([...weights].map(([name, { data }]) => [name, Float64Array.from(data)])) };
}

type Model = Awaited<ReturnType<typeof openModel>>;

function build({ family, config }: Model, method: string, options: Record<string, unknown> = {}): TunedProgram {
  const facts = { family, config };
  const parsed = parseOptions(facts, { name: method, method, options });
  const context = { ...facts, textIds: [], randomIds: () => [] };
  return buildTunedProgram(
    { method: methodOf(method), options: parsed, context, task: sequenceClassification, classes: 3, pooling: "last" },
    2,
    5,
  );
}

/**
 * Logits for one batch with the values that a run starts with, as `runs/computed-start.ts` would
 * compute them.
 */
function startLogits({ program, logits }: TunedProgram, { weights }: Model): Float64Array {
  const leaves = new Map<string, ArrayLike<number>>([
    ...weights,
    ["input_ids", [5, 9, 20, 33, 1, 7, 80, 120, 200, 301]],
    ["lengths", [4, 5]],
  ]);
  const start = (tensor: Trainable): ArrayLike<number> => {
    const { initializer } = tensor;
    if (initializer.kind !== "tensor") return initialValues(tensor, 5);
    const { tensor: source } = initializer;
    if (source.role === "weight") return weights.get(source.name)!;
    return evaluate(program, leaves, [source])(source);
  };
  for (const tensor of program.trainables) leaves.set(tensor.name, start(tensor));
  return evaluate(program, leaves, [logits])(logits);
}

test.each(["out-in", "in-out"] as const)("magnitude factors of a weight stored %s", (layout) => {
  const [inputs, outputs, rank, scale] = [5, 3, 2, 0.75];
  const [w, a, b, m] = [random(15, "W"), random(10, "A"), random(6, "B"), random(3, "m")];
  const program = new Program();
  const weight = program.weight("W", layout === "out-in" ? [outputs, inputs] : [inputs, outputs]);
  const down = program.trainable("A", [rank, inputs], normal);
  const up = program.trainable("B", [outputs, rank], normal);
  const magnitude = program.trainable("m", [outputs], normal);
  const norms = weightNorms(program, "norms", { weight, layout });
  const factors = magnitudeFactors(program, "factors", magnitude, { weight, layout }, { down, up, scale });
  const stored = layout === "out-in" ? w : w.map((_, i) => w[(i % outputs) * inputs + Math.floor(i / outputs)]!);
  const leaves = new Map(Object.entries({ W: stored, A: a, B: b, m }));
  const value = evaluate(program, leaves, [norms, factors]);
  for (let out = 0; out < outputs; out++) {
    const row = Array.from({ length: inputs }, (_, i) => w[out * inputs + i]!);
    const updated = row.map((own, i) => {
      const product = Array.from({ length: rank }, (_, r) => b[out * rank + r]! * a[r * inputs + i]!);
      return own + scale * product.reduce((sum, part) => sum + part, 0);
    });
    expect(value(norms)[out]).toBeCloseTo(Math.hypot(...row), 12);
    expect(value(factors)[out]).toBeCloseTo(m[out]! / Math.hypot(...updated), 12);
  }
});

test("DoRA scales the product and not the bias", async () => {
  for (const [rig, path, layout] of [
    ["tiny-qwen2", "model.layers.0.self_attn.q_proj", "out-in"],
    ["tiny-gpt2", "transformer.h.0.attn.c_attn", "in-out"],
  ] as const) {
    const model = await openModel(rig);
    const [bias, weight] = [model.weights.get(`${path}.bias`)!, model.weights.get(`${path}.weight`)!];
    const program = new Program();
    const inner = weight.length / bias.length;
    const x = program.input("x", [2, inner], "float32");
    const site = {
      weight: program.weight(`${path}.weight`, layout === "out-in" ? [bias.length, inner] : [inner, bias.length]),
      bias: program.weight(`${path}.bias`, [bias.length]),
      layout,
    };
    const y = linear(program, "y", x, site.weight, site);
    const target = path.split(".").at(-1)!;
    const options = methodOf("dora")
      .options(model)
      .parse({ targets: [target] });
    const attached = methodOf("dora").attach(program, options, { ...model, textIds: [], randomIds: () => [] });
    const tuned = attached.linear!(path, x, y, site);
    const leaves = new Map<string, ArrayLike<number>>([
      ...model.weights,
      ["x", random(2 * inner, "x")],
      [`${path}.lora_A.weight`, random(8 * inner, "A")],
      [`${path}.lora_B.weight`, new Float64Array(8 * bias.length)],
    ]);
    const [norms] = program.trainables.flatMap(({ initializer }) =>
      initializer.kind === "tensor" ? [initializer.tensor] : [],
    );
    leaves.set(
      `${path}.lora_magnitude_vector.weight`,
      evaluate(program, leaves, [norms!])(norms!).map((n) => 3 * n),
    );
    const value = evaluate(program, leaves, [y, tuned]);
    value(tuned).forEach((computed, index) => {
      const own = bias[index % bias.length]!;
      expect(computed).toBeCloseTo(3 * (value(y)[index]! - own) + own, 10);
    });
  }
});

describe.each(["tiny-llama", "tiny-qwen2", "tiny-qwen3", "tiny-gpt2"])("%s", (rig) => {
  const silent = ["lora", "dora", "ia3", "ln-tuning", "adapter-parallel", "last-layer", "half-fine-tuning"];
  test.each(rig === "tiny-qwen2" || rig === "tiny-gpt2" ? [...silent, "bitfit"] : silent)(
    "%s starts as the base model",
    async (method) => {
      const model = await openModel(rig);
      const base = startLogits(build(model, "linear-probe"), model);
      const tuned = build(model, method);
      const own = tuned.program.trainables.filter(({ part }) => part === "adapter");
      expect(own.length).toBeGreaterThan(0);
      expect(tuned.backward.trained).toHaveLength(own.length + 1);
      const logits = startLogits(tuned, model);
      logits.forEach((value, index) => void expect(value).toBeCloseTo(base[index]!, 6));
    },
  );

  test("LN-tuning trains every norm", async () => {
    const { family, config, weights } = await openModel(rig);
    const tuned = build({ family, config, weights }, "ln-tuning");
    const norms = [...weights.keys()].filter((name) => /(norm|ln_\w)\.(weight|bias)$/.test(name));
    const named = norms.map((name) => name.replace(/\.(weight|bias)$/, ".ln_tuning_layers.$1"));
    const own = tuned.program.trainables.filter(({ part }) => part === "adapter").map(({ name }) => name);
    expect(own.sort()).toEqual(named.sort());
  });

  test("BitFit trains every bias, and refuses models without", async () => {
    const model = await openModel(rig);
    const biases = [...model.weights].filter(([name]) => name.endsWith(".bias"));
    if (biases.length === 0) {
      expect(() => build(model, "bitfit")).toThrow(/this model has none/);
      return;
    }
    const own = build(model, "bitfit").program.trainables.filter(({ part }) => part === "adapter");
    const counts = (list: readonly (readonly [string, number])[]) => Object.fromEntries(list);
    expect(counts(own.map(({ name, shape }) => [name, elementCount(shape)]))).toEqual(
      counts(biases.map(([name, values]) => [name, values.length])),
    );
  });

  test("options that name nothing are refused", async () => {
    const model = await openModel(rig);
    expect(() => build(model, "ia3", { targets: [], feedForward: [] })).toThrow(/targets is empty/);
    const [first] = model.family.linearNames(model.config);
    expect(() => build(model, "ia3", { targets: [first], feedForward: ["up_proj"] })).toThrow(/feedForward/);
    expect(() => build(model, "ln-tuning", { targets: ["nothing"] })).toThrow(/targets/);
    expect(() => build(model, "adapter-houlsby", { bottleneck: 0 })).toThrow(/bottleneck/);
  });
});
