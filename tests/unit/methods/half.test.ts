/**
 * Half fine-tuning halves every category of every block, draws each round anew, and trains nothing
 * else.
 */

import { describe, expect, it } from "vitest";
import { CATEGORIES, choices, moduleOf } from "../../../src/methods/half/rounds";
import { methodOf } from "../../../src/methods/registry";
import { weightNames } from "../../../src/methods/weight-names";
import { familyOf } from "../../../src/models/registry";
import { Program } from "../../../src/program/program";
import { elementCount } from "../../../src/program/tensor";
import { buildTunedProgram } from "../../../src/runs/tuned-program";
import { sequenceClassification } from "../../../src/tasks/sequence-classification";
import { familyRig, fixtureJson } from "../../fixtures/reference";

function facts(json: Record<string, unknown>) {
  const family = familyOf(json);
  return { family, config: family.readConfig(json) };
}

const rigs: [string, () => Promise<Record<string, unknown>>][] = [
  ...["tiny-llama", "tiny-qwen3", "tiny-gpt2", "tiny-bert"].map(
    (rig): [string, () => Promise<Record<string, unknown>>] => [rig, () => fixtureJson(`models/${rig}/config.json`)],
  ),
  ...["tiny-opt", "tiny-gpt-neox", "tiny-falcon", "tiny-bloom-bare", "tiny-distilbert", "tiny-modernbert"].map(
    (rig): [string, () => Promise<Record<string, unknown>>] => [rig, familyRig(rig).config],
  ),
];

describe.each(rigs)("%s", (_, config) => {
  it("halves attention, feed-forward and norms of every block, each round anew", async () => {
    const model = facts(await config());
    const drawn = choices(model, 0, 8);
    const blocks = Array.from({ length: model.config.layers }, (_, block) => block);
    expect(drawn.map(({ block, category }) => `${block} ${category}`)).toEqual(
      blocks.flatMap((block) => CATEGORIES.map((category) => `${block} ${category}`)),
    );
    const modules = drawn.flatMap((choice) => choice.modules);
    expect(new Set(modules).size).toBe(modules.length);
    const inBlocks = weightNames(model).filter((name) => /\.\d+\./.test(`.${name}`));
    expect(new Set(modules)).toEqual(new Set(inBlocks.map(moduleOf)));
    for (const { modules: all, rounds, category } of drawn) {
      for (const chosen of rounds) {
        expect(Math.abs(chosen.length - all.length / 2)).toBeLessThanOrEqual(0.5);
        expect(chosen.every((path) => all.includes(path))).toBe(true);
      }
      if (category === "attention") expect(all.every((path) => /att/i.test(path))).toBe(true);
    }
    expect(new Set(Array.from({ length: 8 }, (_, round) => drawn.map(({ rounds }) => rounds[round]).join())).size).toBe(
      8,
    );
    expect(choices(model, 0, 2)).toEqual(drawn.map((one) => ({ ...one, rounds: one.rounds.slice(0, 2) })));
    expect(choices(model, 1, 1)).not.toEqual(choices(model, 0, 1));
  });
});

it("trains half of a 135 M model's blocks, and with one round nothing else is declared", () => {
  const model = facts({
    model_type: "llama",
    hidden_size: 576,
    num_hidden_layers: 30,
    num_attention_heads: 9,
    num_key_value_heads: 3,
    intermediate_size: 1536,
    vocab_size: 49152,
    rms_norm_eps: 1e-5,
    rope_theta: 100000,
    tie_word_embeddings: true,
    max_position_embeddings: 2048,
    hidden_act: "silu",
  });
  const sizes = new Map<string, number>();
  const program = new Program();
  program.replaceWeights((name, shape) => void sizes.set(name, elementCount(shape)));
  model.family.build(program, model.config, program.input("ids", [1], "int32"), { size: 1, tokens: 1 }, {});
  const blocks = [...sizes].filter(([name]) => name.includes(".layers."));
  const whole = blocks.reduce((sum, [, size]) => sum + size, 0);
  expect(whole).toBe(106_202_880);
  const method = methodOf("half-fine-tuning");
  const chosen = choices(model, 0, 1).flatMap(({ rounds }) => rounds[0]!);
  const context = { ...model, textIds: [], randomIds: () => [] };
  const setup = {
    method,
    options: method.options(model).parse({}),
    context,
    task: sequenceClassification,
    classes: 2,
    pooling: "last",
  } as const;
  expect(method.chosen!(setup.options, model)).toEqual(choices(model, 0, 1));
  const trained = buildTunedProgram(setup, 1, 2).program.trainables.filter(({ part }) => part === "adapter");
  expect(trained.map(({ name }) => moduleOf(name)).sort()).toEqual(chosen.sort());
  const count = trained.reduce((sum, { shape }) => sum + elementCount(shape), 0);
  // 49 %: the matrices differ in size, and which are drawn is chance.
  expect(count).toBe(51_995_520);
});
