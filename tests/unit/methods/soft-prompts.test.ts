/**
 * What the method cards say prompts and prefixes are equal to, in float64; and the trainable counts
 * that the authors of SK-Tuning show in their notebooks.
 */

import { beforeAll, describe, expect, test } from "vitest";
import { needsSemanticPass } from "../../../src/methods/method";
import { methodOf } from "../../../src/methods/registry";
import { semanticNames } from "../../../src/methods/semantic";
import type { Family, ModelConfig } from "../../../src/models/family";
import { familyOf } from "../../../src/models/registry";
import { Program } from "../../../src/program/program";
import { initialValues } from "../../../src/runs/parameters";
import { countPart } from "../../../src/runs/trainable-count";
import { buildTunedProgram, type Pooling } from "../../../src/runs/tuned-program";
import { sequenceClassification } from "../../../src/tasks/sequence-classification";
import { fixtureJson, fixtureTensors } from "../../fixtures/reference";
import { runBackward } from "../interpreter/backward";
import { evaluate } from "../interpreter/forward";

const textIds = [7, 99, 260, 31, 5];
const size = 2;
const tokens = 6;

const distance = (a: ArrayLike<number>, b: ArrayLike<number>) => {
  expect(a.length).toBe(b.length);
  const squares = (of: (index: number) => number) =>
    Array.from(a).reduce<number>((sum, _, index) => sum + of(index) ** 2, 0);
  return Math.sqrt(squares((index) => a[index]! - b[index]!) / squares((index) => b[index]!));
};

