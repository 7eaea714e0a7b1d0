/**
 * What rows and tokens count for: each source by hand, their product, and what is refused by name.
 */

import { describe, expect, test } from "vitest";
import { buildDataset } from "../../../src/data/dataset";
import type { Table } from "../../../src/data/table";
import type { DataSettings, WeightRule } from "../../../src/data/types";
import { tokenWeigher } from "../../../src/data/weighers/tokens";
import { openTokenizer } from "../../../src/hub/tokenizer";
import { configurationSchema } from "../../../src/plan/configuration";
import { dataConfiguration, dataSettings } from "../../../src/plan/data-configuration";
import { DatasetStore } from "../../../src/worker/dataset-store";
import { fixtureModel } from "../../fixtures/reference";

const SPEAKERS = ["Ann", "Ann", "Ann", "Ann", "Bob", "Cem", ""];
/** Row numbers begin at 2, as in a file with a header. */
const table = (weights: readonly string[]): Table => ({
  file: "debate.csv",
  bytes: 1,
  columns: ["text", "label", "speaker", "weight"],
  rows: weights.map((weight, row) => [
    `${row % 2 ? "a refund" : "the parcel"} ${"word ".repeat(row)}`,
    row % 2 ? "money" : "post",
    SPEAKERS[row % SPEAKERS.length]!,
    weight,
  ]),
  rowNumbers: weights.map((_, row) => row + 2),
  notices: [],
});
const settings = (given: Partial<DataSettings>, weight: string | null = null): DataSettings & { seed: number } => ({
  task: "sequence-classification",
  columns: { text: "text", label: "label", weight },
  ...{ validationFraction: 0.1, maxLength: 32, seed: 0 },
  ...given,
});
const ONES = new Array<string>(20).fill("1");

function weighed(rows: readonly WeightRule[], weights: readonly string[] = ONES, column: string | null = null) {
  const given = table(weights);
  const dataset = buildDataset({ train: given, validation: null, test: null }, settings({ weights: rows }, column));
  const byRow = dataset.train.map(({ row }, index) => [row, dataset.trainWeights[0]?.[index] ?? 1] as const);
  return { dataset, byRow: new Map(byRow) };
}
const expectWeights = (byRow: ReadonlyMap<number, number>, of: (index: number) => number) => {
  expect(byRow.size).toBeGreaterThan(10);
  for (const [row, weight] of byRow) expect(weight, `row ${row}`).toBeCloseTo(of(row - 2), 12);
};

