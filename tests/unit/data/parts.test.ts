/** Three parts, folds and repeats: what is in them, whatever the seed. */

import { describe, expect, it } from "vitest";
import { gatherFacts } from "../../../src/data/check/facts";
import { contradictions, sharedTexts } from "../../../src/data/check/repeats";
import { buildDataset, type DataTables } from "../../../src/data/dataset";
import type { Example } from "../../../src/data/examples";
import { formats } from "../../../src/data/formats/registry";
import { assignParts, divideExamples, type Parts } from "../../../src/data/parts";
import { Random } from "../../../src/data/random";
import { splitExamples } from "../../../src/data/split";
import { readTable } from "../../../src/data/table";
import type { DataSettings, TestPlan } from "../../../src/data/types";

const SEEDS = Array.from({ length: 40 }, (_, seed) => seed);
const LABELS = [60, 31, 12, 4, 3];

/** 110 rows: labels of 60, 31, 12, 4 and 3 rows, mixed. */
const examples: Example[] = new Random(0, "rows").shuffle(
  LABELS.flatMap((count, label) => Array.from({ length: count }, (_, n) => ({ label, n }))).map(({ label, n }) => ({
    text: `text ${label} ${n}`,
    textPair: null,
    label,
    row: 100 * label + n,
  })),
);

const divide = (rows: readonly Example[], seed: number, test: TestPlan | null = 0.1, validationFraction = 0.1) =>
  divideExamples(rows, { validationFraction, test, seed, file: "t.csv" });
const count = (rows: readonly Example[], label: number) => rows.filter((example) => example.label === label).length;
const partsOf = ({ train, validation, test }: Parts) => [train, validation, test];
const rowsOf = (rows: readonly Example[]) => rows.map(({ row }) => row).sort((a, b) => a - b);

