/**
 * Cells that are lists or objects: no task learns them as texts or as classes, and columns that are
 * not used are named.
 */

import { describe, expect, it } from "vitest";
import { type Structure, structureOf } from "../../../src/data/cell-kinds";
import { formats, guessTask, suggestColumns } from "../../../src/data/formats/registry";
import { checkRoles } from "../../../src/data/formats/roles";
import { answerRoles } from "../../../src/data/labelled";
import { openTable } from "../../../src/data/open-table";
import { namedColumns } from "../../../src/data/placeholders";
import type { ColumnRoles, TaskId } from "../../../src/data/types";
import { unusedColumns } from "../../../src/data/unused-columns";

const table = (rows: readonly unknown[]) =>
  openTable(new File([rows.map((row) => JSON.stringify(row)).join("\n")], "data.jsonl"));
const csv = (content: string) => openTable(new File([content], "data.csv"));

const turns = [{ role: "user", content: "a" }];

describe("what a cell is", () => {
  it.each<[string, Structure | null]>([
    [JSON.stringify(turns), "turns"],
    [JSON.stringify([{ role: "robot", content: "a" }]), "turns"],
    [JSON.stringify({ from: "gpt", value: "a" }), "turns"],
    ["[{'from': 'human', 'value': None}]", "turns"],
    ["\n\nHuman: a\n\nAssistant: b", "turns"],
    ['[[0, 9, "PER"]]', "spans"],
    ["[(0, 9, 'PER')]", "spans"],
    ['[{"start": 0, "end": 9, "label": "PER"}]', "spans"],
    ['[{"start": 0, "end": 9}]', "objects"],
    ['{"choices": ["a"]}', "object"],
    ["{'a': array(['x', 'y'], dtype=object)}", "object"],
    ["[['a', 'b'], ['c', 'd']]", "lists"],
    ["['a' 'b']", "list"],
    ["[ 0 12]", "list"],
    ["[]", "list"],
    ["('neg', 0)", "list"],
    ["{'neg', 'pos'}", "list"],
    ["", null],
    ["plain", null],
    ["[unfinished", null],
    ["{not} an object}", null],
    ["[1, 2] and more", null],
    ["Human: a", null],
    [`${"[".repeat(200)}'x'${"]".repeat(200)}`, null],
  ])("%s", (cell, kind) => {
    expect(structureOf(cell)).toBe(kind);
  });
});

describe("a column of structures is refused by what it is", () => {
  const rows = (own: unknown) =>
    table(
      ["x", "y", "x", "y"].map((label, row) => ({
        text: `text ${row}`,
        own: typeof own === "string" ? own : JSON.stringify(own),
        label,
      })),
    );
  it.each<[string, TaskId, ColumnRoles, unknown, string]>([
    [
      "turns as text",
      "sequence-classification",
      { text: "own", label: "label" },
      turns,
      "conversations (lists of turns), which are not read as the text",
    ],
    [
      "spans as text",
      "regression",
      { text: "own", number: "label" },
      [
        [0, 2, "A"],
        [3, 4, "B"],
      ],
      "spans",
    ],
    [
      "lists as text",
      "sequence-classification",
      { text: "own", label: "label" },
      "['a' 'b']",
      "lists, which are not read as the text",
    ],
    [
      "objects as a label",
      "multi-label-classification",
      { text: "text", labels: ["own"] },
      { a: 1 },
      "objects, which are not read as the labels",
    ],
    ["turns as words", "token-classification", { tokens: "own", tags: "label" }, turns, "conversations"],
    [
      "lists of lists as a response",
      "causal-lm",
      { prompt: "{text}", response: "{own}" },
      [["a"], ["b"]],
      "lists of lists",
    ],
    ["turns within a template", "causal-lm", { prompt: "{text}", response: "Say {own}" }, turns, "conversations"],
  ])("%s", async (_, task, columns, own, message) => {
    const found = await rows(own);
    expect(() => formats[task].read(found, columns, null)).toThrow(`data.jsonl, row 1, column "own": The cells are`);
    expect(() => formats[task].read(found, columns, null)).toThrow(message);
  });

  it("a label that is a list of several, or an object, in one row alone", async () => {
    const columns = { text: "text", label: "label" };
    const some = (label: unknown) =>
      table([..."xyxyxy"].map((name, row) => ({ text: `text ${row}`, label: row === 4 ? label : name })));
    const several = await some(["x", "y"]);
    expect(() => formats["sequence-classification"].read(several, columns, null)).toThrow(
      'row 5, column "label": The cell has 2 labels, and this task learns one for each row',
    );
    const object = await some({ choice: "x" });
    expect(() => formats["sequence-classification"].read(object, columns, null)).toThrow(
      'row 5, column "label": The cell is no label but a list or an object',
    );
    expect(formats["sequence-classification"].read(await some(["x"]), columns, null).labels).toEqual(["x", "y"]);
  });

  it("an answer in JSON may be what is to be written, which is said", async () => {
    const found = await table([1, 2, 3].map((n) => ({ prompt: `text ${n}`, completion: JSON.stringify({ n }) })));
    const { columns } = guessTask(found);
    expect(columns).toEqual({ prompt: "{prompt}\n", response: "{completion}" });
    const { examples, notices } = formats["causal-lm"].read(found, columns, null);
    expect(examples[0]!.response).toBe('{"n":1}');
    expect(notices).toEqual([
      'data.jsonl, column "completion": the cells look like JSON and are read as texts, as they are written.',
    ]);
  });
});

