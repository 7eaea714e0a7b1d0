/**
 * The samples that come with the studio: they are what `tools/samples` makes, open without a
 * question, and are the kind of data that their README says they are.
 */

import { readFile } from "node:fs/promises";
import { describe, expect, it, test } from "vitest";
import { formats, guessTask } from "../../../src/data/formats/registry";
import { splitExamples } from "../../../src/data/split";
import { suggestedText } from "../../../src/data/suggested-text";
import { readTable } from "../../../src/data/table";
import type { ColumnRoles, SampleListing } from "../../../src/data/types";
import { makeSamples } from "../../../tools/samples/make.mjs";

const folder = new URL("../../../public/samples/", import.meta.url);
const listings: SampleListing[] = JSON.parse(await readFile(new URL("index.json", folder), "utf8"));

const LABELLED: ColumnRoles = { text: "text", textPair: null, label: "label" };

/** Which columns are guessed, and the text that says the task. */
const EXPECTED: Record<string, { columns: ColumnRoles; text: string }> = {
  questions: {
    columns: LABELLED,
    text: "Classify the abbreviation or description or entity or human or location or number from the text:",
  },
  "film-reviews": { columns: LABELLED, text: "Classify the positive or negative sentiment from the text" },
  "customer-messages": {
    columns: LABELLED,
    text: "Classify the account or delivery or payment or product or refund from the text:",
  },
  "council-debate": { columns: LABELLED, text: "Classify the neutral or oppose or support from the text:" },
  entailment: {
    columns: { text: "premise", textPair: "hypothesis", label: "label" },
    text: "Recognize the textual entailment from the text:",
  },
  "guest-comments": {
    columns: { text: "text", textPair: null, labels: ["labels"] },
    text: "Find every cleanliness or food or location or noise or price or staff in the text:",
  },
  "film-grades": {
    columns: { text: "text", textPair: null, number: "rating" },
    text: "Rate the rating of the text:",
  },
  relatedness: {
    columns: { text: "sentence1", textPair: "sentence2", number: "score" },
    text: "Rate the number of the two texts:",
  },
  "named-entities": { columns: { tokens: "tokens", tags: "tags" }, text: "classify the token of the text:" },
  instructions: {
    columns: { prompt: "### Instruction:\n{instruction}\n\n### Response:\n", response: "{response}" },
    text: "Write the response to the text:",
  },
  conversations: { columns: { messages: "messages" }, text: "Write the response to the text:" },
  facts: { columns: { prompt: "{question}\n", response: "{answer}" }, text: "Write the response to the text:" },
  "unlabelled-messages": { columns: { prompt: "", response: "{text}" }, text: "Write the response to the text:" },
};

test("every file is what tools/samples makes", async () => {
  for (const [name, content] of makeSamples()) {
    const committed = await readFile(new URL(name, folder), "utf8");
    expect(committed === content, `${name}: run node tools/samples/make.mjs`).toBe(true);
  }
});

test("every task of the studio has a sample", () => {
  expect(listings.map(({ id }) => id).sort()).toEqual(Object.keys(EXPECTED).sort());
  expect(new Set(listings.map(({ task }) => task))).toEqual(new Set(Object.keys(formats)));
});

describe("bundled samples", () => {
  it.each(listings)("$id reads without a notice, with the listed task and rows", async ({ id, file, task, rows }) => {
    const table = await tableOf(file);
    expect(table.notices).toEqual([]);
    expect(table.rows).toHaveLength(rows);
    const guess = guessTask(table);
    expect(guess).toEqual({ task, columns: EXPECTED[id]!.columns });
    const { examples, labels, notices } = formats[task].read(table, guess.columns, null);
    expect(notices).toEqual([]);
    expect(examples).toHaveLength(rows);
    const texts = examples.map(({ text, textPair, response }) => [text, textPair, response].join("\n").toLowerCase());
    expect(new Set(texts).size).toBe(rows);
    const settings = { task, columns: guess.columns, validationFraction: 0.1, maxLength: 128 };
    const named = labels.map((name) => ({ name, train: 0, validation: 0, test: 0 }));
    expect(suggestedText({ settings, answer: formats[task].answer, labels: named })).toBe(EXPECTED[id]!.text);
  });

  it.each(listings.filter(({ task }) => task === "sequence-classification"))(
    "$id has some thousand rows, and every label on both sides of the split",
    async ({ file, task, rows }) => {
      expect(rows).toBeGreaterThanOrEqual(1000);
      const table = await tableOf(file);
      const { examples, labels } = formats[task].read(table, guessTask(table).columns, null);
      const { train, validation } = splitExamples(examples, 0.1, 0);
      for (const half of [train, validation]) expect(new Set(half.map(({ label }) => label)).size).toBe(labels.length);
    },
  );

  test("the council debate is skewed, and a few speak most", async () => {
    const table = await tableOf("council-debate.csv");
    const shares = (column: string) => {
      const place = table.columns.indexOf(column);
      const counts = new Map<string, number>();
      for (const row of table.rows) counts.set(row[place]!, (counts.get(row[place]!) ?? 0) + 1);
      return [...counts.values()].map((count) => count / table.rows.length).sort((a, b) => b - a);
    };
    const [most, , least] = shares("label");
    expect(most! / least!).toBeGreaterThan(3);
    const speakers = shares("speaker");
    expect(speakers).toHaveLength(14);
    expect(speakers[0]! + speakers[1]! + speakers[2]!).toBeGreaterThan(0.35);
  });

  test("tags are well-formed: what goes on goes on from something of its kind", async () => {
    const table = await tableOf("named-entities.csv");
    for (const [words, tags] of table.rows.map((row) => row.map((cell) => cell.split(" ")))) {
      expect(tags).toHaveLength(words!.length);
      for (const [place, tag] of tags!.entries()) {
        if (tag.startsWith("I-")) expect(tags![place - 1]!.slice(2)).toBe(tag.slice(2));
      }
    }
  });

  test("what is to be learned by heart has one answer a question, and its rephrase is another sentence", async () => {
    const table = await tableOf("facts.csv");
    const questions = table.rows.flatMap(([question, , rephrase]) => [question, rephrase]);
    expect(new Set(questions).size).toBe(2 * table.rows.length);
    expect(new Set(table.rows.map(([, answer]) => answer)).size).toBe(table.rows.length);
  });

  test("no message without a label is among those with one", async () => {
    const labelled = new Set((await tableOf("customer-messages.csv")).rows.map(([text]) => text));
    for (const [text] of (await tableOf("unlabelled-messages.csv")).rows) expect(labelled).not.toContain(text);
  });
});

async function tableOf(file: string) {
  return readTable(new File([await readFile(new URL(file, folder))], file));
}