describe("rows", () => {
  test("without rules, and with weights of 1, nothing is weighed", () => {
    expect(weighed([]).dataset.trainWeights).toEqual([null]);
    expect(weighed([], ONES, "weight").dataset.trainWeights).toEqual([null]);
    expect(weighed([{ by: "text", pattern: "refund", weight: 1 }]).dataset.rowWeights).toBeNull();
  });

  test("by a column, decimal commas and all", () => {
    const numbers = ONES.map((_, row) => 0.25 + row);
    const { byRow } = weighed([], numbers.map(String), "weight");
    expectWeights(byRow, (row) => numbers[row]!);
    const comma = weighed(
      [],
      numbers.map((one) => String(one).replace(".", ",")),
      "weight",
    );
    expectWeights(comma.byRow, (row) => numbers[row]!);
  });

  test("by a regular expression, the length in words, and the label", () => {
    expectWeights(weighed([{ by: "text", pattern: "(?i)\\bREFUND", weight: 3 }]).byRow, (row) => (row % 2 ? 3 : 1));
    expectWeights(weighed([{ by: "length", longerThan: 8, weight: 0.5 }]).byRow, (row) => (row + 2 > 8 ? 0.5 : 1));
    expectWeights(weighed([{ by: "label", label: "post", weight: 2 }]).byRow, (row) => (row % 2 ? 1 : 2));
  });

  test("by a group: 1/√n, or at most as so many rows; rows without a value are no group", () => {
    const { dataset, byRow } = weighed([{ by: "group", column: "speaker" }]);
    const counts = new Map<string, number>();
    for (const { row } of dataset.train) {
      const speaker = SPEAKERS[(row - 2) % SPEAKERS.length]!;
      counts.set(speaker, (counts.get(speaker) ?? 0) + 1);
    }
    const of = (row: number) => SPEAKERS[row % SPEAKERS.length]!;
    expectWeights(byRow, (row) => (of(row) === "" ? 1 : 1 / Math.sqrt(counts.get(of(row))!)));
    const capped = weighed([{ by: "group", column: "speaker", atMost: 3 }]).byRow;
    expectWeights(capped, (row) => (of(row) === "" ? 1 : Math.min(1, 3 / counts.get(of(row))!)));
    const ofAnn = [...capped].filter(([row]) => of(row - 2) === "Ann").reduce((sum, [, weight]) => sum + weight, 0);
    expect(ofAnn).toBeCloseTo(3, 12);
  });

  test("several are multiplied", () => {
    const rules: WeightRule[] = [
      { by: "text", pattern: "refund", weight: 3 },
      { by: "length", longerThan: 8, weight: 0.5 },
    ];
    const { byRow } = weighed(rules, ["4", ...ONES.slice(1)], "weight");
    expectWeights(byRow, (row) => (row === 0 ? 4 : 1) * (row % 2 ? 3 : 1) * (row + 2 > 8 ? 0.5 : 1));
  });

  test("rows of weight 0 are left out of training, and said; other parts stay", () => {
    const plain = weighed([]).dataset;
    const gone = plain.train.slice(0, 2).map(({ row }) => row);
    const { dataset } = weighed(
      [],
      ONES.map((_, row) => (gone.includes(row + 2) ? "0" : "1")),
      "weight",
    );
    expect(dataset.train).toEqual(plain.train.slice(2));
    expect(dataset.validation).toEqual(plain.validation);
    expect(dataset.notices.join(" ")).toMatch(/left out of training: 2 rows of weight 0 \(rows \d+, \d+\)/);
  });

  test.each<[cell: string, message: RegExp]>([
    ["much", /debate\.csv, row 5, column "weight": The weight "much" is not a number\. Write a number of 0 or more/],
    ["-0.5", /row 5, column "weight": The weight "-0.5" is negative\./],
    ["inf", /row 5, column "weight": The weight "inf" is infinite\./],
    ["1e999", /row 5, column "weight": The weight "1e999" is infinite\./],
    ["nan", /row 5, column "weight": The weight "nan" is not a number\./],
    [" ", /row 5, column "weight": The cell is empty, and a row needs a weight\./],
  ])("a cell %s is refused by row and column", (cell, message) => {
    expect(weighed([]).dataset.train.map(({ row }) => row)).toContain(5);
    expect(() => weighed([], [...ONES.slice(0, 3), cell, ...ONES.slice(4)], "weight")).toThrow(message);
  });

  test("so are weights of 0 throughout, missing columns and labels, and expressions that cannot be read", () => {
    const zeros = ONES.map(() => "0");
    expect(() => weighed([], zeros, "weight")).toThrow(
      /debate\.csv, column "weight": All 18 training rows weigh 0, so nothing would be learned/,
    );
    expect(() => weighed([], ONES, "speaker")).toThrow(/row 2, column "speaker": The weight "Ann" is not a number/);
    expect(() => weighed([], ONES, "wieght")).toThrow(/column "wieght": The file has no column of this name/);
    expect(() => weighed([{ by: "label", label: "mony", weight: 2 }])).toThrow(
      /Rule 1 of the weights: the data have no label "mony"; the nearest of their 2 is "money"\. Change the rule/,
    );
    expect(() => weighed([{ by: "group", column: "party" }])).toThrow(/Rule 1 .* the file has no column "party"/);
    expect(() => weighed([{ by: "text", pattern: "(?=a)", weight: 2 }])).toThrow(/Rule 1 .* has look-around/);
    expect(() => weighed([{ by: "tokens", pattern: "a", weight: 2 }])).toThrow(
      /Rule 1 of the weights is of tokens, and only language modelling learns tokens/,
    );
  });

  test("a rule that is fitted to a division counts the rows of that division", () => {
    const given = { weights: [{ by: "group", column: "speaker" } as const], test: { folds: 2 } };
    const { divisions, trainWeights } = buildDataset(
      { train: table([...ONES, ...ONES]), validation: null, test: null },
      settings(given),
    );
    const sums = divisions.map(({ train }, index) => {
      const ofAnn = [...train.keys()].filter((place) => SPEAKERS[(train[place]!.row - 2) % 7] === "Ann");
      const sum = ofAnn.reduce((total, place) => total + trainWeights[index]![place]!, 0);
      return sum / Math.sqrt(ofAnn.length);
    });
    expect(sums).toEqual([expect.closeTo(1, 12), expect.closeTo(1, 12)]);
  });
});

