/**
 * Transforms of training rows: each by hand, its seed, its counts, what is refused by name; and
 * that no validation or test row is another. Near repeats are held to Python
 * (`near-duplicates.json`).
 */

import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { buildDataset } from "../../../src/data/dataset";
import { Random } from "../../../src/data/random";
import type { Table } from "../../../src/data/table";
import { changed } from "../../../src/data/transforms/augment-words";
import { nearDuplicates } from "../../../src/data/transforms/near-duplicates";
import { offeredTransforms, readTransform } from "../../../src/data/transforms/registry";
import type { DataSettings, RowTransform } from "../../../src/data/types";
import { openTokenizer } from "../../../src/hub/tokenizer";
import { configurationSchema } from "../../../src/plan/configuration";
import { dataConfiguration, dataSettings } from "../../../src/plan/data-configuration";
import { DatasetStore } from "../../../src/worker/dataset-store";
import { fixtureModel } from "../../fixtures/reference";

const NUMBERS = "one two three four five six seven eight nine ten".split(" ");
/** A text of its own for every row; every fourth is of the rare label. */
const table: Table = {
  file: "mails.csv",
  bytes: 1,
  columns: ["text", "label", "shop"],
  rows: Array.from({ length: 40 }, (_, row) => [
    `${row % 3 ? "refund" : "parcel"} ${NUMBERS[row % 10]} of ${NUMBERS[Math.floor(row / 10)]}${" word".repeat(row % 5)}`,
    row % 4 ? "often" : "rare",
    `shop ${row % 2}`,
  ]),
  rowNumbers: Array.from({ length: 40 }, (_, row) => row + 2),
  notices: [],
};
const settings = (transforms: readonly RowTransform[], given: Partial<DataSettings> = {}) => ({
  ...{ task: "sequence-classification" as const, columns: { text: "text", label: "label" } },
  ...{ validationFraction: 0.2, test: 0.2, maxLength: 32, seed: 0, transforms },
  ...given,
});
const build = (given: readonly unknown[], more: Partial<DataSettings> & { seed?: number } = {}, train = table) =>
  buildDataset({ train, validation: null, test: null }, settings(given.map(readTransform), more) as never);
const plain = build([]);
const textsOf = (rows: readonly { readonly text: string }[]) => rows.map(({ text }) => text);
const countOf = <Row extends { readonly label: number }>(rows: readonly Row[], id: number) =>
  rows.filter(({ label }) => label === id);

