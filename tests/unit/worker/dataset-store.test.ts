/**
 * Opening files whose columns are guessed: a wrong guess opens the file all the same, with what is
 * wrong.
 */

import { afterEach, expect, test, vi } from "vitest";
import { formats } from "../../../src/data/formats/registry";
import { openTokenizer } from "../../../src/hub/tokenizer";
import { DatasetStore } from "../../../src/worker/dataset-store";
import { fixtureModel } from "../../fixtures/reference";

const rows = (count: number, row: (index: number) => string) => Array.from({ length: count }, (_, index) => row(index));
const file = (name: string, lines: readonly string[]) => new File([`${lines.join("\n")}\n`], name);

/**
 * The column called `label` has a value of its own in every row; `topic` is what a person would
 * learn.
 */
const misleading = file("misleading.csv", [
  "text,label,topic",
  ...rows(40, (index) => `a message number ${index},id-${index},${index % 2 ? "delivery" : "refund"}`),
]);
const oneClass = file("one-class.csv", ["text,label", ...rows(10, (index) => `a message number ${index},same`)]);

test("another column becomes the label when the guessed one cannot be, and a notice says so", async () => {
  const summary = await new DatasetStore(() => {}).openFile(misleading, "train");
  expect(summary.settings.columns).toEqual({ text: "text", textPair: null, label: "topic" });
  expect(summary.labels.map(({ name }) => name)).toEqual(["delivery", "refund"]);
  expect(summary.notices.join(" ")).toMatch(
    /"topic" is read as the label, because "label" cannot be: .*misleading\.csv/s,
  );
});

test("a file that no column makes usable opens with what is wrong, and other columns or another task make it readable", async () => {
  const store = new DatasetStore(() => {});
  const opened = await store.openFile(oneClass, "train");
  expect(opened.problem).toMatch(/one-class\.csv, column "label": All 10 rows have the same label/);
  expect([opened.trainRows, opened.preview.length]).toEqual([0, 10]);
  expect(() => store.data).toThrow(/All 10 rows/);
  const twice = await store.setSettings({
    ...opened.settings,
    columns: { text: "label", textPair: null, label: "text" },
  });
  expect(twice.problem).toMatch(/10 different labels in 10 rows are too many/);
  const written = await store.setSettings({ ...opened.settings, task: "causal-lm", columns: {} });
  expect(written.problem).toBeNull();
  expect(written.settings.columns).toEqual({ prompt: "{text}\n", response: "{label}" });
  expect(store.data.dataset.train.length + store.data.dataset.validation.length).toBe(10);
});

test("length and share of one file are not taken over for the next", async () => {
  const store = new DatasetStore(() => {});
  const { settings } = await store.openFile(misleading, "train");
  await store.setSettings({ ...settings, maxLength: 48, validationFraction: 0.3 });
  const next = await store.openFile(misleading, "train");
  expect(next.settings).toMatchObject({ maxLength: 128, validationFraction: 0.1 });
});

afterEach(() => {
  vi.restoreAllMocks();
});

test("rows are read again only where they would be others", async () => {
  const read = vi.spyOn(formats["sequence-classification"], "read");
  const store = new DatasetStore(() => {});
  const opened = await store.openFile(misleading, "train");
  // Once with the label that was guessed, once with the one that can be read.
  expect(read).toHaveBeenCalledTimes(2);
  const { dataset } = store.data;
  expect(dataset.notices).toEqual(opened.notices);
  const ids: number[][] = [];
  for (const model of ["tiny-llama", "tiny-bert"]) {
    await store.setTokenizer(await openTokenizer(fixtureModel(model)));
    ids.push([...store.data.trainTokens[0]!.ids]);
  }
  expect(ids[0]).not.toEqual(ids[1]);
  await store.setSettings({ ...opened.settings, maxLength: 3 });
  expect(store.data.trainTokens[0]!.ids.length).toBe(3);
  expect(read).toHaveBeenCalledTimes(2);
  expect(store.data.dataset).toBe(dataset);
  await store.setSettings(opened.settings, 1);
  expect(read).toHaveBeenCalledTimes(3);
  const otherwise = await store.setSettings({ ...opened.settings, validationFraction: 0.5 });
  expect(read).toHaveBeenCalledTimes(4);
  expect(otherwise.validationRows).toBe(20);
  // Training and validation rows, and again both once they are in use together.
  const held = file("held.csv", ["text,label,topic", "one,id-1,refund", "two,id-2,delivery"]);
  const beside = await store.openFile(held, "validation");
  expect(read).toHaveBeenCalledTimes(6);
  expect([beside.trainRows, beside.validationRows]).toEqual([40, 2]);
});

