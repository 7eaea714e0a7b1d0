/**
 * Which files of a data set of the Hub are one table, in which subset, by a card or by names; and
 * which is meant where none is named.
 */

import { describe, expect, it } from "vitest";
import { findTable } from "../../../src/hub/hub-datasets";
import { findSubsets, likelyTables, partOf, shownNames, tableProblem } from "../../../src/hub/hub-tables";

const listed = (names: readonly string[]) =>
  names.map((name) => ({ name, bytes: 10, sha256: null, gitId: null, part: partOf(name) }));

const found = (names: readonly string[], card: unknown = {}) => findSubsets(listed(names), card);

/** Subset → table → files. */
const tablesOf = (names: readonly string[], card?: unknown) =>
  Object.fromEntries(
    found(names, card).map(({ name, tables }) => [
      name,
      Object.fromEntries(tables.map((table) => [table.name, table.files.map((file) => file.name)])),
    ]),
  );

describe("files that are one table, by their names", () => {
  it.each<[what: string, tables: Record<string, Record<string, string[]>>]>([
    [
      "shards that are counted, with hashes or without",
      {
        "": {
          "data/test-00000-of-00001-9f.parquet": ["data/test-00000-of-00001-9f.parquet"],
          "data/train-*.parquet": [
            "data/train-00000-of-00002-6ef3991c06080e14.parquet",
            "data/train-00001-of-00002-0a1b2c3d4e5f6071.parquet",
          ],
        },
      },
    ],
    ["ten and more", { "": { "train-*.csv": ["train-1.csv", "train-2.csv", "train-10.csv"] } }],
    [
      "all of a kind in the folder of a part",
      {
        "": {
          "dev/*.jsonl": ["dev/a.jsonl", "dev/b.jsonl"],
          "train/x.csv": ["train/x.csv"],
          "train/*.jsonl": ["train/a.jsonl", "train/b.jsonl", "train/c.jsonl"],
        },
      },
    ],
    [
      "the Hub's own Parquet",
      {
        de: { "de/train/0000.parquet": ["de/train/0000.parquet"] },
        en: {
          "en/partial-train/*.parquet": ["en/partial-train/0000.parquet", "en/partial-train/0001.parquet"],
          "en/test/0000.parquet": ["en/test/0000.parquet"],
        },
      },
    ],
    ["no part named", { "": { "part_*.csv": ["part_0.csv", "part_1.csv"] } }],
    ["a number at the part's word", { "": { "train*.csv": ["train1.csv", "train2.csv"] } }],
    [
      "versions are not shards",
      { "": { "train-v1.1.json": ["train-v1.1.json"], "train-v2.0.json": ["train-v2.0.json"] } },
    ],
    ["nor are other words", { "": { "train.csv": ["train.csv"], "train_clean.csv": ["train_clean.csv"] } }],
    ["nor are other kinds", { "": { "train_0.csv": ["train_0.csv"], "train_1.jsonl": ["train_1.jsonl"] } }],
    [
      "nor are two files of one number",
      {
        "": {
          "train-00000-of-00001-11111111.parquet": ["train-00000-of-00001-11111111.parquet"],
          "train-00000-of-00001-22222222.parquet": ["train-00000-of-00001-22222222.parquet"],
        },
      },
    ],
    [
      "files in folders beside files in none",
      { "": { "train.csv": ["train.csv"] }, extra: { "extra/train.csv": ["extra/train.csv"] } },
    ],
  ])("%s", (_, expected) => {
    const names = Object.values(expected).flatMap((tables) => Object.values(tables).flat());
    expect(tablesOf(names.toReversed())).toEqual(expected);
  });
});

describe("subsets by a card", () => {
  const names = [
    "ax/test-00000-of-00001.parquet",
    "cola/train-00000-of-00002.parquet",
    "cola/train-00001-of-00002.parquet",
    "cola/validation_matched-00000-of-00001.parquet",
    "raw/all.jsonl",
  ];
  const configs = [
    { config_name: "ax", data_files: [{ split: "test", path: "ax/test-*" }] },
    {
      config_name: "cola",
      default: true,
      data_files: [
        { split: "train", path: ["cola/train-*"] },
        { split: "validation_matched", path: "cola/validation_matched-*" },
      ],
    },
  ];

  it("are those that it names, with their splits as parts", () => {
    expect(tablesOf(names, { configs })).toEqual({
      ax: { [names[0]!]: [names[0]] },
      cola: { "cola/train-*-of-00002.parquet": [names[1], names[2]], [names[3]!]: [names[3]] },
    });
    const cola = found(names, { configs })[1]!;
    expect(cola.isDefault).toBe(true);
    expect(cola.tables.map(({ part }) => part)).toEqual(["train", "validation"]);
  });

  it.each([
    ["**/*.jsonl", ["raw/all.jsonl"]],
    ["raw/{all,none}.json?", ["raw/all.jsonl"]],
    ["[c-r]*/[!t]*", ["cola/validation_matched-00000-of-00001.parquet", "raw/all.jsonl"]],
    ["*.jsonl", []],
    ["cola/tr(a|i)in*", []],
    ["[z-a]", []],
  ])("the pattern %s", (path, expected) => {
    const one = { config_name: "one", data_files: [{ split: "train", path }] };
    const [subset] = found(names, { configs: [one] });
    // A pattern that fits nothing leaves the names to say what there is.
    const own = expected.length > 0 ? subset!.tables[0]!.files.map(({ name }) => name) : subset!.name;
    expect(own).toEqual(expected.length > 0 ? expected : "ax");
  });

  it("with a folder and no files named", () => {
    const card = { configs: [{ config_name: "c", data_dir: "cola" }] };
    expect(Object.keys(tablesOf(names, card))).toEqual(["c"]);
    expect(Object.keys(tablesOf(names, card).c!)).toEqual(["cola/train-*-of-00002.parquet", names[3]]);
  });

  it.each([
    [null],
    [{ configs: "cola" }],
    [{ configs: [{ config_name: 3 }] }],
    [{ configs: [{ config_name: "a", data_files: [{ split: "train", path: "https://elsewhere/a.csv" }] }] }],
  ])("%o says nothing, so names do", (card) => {
    expect(Object.keys(tablesOf(names, card))).toEqual(["ax", "cola", "raw"]);
  });

  it("two that say that they are the default are none", () => {
    const both = configs.map((config) => ({ ...config, default: true }));
    expect(found(names, { configs: both }).map(({ isDefault }) => isDefault)).toEqual([false, false]);
  });
});