describe("tokens", () => {
  const call = ['{"', "name", '":', ' "', "get", "_weather", '",', ' "', "city", '":', ' "', "Rome", '"}'];
  const name = '"name": "(\\w+)"';
  const whole = (texts: readonly string[]) => ({ places: [...texts.keys()], texts });

  test("every token of a match, and of groups the first one", () => {
    const weigh = tokenWeigher({ pattern: name, weight: 5 }, []);
    expect(weigh(whole(call))).toEqual(call.map((text) => (text === "get" || text === "_weather" ? 5 : 1)));
    const all = tokenWeigher({ pattern: "Rome", weight: 0 }, []);
    expect(all(whole(call))).toEqual(call.map((text) => (text === "Rome" ? 0 : 1)));
  });

  test("PKT: 1 key token and 12 others weigh 9 to 1, and as much as the others where they are fewer", () => {
    const weigh = tokenWeigher({ pattern: name, weight: "balanced", where: "branches" }, [call.join("")]);
    expect(call).toHaveLength(13);
    expect(weigh(whole(call))).toEqual(call.map((text) => (text === "get" ? 9 : 1)));
    expect(weigh(whole(call.slice(1, 7)))).toEqual([1, 1, 1, 1, 1, 1]);
    const short = ['"name": "', "set", '"', "}"];
    expect(weigh(whole(short))).toEqual([1, 3, 1, 1]);
  });

  test("PKT: the tokens after what a name has in common with another's beginning", () => {
    const texts = ["get_weather", "get_news", "set", "get_weather_now"].map((one) => `"name": "${one}"`);
    const weigh = tokenWeigher({ pattern: name, weight: 2, where: "branches" }, texts);
    // "get_" is shared with get_news; get_weather_now goes on after the whole name.
    expect(weigh(whole(['"name": "', "get", "_", "weather", '"', "}"]))).toEqual([1, 2, 1, 2, 2, 1]);
    expect(weigh(whole(['"name": "', "se", "t", '"']))).toEqual([1, 2, 1, 1]);
  });

  test("rows as tokens have row weight times token weight, at the places of their labels", async () => {
    const store = new DatasetStore(() => {});
    await store.setTokenizer(await openTokenizer(fixtureModel("tiny-llama")));
    const lines = Array.from(
      { length: 12 },
      (_, row) => `say ${row},${row % 3 ? "red" : "blue"} and green ${row},${row % 2 ? 2 : 1}`,
    );
    const file = new File([["prompt,response,weight", ...lines].join("\n")], "colours.csv");
    const { settings } = await store.openFile(file, "train");
    expect(settings.task).toBe("causal-lm");
    const plain = store.data.trainTokens;
    expect(plain.every(({ weights }) => weights === undefined)).toBe(true);
    const summary = await store.setSettings({
      ...settings,
      columns: { ...settings.columns, weight: "weight" },
      weights: [{ by: "tokens", pattern: "red|blue", weight: 4 }],
    });
    expect(summary.problem).toBeNull();
    const { trainTokens, validationTokens, tokenizer } = store.data;
    expect(trainTokens.map(({ ids }) => ids)).toEqual(plain.map(({ ids }) => ids));
    expect(validationTokens.every(({ weights }) => weights === undefined)).toBe(true);
    for (const { row, labels, weights } of trainTokens) {
      const own = (row - 2) % 2 ? 2 : 1;
      const places = [...labels.keys()].filter((place) => labels[place]! >= 0);
      const heavy = places.filter((place) => weights![place] !== own);
      expect(heavy.map((place) => weights![place])).toEqual(heavy.map(() => 4 * own));
      const text = tokenizer!.decode(heavy.map((place) => labels[place]!));
      expect(text.trim()).toContain((row - 2) % 3 ? "red" : "blue");
      expect(heavy.length).toBeLessThan(places.length);
    }
    const [strip] = summary.strips;
    expect(strip!.tokens.some(({ learned, weight }) => learned && weight > 2)).toBe(true);
    expect(strip!.tokens.every(({ learned, weight }) => learned || weight === 1)).toBe(true);
  });
});