describe("three parts", () => {
  it("have every row once, in the file's order, and every label in its share to one row", () => {
    for (const seed of SEEDS) {
      const [parts] = divide(examples, seed);
      const all = partsOf(parts!);
      expect(rowsOf(all.flat())).toEqual(rowsOf(examples));
      for (const rows of all) expect(rows).toEqual(examples.filter((example) => rows.includes(example)));
      for (const [label, rows] of LABELS.entries()) {
        const [train, validation, test] = all.map((part) => count(part, label));
        const share = Math.max(0.1 * rows, 1);
        for (const held of [validation!, test!]) expect(Math.abs(held - share)).toBeLessThan(1);
        expect(train).toBeGreaterThanOrEqual(1);
      }
      for (const rows of all.slice(1)) expect(Math.abs(rows.length - 12)).toBeLessThanOrEqual(2);
    }
  });

  it("depend on the seed only, and differ between seeds", () => {
    expect(divide(examples, 7)).toEqual(divide(examples, 7));
    const tests = new Set(SEEDS.map((seed) => rowsOf(divide(examples, seed)[0]!.test).join()));
    expect(tests.size).toBe(SEEDS.length);
  });

  it("never have one input on two sides, whatever its case and white space", () => {
    const doubled = examples.flatMap((example, n) => [
      example,
      ...(n % 3 === 0
        ? [{ ...example, text: `  ${example.text.toUpperCase().replace(" ", " \n ")}`, row: 1000 + n }]
        : []),
    ]);
    for (const seed of SEEDS) {
      const [parts] = divide(doubled, seed);
      const sides = new Map<string, number>();
      partsOf(parts!).forEach((rows, side) => {
        for (const { text } of rows) {
          const key = text.toLowerCase().replace(/\s+/g, " ").trim();
          expect(sides.get(key) ?? side).toBe(side);
          sides.set(key, side);
        }
      });
      expect(sides.size).toBe(examples.length);
    }
  });

  it("tell pairs apart by both texts, and a language model's rows under one prompt by the response", () => {
    const pairs = ["a", "b", "a", "b"].map((textPair, row) => ({ text: "same", textPair, label: 0, row }));
    for (const seed of SEEDS) {
      const all = partsOf(divide(pairs, seed, null, 0.5)[0]!);
      expect(all.map((rows) => new Set(rows.map(({ textPair }) => textPair)).size)).toEqual([1, 1, 0]);
    }
    const written = ["x", "y", "z"].map((response, row) => ({ text: "", textPair: null, label: 0, response, row }));
    expect(partsOf(divide(written, 0)[0]!).map((rows) => rows.length)).toEqual([1, 1, 1]);
  });

  it("have every label that is in enough sets of rows, however large these are", () => {
    const rowsOfLabel = (label: number, texts: number, times: number) =>
      Array.from({ length: texts * times }, (_, n) => ({
        text: `text ${label} ${n % texts}`,
        textPair: null,
        label,
        row: 1000 * label + n,
      }));
    // 5 texts of 10 rows each beside 50 of one row, then also 3 texts of 40 rows.
    const few = [...rowsOfLabel(0, 5, 10), ...rowsOfLabel(1, 50, 1)];
    for (const rows of [few, [...few, ...rowsOfLabel(2, 3, 40)]]) {
      const labels = new Set(rows.map(({ label }) => label));
      for (const seed of SEEDS) {
        for (const plan of [0.1, { folds: 3 }, { repeats: 3, fraction: 0.1 }] as const) {
          for (const parts of divide(rows, seed, plan)) {
            expect(rowsOf(partsOf(parts).flat())).toEqual(rowsOf(rows));
            // The rest of three folds has a text too few of the third label.
            const whole = typeof plan === "object" && "folds" in plan ? [parts.test] : partsOf(parts);
            for (const part of whole) expect(new Set(part.map(({ label }) => label))).toEqual(labels);
          }
        }
      }
    }
    const [parts] = divide(few, 0);
    expect(partsOf(parts!).map((part) => count(part, 0))).toEqual([30, 10, 10]);
  });

  it("keep groups whole, with label shares far nearer than groups dealt out by chance", () => {
    // 30 groups of 1 to 12 rows; a group leans to one label.
    const random = new Random(3, "groups");
    const grouped = Array.from({ length: 30 }, (_, group) => ({ group, size: 1 + random.integer(12) })).flatMap(
      ({ group, size }) =>
        Array.from({ length: size }, (_, n): Example => {
          const label = random.next() < 0.7 ? group % 3 : random.integer(3);
          return { text: `${group} ${n}`, textPair: null, label, row: 100 * group + n, group: `g${group}` };
        }),
    );
    const distance = (all: readonly (readonly Example[])[], shares: readonly number[]) =>
      [0, 1, 2].reduce((sum, label) => {
        const total = count(grouped, label);
        const off = all.map(
          (rows, part) => (count(rows, label) - shares[part]! * total) ** 2 / (shares[part]! * total),
        );
        return sum + off.reduce((a, b) => a + b, 0);
      }, 0);
    const shares = [0.6, 0.2, 0.2];
    let [ours, chance] = [0, 0];
    for (const seed of SEEDS) {
      const all = partsOf(divide(grouped, seed, 0.2, 0.2)[0]!);
      const side = new Map<string, number>();
      all.forEach((rows, part) => {
        for (const { group } of rows) {
          expect(side.get(group!) ?? part).toBe(part);
          side.set(group!, part);
        }
      });
      ours += distance(all, shares);
      const drawn = new Random(seed, "by chance");
      const dealt = new Map([...side.keys()].map((group) => [group, [0, 0, 0, 1, 2][drawn.integer(5)]!]));
      const byChance = [0, 1, 2].map((part) => grouped.filter(({ group }) => dealt.get(group!) === part));
      chance += distance(byChance, shares);
    }
    expect(ours).toBeLessThan(chance / 10);
  });

  it("give each of as many groups as parts a part of its own, and refuse fewer with both numbers", () => {
    const three = examples.map((example) => ({ ...example, group: `g${example.row % 3}` }));
    expect(partsOf(divide(three, 0)[0]!).map((rows) => new Set(rows.map(({ group }) => group)).size)).toEqual([
      1, 1, 1,
    ]);
    const two = examples.map((example) => ({ ...example, group: `g${example.row % 2}` }));
    expect(() => divide(two, 0)).toThrow(
      /t\.csv: .*2 sets \(2 groups of 110 rows\), and 3 parts need at least one each/,
    );
    expect(() => divide(examples.slice(0, 2), 0)).toThrow(/t\.csv: 2 rows with 2 different texts .* 3 parts/);
  });

  it("leave rows to train on, or say both numbers", () => {
    expect(() => divide(examples, 0, 0.5, 0.5)).toThrow(/50 % for validation and 50 % for the test leave no rows/);
    expect(() => divide(examples, 0, { folds: 2 }, 0.5)).toThrow(/50 % for validation and 50 % for the test/);
  });
});

