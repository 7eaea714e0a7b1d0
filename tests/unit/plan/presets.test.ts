import { describe, expect, test } from "vitest";
import config from "../../../public/models/tiny-base/config.json";
import { approaches, approachOf } from "../../../src/methods/registry";
import { familyOf } from "../../../src/models/registry";
import { draftsFrom } from "../../../src/page/store/configuration";
import { fromFragment, toFragment } from "../../../src/page/store/link";
import { configurationSchema, runSchema } from "../../../src/plan/configuration";
import type { PresetFacts } from "../../../src/plan/presets/preset";
import { presetIds, presetRuns, presets } from "../../../src/plan/presets/registry";
import { readConfiguration } from "../../../src/plan/read-configuration";
import { parseOptions } from "../../../src/runs/resolve";
import { formats, withVersion } from "../../../src/versions/versions";
import { describeMethod } from "../../../src/worker/describe";

const facts: PresetFacts = { text: "Classify the late or broken from the text:", textTokens: 11, answer: "label" };
const family = familyOf(config);
const model = { family, config: family.readConfig(config) };

describe.each(presets)("the preset $id", ({ id, title, summary }) => {
  const runs = presetRuns(id, facts).map((run) => runSchema.parse(run));

  test("has runs with names of their own, whose options their methods take", () => {
    expect(new Set(runs.map(({ name }) => name.toLowerCase())).size).toBe(runs.length);
    for (const run of runs) {
      const parsed = parseOptions(model, run) as Record<string, unknown>;
      expect(parsed).toMatchObject(run.options);
    }
  });

  test("is the same after it is saved and opened, and by its address; what is left blank stays blank", () => {
    const data = { train: "t.csv", task: "sequence-classification", columns: { text: "text", label: "label" } };
    const saved = (configuration: object) => JSON.stringify(withVersion(formats.configuration, configuration));
    const opened = readConfiguration(saved({ model: "bundled:tiny", data, runs }));
    expect(opened.runs).toEqual(runs);
    expect(readConfiguration(saved(opened))).toEqual(opened);
    const methods = approaches.map((approach) => describeMethod(approach, model));
    const drafts = draftsFrom(opened.runs, methods);
    const linked = fromFragment(toFragment(drafts, opened.training, methods))!;
    expect(linked.training).toEqual(opened.training);
    const settings = (list: typeof drafts) =>
      list.map(({ name, method, options, learningRate }) => ({ name, method, options, learningRate }));
    expect(settings(draftsFrom(linked.runs, methods))).toEqual(settings(drafts));
    expect(drafts.map(({ learningRate }) => learningRate)).toEqual(runs.map((run) => run.learningRate ?? null));
    for (const run of linked.runs) {
      const given = runs.find(({ name }) => name === run.name)!;
      expect(parseOptions(model, run)).toEqual(parseOptions(model, given));
    }
  });

  test("has a control to beat", () => {
    expect(runs.map(({ method }) => approachOf(method).group)).toContain("control");
  });

  test("says what it compares", () => {
    expect(title).not.toBe("");
    expect(summary).toMatch(/\.$/);
  });
});

describe("the claim", () => {
  test("differs in the text's meaning alone, and in what is trained from the same text", () => {
    expect(presetRuns("claim", facts).map(({ method, options }) => [method, options])).toEqual([
      ["sk-prefix", { text: facts.text, control: "none" }],
      ["sk-prefix", { text: facts.text, control: "random-tokens" }],
      ["sk-prefix", { text: facts.text, control: "irrelevant-text" }],
      ["prefix", { init: "text", text: facts.text, virtualTokens: null }],
      ["prefix", { init: "random", virtualTokens: 11 }],
      ["hard-text", { text: facts.text }],
      ["linear-probe", undefined],
    ]);
  });

  test("of language modelling has no heads to train", () => {
    const methods = presetRuns("claim", { ...facts, answer: "text" }).map(({ method }) => method);
    expect(methods).toEqual(["sk-prefix", "sk-prefix", "sk-prefix", "prefix", "prefix"]);
  });
});

describe("bars to beat", () => {
  test("answer from training rows where a row has one label, and train a head alone otherwise", () => {
    const methods = (answer: PresetFacts["answer"]) =>
      presetRuns("bars-to-beat", { ...facts, answer }).map(({ method }) => method);
    const controls = ["hard-text", "linear-probe"];
    expect(methods("label")).toEqual(["majority", "bag-of-words", "nearest-neighbours", "fitted-head", ...controls]);
    expect(methods("number")).toEqual(["majority", "bag-of-words", ...controls]);
    expect(methods("tags")).toEqual(controls);
    expect(() => methods("text")).toThrow(/bars-to-beat.*no head to train/);
  });
});

test("a preset there is not is named, with those there are", () => {
  expect(() => presetRuns("clam", facts)).toThrow(`There is no preset "clam". Presets: ${presetIds.join(", ")}.`);
});

describe("a configuration", () => {
  const named = { model: "bundled:tiny", data: { train: "t.csv", columns: { text: "text", label: "label" } } };
  const said = (configuration: object) => {
    const issues = configurationSchema.safeParse({ ...named, ...configuration }).error?.issues ?? [];
    return issues.map(({ path, message }) => `${path.join(".")}: ${message}`);
  };

  test("names a preset in place of runs", () => {
    const read = readConfiguration(JSON.stringify({ ...named, preset: "claim" }));
    expect(read).toMatchObject({ preset: "claim", runs: [] });
    expect(readConfiguration(JSON.stringify(read))).toEqual(read);
  });

  test("has runs or a preset, never both or none", () => {
    expect(said({ preset: "claim", runs: [{ name: "a", method: "lora" }] })).toEqual([
      "runs: must be left out beside a preset",
    ]);
    expect(said({})).toEqual(["runs: needs at least one run, or a preset"]);
    expect(said({ preset: "clam" })[0]).toMatch(/^preset: .*"claim"/);
  });
});