const labelled = (name: string, count: number, from = 0) =>
  file(name, ["text,label", ...rows(count, (n) => `message ${from + n},${n % 2 ? "ham" : "spam"}`)]);

test("a file of 50 rows is divided into three parts, a shorter one into two", async () => {
  const store = new DatasetStore(() => {});
  const three = await store.openFile(labelled("long.csv", 50), "train");
  expect([three.trainRows, three.validationRows, three.testRows]).toEqual([40, 5, 5]);
  expect(three.settings).toMatchObject({ validationFraction: 0.1, test: 0.1, group: null });
  expect(three.labels.map(({ train, validation, test }) => train + validation + test)).toEqual([25, 25]);
  const two = await store.openFile(labelled("short.csv", 49), "train");
  expect([two.settings.test, two.trainRows, two.validationRows, two.testRows]).toEqual([null, 44, 5, 0]);
});

test("a test file takes the place of drawn rows until it is closed; one that does not suit is refused", async () => {
  const store = new DatasetStore(() => {});
  await store.openFile(labelled("long.csv", 60), "train");
  const own = await store.openFile(labelled("test.csv", 4, 100), "test");
  expect(own.test).toMatchObject({ file: "test.csv", rows: 4 });
  expect([own.trainRows, own.validationRows, own.testRows]).toEqual([54, 6, 4]);
  expect(store.testedTable.file).toBe("test.csv");
  await expect(store.openFile(labelled("one.csv", 1), "test")).rejects.toThrow(/one\.csv: The only row for test/);
  const foreign = file("foreign.csv", ["text,label", "a,egg"]);
  await expect(store.openFile(foreign, "test")).rejects.toThrow(/foreign\.csv, row 2, column "label": The label "egg"/);
  expect(store.data.test?.file).toBe("test.csv");
  const closed = await store.closeFile("test");
  expect([closed.test, closed.trainRows, closed.testRows]).toEqual([null, 48, 6]);
  expect(store.testedTable.file).toBe("long.csv");
});

test("folds hold every row's tokens, each row tokenised once", async () => {
  const store = new DatasetStore(() => {});
  const { settings } = await store.openFile(labelled("long.csv", 60), "train");
  const folds = await store.setSettings({ ...settings, test: { folds: 3 } });
  expect([folds.trainRows, folds.validationRows, folds.testRows]).toEqual([34, 6, 20]);
  expect(store.data.dataset.divisions.map(({ test }) => test.length)).toEqual([20, 20, 20]);
});

test("a file that cannot be read leaves what was open", async () => {
  const store = new DatasetStore(() => {});
  await store.openFile(misleading, "train");
  await expect(store.openFile(file("broken.csv", ["text,label", "a,b,c"]), "train")).rejects.toThrow(/broken\.csv/);
  expect(store.data.train.file).toBe("misleading.csv");
});