describe("folds and repeats", () => {
  it("test every row once, in folds whose labels differ by one row at most", () => {
    for (const seed of SEEDS) {
      const folds = divide(examples, seed, { folds: 5 });
      expect(rowsOf(folds.flatMap(({ test }) => test))).toEqual(rowsOf(examples));
      for (const [label, rows] of LABELS.entries()) {
        for (const { test } of folds) expect(Math.abs(count(test, label) - rows / 5)).toBeLessThan(1);
      }
      for (const parts of folds) {
        expect(rowsOf(partsOf(parts).flat())).toEqual(rowsOf(examples));
        expect(Math.abs(parts.validation.length - 11)).toBeLessThanOrEqual(4);
      }
    }
  });

  it("draw the fraction anew in every repeat, the first as a single split does", () => {
    const repeats = divide(examples, 3, { repeats: 4, fraction: 0.1 });
    expect(repeats[0]).toEqual(divide(examples, 3)[0]);
    expect(new Set(repeats.map(({ test }) => rowsOf(test).join())).size).toBe(4);
  });

  it("hold the same rows, not copies of them", () => {
    const known = new Set(examples);
    for (const parts of divide(examples, 0, { folds: 3 })) {
      expect(
        partsOf(parts)
          .flat()
          .every((example) => known.has(example)),
      ).toBe(true);
    }
  });
});

describe("a list of one's own", () => {
  it("is assigned by any shares; a share of 0 gets none", () => {
    const [keysOf, labelsOf] = [({ text }: Example) => [text], ({ label }: Example) => [label]];
    const parts = assignParts(examples, [0.5, 0, 0.5], { random: new Random(1), keysOf, labelsOf });
    expect([0, 1, 2].map((part) => parts.filter((one) => one === part).length)).toEqual([55, 0, 55]);
  });
});

