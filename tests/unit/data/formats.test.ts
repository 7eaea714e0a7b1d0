/**
 * Files for every task: which task they look like, what is read of them, and what is wrong with
 * them, by file, row and column.
 */

import { describe, expect, it } from "vitest";
import { buildDataset } from "../../../src/data/dataset";
import { formats, guessTask, suggestColumns } from "../../../src/data/formats/registry";
import { tokenClassification } from "../../../src/data/formats/token-classification";
import { numberHistogram } from "../../../src/data/histogram";
import { summarize } from "../../../src/data/summary";
import { readTable } from "../../../src/data/table";
import type { RowTokenizer } from "../../../src/data/tokens";
import { wordsOf } from "../../../src/data/words";

const file = (name: string, lines: readonly string[]) => readTable(new File([`${lines.join("\n")}\n`], name));
const rows = (count: number, row: (index: number) => string) => Array.from({ length: count }, (_, index) => row(index));

const tagged = await file("tagged.csv", [
  "tokens,tags",
  "Ada met Bob,B-PER O B-PER",
  '"in New York , NY",O B-LOC I-LOC O B-LOC',
  "nobody,O",
]);
const taggedLines = await file("tagged.jsonl", [
  '{"words":["Ada","met","Bob"],"ner_tags":["B-PER","O","B-PER"]}',
  '{"words":["in","New York"],"ner_tags":["O","B-LOC"]}',
]);
const pandas = await file("pandas.tsv", ["tokens\ttags", `['Ada', "Bob's"]\t['B-PER', 'O']`, `['x', 'y']\t['O', 'O']`]);
const rated = await file("rated.csv", ["sentence1,sentence2,score", ...rows(30, (i) => `a ${i},b ${i},${i / 4}`)]);
const listed = await file("listed.csv", [
  "text,genres",
  ...rows(24, (i) => `film ${i},${["drama", "comedy", "drama;comedy", "crime; drama"][i % 4]}`),
]);
const flags = await file("flags.csv", [
  "id,comment,toxic,insult",
  ...rows(12, (i) => `${i},a comment ${i},${i % 2},${i % 3 === 0 ? 1 : 0}`),
]);

describe("guessing the task", () => {
  it.each([
    ["words and tags", tagged, "token-classification", { tokens: "tokens", tags: "tags" }],
    ["JSON arrays", taggedLines, "token-classification", { tokens: "words", tags: "ner_tags" }],
    ["lists as pandas writes them", pandas, "token-classification", { tokens: "tokens", tags: "tags" }],
    ["fractions", rated, "regression", { text: "sentence1", textPair: "sentence2", number: "score" }],
    [
      "columns of 0 and 1",
      flags,
      "multi-label-classification",
      { text: "comment", textPair: null, labels: ["toxic", "insult"] },
    ],
  ])("%s", (_, table, task, columns) => {
    expect(guessTask(table)).toEqual({ task, columns });
  });

  it("separated labels", async () => {
    const table = await file("labels.csv", [
      "text,labels",
      ...listed.rows.map(([text, genres]) => `${text},${genres}`),
    ]);
    expect(guessTask(table).task).toBe("multi-label-classification");
  });

  it("labels that are whole numbers or 0 and 1 alone stay classes", async () => {
    const stars = await file("stars.csv", ["review,stars", ...rows(40, (i) => `review ${i},${1 + (i % 5)}`)]);
    expect(guessTask(stars)).toEqual({
      task: "sequence-classification",
      columns: { text: "review", textPair: null, label: "stars" },
    });
    const binary = await file("binary.csv", ["text,label", ...rows(40, (i) => `review ${i},${i % 2}`)]);
    expect(guessTask(binary).task).toBe("sequence-classification");
  });

  it("suggests columns for a task that was chosen by hand", async () => {
    const sick = await file("sick.csv", [
      "premise,hypothesis,label,relatedness",
      ...rows(30, (i) => `a ${i},b ${i},${i % 2 ? "neutral" : "entailment"},${1 + i / 7}`),
    ]);
    expect(guessTask(sick).task).toBe("sequence-classification");
    expect(suggestColumns(sick, "regression")).toEqual({
      text: "premise",
      textPair: "hypothesis",
      number: "relatedness",
    });
  });
});