test("a first row that is data is read as one after a word, for every file that is open, and back", async () => {
  const store = new DatasetStore(() => {});
  const lines = (first: number, count: number) =>
    rows(count, (index) => `${index % 2 ? "spam" : "ham"},a message number ${first + index}`);
  const opened = await store.openFile(file("no-header.csv", lines(0, 40)), "train");
  expect(opened.header).toEqual({ isNames: true, looksLikeData: true });
  expect(opened.notices.join()).toMatch(/the first row looks like data/);
  expect([opened.columns, opened.train.rows]).toEqual([["ham", "a message number 0"], 39]);
  const numbered = await store.setSettings({ ...opened.settings, header: false, columns: {} });
  expect(numbered.settings).toMatchObject({
    header: false,
    task: "sequence-classification",
    columns: { text: "column 2", label: "column 1" },
  });
  expect([numbered.header, numbered.train.rows]).toEqual([{ isNames: false, looksLikeData: false }, 40]);
  const beside = await store.openFile(file("held.csv", lines(100, 6)), "validation");
  expect([beside.validation?.rows, beside.problem]).toEqual([6, null]);
  const again = await store.setSettings({ ...opened.settings, header: true, columns: {} });
  expect([again.columns[0], again.train.rows, again.settings.header]).toEqual(["ham", 39, undefined]);
  const named = await store.openFile(file("no-header.csv", lines(0, 40)), "train", 0, { header: false });
  expect([named.columns, named.train.rows, named.settings.header]).toEqual([["column 1", "column 2"], 40, false]);
  // The next file has names again.
  expect((await store.openFile(misleading, "train")).settings.header).toBeUndefined();
});

test("of very many columns some are tried as the label, not all", async () => {
  const read = vi.spyOn(formats["sequence-classification"], "read");
  const names = Array.from({ length: 300 }, (_, column) => `c${column}`);
  const wide = rows(40, (index) => `a message number ${index},id-${index},${names.map((name) => `${name}-${index}`)}`);
  const opened = await new DatasetStore(() => {}).openFile(
    file("wide.csv", [`text,label,${names.join()}`, ...wide]),
    "train",
  );
  expect(opened.problem).toMatch(/40 different labels in 40 rows are too many/);
  expect(read.mock.calls.length).toBeLessThan(25);
});

test("each file is read in an encoding of its own, which stays until another file takes its place", async () => {
  // "да" and "нет" in three encodings, one byte a letter.
  const words = { "windows-1251": ["e4e0", "ede5f2"], "koi8-r": ["c4c1", "cec5d4"], ibm866: ["a4a0", "ada5e2"] };
  const fileOf = (name: string, encoding: keyof typeof words | "utf-8") => {
    const [yes, no] = encoding === "utf-8" ? ["да", "нет"] : words[encoding].map((hex) => Buffer.from(hex, "hex"));
    const rows = Array.from({ length: 12 }, (_, row) => [`${name} ${row},`, row % 2 ? yes! : no!, "\n"]);
    return new File(["text,label\n", ...rows.flat()], `${name}.csv`);
  };
  const store = new DatasetStore(() => {});
  await store.openFile(fileOf("train", "koi8-r"), "train", 0, { encoding: "koi8-r" });
  expect(store.summary!.labels.map(({ name }) => name)).toEqual(["да", "нет"]);
  await expect(store.openFile(fileOf("held", "windows-1251"), "validation")).rejects.toThrow(/held\.csv.*label/);
  const beside = await store.openFile(fileOf("held", "windows-1251"), "validation", 0, { encoding: "windows-1251" });
  expect(beside.encodings).toEqual({ train: "koi8-r", validation: "windows-1251", test: null });
  // UTF-8 is known by itself, and what the training file is in is tried for others.
  expect((await store.openFile(fileOf("tested", "utf-8"), "test")).encodings.test).toBeNull();
  expect((await store.openFile(fileOf("tested", "koi8-r"), "test")).encodings.test).toBe("koi8-r");
  await expect(store.setSettings({ ...beside.settings, testEncoding: "ibm866" })).resolves.toMatchObject({
    problem: expect.stringMatching(/tested\.csv.*label/),
  });
  expect((await store.setSettings(beside.settings)).problem).toBeNull();
  const other = await store.openFile(fileOf("other", "koi8-r"), "validation");
  expect(other.settings).toMatchObject({ encoding: "koi8-r" });
  expect(other.settings.validationEncoding).toBeUndefined();
  const closed = await store.closeFile("test");
  expect(closed.settings.testEncoding).toBeUndefined();
});