describe.each(["tiny-llama", "tiny-qwen2", "tiny-gpt2"])("%s", (rig) => {
  let family: Family;
  let config: ModelConfig;
  let leaves: Map<string, ArrayLike<number>>;

  beforeAll(async () => {
    const json = await fixtureJson(`models/${rig}/config.json`);
    family = familyOf(json);
    config = family.readConfig(json);
    const weights = await fixtureTensors(`models/${rig}/model.safetensors`);
    leaves = new Map([...weights].map(([name, { data }]) => [name, data]));
    const program = new Program();
    const ids = program.constant("ids", [textIds.length], () => Int32Array.from(textIds), "int32");
    const built = family.build(program, config, ids, { size: 1, tokens: textIds.length }, {});
    const value = evaluate(program, leaves, [...built.keys, ...built.values, ...built.states]);
    built.keys.forEach((tensor, layer) => void leaves.set(semanticNames.keys(layer), value(tensor)));
    built.values.forEach((tensor, layer) => void leaves.set(semanticNames.values(layer), value(tensor)));
    built.states.forEach((tensor, depth) => void leaves.set(semanticNames.states(depth), value(tensor)));
    leaves.set("input_ids", [3, 150, 42, 200, 1, 1, 90, 91, 92, 93, 94, 95]);
    leaves.set("lengths", [4, 6]);
  });

  /**
   * Logits and gradients of a method at its own start; the tensors in `changed` are that factor ·
   * sin(1, 2, …) instead.
   */
  const start = (id: string, options: object, changed: Readonly<Record<string, number>> = {}) => {
    const method = methodOf(id);
    const parsed = method.options({ family, config }).parse(options);
    const randomIds = (count: number) => Array.from({ length: count }, (_, index) => (37 * index + 11) % 300);
    const context = { family, config, textIds, randomIds };
    const tuned = buildTunedProgram(
      { method, options: parsed, context, task: sequenceClassification, classes: 3, pooling: "last" },
      size,
      tokens,
    );
    const own = new Map(leaves);
    const semantic = [...leaves.keys()].filter((name) => name.startsWith("semantic."));
    if (!needsSemanticPass(method, parsed)) for (const name of semantic) own.delete(name);
    for (const trainable of tuned.program.trainables) {
      const { name, initializer } = trainable;
      own.set(
        name,
        initializer.kind === "tensor"
          ? evaluate(tuned.program, own, [initializer.tensor])(initializer.tensor)
          : initialValues(trainable, 5),
      );
      if (name in changed)
        own.set(
          name,
          Float64Array.from(own.get(name)!, (_, at) => changed[name]! * Math.sin(at + 1)),
        );
    }
    const value = evaluate(tuned.program, own, [tuned.logits]);
    const seed = Float64Array.from({ length: size * 3 }, (_, index) => Math.sin(1 + index));
    return { logits: value(tuned.logits), gradients: runBackward(tuned.backward, value, seed), own, tuned };
  };

  test.each([
    ["sk-prefix", {}],
    ["sk-prefix", { preset: "reference-code" }],
    ["sk-prefix", { preset: "reference-code", shared: true }],
    ["sk-prompt", {}],
    ["sk-prompt", { preset: "reference-code" }],
    ["sk-prompt", { preset: "reference-code", linear: true }],
    ["prompt", { init: "text", virtualTokens: null }],
    ["prefix", { init: "text", virtualTokens: null }],
  ])("%s %o is, before training, the text before the input", (id, options) => {
    const hard = start("hard-text", {});
    const soft = start(id, options);
    expect(soft.tuned.virtualTokens).toBe(textIds.length);
    expect(distance(soft.logits, hard.logits)).toBeLessThan(1e-6);
    expect(distance(soft.gradients.get("score.weight")!, hard.gradients.get("score.weight")!)).toBeLessThan(1e-6);
    expect(distance(start("linear-probe", {}).logits, hard.logits)).toBeGreaterThan(1e-3);
  });

  test("SK-Prefix's reference-code without F is prompt tuning started from text, gradients too", () => {
    const free = start("prompt", { init: "text", virtualTokens: null });
    const code = start("sk-prefix", { preset: "reference-code" });
    expect(distance(code.logits, free.logits)).toBeLessThan(1e-9);
    expect(distance(code.gradients.get("embeddings")!, free.gradients.get("prompt_embeddings")!)).toBeLessThan(1e-9);
  });

  test("a prompt starts as words of the vocabulary, as drawn", () => {
    const { own } = start("prompt", { init: "vocabulary", virtualTokens: 3 });
    const table = [...own].find(([name]) => /embed_tokens|wte/.test(name))![1];
    const rows = [11, 48, 85].flatMap((id) =>
      Array.from({ length: config.hiddenSize }, (_, column) => table[id * config.hiddenSize + column]!),
    );
    expect(Array.from(own.get("prompt_embeddings")!)).toEqual(rows);
  });

  /** What starts at zero in DePT and EPT, moved away from there. */
  const trained = { lora_embedding_B: 0.3, "fusion.query": 0.3, "spaces.up": 0.3 };

  test("EPT's fusion: a query of zeros changes nothing, whatever there is to read; then it counts, and it is 2 · width · fusion width", () => {
    const sizes = { virtualTokens: 3, positions: 6, rank: 2 };
    const [fused, plain] = [
      { ...sizes, fusion: 5 },
      { ...sizes, fusion: null },
    ];
    const count = ({ tuned }: ReturnType<typeof start>) => countPart(tuned.program.trainables, "adapter");
    expect(count(start("ept", fused)) - count(start("ept", plain))).toBe(2 * config.hiddenSize * 5);
    expect(distance(start("ept", fused).logits, start("ept", plain).logits)).toBe(0);
    const pair = { lora_embedding_B: 0.3, "spaces.up": 0.3 };
    expect(distance(start("ept", fused, pair).logits, start("ept", plain, pair).logits)).toBeLessThan(1e-6);
    const learned = (options: object) => start("ept", options, trained).logits;
    expect(distance(learned(fused), learned(plain))).toBeGreaterThan(1e-3);
  });

  test.each(["dept", "ept"])("%s: the first SGD update of its pair is as much smaller as its rate", (id) => {
    const sizes = { virtualTokens: 3, positions: 6, rank: 2 };
    const updates = (pairRate: number) => {
      const { tuned, gradients } = start(id, { ...sizes, pairRate }, trained);
      return new Map(
        tuned.program.trainables.map(({ name, learningRateScale }) => [
          name,
          learningRateScale * Math.hypot(...gradients.get(name)!),
        ]),
      );
    };
    const [slow, alike] = [updates(0.1), updates(1)];
    for (const [name, size] of slow) {
      const factor = name.startsWith("lora_embedding") ? 0.1 : 1;
      expect(size / alike.get(name)!, name).toBeCloseTo(factor, 9);
    }
  });

  test("a prefix of zeros trains its keys and values", () => {
    const { own, gradients } = start("prefix", { init: "zero", virtualTokens: 3 });
    for (const name of ["prefix.keys.0", "prefix.values.1"]) {
      expect(Math.hypot(...Array.from(own.get(name)!))).toBe(0);
      expect(Math.hypot(...gradients.get(name)!)).toBeGreaterThan(1e-6);
    }
  });
});