describe("the likeliest tables", () => {
  it.each<[string, string[], (string | undefined)[]]>([
    [
      "folders of parts",
      ["test/a.jsonl", "train/a.jsonl", "dev/a.jsonl"],
      ["train/a.jsonl", "dev/a.jsonl", "test/a.jsonl"],
    ],
    [
      "configurations",
      ["de/test.csv", "de/train.csv", "en/test.csv", "en/train.csv"],
      ["de/train.csv", undefined, "de/test.csv"],
    ],
    [
      "names with numbers",
      ["data/train-00000-of-00002.parquet", "data/train-00001-of-00002.parquet", "data/test-00000-of-00001.parquet"],
      ["data/train-*-of-00002.parquet", undefined, "data/test-00000-of-00001.parquet"],
    ],
    ["one file", ["alpaca_data.json"], ["alpaca_data.json", undefined, undefined]],
    ["words that hold a part's are none", ["contest.csv", "latest.csv"], ["contest.csv", undefined, undefined]],
  ])("%s", (_, names, expected) => {
    const { train, validation, test } = likelyTables(found(names)[0]!.tables);
    expect([train, validation, test].map((table) => table?.name)).toEqual(expected);
  });
});

describe("which table is meant", () => {
  const dataset = (names: readonly string[], card: unknown = {}) => ({
    request: { name: "films/reviews", revision: null, token: null, address: "https://huggingface.co" },
    ...{ commit: "0".repeat(40), licence: null, gated: false, card },
    files: listed(names),
    subsets: found(names, card),
  });
  const several = ["de/train.csv", "en/dev.csv", "en/train.csv", "en/extra/train.csv"];

  it.each<[string[], "train" | "validation" | "test", string | null, string]>([
    [["train-0.csv", "train-1.csv"], "train", null, "train-*.csv"],
    [["a.csv"], "train", null, "a.csv"],
    [["only-test.csv"], "train", null, "only-test.csv"],
    [several, "train", "de", "de/train.csv"],
    [several, "validation", "en", "en/dev.csv"],
    [several, "train", "en/train.csv", "en/train.csv"],
    [["train-0.csv", "train-1.csv"], "train", "train-*.csv", "train-*.csv"],
    [["train-0.csv", "train-1.csv"], "train", "train-1.csv", "train-1.csv"],
    [["default/train/0.csv", "other/train/0.csv"], "train", null, "default/train/0.csv"],
  ])("of %o for %s, named %s", (names, part, wanted, expected) => {
    expect(findTable(dataset(names), part, wanted).name).toBe(expected);
  });

  it.each<[string[], "train" | "validation" | "test", string | null, string]>([
    [several, "train", null, "films/reviews has 3 subsets. Write hf:films/reviews:NAME with one of de, en, en/extra."],
    [several, "test", null, "has no file for this part"],
    [several, "test", "en", "has no file for this part"],
    [several, "train", "fr", "has no file fr. Write hf:films/reviews:NAME with one of de, en, en/extra, de/train.csv,"],
    [["train.csv", "train_clean.csv"], "train", null, "has 2 tables for this part."],
    [["test-a.csv", "test-b.csv"], "train", null, "has no file for this part"],
  ])("of %o for %s, named %s: none", (names, part, wanted, message) => {
    expect(() => findTable(dataset(names), part, wanted)).toThrow(message);
  });
});

describe("what is missing", () => {
  it.each<[string[], string | null]>([
    [["train-00000-of-00003.csv", "train-00002-of-00003.csv"], "of 3 files 1 is missing (train-00001-of-00003.csv)"],
    [["train-00001-of-00003.csv"], "of 3 files 2 are missing (train-00000-of-00003.csv, train-00002-of-00003.csv)"],
    [["a/train-1-of-3.csv", "a/train-3-of-3.csv"], "of 3 files 1 is missing (a/train-2-of-3.csv)"],
    [["train-1-of-2.csv", "train-2-of-2.csv"], null],
    [["train-0.csv", "train-2.csv"], null],
  ])("%o", (names, expected) => {
    const problem = tableProblem(found(names)[0]!.tables[0]!);
    if (expected === null) expect(problem).toBeNull();
    else expect(problem).toContain(expected);
  });
});

it.each<[string[], string[]]>([
  [["data/train.csv"], ["train.csv"]],
  [["default/train/0000.parquet"], ["train/0000.parquet"]],
  [
    ["a/x.csv", "b/x.csv"],
    ["a/x.csv", "b/x.csv"],
  ],
])("%o is shown as %o", (names, expected) => {
  expect(shownNames(listed(names))).toEqual(expected);
});
