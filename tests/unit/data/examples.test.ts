import { describe, expect, it } from "vitest";
import { buildDataset } from "../../../src/data/dataset";
import { DataError } from "../../../src/data/errors";
import type { Example } from "../../../src/data/examples";
import { guessTask } from "../../../src/data/formats/registry";
import { sequenceClassification } from "../../../src/data/formats/sequence-classification";
import { splitExamples } from "../../../src/data/split";
import { readTable, type Table } from "../../../src/data/table";

const roles = { text: "text", textPair: null, label: "label" };
const classification = "sequence-classification";
const readExamples = (table: Table, columns: typeof roles) => sequenceClassification.read(table, columns, null);

function tableOf(rows: string[][], columns = ["text", "label"], file = "train.csv"): Table {
  return { file, bytes: 1, columns, rows, rowNumbers: rows.map((_, index) => index + 2), notices: [] };
}

function errorOf(run: () => unknown): DataError {
  try {
    run();
  } catch (error) {
    if (error instanceof DataError) return error;
    throw error;
  }
  throw new Error("expected a DataError");
}

describe("guessing text and label", () => {
  it.each([
    ["text,label", "text", null, "label"],
    ["sentence1,sentence2,label", "sentence1", "sentence2", "label"],
    ["premise,hypothesis,label,relatedness", "premise", "hypothesis", "label"],
    ["text,label,fine_label", "text", null, "label"],
    ["id,question1,question2,is_duplicate", "question1", "question2", "is_duplicate"],
    ["Sentiment,Review Text", "Review Text", null, "Sentiment"],
    ["label,label_text,text", "text", null, "label_text"],
    ["id,was,wird", "was", null, "wird"],
  ])("reads the names %s", (header, text, textPair, label) => {
    const columns = header.split(",");
    const rows = Array.from({ length: 12 }, (_, row) =>
      columns.map((name) => {
        if (name === label || name === "label") return row % 2 ? "yes" : "no";
        return name === "id" ? `${row}` : `a rather long text number ${row} of the column ${name}`;
      }),
    );
    expect(guessTask(tableOf(rows, columns))).toEqual({ task: classification, columns: { text, textPair, label } });
  });

  it("chooses by content where names say nothing", () => {
    const rows = Array.from({ length: 10 }, (_, row) => [
      `${row % 5}`,
      `${row * 7.5}`,
      `some words ${row}`,
      row % 2 ? "p" : "q",
    ]);
    expect(guessTask(tableOf(rows, ["a", "b", "c", "d"]))).toEqual({
      task: classification,
      columns: { text: "c", textPair: null, label: "d" },
    });
  });

  it("needs two columns", () => {
    const table = tableOf([["a"]], ["text"]);
    const { task, columns } = guessTask(table);
    expect(task).toBe(classification);
    const error = errorOf(() => sequenceClassification.read(table, columns, null));
    expect(error.message).toMatch(/train\.csv: The file has one column \("text"\)/);
  });
});

describe("reading labelled texts", () => {
  it("trims labels, numbers them alphabetically and keeps row numbers", () => {
    const { examples, labels, notices } = readExamples(
      tableOf([
        ["b", " pos"],
        ["a ", "neg"],
        ["c", "pos "],
        ["d", "10"],
        ["e", "9"],
        ["f", "neg"],
        ["g", "10"],
        ["h", "9"],
      ]),
      roles,
    );
    expect(labels).toEqual(["10", "9", "neg", "pos"]);
    expect(examples.slice(0, 2)).toEqual([
      { text: "b", textPair: null, label: 3, row: 2 },
      { text: "a ", textPair: null, label: 2, row: 3 },
    ]);
    expect(notices).toEqual([]);
  });

  it("skips empty cells with a notice, and refuses a mostly empty column", () => {
    const rows = [
      ["a", "x"],
      ["", "x"],
      ["b", "y"],
      ["c", " "],
      ["d", "y"],
      ["e", "x"],
    ];
    const { examples, notices } = readExamples(tableOf(rows), roles);
    expect(examples.map(({ row }) => row)).toEqual([2, 4, 6, 7]);
    expect(notices).toEqual([
      'train.csv, column "text": skipped 1 empty cell (row 3).',
      'train.csv, column "label": skipped 1 empty cell (row 5).',
    ]);
    const error = errorOf(() => readExamples(tableOf(rows.map(([text], row) => [text!, row < 2 ? "x" : ""])), roles));
    expect(error.message).toMatch(/row 4, column "label": The column is empty in 4 of 6 rows/);
  });

  it("refuses one class", () => {
    const error = errorOf(() =>
      readExamples(
        tableOf([
          ["a", "x"],
          ["b", "x"],
        ]),
        roles,
      ),
    );
    expect(error.message).toMatch(/column "label": All 2 rows have the same label "x"/);
  });

  it("names a label with one row, and its row", () => {
    const error = errorOf(() =>
      readExamples(
        tableOf([
          ["a", "x"],
          ["b", "y"],
          ["c", "x"],
          ["d", "Y"],
          ["e", "y"],
        ]),
        roles,
      ),
    );
    expect(error.row).toBe(5);
    expect(error.message).toMatch(/row 5, column "label": The label "Y" has one row only;/);
  });

  it("says so when the label column cannot be one", () => {
    const rows = Array.from({ length: 40 }, (_, row) => [`text ${row}`, `${row}`]);
    expect(errorOf(() => readExamples(tableOf(rows), roles)).message).toMatch(
      /40 different labels in 40 rows are too many/,
    );
  });

  it("names a missing column and a column chosen twice", () => {
    const table = tableOf([["a", "x"]], ["text", "class"], "dev.csv");
    expect(errorOf(() => readExamples(table, roles)).message).toMatch(
      /dev\.csv, column "label": The file has no column of this name.*it has: text, class/,
    );
    const twice = errorOf(() => readExamples(tableOf([["a", "x"]]), { ...roles, label: "text" }));
    expect(twice.message).toMatch(/both as the text and as the label/);
  });
});

