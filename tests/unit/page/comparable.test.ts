import { describe, expect, it } from "vitest";
import { areComparable } from "../../../src/page/store/comparable";
import type { Configuration } from "../../../src/plan/configuration";
import { comparison } from "./events";

const { configuration } = comparison([]);
const data = (fields: Partial<Configuration["data"]>) => ({
  ...configuration,
  data: { ...configuration.data, ...fields },
});
const seed = (given: Configuration, value: number) => ({ ...given, training: { ...given.training, seed: value } });

describe("two comparisons", () => {
  it("stand side by side on one model and the same rows, however they are trained", () => {
    const longer = { ...configuration, training: { ...configuration.training, steps: 7 }, runs: [] };
    expect(areComparable(configuration, longer)).toBe(true);
    const { train, ...others } = configuration.data;
    expect(areComparable(configuration, { ...configuration, data: { ...others, train } })).toBe(true);
  });

  it("do not with another model, task, file, part or seed of the parts", () => {
    for (const other of [
      { ...configuration, model: "bundled:other" },
      data({ task: "regression" }),
      data({ train: "u.csv" }),
      data({ validation: 0.2 }),
      data({ test: 0.1 }),
      data({ group: "author" }),
      data({ maxLength: 32 }),
      data({ columns: { text: "title", textPair: null, label: "label" } }),
      seed(configuration, 1),
    ]) {
      expect(areComparable(configuration, other)).toBe(false);
    }
  });

  it("know no seed where every part is a file, and two parts where an older one names no test", () => {
    const files = data({ validation: "dev.csv", test: "test.csv" });
    expect(areComparable(files, seed(files, 1))).toBe(true);
    const { test: _, group: __, ...before } = configuration.data;
    expect(areComparable(configuration, { ...configuration, data: before as Configuration["data"] })).toBe(true);
  });
});