describe("what is shown", () => {
  test("weights of the preview's rows, and each group's share before and after", async () => {
    const store = new DatasetStore(() => {});
    const lines = Array.from(
      { length: 40 },
      (_, row) => `a message ${row},${row % 2 ? "yes" : "no"},${row < 30 ? "Ann" : "Bob"}`,
    );
    const { settings } = await store.openFile(
      new File([["text,label,speaker", ...lines].join("\n")], "two.csv"),
      "train",
    );
    const { weights } = await store.setSettings({ ...settings, weights: [{ by: "group", column: "speaker" }] });
    const { shares, others, column } = weights!.groups!;
    expect([column, others]).toEqual(["speaker", 0]);
    expect(shares.map(({ name }) => name)).toEqual(["Ann", "Bob"]);
    const [ann, bob] = shares.map(({ rows }) => rows) as [number, number];
    expect(shares[0]!.before).toBeCloseTo(ann / (ann + bob), 12);
    expect(shares[0]!.after).toBeCloseTo(Math.sqrt(ann) / (Math.sqrt(ann) + Math.sqrt(bob)), 12);
    expect(shares[0]!.after).toBeLessThan(shares[0]!.before);
    expect(weights!.preview).toHaveLength(20);
    expect(
      weights!.preview.filter((one) => one !== null).every((one) => Math.abs(one! - 1 / Math.sqrt(ann)) < 1e-12),
    ).toBe(true);
  });
});

describe("a configuration", () => {
  const file = (data: object) => ({
    model: "bundled:small-base",
    data: { train: "a.csv", columns: { text: "text", label: "label" }, ...data },
    runs: [{ name: "head", method: "linear-probe" }],
  });

  test("of today means what it meant, and weights come back as they were", () => {
    const { data } = configurationSchema.parse(file({}));
    expect(Object.keys(data.columns)).toEqual(["text", "textPair", "label"]);
    expect(data.weights).toBeUndefined();
    const rules: WeightRule[] = [
      { by: "text", pattern: "refund", weight: 2 },
      { by: "group", column: "speaker", atMost: 20 },
      { by: "tokens", pattern: "get_\\w+", weight: "balanced", where: "branches" },
    ];
    const weighed = configurationSchema.parse(
      file({ columns: { text: "text", label: "label", weight: "w" }, weights: rules }),
    );
    expect(weighed.data.columns.weight).toBe("w");
    expect(weighed.data.weights).toEqual(rules);
    const open = { train: { file: "a.csv" }, validation: null, test: null };
    const read = { validationFraction: 0.1, ...dataSettings(weighed.data) } as DataSettings;
    expect(dataConfiguration({ ...open, settings: read })).toMatchObject({ weights: rules, columns: { weight: "w" } });
    expect(dataConfiguration({ ...open, settings: settings({}) }).columns).not.toHaveProperty("weight");
  });

  test.each<[rule: unknown, message: RegExp]>([
    [{ by: "text", pattern: "a", weight: -1 }, /expected number to be >=0/],
    [{ by: "text", pattern: "", weight: 1 }, /expected string to have >=1 characters/],
    [{ by: "text", pattern: "a", weight: "balanced" }, /expected number, received string/],
    [{ by: "tokens", pattern: "a", weight: "even" }, /must be a number of 0 or more, or \\"balanced\\"/],
    [{ by: "group", column: "a", atMost: 0 }, /expected number to be >0/],
    [{ by: "colour" }, /Invalid/],
  ])("refuses %j", (rule, message) => {
    expect(() => configurationSchema.parse(file({ weights: [rule] }))).toThrow(message);
  });
});