describe("words with tags", () => {
  it("are shown of the first rows that have an entity", async () => {
    const mostlyNone = await file("mostly.csv", [
      "tokens,tags",
      ...rows(30, (i) => (i % 10 === 9 ? `Ada ${i},B-PER O` : `nobody ${i},O O`)),
    ]);
    const settings = {
      task: "token-classification",
      columns: { tokens: "tokens", tags: "tags" },
      validationFraction: 0.1,
      maxLength: 16,
      seed: 0,
    } as const;
    const dataset = buildDataset({ train: mostlyNone, validation: null, test: null }, settings);
    const { tagged: shown } = summarize({
      train: mostlyNone,
      validation: null,
      test: null,
      settings,
      dataset,
      tokenized: [],
    });
    expect(shown.length).toBeGreaterThan(0);
    expect(shown.map(({ tags }) => tags)).toEqual(shown.map(() => ["B-PER", "O"]));
  });

  it("reads words, numbers tags alphabetically, and refuses rows that do not match", async () => {
    const { examples, labels } = tokenClassification.read(tagged, { tokens: "tokens", tags: "tags" }, null);
    expect(labels).toEqual(["B-LOC", "B-PER", "I-LOC", "O"]);
    expect(examples[1]).toMatchObject({ words: ["in", "New", "York", ",", "NY"], tags: [3, 0, 2, 3, 0], row: 3 });
    const { examples: lists } = tokenClassification.read(pandas, { tokens: "tokens", tags: "tags" }, null);
    expect(lists[0]).toMatchObject({ words: ["Ada", "Bob's"], tags: [0, 1] });
    const uneven = await file("uneven.csv", ["tokens,tags", "a b,O O", "a b c,O O"]);
    expect(() => tokenClassification.read(uneven, { tokens: "tokens", tags: "tags" }, null)).toThrow(
      /uneven\.csv, row 3, column "tags": 2 tags for 3 words of column "tokens"/,
    );
    const unknown = { labels: ["O", "B-PER"], file: "train.csv" };
    expect(() => tokenClassification.read(tagged, { tokens: "tokens", tags: "tags" }, unknown)).toThrow(
      /tagged\.csv, row 3, column "tags": The tag "B-LOC" does not occur in train\.csv/,
    );
    const parts = await file("pos.csv", ["tokens,tags", ...rows(9, () => "a dog runs,DET NOUN VERB")]);
    expect(tokenClassification.read(parts, { tokens: "tokens", tags: "tags" }, null).notices[0]).toMatch(
      /DET, NOUN, VERB\) do not begin with B- or I-/,
    );
  });

  it("gives the tag to the first token of a word, the others and special tokens none, and cuts both alike", () => {
    const tokenizer: RowTokenizer = {
      trailingSpecials: 1,
      eosId: null,
      encode: () => [],
      // Words of more than three letters have two tokens.
      encodeWords: (words) => {
        const wordOf = [null, ...words.flatMap((word, i) => (word.length > 3 ? [i, i] : [i])), null];
        return { ids: wordOf.map((_, place) => place + 1), wordOf };
      },
    };
    const example = { text: "", textPair: null, label: 0, row: 2, words: ["in", "York", "NY"], tags: [3, 2, 0] };
    const whole = tokenClassification.encode(example, tokenizer, 16);
    expect([[...whole.ids], [...whole.labels]]).toEqual([
      [1, 2, 3, 4, 5, 6],
      [-100, 3, 2, -100, 0, -100],
    ]);
    const cut = tokenClassification.encode(example, tokenizer, 4);
    expect([[...cut.ids], [...cut.labels], cut.fullLength]).toEqual([[1, 2, 3, 6], [-100, 3, 2, -100], 6]);
  });

  it("gives a label one number whatever row comes first, and names are what is shown", async () => {
    const given = ["negative", "neutral", "positive"];
    const lines = given.flatMap((label) => [`a ${label} text,${label}`, `another ${label} text,${label}`]);
    const orders = [lines, lines.toReversed(), [4, 0, 2, 5, 1, 3].map((place) => lines[place]!)];
    for (const [index, order] of orders.entries()) {
      const table = await file(`order ${index}.csv`, ["text,label", ...order]);
      const { examples, labels } = formats["sequence-classification"].read(
        table,
        { text: "text", label: "label" },
        null,
      );
      expect(labels).toEqual(given);
      expect(examples.map(({ text, label }) => [text.split(" ")[1], labels[label]])).toEqual(
        order.map((line) => [line.split(" ")[1], line.split(",")[1]]),
      );
    }
  });

  it("splits a typed text as corpora do", () => {
    expect(wordsOf('She said: "Go (now)!"  @user')).toEqual([
      ...["She", "said", ":", '"', "Go", "(", "now", ")", "!", '"', "@user"],
    ]);
  });
});