describe("the open data in three parts", () => {
  const settings: DataSettings & { seed: number } = {
    task: "sequence-classification",
    columns: { text: "text", textPair: null, label: "label" },
    validationFraction: 0.2,
    test: 0.2,
    maxLength: 16,
    seed: 0,
  };
  const table = (name: string, lines: readonly string[]) => readTable(new File([`${lines.join("\n")}\n`], name));
  const lines = (rows: number) =>
    Array.from({ length: rows }, (_, n) => `message ${n},${n % 2 ? "ham" : "spam"},author ${n % 7}`);
  const train = table("train.csv", ["text,label,author", ...lines(40)]);
  const alone = async () => ({ train: await train, validation: null, test: null });
  const sizes = ({ train, validation, test }: Parts) => [train.length, validation.length, test.length];

  it("are drawn from one file, or are files", async () => {
    expect(sizes(buildDataset(await alone(), settings))).toEqual([24, 8, 8]);
    const test = await table("test.csv", ["text,label", "one,spam", "two,ham"]);
    expect(sizes(buildDataset({ ...(await alone()), test }, settings))).toEqual([32, 8, 2]);
    const validation = await table("dev.csv", ["text,label", "three,spam", "four,ham", "five,ham"]);
    expect(sizes(buildDataset({ ...(await alone()), validation }, settings))).toEqual([32, 3, 8]);
    expect(sizes(buildDataset({ train: await train, validation, test }, settings))).toEqual([40, 3, 2]);
  });

  it("stay the two parts that a file without test rows and groups always had", async () => {
    const read = buildDataset(await alone(), { ...settings, test: null });
    const all = [...read.train, ...read.validation].sort((a, b) => a.row - b.row);
    expect({ train: read.train, validation: read.validation }).toEqual(splitExamples(all, 0.2, 0));
    expect(read.test).toEqual([]);
    const { test: _, ...without } = settings;
    expect(buildDataset(await alone(), without)).toEqual(read);
  });

  it("of two parts, too, no text is on two sides, and other rows stay where they were", async () => {
    const rows = [...lines(40), ...Array.from({ length: 8 }, (_, n) => ` MESSAGE ${n},${n % 2 ? "ham" : "spam"},x`)];
    const file = await table("train.csv", ["text,label,author", ...rows]);
    const two = { ...settings, test: null };
    let moved = 0;
    for (const seed of SEEDS) {
      const read = buildDataset({ train: file, validation: null, test: null }, { ...two, seed });
      const all = [...read.train, ...read.validation].sort((a, b) => a.row - b.row);
      const drawn = splitExamples(all, 0.2, seed);
      expect(read.train).toEqual(all.filter((example) => !read.validation.includes(example)));
      const key = ({ text }: Example) => text.trim().toLowerCase();
      const learned = new Set(drawn.train.map(key));
      const repeats = drawn.validation.filter((example) => learned.has(key(example)));
      expect(read.validation).toEqual(drawn.validation.filter((example) => !repeats.includes(example)));
      const sides = [read.train, read.validation].map((part) => new Set(part.map(key)));
      expect([...sides[1]!].some((text) => sides[0]!.has(text))).toBe(false);
      moved += repeats.length;
      const said = read.notices.filter((notice) => notice.includes("put with the training rows"));
      expect(said.map((notice) => Number(/(\d+) rows? drawn/.exec(notice)![1]))).toEqual(
        repeats.length > 0 ? [repeats.length] : [],
      );
    }
    expect(moved).toBeGreaterThan(0);
  });

  it("of two parts in which every text is twice, whole pairs are dealt out; one text alone is refused", async () => {
    const twice = Array.from({ length: 12 }, (_, n) => `message ${n % 6},${n % 2 ? "ham" : "spam"}`);
    const two = { ...settings, test: null };
    const open = async (some: string[]) => ({
      train: await table("t.csv", ["text,label", ...some]),
      validation: null,
      test: null,
    });
    for (const seed of SEEDS) {
      const { train, validation } = buildDataset(await open(twice), { ...two, seed });
      expect(train.length + validation.length).toBe(12);
      const known = new Set(train.map(({ text }) => text));
      expect(validation.length).toBeGreaterThan(0);
      expect(validation.some(({ text }) => known.has(text))).toBe(false);
    }
    const alike = await open(["same,ham", "same,ham", "same,spam", "same,spam"]);
    expect(() => buildDataset(alike, two)).toThrow(
      /t\.csv: 4 rows with 1 different text cannot be divided into 2 parts/,
    );
  });

  it("keep a column's groups together, and say what that makes", async () => {
    const dataset = buildDataset(await alone(), { ...settings, group: "author" });
    const authors = partsOf(dataset).map((rows) => new Set(rows.map(({ group }) => group)));
    expect(authors.map((some) => some.size).reduce((a, b) => a + b, 0)).toBe(7);
    expect(dataset.notices.join(" ")).toMatch(
      /train\.csv, column "author": 7 groups kept whole, which makes \d+ training, \d+ validation, \d+ test rows/,
    );
    const missing = await alone();
    expect(() => buildDataset(missing, { ...settings, group: "writer" })).toThrow(
      /train\.csv, column "writer": The file has no column of this name, which is to be the group \(it has: text, label, author\)/,
    );
  });

  it("have two labels in each, or say what each has", async () => {
    const rows = Array.from(
      { length: 12 },
      (_, n) => `message ${n},${n < 6 ? "ham" : "spam"},${n < 6 ? "a" : n < 9 ? "b" : "c"}`,
    );
    const tables = { train: await table("groups.csv", ["text,label,author", ...rows]), validation: null, test: null };
    expect(() => buildDataset(tables, { ...settings, group: "author" })).toThrow(
      /groups\.csv: All \d rows for \w+ have the label "(ham|spam)" \(.*has "\w+" \d.*\), so nothing can be told/,
    );
    const test = await table("one.csv", ["text,label", "one,ham", "two,ham"]);
    expect(() => buildDataset({ ...tables, test }, settings)).toThrow(
      /one\.csv: All 2 rows for test have the label "ham"/,
    );
  });

  it("name the only row of a part, and what helps a test file", async () => {
    const four = await table("four.csv", ["text,label", "one,ham", "two,spam", "three,ham", "four,spam"]);
    const few = { ...settings, columns: { text: "text", textPair: null, label: "label" } };
    expect(() => buildDataset({ train: four, validation: null, test: null }, few)).toThrow(
      /four\.csv: The only row for (validation|test) has the label "(ham|spam)" \(/,
    );
    const one = await table("one.csv", ["text,label", "five,ham", "six,ham"]);
    expect(() =>
      buildDataset({ train: four, validation: null, test: one }, { ...few, validationFraction: 0.5 }),
    ).toThrow(/one\.csv: All 2 rows for test have the label "ham" .* Add rows of other labels to this file\.$/);
  });

  it("say where all numbers to be measured on are the same, so that no correlation is defined", async () => {
    const numbers = Array.from({ length: 40 }, (_, n) => `message ${n},${n / 4}`);
    const file = await table("n.csv", ["text,score", ...numbers]);
    const alike = await table("same.csv", ["text,score", "one,2.5", "two,2.5"]);
    const regression: DataSettings & { seed: number } = {
      ...{ ...settings, task: "regression", columns: { text: "text", textPair: null, number: "score" } },
    };
    expect(buildDataset({ train: file, validation: null, test: null }, regression).notices).toEqual([]);
    expect(buildDataset({ train: file, validation: null, test: alike }, regression).notices).toEqual([
      "same.csv: All 2 test rows have the number 2.5, so no correlation is defined on them.",
    ]);
  });

  it("say that numbers are scaled by the first of several divisions", async () => {
    const scores = await table("scores.csv", ["text,score", ...lines(20).map((_, n) => `message ${n},${n * n}`)]);
    const tables = { train: scores, validation: null, test: null };
    const task = { ...settings, task: "regression" as const, columns: { text: "text", number: "score" } };
    const said = "scores.csv: the numbers are scaled alike in all divisions, by the first one's training rows.";
    const folds = buildDataset(tables, { ...task, test: { folds: 4 } });
    expect(folds.notices).toEqual([said]);
    expect(folds.scale).toEqual(formats.regression.scale!(folds.divisions[0]!.train));
    expect(buildDataset(tables, { ...task, test: 0.2 }).notices).toEqual([]);
  });

  it("name rows with one text and two answers, and rows of a file that are among the others", async () => {
    const clashing = await table("clash.csv", [
      "text,label",
      ...lines(20).map((line) => line.replace(/,author.*/, "")),
      "Message  3,spam",
    ]);
    const check = async (tables: DataTables) => {
      const dataset = buildDataset(tables, settings);
      expect(dataset.notices).toEqual([]);
      const facts = await gatherFacts({ tables, settings, dataset, tokenized: [], model: null });
      const [answered, shared] = [await contradictions(facts), await sharedTexts(facts)];
      return { dataset, answered: answered?.said, shared: shared?.said };
    };
    const { answered } = await check({ train: clashing, validation: null, test: null });
    expect(answered).toBe(
      "1 row has the text of an earlier row and another answer (row 22): of each text one answer at most is right.",
    );
    const test = await table("test.csv", ["text,label", "message 3,ham", "new,spam"]);
    expect((await check({ ...(await alone()), test })).shared).toBe(
      "1 of 2 test rows has the text of a training or validation row (row 2 of test.csv): there a run may answer from memory.",
    );
    const { dataset: known, shared } = await check({ ...(await alone()), test: await train });
    expect(shared).toMatch(/^40 of 40 test rows have the text of .* \(rows 2, 3, 4 and 37 more of train\.csv\): there/);
    expect(known.overlap).toEqual({ validation: { texts: 0, groups: 0 }, test: { texts: 40, groups: 0 } });
    // Test rows that are drawn may be in a validation file.
    const drawn = await check({ ...(await alone()), validation: await train });
    expect(drawn.dataset.overlap).toEqual({ validation: { texts: 32, groups: 0 }, test: { texts: 8, groups: 0 } });
    expect(drawn.shared).toMatch(/^32 of 40 validation rows have .* 8 of 8 test rows have the text of a training or/);
  });

  it("name groups of a file of one's own that are among the others, and a file that has none", async () => {
    const files = async (lines: string[]) => ({ ...(await alone()), test: await table("test.csv", lines) });
    const own = await files([
      "text,label,author",
      "a,ham,author 3",
      "b,spam,author 3",
      "c,ham,new",
      "d,ham,author 5",
      "e,spam,",
    ]);
    const { test, overlap, notices } = buildDataset(own, { ...settings, group: "author" });
    expect(test.map(({ group }) => group)).toEqual(["author 3", "author 3", "new", "author 5", undefined]);
    expect(overlap.test).toEqual({ texts: 0, groups: 3 });
    expect(notices.at(-1)).toBe(
      'test.csv, column "author": 2 groups of 3 rows are among the other rows, too (rows 2, 3, 5).',
    );
    const without = buildDataset(await files(["text,label", "a,ham", "b,spam"]), { ...settings, group: "author" });
    expect(without.overlap.test).toEqual({ texts: 0, groups: 0 });
    expect(without.notices.at(-1)).toBe(
      'test.csv has no column "author": whether its rows are of the groups of other rows is not known.',
    );
    expect(buildDataset(own, settings).overlap.test.groups).toBe(0);
  });

  it("of two parts are checked with labels in both where texts allow, and where not a notice says so", async () => {
    const open = async (some: readonly string[]) => ({
      train: await table("t.csv", ["text,label", ...some]),
      validation: null,
      test: null,
    });
    const two = { ...settings, test: null };
    // Rows of ham are there twice: for some seeds all drawn ones go to the training rows.
    const twice = [
      ...Array.from({ length: 8 }, (_, n) => `ham ${n % 4},ham`),
      ...Array.from({ length: 20 }, (_, n) => `spam ${n},spam`),
    ];
    for (const seed of SEEDS) {
      const { validation, notices } = buildDataset(await open(twice), { ...two, seed });
      expect(new Set(validation.map(({ label }) => label)).size).toBe(2);
      expect(notices.join()).not.toContain("tells labels apart");
    }
    const alike = await open([...Array.from({ length: 8 }, () => "same,ham"), ...twice.slice(8)]);
    expect(buildDataset(alike, two).notices.at(-1)).toMatch(
      /^t\.csv: All \d validation rows have the label "spam", so they cannot show which run tells labels apart\.$/,
    );
  });
});
