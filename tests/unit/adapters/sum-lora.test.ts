/**
 * Sums of LoRA adapters against those that PEFT's `add_weighted_adapter` made: every key, shape and
 * value.
 */

import { strToU8 } from "fflate";
import { describe, expect, test } from "vitest";
import type { AdapterFolder } from "../../../src/adapters/folder";
import { readAdapterFiles } from "../../../src/adapters/read";
import { type SumPart, sumLora } from "../../../src/adapters/sum-lora";
import { approaches } from "../../../src/methods/registry";
import { familyOf } from "../../../src/models/registry";
import { describeMethod } from "../../../src/worker/describe";
import { adapterFiles, fixtureJson } from "../../fixtures/reference";
import { configText } from "./written";

const open = async (name: string) => readAdapterFiles(await adapterFiles(`lora-sums/${name}`));
const part = (name: string, adapter: AdapterFolder, weight: number): SumPart => ({ name, adapter, weight });
const classifier = (adapter: AdapterFolder, values: number[]): AdapterFolder => ({
  ...adapter,
  config: { ...adapter.config, task_type: "SEQ_CLS" },
  tensors: [...adapter.tensors, { name: "score.weight", shape: [1, 2], data: Float32Array.from(values) }],
});

describe("as PEFT", () => {
  test.each([
    ["cat", ["first", "second"]],
    ["linear", ["first", "third"]],
  ] as const)("%s", async (combination, names) => {
    const [a, b, expected] = await Promise.all([...names, combination].map(open));
    const sum = sumLora([part("a", a!, 0.7), part("b", b!, -0.4)], combination);
    const settings = (config: AdapterFolder["config"]) => {
      const written = JSON.parse(configText(config));
      return { ...written, target_modules: [...written.target_modules].sort() };
    };
    expect(settings(sum.config)).toEqual(settings(expected!.config));
    const byName = (tensors: AdapterFolder["tensors"]) => [...tensors].sort((x, y) => (x.name < y.name ? -1 : 1));
    const [own, theirs] = [byName(sum.tensors), byName(expected!.tensors)];
    expect(own.map(({ name, shape }) => [name, [...shape]])).toEqual(
      theirs.map(({ name, shape }) => [name, [...shape]]),
    );
    own.forEach(({ name, data }, index) => {
      data.forEach((value, place) => {
        expect(Math.abs(value - theirs[index]!.data[place]!), `${name} ${place}`).toBeLessThan(1e-6);
      });
    });
  });
});

test("heads become their weighted mean, and what has none is refused", async () => {
  const [first, third, second] = await Promise.all(["first", "third", "second"].map(open));
  const [a, b] = [classifier(first!, [1, 2]), classifier(third!, [3, -2])];
  const { tensors } = sumLora([part("a", a, 3), part("b", b, 1)], "cat");
  expect([...tensors.find(({ name }) => name === "score.weight")!.data]).toEqual([1.5, 1]);
  expect(() => sumLora([part("a", a, 1), part("b", b, -1)], "cat")).toThrow(/sum to zero/);
  expect(() => sumLora([part("a", first!, 1)], "cat")).toThrow(/at least two/);
  expect(() => sumLora([part("a", first!, 1), part("b", second!, 1)], "linear")).toThrow(/ranks.*4, 3.*Choose "cat"/);
  const dora = { ...first!, config: { ...first!.config, use_dora: true } };
  expect(() => sumLora([part("a", first!, 1), part("b", dora, 1)], "cat")).toThrow(/"b" is a DoRA adapter/);
  expect(() => sumLora([part("a", first!, 1), part("b", third!, Number.NaN)], "cat")).toThrow(/weight of "b"/);
});

test("what cancels out leaves the rest: sums are added up in float64", async () => {
  const adapter = await open("first");
  const parts = [2 ** 24, 1, -(2 ** 24)].map((value, index) => part(`${index}`, classifier(adapter, [value, 0]), 1));
  const { tensors } = sumLora(parts, "cat");
  expect(tensors.find(({ name }) => name === "score.weight")!.data[0]).toBeCloseTo(1 / 3, 6);
});

test("a sum is offered by exactly the methods whose runs are plain LoRA, or become it", async () => {
  const json = await fixtureJson("models/tiny-llama/config.json");
  const family = familyOf(json);
  const facts = { family, config: family.readConfig(json) };
  const offering = approaches.filter((method) => describeMethod(method, facts).summable);
  expect(offering.map(({ id }) => id).sort()).toEqual(["adalora", "dylora", "lora", "miss", "randlora", "vera"]);
});

test("adapters of some blocks only are summed under one expression", async () => {
  const first = await open("first");
  const only = (layer: number): AdapterFolder => ({
    ...first,
    config: { ...first.config, layers_to_transform: [layer] },
    tensors: first.tensors.filter(({ name }) => name.includes(`layers.${layer}.`)),
  });
  const { config, tensors } = sumLora([part("low", only(0), 1), part("high", only(1), 2)], "cat");
  expect(config.target_modules).toBe(
    "(.*\\.[^.]*\\.(0)\\.(.*\\.)?(q_proj|v_proj))|(.*\\.[^.]*\\.(1)\\.(.*\\.)?(q_proj|v_proj))",
  );
  const file = await adapterFiles("lora-sums/first");
  const written = { ...file, "adapter_config.json": strToU8(configText({ ...config, r: 4, lora_alpha: 8 })) };
  // The expression means exactly the modules of both.
  expect((await readAdapterFiles(written)).tensors.map(({ name }) => name).sort()).toEqual(
    tensors.map(({ name }) => name).sort(),
  );
});