describe("the guess takes no structure for a text or a class", () => {
  it.each<[string, readonly unknown[], TaskId, ColumnRoles]>([
    [
      "metadata beside text and label",
      ["x", "y", "x", "y"].map((label, row) => ({
        meta: { source: `a long source of row ${row}` },
        text: `text ${row}`,
        label,
      })),
      "sequence-classification",
      { text: "text", textPair: null, label: "label" },
    ],
    [
      "a list named like a text",
      ["x", "y", "x", "y"].map((label, row) => ({ content: [{ a: row }], body: `text ${row}`, label })),
      "sequence-classification",
      { text: "body", textPair: null, label: "label" },
    ],
    [
      "one column of objects",
      [1, 2, 3].map((n) => ({ own: { n } })),
      "sequence-classification",
      { text: "own", textPair: null },
    ],
  ])("%s", async (_, rows, task, columns) => {
    expect(guessTask(await table(rows))).toEqual({ task, columns });
  });

  it("one row of tags that was cut short leaves the file token classification, refused by its row", async () => {
    const rows = Array.from({ length: 20 }, (_, row) => ({
      tokens: ["Ann", "saw", "Bern"],
      tags: row === 3 ? ["O", "O"] : ["B-PER", "O", "B-LOC"],
    }));
    const found = await table(rows);
    const { task, columns } = guessTask(found);
    expect({ task, columns }).toEqual({ task: "token-classification", columns: { tokens: "tokens", tags: "tags" } });
    expect(() => formats[task].read(found, columns, null)).toThrow(
      'data.jsonl, row 4, column "tags": 2 tags for 3 words of column "tokens"',
    );
  });

  it("texts whose labels happen to have as many words stay classification", async () => {
    const found = await csv(
      `sentence,labels\n${"a film,very good\nan odd film,bad\nthe end,quite good\nno,bad\n".repeat(3)}`,
    );
    expect(guessTask(found).task).toBe("sequence-classification");
  });
});

describe("columns that are not used are named", () => {
  it.each<[string, readonly unknown[], TaskId, ColumnRoles, string[]]>([
    [
      "what language models are given elsewhere",
      [{ messages: turns, system: "S", tools: [{ a: 1 }], weight: 2, images: [] }],
      "causal-lm",
      { messages: "messages", system: "system" },
      ['data.jsonl: not used: columns "tools" (the tools that may be called), "weight" (what a row counts for).'],
    ],
    [
      "an instruction's input that no template names",
      [{ instruction: "a", input: "b", output: "c" }],
      "causal-lm",
      { prompt: "{instruction}", response: "{output}" },
      ['data.jsonl: not used: column "input" (what belongs to the instruction).'],
    ],
    [
      "relations beside spans",
      [{ words: "a", tags: "O", relations: [{ a: 1 }] }],
      "token-classification",
      { tokens: "words", tags: "tags" },
      ['data.jsonl: not used: column "relations" (relations between entities).'],
    ],
    [
      "a second text",
      [{ text: "a", hypothesis: "b", label: "c" }],
      "sequence-classification",
      { text: "text", textPair: null, label: "label" },
      ['data.jsonl: not used: column "hypothesis" (a second text).'],
    ],
    [
      "answers to choose from",
      [{ question: "a?", choices: ["b", "c"], answer: 1 }],
      "sequence-classification",
      { text: "question", textPair: null, label: "answer" },
      ['data.jsonl: not used: column "choices" (the answers to choose from).'],
    ],
    [
      "the part that a row is of",
      ["train", "train", "test"].map((split) => ({ text: "a", label: "c", split, set: "blue" })),
      "sequence-classification",
      { text: "text", label: "label" },
      [
        'data.jsonl: not used: column "split" (which part a row is of; parts are drawn anew: give each a file of its own).',
      ],
    ],
    [
      "none",
      [{ text: "a", label: "c", other: 1, weight: "" }],
      "sequence-classification",
      { text: "text", label: "label" },
      [],
    ],
  ])("%s", async (_, rows, task, columns, notices) => {
    expect(unusedColumns(await table(rows), task, columns)).toEqual(notices);
  });
});

describe("what stands between labels", () => {
  const format = formats["multi-label-classification"];
  const file = () => csv("text,label\na,C# / Go\nb,C#\nc,Go / C#\nd,Go\n");

  it("is as it is given", async () => {
    const columns = { text: "text", labels: ["label"], separator: " / " };
    expect(format.read(await file(), columns, null).labels).toEqual(["C#", "Go"]);
    expect(format.rewrite!.names!(await file(), columns)).toEqual(["C#", "Go"]);
    const guessed = format.read(await file(), { ...columns, separator: null }, null);
    expect(guessed.labels).toEqual(["/ Go", "C", "Go", "Go / C"]);
    expect(guessed.notices.join()).toContain('labels are taken apart at "#"; another separator can be given');
  });

  it("is a key of the configuration that may be left out, and no column", () => {
    const { columns, problems } = checkRoles("multi-label-classification", { text: "a", labels: ["b"] });
    expect([columns.separator, problems]).toEqual([null, []]);
    expect(namedColumns({ text: "a", labels: ["b"], separator: "#" })).toEqual(["a", "b"]);
    expect(answerRoles("multi-label-classification").map(({ role }) => role)).toEqual(["labels"]);
    const wrong = checkRoles("multi-label-classification", { text: "a", labels: ["b"], separator: "" });
    expect(wrong.problems).toEqual([{ path: ["separator"], message: "must be what stands between labels, or null" }]);
  });

  it("is suggested by nobody", async () => {
    expect(suggestColumns(await file(), "multi-label-classification")).not.toHaveProperty("separator");
  });
});
