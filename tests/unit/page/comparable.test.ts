import { describe, expect, it } from "vitest";
import type { DataSettings } from "../../../src/data/types";
import {
  areComparable as areGrounds,
  dataFilesOf,
  isOfWhatIsOpen,
  whatDiffers,
  whyOtherRows,
} from "../../../src/page/store/comparable";
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
const filesOf = (open: DataSummary) => dataFilesOf({ summary: open, fingerprints: {} });
const opened = (data: DataSummary | null, source: string | null, seed = 0, fingerprints = {}) =>
  ({
    data: { summary: data, sample: null, fingerprints },
    model: { summary: source && { source, name: source } },
    training: { settings: source && { ...configuration.training, seed } },
  }) as unknown as StudioState;

describe("the ground of a comparison", () => {
  const one = comparison([], { dataFiles: filesOf(summary) });

  it("is its files, whatever is trained and for how long", () => {
    const { training } = one.configuration;
    const longer = {
      ...one,
      configuration: { ...one.configuration, training: { ...training, steps: 9, batchSize: 2 } },
    };
    expect(areGrounds(one, longer)).toBe(true);
    const grown = { ...one, dataFiles: filesOf({ ...summary, train: { ...train, rows: 101 } }) };
    expect(areGrounds(one, grown)).toBe(false);
    expect(areGrounds(one, { ...one, dataFiles: [train, { ...train, file: "v.csv" }] })).toBe(false);
  });

  it("tells files of one name and size apart by their fingerprints, where both are known", () => {
    const printed = (fingerprint: string) => ({
      ...one,
      dataFiles: dataFilesOf({ summary, fingerprints: { train: fingerprint } }),
    });
    expect(areGrounds(printed("aa"), printed("aa"))).toBe(true);
    expect(areGrounds(printed("aa"), printed("bb"))).toBe(false);
    expect(areGrounds(printed("aa"), one)).toBe(true);
    expect(isOfWhatIsOpen(printed("aa"), opened(summary, "bundled:m", 0, { train: "bb" }))).toBe(false);
  });

  it("says in a sentence what is open in its place", () => {
    const all = { ...summary, train: { ...train, file: "all.csv" } };
    const said = (...state: Parameters<typeof opened>) => whatDiffers(one, opened(...state));
    expect(said(summary, "bundled:m")).toBeNull();
    expect(said(all, "bundled:m")).toBe("You have opened all.csv since.");
    expect(whatDiffers(comparison([]), opened(all, "bundled:m"))).toBe("You have opened all.csv since.");
    expect(said({ ...summary, train: { ...train, rows: 99 } }, "bundled:m")).toBe(
      "The t.csv that is open now has other rows.",
    );
    expect(said(summary, "bundled:other")).toBe("The base model is bundled:other now.");
    expect(said(summary, "bundled:m", 5)).toMatch(/^Task, columns, parts, seed, .* of t\.csv are others now\.$/);
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
      dataFiles: filesOf(files),
    };
    expect(isOfWhatIsOpen(own, opened(files, "bundled:m", 1))).toBe(true);
  });
});

describe("runs of two comparisons", () => {
  const files = [{ file: "t.csv", rows: 100, bytes: 2000 }];
  const identity = (fingerprint: string) =>
    ({ tables: [{ part: "train", file: "t.csv", fingerprint }], rows: "", model: { weights: "", files: [] } }) as const;
  const one = { configuration, dataFiles: files };

  it("were measured on the same rows with another model, length and training", () => {
    const model = { ...data({ maxLength: 32 }), model: "bundled:other" };
    expect(whyOtherRows(one, { configuration: model, dataFiles: files })).toBeNull();
    const longer = { ...configuration, training: { ...configuration.training, steps: 7 } };
    expect(whyOtherRows(one, { configuration: longer, dataFiles: files })).toBeNull();
  });

  it.each<[string, Parameters<typeof whyOtherRows>[1]]>([
    ["different tasks", { configuration: data({ task: "regression" }), dataFiles: files }],
    ["One is on t.csv, the other on u.csv", { configuration: data({ train: "u.csv" }), dataFiles: files }],
    ["Their t.csv has other rows", { configuration, dataFiles: [{ ...files[0]!, bytes: 1 }] }],
    ["is not known of one of them", { configuration }],
    ["other columns", { configuration: data({ columns: { text: "x", label: "label" } }), dataFiles: files }],
    ["relabelled or left out", { configuration: data({ changes: [{ row: 3, leaveOut: true }] }), dataFiles: files }],
    ["divided", { configuration: data({ validation: 0.2 }), dataFiles: files }],
    ["divided", { configuration: seed(configuration, 4), dataFiles: files }],
    ["encodings", { configuration: data({ encoding: "windows-1251" }), dataFiles: files }],
    ["first row", { configuration: data({ header: false }), dataFiles: files }],
  ])("were not, with the reason: %s", (reason, other) => {
    expect(whyOtherRows(one, other)).toContain(reason);
  });

  it("are told by what the files hold where that is known, whatever they are called", () => {
    const known = { ...one, identity: identity("aa") };
    const renamed = { configuration: data({ train: "copy.csv" }), dataFiles: [{ ...files[0]!, file: "copy.csv" }] };
    expect(whyOtherRows(known, { ...renamed, identity: identity("aa") })).toBeNull();
    expect(whyOtherRows(known, { ...one, identity: identity("bb") })).toContain("has other rows");
    expect(whyOtherRows(known, renamed)).toContain("copy.csv");
  });
});
