import { describe, expect, it } from "vitest";
import type { DataSettings } from "../../../src/data/types";
import { areComparable as areGrounds, dataFilesOf, isOfWhatIsOpen } from "../../../src/page/store/comparable";
import type { StudioState } from "../../../src/page/store/state";
import type { Configuration } from "../../../src/plan/configuration";
import type { DataSummary } from "../../../src/worker/api";
import { comparison } from "./events";

const { configuration } = comparison([]);
const areComparable = (a: Configuration, b: Configuration) => areGrounds({ configuration: a }, { configuration: b });
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
      data({ changes: [{ row: 3, leaveOut: true }] }),
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
    expect(areComparable(configuration, data({ changes: [] }))).toBe(true);
  });
});

const train = { file: "t.csv", rows: 100, bytes: 2000 };
const { task, columns, maxLength } = configuration.data;
const settings: DataSettings = { task, columns, validationFraction: 0.1, test: null, group: null, maxLength };
const summary = { train, validation: null, test: null, settings } as unknown as DataSummary;
const opened = (data: DataSummary | null, source: string | null, seed = 0) =>
  ({
    data: { summary: data },
    model: { summary: source && { source } },
    training: { settings: source && { ...configuration.training, seed } },
  }) as unknown as StudioState;

describe("the ground of a comparison", () => {
  const one = comparison([], { dataFiles: dataFilesOf(summary) });

  it("is its files, whatever is trained and for how long", () => {
    const { training } = one.configuration;
    const longer = {
      ...one,
      configuration: { ...one.configuration, training: { ...training, steps: 9, batchSize: 2 } },
    };
    expect(areGrounds(one, longer)).toBe(true);
    const grown = { ...one, dataFiles: dataFilesOf({ ...summary, train: { ...train, rows: 101 } }) };
    expect(areGrounds(one, grown)).toBe(false);
    expect(areGrounds(one, { ...one, dataFiles: [train, { ...train, file: "v.csv" }] })).toBe(false);
  });

  it("is what is open where model and files are; nothing is said against it while they are not", () => {
    expect(isOfWhatIsOpen(one, opened(summary, "bundled:m"))).toBe(true);
    expect(isOfWhatIsOpen(one, opened(summary, "bundled:other"))).toBe(false);
    expect(isOfWhatIsOpen(one, opened({ ...summary, train: { ...train, bytes: 1 } }, "bundled:m"))).toBe(false);
    expect(isOfWhatIsOpen(one, opened(null, null))).toBe(true);
    expect(isOfWhatIsOpen(comparison([]), opened(summary, "bundled:m"))).toBe(true);
  });

  it("is not what is open where rows are read, divided or changed in another way by now", () => {
    const others: Partial<DataSettings>[] = [
      { changes: [{ row: 3, leaveOut: true }] },
      { group: "author" },
      { validationFraction: 0.2 },
      { test: 0.1 },
      { test: { folds: 5 } },
      { maxLength: 32 },
      { columns: { ...columns, label: "other" } },
    ];
    for (const other of others) {
      const open = { ...summary, settings: { ...settings, ...other } };
      expect(isOfWhatIsOpen(one, opened(open, "bundled:m")), JSON.stringify(other)).toBe(false);
    }
    const { group: _, test: __, ...earlier } = settings;
    expect(isOfWhatIsOpen(one, opened({ ...summary, settings: { ...earlier, changes: [] } }, "bundled:m"))).toBe(true);
  });

  it("goes by the seed where rows are drawn with it", () => {
    expect(isOfWhatIsOpen(one, opened(summary, "bundled:m", 1))).toBe(false);
    const files = { ...summary, validation: { ...train, file: "dev.csv" }, test: { ...train, file: "test.csv" } };
    const own = {
      configuration: data({ validation: "dev.csv", test: "test.csv" }),
      dataFiles: dataFilesOf(files),
    };
    expect(isOfWhatIsOpen(own, opened(files, "bundled:m", 1))).toBe(true);
  });
});