describe("the counts in the authors' notebooks", () => {
  /** A decoder of that width; the counts ask for nothing else. */
  const decoder = async (hidden: number, heads: number, layers = 2) => {
    const tiny = await fixtureJson("models/tiny-llama/config.json");
    const json = { ...tiny, hidden_size: hidden, num_hidden_layers: layers };
    delete json.head_dim;
    const family = familyOf(json);
    return { family, config: family.readConfig({ ...json, num_attention_heads: heads, num_key_value_heads: heads }) };
  };
  const count = (
    facts: { family: Family; config: ModelConfig },
    method: string,
    options: object,
    text: number,
    classes: number,
    pooling: Pooling = "mean",
  ) => {
    const chosen = methodOf(method);
    const ids = (count: number) => Array.from({ length: count }, (_, id) => id);
    const context = { ...facts, textIds: ids(text), randomIds: ids };
    const parsed = chosen.options(facts).parse(options);
    const { program } = buildTunedProgram(
      { method: chosen, options: parsed, context, task: sequenceClassification, classes, pooling },
      1,
      2,
    );
    return countPart(program.trainables, "adapter") + countPart(program.trainables, "head");
  };

  test.each([
    ["SST-2, Mistral-7B", "sk-prefix", 4096, 32, 11, 2, 53_250],
    ["SNLI, Mistral-7B", "sk-prefix", 4096, 32, 14, 3, 69_635],
    ["MRPC, BLOOMZ-7b1", "sk-prefix", 4096, 32, 8, 2, 40_962],
    ["Fake News Filipino, Falcon-7b", "sk-prefix", 4544, 71, 11, 2, 59_074],
    ["Fake News Filipino, Falcon-7b", "sk-prompt", 4544, 71, 11, 2, 59_074],
    ["Emotion, Llama-2-7B", "sk-prompt", 4096, 32, 20, 6, 106_502],
    ["CoNLL-2003, BLOOMZ-7b1", "sk-prefix", 4096, 32, 7, 9, 65_545],
    ["WikiAnn, Falcon-7b", "sk-prompt", 4544, 71, 8, 7, 68_167],
  ] as const)("%s: %s", async (_, method, hidden, heads, text, classes, expected) => {
    const facts = await decoder(hidden, heads);
    expect(count(facts, method, { preset: "reference-code" }, text, classes)).toBe(expected);
  });

  test.each([
    ["SST-2, BERT-base, prefix", "sk-prefix", 768, 12, true, 2_877_699],
    ["SST-2, BERT-base, prompt", "sk-prompt", 768, 12, true, 122_115],
    ["MiniLM's shape, prefix", "sk-prefix", 384, 6, true, 720_003],
    ["MiniLM's shape, prefix, not pooled", "sk-prefix", 384, 6, false, 1_774_850],
    ["MiniLM's shape, prompt, not pooled", "sk-prompt", 384, 6, false, 148_610],
  ] as const)("%s, as the code for encoders makes it", async (_, method, hidden, layers, pooled, expected) => {
    const facts = await decoder(hidden, 12, layers);
    expect(count(facts, method, { preset: "encoder-code", pooled }, 12, 2)).toBe(expected);
  });

  test("the optional shared F adds one head size squared", async () => {
    const facts = await decoder(4096, 32);
    const shared = count(facts, "sk-prefix", { preset: "reference-code", shared: true }, 11, 2);
    expect(shared).toBe(53_250 + 128 * 128);
  });

  test("reference-code counts as prompt tuning of the text does", async () => {
    const facts = await decoder(768, 12);
    const free = count(facts, "prompt", { init: "text", virtualTokens: null }, 12, 2);
    expect(free).toBe(10_754);
    expect(count(facts, "sk-prefix", { preset: "reference-code" }, 12, 2)).toBe(free);
  });
});