describe("of every transform", () => {
  const each: Record<RowTransform["do"], object> = {
    "drop-texts": { pattern: "refund (one|two|three)" },
    "drop-lengths": { moreThan: 6 },
    "drop-label": { label: "often", keep: 5 },
    deduplicate: { similarity: 0.6 },
    balance: {},
    "augment-words": {},
    "vary-prompts": { templates: ["Mail: {text}"] },
  };

  test("all are here, and the form offers them with their defaults", () => {
    const offered = offeredTransforms("label", ["often", "rare"]);
    expect(new Set(offered.map((one) => one.do))).toEqual(new Set(Object.keys(each)));
    for (const { do: name, start } of offered) {
      expect(readTransform({ ...start, ...each[name], do: name })).toMatchObject({ ...start, ...each[name] });
    }
    expect(offeredTransforms("tags", []).map((one) => one.do)).not.toContain("augment-words");
    expect(JSON.stringify(offered.find((one) => one.do === "drop-label")!.optionsSchema)).toContain('"often"');
  });

  test.each(Object.entries(each))(
    "%s changes training rows alone, is drawn by the seed, and counts",
    (name, options) => {
      const dataset = build([{ do: name, ...options }]);
      expect(dataset.validation).toEqual(plain.validation);
      expect(dataset.test).toEqual(plain.test);
      expect(dataset.untransformed[0]!.train).toEqual(plain.train);
      expect(dataset.train).not.toEqual(plain.train);
      expect(build([{ do: name, ...options }]).train).toEqual(dataset.train);
      const [outcome] = dataset.transformed;
      expect(outcome).toMatchObject({ before: plain.train.length, after: dataset.train.length });
      expect(outcome!.after).toBe(outcome!.before - outcome!.taken + outcome!.made);
      expect(outcome!.taken + outcome!.made + outcome!.rewritten).toBeGreaterThan(0);
      expect(outcome!.shown.length).toBeGreaterThan(0);
      expect(outcome!.rows).toMatch(/^rows? \d/);
      expect(dataset.notices.some((notice) => notice.startsWith(`mails.csv: ${outcome!.said}: of `))).toBe(true);
      expect(outcome!.labels.map(({ after }) => after)).toEqual([0, 1].map((id) => countOf(dataset.train, id).length));
    },
  );

  test("without any nothing is another, and every row keeps its number", () => {
    expect(plain.transformed).toEqual([]);
    expect(plain.untransformed).toBe(plain.divisions);
    expect(build([{ do: "balance" }]).train.every(({ row }) => plain.train.some((own) => own.row === row))).toBe(true);
  });

  test("several in order, in each fold from its own rows, and another seed draws others", () => {
    const list = [{ do: "drop-texts", pattern: "parcel" }, { do: "balance" }];
    const folds = build(list, { test: { folds: 4 } });
    for (const { train } of folds.divisions) {
      expect(train.some(({ text }) => text.includes("parcel"))).toBe(false);
      expect(countOf(train, 0).length).toBe(countOf(train, 1).length);
    }
    const of = (seed: number) => build([{ do: "augment-words" }], { seed, test: null }).train.length;
    expect(of(0)).toBeGreaterThan(0);
    const drawn = [0, 1].map((seed) => build([{ do: "drop-label", label: "often", keep: 6 }], { seed }).train);
    expect(textsOf(drawn[0]!)).not.toEqual(textsOf(drawn[1]!));
  });

  test("a configuration keeps them, in order, and back", () => {
    const transforms = [readTransform({ do: "balance" }), readTransform({ do: "drop-texts", pattern: "a" })];
    const open = { train: { file: "t.csv" }, validation: null, test: null, settings: settings(transforms) };
    const data = dataConfiguration(open);
    expect(data.transforms).toEqual(transforms);
    const whole = { model: "bundled:tiny-base", data, runs: [{ name: "a", method: "lora" }] };
    expect(dataSettings(configurationSchema.parse(whole).data).transforms).toEqual(transforms);
    expect("transforms" in dataConfiguration({ ...open, settings: settings([]) })).toBe(false);
  });

  test("what is tokenised are the rows that were made, of every fold, and one more is tried on top", async () => {
    const store = new DatasetStore(() => {});
    await store.setTokenizer(await openTokenizer(fixtureModel("tiny-llama")));
    const lines = table.rows.map((row) => row.join(","));
    await store.openFile(new File([["text,label,shop", ...lines].join("\n")], "mails.csv"), "train");
    const transforms = [readTransform({ do: "augment-words", copies: 2 })];
    const { settings: own } = store.summary!;
    const summary = await store.setSettings({ ...own, transforms, test: { folds: 3 } });
    expect(summary.problem).toBeNull();
    const { divisions, dataset } = store.data;
    for (const [index, { train }] of divisions.entries()) {
      expect(train.map(({ row }) => row)).toEqual(dataset.divisions[index]!.train.map(({ row }) => row));
    }
    expect(summary.trainRows).toBe(divisions[0]!.train.length);
    expect(summary.transforms.outcomes[0]).toMatchObject({ taken: 0, after: summary.trainRows });
    const tried = store.tryTransform({ do: "balance", to: "smallest" });
    expect(tried.before).toBe(summary.trainRows);
    expect(new Set(tried.labels.map(({ after }) => after)).size).toBe(1);
    expect(store.data.dataset).toBe(dataset);
    expect(() => store.tryTransform({ do: "drop-texts", pattern: "" })).toThrow(/pattern/);
  });
});

