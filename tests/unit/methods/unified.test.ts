/**
 * The unified view rebuilds the named methods tensor for tensor, and a prefix is the gated sum that
 * it says it is.
 */

import { describe, expect, test } from "vitest";
import { Random } from "../../../src/data/random";
import { methodOf } from "../../../src/methods/registry";
import type { Pooling } from "../../../src/models/family";
import { familyOf } from "../../../src/models/registry";
import { attention } from "../../../src/operations/attention";
import { prepend } from "../../../src/operations/prepend";
import { Program } from "../../../src/program/program";
import { elementCount } from "../../../src/program/tensor";
import { parseOptions } from "../../../src/runs/resolve";
import { buildTunedProgram } from "../../../src/runs/tuned-program";
import { sequenceClassification } from "../../../src/tasks/sequence-classification";
import { fixtureJson, fixtureTensors } from "../../fixtures/reference";
import { evaluate } from "../interpreter/forward";

const normal = (count: number, name: string, std = 1) => {
  const random = new Random(7, name);
  return Float64Array.from({ length: count }, () => std * random.normal());
};

async function open(rig: string) {
  const json = await fixtureJson(`models/${rig}/config.json`);
  const family = familyOf(json);
  const weights = await fixtureTensors(`models/${rig}/model.safetensors`);
  return { facts: { family, config: family.readConfig(json) }, weights };
}

/**
 * Trained tensors by name and shape, and the logits with the same random values in all of them.
 * `padding`: the id after the first row's end.
 */
async function built(
  rig: string,
  method: string,
  options: Record<string, unknown>,
  { pooling = "last", padding = 33 }: { pooling?: Pooling; padding?: number } = {},
) {
  const { facts, weights } = await open(rig);
  const context = { ...facts, textIds: [], randomIds: () => [] };
  const parsed = parseOptions(facts, { name: method, method, options });
  const setup = {
    method: methodOf(method),
    options: parsed,
    context,
    task: sequenceClassification,
    classes: 3,
    pooling,
  } as const;
  const { program, logits } = buildTunedProgram(setup, 2, 4);
  const leaves = new Map<string, ArrayLike<number>>([
    // Files that were saved from the base class lack what its classes with a head put before names.
    ...[...weights].flatMap(([name, { data }]) =>
      ["", ...facts.family.prefixes].map((prefix) => [`${prefix}${name}`, data] as const),
    ),
    ["input_ids", [5, 9, 20, padding, 1, 7, 80, 120]],
    ["lengths", [3, 4]],
    ...program.trainables.map(({ name, shape }) => [name, normal(elementCount(shape), name, 0.3)] as const),
  ]);
  return {
    shapes: program.trainables.map(({ name, shape }) => `${name} [${shape}]`).sort(),
    logits: evaluate(program, leaves, [logits])(logits),
  };
}

const plain = { residual: false, bottleneck: 6 };
const presets: [string, string, Record<string, unknown>, Record<string, unknown>][] = [
  ["prefix tuning", "prefix", { virtualTokens: 6 }, { form: "attention", modifies: "attention", composition: "gated" }],
  ["LoRA", "lora", { rank: 6, alpha: 12 }, { form: "linear", modifies: "attention", scale: 2 }],
  [
    "Houlsby's adapter",
    "adapter-houlsby",
    plain,
    { modifies: "both", insertion: "sequential", composition: "add", activation: "gelu" },
  ],
  ["Pfeiffer's adapter", "adapter-pfeiffer", plain, { insertion: "sequential", composition: "add" }],
  ["the parallel adapter", "adapter-parallel", { ...plain, scale: 1 }, { composition: "add" }],
  ["the scaled parallel adapter", "adapter-parallel", plain, {}],
];

describe.each(["tiny-llama", "tiny-gpt2"])("on %s", (rig) => {
  test.each(presets)("four choices rebuild %s", async (_, method, options, choices) => {
    const [named, rebuilt] = await Promise.all([
      built(rig, method, options),
      built(rig, "unified", { width: 6, ...choices }),
    ]);
    expect(rebuilt.shapes).toEqual(named.shapes);
    expect([...rebuilt.logits]).toEqual([...named.logits]);
  });

  test("a parallel adapter with scale 0 is the base model exactly, and with its default is not", async () => {
    const [base, ...adapters] = await Promise.all([
      built(rig, "linear-probe", {}),
      ...[0, 4].map((scale) => built(rig, "adapter-parallel", { ...plain, scale })),
    ]);
    const [off, on] = adapters.map(({ logits }) => [...logits]);
    expect(off).toEqual([...base!.logits]);
    expect(on).not.toEqual(off);
    expect(adapters[0]!.shapes).toEqual(adapters[1]!.shapes);
  });

  test("Mix-And-Match is a prefix and a scaled parallel adapter, no more and no less", async () => {
    const both = await built(rig, "mix-and-match", { virtualTokens: 5, bottleneck: 6 });
    const halves = await Promise.all([
      built(rig, "prefix", { virtualTokens: 5 }),
      built(rig, "adapter-parallel", plain),
    ]);
    expect(both.shapes).toEqual([...new Set(halves.flatMap(({ shapes }) => shapes))].sort());
  });
});

