/** Which runs of a configuration are searched, and the configuration that is trained afterwards. */

import { describe, expect, test } from "vitest";
import { configurationSchema } from "../../../src/plan/configuration";
import { isSearched, type RateSearch, searchedRuns, withFoundRates } from "../../../src/plan/rate-search";

const configurationOf = (training: object, runs: object[]) =>
  configurationSchema.parse({
    model: "bundled:tiny",
    data: { train: "train.csv", columns: { text: "text", label: "label" } },
    training,
    runs,
  });

const found = (run: string, chosen: number): RateSearch => ({
  ...{ run, own: 0.001, chosen, doubt: null, trials: [], trainRows: 8, heldRows: 2 },
  found: {
    rate: chosen,
    trialSteps: 1,
    trainRows: 8,
    heldRows: 2,
    steps: 4,
    model: "tiny",
    rows: "aa",
    settings: "bb",
  },
  cost: { steps: 1, tokens: 1, seconds: 1 },
});

const runs = [
  { name: "searched", method: "lora", learningRate: "search" },
  { name: "set", method: "lora", learningRate: 0.002 },
  { name: "own", method: "lora" },
  { name: "head", method: "linear-probe" },
  { name: "asked", method: "zero-shot" },
];
const searchedOf = ({ training, runs }: ReturnType<typeof configurationOf>) =>
  runs.filter((run) => isSearched(run, training)).map(({ name }) => name);

describe("what is searched", () => {
  test("runs that say so", () => {
    expect(searchedOf(configurationOf({}, runs))).toEqual(["searched"]);
  });

  test("or all without a rate of their own, but no head at the rate of all heads", () => {
    expect(searchedOf(configurationOf({ learningRate: "search" }, runs))).toEqual(["searched", "own"]);
    const asAdapter = { learningRate: "search", headLearningRate: "adapter" };
    expect(searchedOf(configurationOf(asAdapter, runs))).toEqual(["searched", "own", "head"]);
  });

  test("none over folds or repeats, whose training rows are others' test rows", () => {
    const { data, ...others } = configurationOf({}, runs);
    const over = (test: Parameters<typeof searchedRuns>[0]["data"]["test"]) =>
      searchedRuns({ ...others, data: { ...data, test } });
    expect(over(0.1).map(({ name }) => name)).toEqual(["searched"]);
    expect(() => over({ folds: 5 })).toThrow(/^Run "searched": its learning rate cannot be searched over 5 folds/);
    expect(() => over({ repeats: 3, fraction: 0.2 })).toThrow(/over 3 splits/);
    expect(searchedRuns({ ...others, data: { ...data, test: { folds: 5 } }, runs: [others.runs[1]!] })).toEqual([]);
  });
});

describe("the configuration that is trained", () => {
  test("has the found rates, and leaves nothing to search", () => {
    const given = configurationOf({ learningRate: "search", seed: 4 }, runs);
    const trained = withFoundRates(given, [found("searched", 0.03), found("own", 0.004)]);
    expect(trained.runs.map(({ learningRate }) => learningRate)).toEqual([0.03, 0.002, 0.004, undefined, undefined]);
    expect(trained.runs.map(({ foundRate }) => foundRate?.rate)).toEqual([
      0.03,
      undefined,
      0.004,
      undefined,
      undefined,
    ]);
    expect(trained.training).not.toHaveProperty("learningRate");
    expect(trained.training.seed).toBe(4);
    expect(searchedOf(trained)).toEqual([]);
  });

  test("where nothing was found the methods' own rates stay, and a rate for all does", () => {
    const trained = withFoundRates(configurationOf({ learningRate: 0.5 }, runs), []);
    expect(trained.runs[0]).not.toHaveProperty("learningRate");
    expect(trained.training.learningRate).toBe(0.5);
  });

  test("without a search is the one that was given", () => {
    const given = configurationOf({}, runs.slice(1));
    expect(withFoundRates(given, [])).toEqual(given);
  });
});