describe("rows that are left out", () => {
  test("by an expression, or all others", () => {
    const isRefund = ({ text }: { text: string }) => text.startsWith("refund");
    expect(build([{ do: "drop-texts", pattern: "^REFUND" }]).train).toEqual(plain.train);
    const left = build([{ do: "drop-texts", pattern: "(?i)^REFUND" }]).train;
    expect(left).toEqual(plain.train.filter((row) => !isRefund(row)));
    expect(build([{ do: "drop-texts", pattern: "^refund", keep: true }]).train).toEqual(plain.train.filter(isRefund));
  });

  test("by length in words, both limits included in what stays", () => {
    const left = build([{ do: "drop-lengths", fewerThan: 5, moreThan: 7 }]).train;
    const words = (text: string) => text.split(" ").length;
    expect(left).toEqual(plain.train.filter(({ text }) => words(text) >= 5 && words(text) <= 7));
  });

  test("of a label all but so many", () => {
    const left = build([{ do: "drop-label", label: "often", keep: 4 }]).train;
    expect(countOf(left, 0)).toHaveLength(4);
    expect(countOf(left, 1)).toEqual(countOf(plain.train, 1));
  });

  test("repeats, of which the first stays", () => {
    const texts = ["One red shirt", "a blue one", "one  RED shirt ", "another", "yet another", "and one more"];
    const rows = texts.map((text, row) => [text, row % 2 ? "a" : "b"]);
    const given = { ...table, columns: ["text", "label"], rows, rowNumbers: rows.map((_, row) => row + 2) };
    // Equal texts of the file are on one side, here all but one among the training rows.
    const { train, transformed } = build(
      [{ do: "deduplicate" }],
      { test: null, validationFraction: 0.2, columns: { text: "text", label: "label" } },
      given,
    );
    expect(textsOf(train).filter((text) => /red/i.test(text)).length).toBeLessThanOrEqual(1);
    expect(transformed[0]!.after).toBe(train.length);
  });

  const { texts, repeats, guesses } = JSON.parse(
    readFileSync(new URL("../../fixtures/near-duplicates.json", import.meta.url), "utf8"),
  ) as { texts: string[]; repeats: Record<string, number[]>; guesses: [number, number, number][] };
  const found = (threshold: number) =>
    nearDuplicates(
      texts.map((text) => text.trim().replace(/\s+/g, " ").toLowerCase()),
      threshold,
    ).flatMap((isRepeat, place) => (isRepeat ? [place] : []));

  test.each(Object.entries(repeats))("near repeats from %s on are Python's, every one", (threshold, expected) => {
    expect(expected.length).toBeGreaterThan(5);
    expect(found(Number(threshold))).toEqual(expected);
  });

  test("datasketch's MinHash guesses none at 0.9 or more that is not found at 0.7", () => {
    const sure = guesses.filter(([, , guess]) => guess >= 0.9);
    expect(sure.length).toBeGreaterThan(5);
    const repeated = new Set(found(0.7));
    for (const [later] of sure) expect(repeated.has(later), texts[later]).toBe(true);
  });
});

describe("rows that are made", () => {
  test("labels are balanced to the largest, the smallest or a number, each row as often to one", () => {
    const [often, rare] = [0, 1].map((id) => countOf(plain.train, id).length);
    const counts = (to: object) => {
      const { train } = build([{ do: "balance", ...to }]);
      return [0, 1].map((id) => countOf(train, id).length);
    };
    expect(counts({})).toEqual([often, often]);
    expect(counts({ to: "smallest" })).toEqual([rare, rare]);
    expect(counts({ to: "number", rows: 10 })).toEqual([10, 10]);
    const times = new Map<number, number>();
    for (const { row } of countOf(build([{ do: "balance" }]).train, 1)) times.set(row, (times.get(row) ?? 0) + 1);
    const each = [...times.values()];
    expect(times.size).toBe(rare);
    expect(Math.max(...each) - Math.min(...each)).toBeLessThanOrEqual(1);
  });

  test("EDA: as many swaps and new words as its release, deleted by chance, one word at least", () => {
    const words = NUMBERS.concat(NUMBERS);
    const random = new Random(3, "eda");
    for (let draw = 0; draw < 50; draw++) {
      const swapped = changed(words, "swap", 0.1, [], random);
      expect([...swapped].sort()).toEqual([...words].sort());
      expect(swapped.filter((word, place) => word !== words[place]).length).toBeLessThanOrEqual(4);
      const inserted = changed(words, "insert", 0.15, ["new"], random);
      expect(inserted.filter((word) => word === "new")).toHaveLength(3);
      expect(inserted.filter((word) => word !== "new")).toEqual(words);
      expect(changed(["a", "b"], "delete", 0.5, [], random).length).toBeGreaterThan(0);
    }
    const kept = Array.from({ length: 400 }, () => changed(words, "delete", 0.2, [], random).length);
    expect(kept.reduce((sum, count) => sum + count, 0) / 400 / words.length).toBeCloseTo(0.8, 1);
    expect(changed(["alone"], "swap", 0.5, [], random)).toEqual(["alone"]);
  });

  test("copies stand behind their row, with its answer, differ from it, and use the training rows' words", () => {
    const { train } = build([{ do: "augment-words", copies: 3, operations: ["insert"] }]);
    const vocabulary = new Set(plain.train.flatMap(({ text }) => text.split(" ")));
    for (const own of plain.train) {
      const copies = train.filter(({ row }) => row === own.row);
      expect(copies[0]).toEqual(own);
      expect(copies).toHaveLength(4);
      expect(new Set(textsOf(copies)).size).toBe(4);
      for (const { label, text } of copies) {
        expect(label).toBe(own.label);
        expect(text.split(" ").every((word) => vocabulary.has(word))).toBe(true);
      }
    }
  });

  test("a copy that reads as a held-out row is left out, and counted", () => {
    const pairs = ["a b", "b a", "c d", "d c", "e f", "f e", "g h", "h g", "i j", "j i"];
    const rows = pairs.map((text, row) => [text, row % 4 < 2 ? "x" : "y"]);
    const given = { ...table, columns: ["text", "label"], rows, rowNumbers: rows.map((_, row) => row + 2) };
    const more = { test: null, validationFraction: 0.3, columns: { text: "text", label: "label" } };
    const { train, validation, transformed } = build(
      [{ do: "augment-words", copies: 1, operations: ["swap"] }],
      more,
      given,
    );
    const learned = new Set(textsOf(train));
    expect(validation.length).toBeGreaterThan(0);
    expect(validation.some(({ text }) => learned.has(text))).toBe(false);
    expect(transformed[0]!.givenAway).toBeGreaterThan(0);
  });

  test("prompts: each of them, or one that is drawn, over what a transform before made", () => {
    const templates = ["Mail: {text}", "{shop} got {text}"];
    const all = build([{ do: "vary-prompts", templates }]).train;
    expect(all).toHaveLength(3 * plain.train.length);
    const [first] = plain.train;
    const shop = `shop ${(first!.row - 2) % 2}`;
    expect(textsOf(all.slice(0, 3))).toEqual([first!.text, `Mail: ${first!.text}`, `${shop} got ${first!.text}`]);
    const one = build([{ do: "vary-prompts", templates, use: "one", own: false }]);
    expect(one.train).toHaveLength(plain.train.length);
    expect(one.transformed[0]).toMatchObject({ taken: 0, made: 0, rewritten: plain.train.length });
    const after = build([
      { do: "augment-words", copies: 1 },
      { do: "vary-prompts", templates: ["M {text}"], own: false },
    ]);
    const before = build([{ do: "augment-words", copies: 1 }]);
    expect(textsOf(after.train)).toEqual(textsOf(before.train).map((text) => `M ${text}`));
  });

  test("of a language model's rows prompts are varied before words are changed", () => {
    const more = { task: "causal-lm" as const, columns: { prompt: "Sort {text}", response: "{label}" } };
    const prompts = { do: "vary-prompts", templates: ["Which label has {text}?"] };
    const { train } = build([prompts], more);
    expect(train[1]).toMatchObject({ text: expect.stringMatching(/^Which label has /), response: train[0]!.response });
    expect(() => build([{ do: "augment-words" }, prompts], more)).toThrow(/move this one before it/);
  });

  test("two copies of a row share its weight by a column, and are weighed by their own text", () => {
    const { train, trainWeights, rowWeights } = build([{ do: "balance" }], {
      weights: [{ by: "label", label: "rare", weight: 3 }],
    });
    expect(trainWeights[0]).toHaveLength(train.length);
    expect(train.map(({ label }) => (label === 1 ? 3 : 1))).toEqual([...trainWeights[0]!]);
    expect(rowWeights!.map(({ row }) => row)).toEqual(train.map(({ row }) => row));
  });
});