test("a sum has prefix tuning's tensors, and is another function of them", async () => {
  const sum = { form: "attention", modifies: "attention", width: 6, composition: "add" };
  const [gated, added, scaled] = await Promise.all([
    built("tiny-llama", "prefix", { virtualTokens: 6 }),
    built("tiny-llama", "unified", sum),
    built("tiny-llama", "unified", { ...sum, composition: "scaled", scale: 3 }),
  ]);
  expect(added.shapes).toEqual(gated.shapes);
  expect([...added.logits]).not.toEqual([...gated.logits]);
  expect([...added.logits]).not.toEqual([...scaled.logits]);
});

test("an encoder hides its padding from its own attention alone, and sees all keys beside it", async () => {
  const sum = { form: "attention", modifies: "attention", width: 6, composition: "add" };
  const first = await built("tiny-bert", "unified", sum, { pooling: "mean" });
  const padded = await built("tiny-bert", "unified", sum, { pooling: "mean", padding: 12 });
  expect([...padded.logits]).toEqual([...first.logits]);
});

test.each([
  [{ form: "attention", composition: "gated" }, /modifies must be attention/],
  [{ form: "attention", composition: "add" }, /modifies must be attention/],
  [{ form: "linear", composition: "gated" }, /composition is gated only for the attention form/],
  [{ form: "linear", insertion: "sequential" }, /insertion must be parallel for the linear form/],
  [{ composition: "gated" }, /composition is gated only for the attention form/],
])("%o is refused", async (options, message) => {
  const { facts } = await open("tiny-llama");
  expect(() => parseOptions(facts, { name: "u", method: "unified", options })).toThrow(message);
});

test("a prefix before the keys is (1 − λ) · attention + λ · attention to the prefix", () => {
  const [batch, tokens, virtualTokens, heads, headSize] = [2, 5, 3, 2, 4];
  const width = heads * headSize;
  const program = new Program();
  const leaf = (name: string, rows: number) => program.input(name, [rows, width], "float32");
  const [q, k, v] = ["q", "k", "v"].map((name) => leaf(name, batch * tokens)) as [never, never, never];
  const [pk, pv] = ["pk", "pv"].map((name) => leaf(name, virtualTokens)) as [never, never];
  const options = { batch, heads, keyValueHeads: heads, headSize, scale: headSize ** -0.5, causal: true };
  const joined = attention(
    program,
    "joined",
    q,
    prepend(program, "keys", pk, k, batch),
    prepend(program, "values", pv, v, batch),
    options,
  );
  const alone = attention(program, "alone", q, k, v, options);
  const leaves = new Map(
    ["q", "k", "v", "pk", "pv"].map((name) => {
      const rows = name[0] === "p" ? virtualTokens : batch * tokens;
      return [name, normal(rows * width, name)];
    }),
  );
  const value = evaluate(program, leaves, [joined, alone]);
  const [concat, own] = [value(joined), value(alone)];
  const score = (query: number, key: string, row: number, head: number) => {
    let sum = 0;
    for (let c = 0; c < headSize; c++) {
      sum +=
        leaves.get("q")![query * width + head * headSize + c]! * leaves.get(key)![row * width + head * headSize + c]!;
    }
    return Math.exp(sum * headSize ** -0.5);
  };
  for (let row = 0; row < batch * tokens; row++) {
    const first = row - (row % tokens);
    for (let head = 0; head < heads; head++) {
      const trained = Array.from({ length: virtualTokens }, (_, j) => score(row, "pk", j, head));
      const seen = Array.from({ length: (row % tokens) + 1 }, (_, j) => score(row, "k", first + j, head));
      const [drawn, rest] = [trained, seen].map((all) => all.reduce((sum, one) => sum + one, 0)) as [number, number];
      const gate = drawn / (drawn + rest);
      for (let c = head * headSize; c < (head + 1) * headSize; c++) {
        const change = trained.reduce(
          (sum, weight, j) => sum + (weight / drawn) * leaves.get("pv")![j * width + c]!,
          0,
        );
        const gated = (1 - gate) * own[row * width + c]! + gate * change;
        expect(Math.abs(gated - concat[row * width + c]!)).toBeLessThan(1e-5);
      }
    }
  }
});
