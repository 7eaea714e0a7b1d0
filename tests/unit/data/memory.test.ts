/** What a table takes in memory, against the size of its file. */

import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { expect, test } from "vitest";
import { buildDataset } from "../../../src/data/dataset";
import { guessTask } from "../../../src/data/formats/registry";
import { readShards } from "../../../src/data/read-shards";

setFlagsFromString("--expose-gc");
const collect = runInNewContext("gc") as () => void;

/** Bytes in use once nothing is left to collect. */
function bytesInUse(): number {
  collect();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

const words = "the quick brown fox jumps over a lazy dog and then some more".split(" ");
const text = (row: number) => Array.from({ length: 12 }, (_, place) => words[(row * 7 + place * 3) % 13]).join(" ");
const many = (count: number, row: (index: number) => string) =>
  Array.from({ length: count }, (_, k) => row(k)).join("");

// In browsers, whose pointers are half as large, it is less.
const MOST = 8;

test.each<[what: string, name: string, content: () => string]>([
  ["texts with labels", "a.csv", () => `text,label\n${many(20_000, (k) => `${text(k)} ${k},${k % 2}\n`)}`],
  [
    "half-labelled",
    "a.csv",
    () => `text,label\n${many(20_000, (k) => `${text(k)} ${k},${k % 20 < 9 ? "" : k % 2}\n`)}`,
  ],
  ["in quotes", "a.csv", () => `text,label\n${many(20_000, (k) => `"${text(k)}, ""${k}""",${k % 2}\n`)}`],
  ["JSON Lines", "a.jsonl", () => many(20_000, (k) => `{"text": "${text(k)} ${k}", "label": ${k % 2}}\n`)],
  [
    "a JSON list",
    "a.json",
    () => `[${many(20_000, (k) => `${k > 0 ? "," : ""}{"text": "${text(k)} ${k}", "label": ${k % 2}}`)}]`,
  ],
  [
    "200 columns",
    "a.csv",
    () =>
      `${many(200, (k) => `${k > 0 ? "," : ""}c${k}`)}\n${many(1000, (k) => `${"some,".repeat(198)}${text(k)} ${k},${k % 2}\n`)}`,
  ],
])("%s: at most 8 times the file, read and divided", async (_, name, content) => {
  await expectAtMost([new File([content()], name)]);
});

test("a table in four files: at most 8 times the files", async () => {
  const part = (first: number) => many(5000, (k) => `${text(first + k)} ${first + k},${k % 2}\n`);
  await expectAtMost(
    [0, 5000, 10_000, 15_000].map((first) => new File([`text,label\n${part(first)}`], `${first}.csv`)),
  );
});

async function expectAtMost(files: readonly File[]): Promise<void> {
  const size = files.reduce((sum, file) => sum + file.size, 0);
  const before = bytesInUse();
  const train = await readShards(files);
  const settings = { ...guessTask(train), maxLength: 128, validationFraction: 0.1, test: 0.1, group: null };
  const dataset = buildDataset({ train, validation: null, test: null }, { ...settings, seed: 0 });
  const taken = bytesInUse() - before;
  expect(dataset.train.length).toBeGreaterThan(0);
  expect(taken / size).toBeLessThan(MOST);
  // Whether anything is measured at all.
  expect(taken / size).toBeGreaterThan(0.3);
}