describe("refused by name, with nothing started", () => {
  const refused = (list: readonly unknown[], message: RegExp, more: Partial<DataSettings> = {}) =>
    expect(() => build(list, more)).toThrow(message);

  test("a label or a part without a row", () => {
    refused([{ do: "drop-lengths", fewerThan: 90 }], /mails\.csv: Transform 1 .*leaves none of 24 training rows/);
    refused([{ do: "balance" }, { do: "drop-texts", pattern: "(one|five|nine|three|seven) of|" }], /Transform 2/);
    const rare = plain.train.filter(({ label }) => label === 1).map(({ text }) => text);
    const pattern = rare.map((text) => `^${text}$`).join("|");
    refused([{ do: "drop-texts", pattern }], new RegExp(`no training row of "rare", which had ${rare.length}\\.`));
  });

  test("a column, label or expression that there is not, and a task without labels", () => {
    refused([{ do: "vary-prompts", templates: ["{mail}"] }], /column "mail".*\{mail\}/);
    refused([{ do: "vary-prompts", templates: ["Hello"] }], /names no column/);
    refused([{ do: "drop-label", label: "rear" }], /no label "rear"; the nearest of their 2 is "rare"/);
    refused([{ do: "drop-texts", pattern: "(?=a)" }], /Transform 1 .*look-around/);
    refused([{ do: "drop-lengths" }], /no number of words/);
    const lm = { task: "causal-lm" as const, columns: { prompt: "", response: "{text}" } };
    refused([{ do: "drop-label", label: "rare" }], /no labels/, lm);
    refused([{ do: "augment-words" }], /no prompt/, lm);
    refused([{ do: "balance" }], /no labels/, lm);
  });

  test("options that are no transform's", () => {
    expect(() => readTransform({ do: "balance", to: "middle" })).toThrow(/to:/);
    expect(() => readTransform({ do: "nothing" })).toThrow(/do:/);
    expect(() => readTransform({ do: "augment-words", copies: 17 })).toThrow(/copies/);
  });
});