describe("reading a validation file", () => {
  it("uses the training file's class ids, and allows labels with one row", () => {
    const { examples, notices } = sequenceClassification.read(tableOf([["a", "z"]], undefined, "dev.csv"), roles, {
      labels: ["x", "z"],
      file: "train.csv",
    });
    expect(examples).toEqual([{ text: "a", textPair: null, label: 1, row: 2 }]);
    expect(notices).toEqual(['dev.csv: no row has the label "x".']);
  });

  it("names an unknown label and its row", () => {
    const table = tableOf(
      [
        ["a", "x"],
        ["b", "w"],
      ],
      undefined,
      "dev.csv",
    );
    const error = errorOf(() => sequenceClassification.read(table, roles, { labels: ["x", "z"], file: "train.csv" }));
    expect(error.message).toMatch(
      /dev\.csv, row 3, column "label": The label "w" does not occur in train\.csv \(its labels: "x", "z"\)/,
    );
  });
});

describe("splitExamples", () => {
  const examples: Example[] = Array.from({ length: 103 }, (_, row) => ({
    text: `${row}`,
    textPair: null,
    label: row < 80 ? 0 : row < 101 ? 1 : 2,
    row,
  }));

  it("is stratified, keeps order, loses nothing and leaves every label in both halves", () => {
    const { train, validation } = splitExamples(examples, 0.1, 7);
    const count = (rows: Example[], label: number) => rows.filter((example) => example.label === label).length;
    expect([0, 1, 2].map((label) => count(validation, label))).toEqual([8, 2, 1]);
    expect([0, 1, 2].map((label) => count(train, label))).toEqual([72, 19, 1]);
    for (const half of [train, validation]) expect(half).toEqual([...half].sort((a, b) => a.row - b.row));
    expect(new Set([...train, ...validation].map(({ row }) => row)).size).toBe(103);
    expect(splitExamples(examples, 0.99, 7).train.length).toBeGreaterThanOrEqual(3);
  });

  it("depends on the seed only", () => {
    expect(splitExamples(examples, 0.2, 7)).toEqual(splitExamples(examples, 0.2, 7));
    expect(splitExamples(examples, 0.2, 7)).not.toEqual(splitExamples(examples, 0.2, 8));
  });

  it("refuses impossible fractions and lone rows", () => {
    for (const fraction of [0, 1, -1, Number.NaN])
      expect(() => splitExamples(examples, fraction, 0)).toThrow(RangeError);
    expect(() => splitExamples(examples.slice(79, 81), 0.5, 0, "t.csv")).toThrow(
      /t\.csv, row 79: .*only row of its label/,
    );
  });
});

describe("buildDataset", () => {
  const settings = {
    task: "sequence-classification",
    columns: roles,
    validationFraction: 0.5,
    maxLength: 16,
    seed: 0,
  } as const;

  it("splits one file, or uses the second, and collects notices", async () => {
    const train = await readTable(new File(["text,label\na,x\nb,y\n\nc,x\nd,y\n"], "train.csv"));
    const dev = await readTable(new File(["label,text\ny,e\n"], "dev.csv"));
    const alone = buildDataset({ train, validation: null, test: null }, settings);
    expect([alone.train.length, alone.validation.length]).toEqual([2, 2]);
    const both = buildDataset({ train, validation: dev, test: null }, settings);
    expect([both.train.length, both.validation]).toEqual([4, [{ text: "e", textPair: null, label: 1, row: 2 }]]);
    expect(both.notices).toEqual(["train.csv: skipped 1 empty row (row 4).", 'dev.csv: no row has the label "x".']);
  });
});