describe("several labels", () => {
  const format = formats["multi-label-classification"];

  it("reads lists, 0 and 1, and rows without any label", async () => {
    const { examples, labels } = format.read(listed, { text: "text", textPair: null, labels: ["genres"] }, null);
    expect(labels).toEqual(["comedy", "crime", "drama"]);
    expect([...examples[3]!.values!]).toEqual([0, 1, 1]);
    const own = format.read(flags, { text: "comment", textPair: null, labels: ["toxic", "insult"] }, null);
    expect(own.labels).toEqual(["insult", "toxic"]);
    expect(own.examples.slice(0, 2).map(({ values }) => [...values!])).toEqual([
      [1, 0],
      [0, 1],
    ]);
    const lines = await file("lists.jsonl", ['{"t":"a","l":["x"]}', '{"t":"b","l":[]}', '{"t":"c","l":["y","x"]}']);
    const bare = format.read(lines, { text: "t", textPair: null, labels: ["l"] }, null);
    expect(bare.examples.map((example) => [...format.labelsOf(example)])).toEqual([[0], [], [0, 1]]);
  });

  it("names what is neither 0 nor 1, and a label that training lacks", () => {
    const wrong = { text: "comment", textPair: null, labels: ["toxic", "id"] };
    expect(() => format.read(flags, wrong, null)).toThrow(/flags\.csv, row 4, column "id": "2" is neither 0 nor 1/);
    expect(() =>
      format.read(listed, { text: "text", textPair: null, labels: ["genres"] }, { labels: ["drama"], file: "t.csv" }),
    ).toThrow(/listed\.csv, row 3, column "genres": The label "comedy" does not occur in t\.csv/);
  });
});

describe("numbers", () => {
  const settings = {
    task: "regression",
    columns: { text: "sentence1", textPair: "sentence2", number: "score" },
    validationFraction: 0.2,
    maxLength: 16,
    seed: 0,
  } as const;

  it("are kept in the file's units, with mean and deviation of the training rows, and counted in bars", () => {
    const dataset = buildDataset({ train: rated, validation: null, test: null }, settings);
    const numbers = dataset.train.map(({ values }) => values![0]!);
    const mean = numbers.reduce((sum, value) => sum + value, 0) / numbers.length;
    expect(dataset.scale!.mean).toBeCloseTo(mean, 12);
    expect(numbers.reduce((sum, v) => sum + ((v - mean) / dataset.scale!.deviation) ** 2, 0)).toBeCloseTo(24, 9);
    const summary = summarize({ train: rated, validation: null, test: null, settings, dataset, tokenized: [] });
    const bars = summary.numbers!.bars;
    expect([bars[0]!.from, bars.at(-1)!.upTo]).toEqual([0, 7.25]);
    expect(bars.reduce((sum, { train }) => sum + train, 0)).toBe(24);
    expect(bars.reduce((sum, { validation }) => sum + validation, 0)).toBe(6);
    expect(numberHistogram([2, 2], [], [])).toEqual([]);
  });

  it("name the row that holds none", async () => {
    const table = await file("prices.csv", ["text,price", "a,1.5", 'b,"2,5"', "c,3"]);
    expect(() => formats.regression.read(table, { text: "text", textPair: null, number: "price" }, null)).toThrow(
      /prices\.csv, row 3, column "price": "2,5" is not a number/,
    );
    const same = await file("same.csv", ["text,price", "a,2", "b,2"]);
    expect(() => formats.regression.read(same, { text: "text", textPair: null, number: "price" }, null)).toThrow(
      /All 2 rows have the same number 2/,
    );
  });
});
