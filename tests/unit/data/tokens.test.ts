import { describe, expect, it } from "vitest";
import { buildDataset } from "../../../src/data/dataset";
import { tokenClassification } from "../../../src/data/formats/token-classification";
import { countLabels, lengthHistogram } from "../../../src/data/histogram";
import { summarize } from "../../../src/data/summary";
import { readTable } from "../../../src/data/table";
import { cutTokens, encodeText, type RowTokenizer, tokenizeExamples } from "../../../src/data/tokens";

/** One id per word between 1 (begin) and 2 (end). */
const encode = (text: string, pair: string | null = null) => [
  1,
  ...[text, ...(pair === null ? [] : [pair])].flatMap((part) => [
    ...part.split(" ").map((word) => 10 + word.length),
    2,
  ]),
];
const tokenizerOf = (own: RowTokenizer["encode"], trailingSpecials: number): RowTokenizer => ({
  trailingSpecials,
  eosId: null,
  encode: own,
  encodeWords: () => ({ ids: [], wordOf: [] }),
});
const tokenizer = tokenizerOf(encode, 1);
const example = (text: string, row = 2, textPair: string | null = null) => ({ text, textPair, label: 0, row });

describe("tokenizeExamples", () => {
  it("cuts long texts, keeps the end tokens and counts", async () => {
    const examples = [example("a bb ccc dddd"), example("a", 3), example("a bb", 4, "ccc")];
    const tokenized = await tokenizeExamples(examples, encodeText, tokenizer, { maxLength: 5 });
    expect(tokenized.map(({ ids }) => [...ids])).toEqual([
      [1, 11, 12, 13, 2],
      [1, 11, 2],
      [1, 11, 12, 2, 2],
    ]);
    expect(tokenized.map(({ fullLength, truncated, row }) => [fullLength, truncated, row])).toEqual([
      [6, true, 2],
      [3, false, 3],
      [6, true, 4],
    ]);
  });

  it("cuts without end tokens, and at exactly the length", () => {
    expect([...cutTokens([1, 2, 3], 2, 0)]).toEqual([1, 2]);
    expect([...cutTokens([1, 2, 3], 3, 1)]).toEqual([1, 2, 3]);
    expect([...cutTokens([1, 2, 3, 4, 5], 3, 2)]).toEqual([1, 4, 5]);
  });

  it("reports progress and lets timers run", async () => {
    const slow = (text: string) => {
      const until = performance.now() + 2;
      while (performance.now() < until);
      return [text.length];
    };
    let ticks = 0;
    const timer = setInterval(() => ticks++, 1);
    const progress: number[] = [];
    const examples = Array.from({ length: 40 }, (_, row) => example("x", row));
    await tokenizeExamples(examples, encodeText, tokenizerOf(slow, 0), {
      maxLength: 4,
      onProgress: (rows) => progress.push(rows),
    });
    clearInterval(timer);
    expect(progress.length).toBeGreaterThan(3);
    expect(progress.at(-1)).toBe(40);
    expect(ticks).toBeGreaterThan(2);
  });

  it("refuses a text without tokens and a length without room", async () => {
    await expect(
      tokenizeExamples(
        [example(" ", 7)],
        encodeText,
        tokenizerOf(() => [], 0),
        { maxLength: 4, file: "t.csv" },
      ),
    ).rejects.toThrow(/t\.csv, row 7: The tokenizer makes no token/);
    await expect(tokenizeExamples([], encodeText, tokenizer, { maxLength: 1 })).rejects.toThrow(
      /1 tokens leave no room/,
    );
  });
});

describe("histograms", () => {
  it("counts every length in a bar of round width", () => {
    expect(lengthHistogram([1, 2, 2, 4])).toEqual([
      { upTo: 1, count: 1 },
      { upTo: 2, count: 2 },
      { upTo: 3, count: 0 },
      { upTo: 4, count: 1 },
    ]);
    const lengths = Array.from({ length: 137 }, (_, index) => index + 1);
    const bars = lengthHistogram(lengths);
    expect(bars.length).toBeLessThanOrEqual(20);
    expect(bars.reduce((sum, { count }) => sum + count, 0)).toBe(137);
    expect(bars.at(-1)).toEqual({ upTo: 140, count: 7 });
    expect(lengthHistogram([])).toEqual([]);
  });

  it("counts labels by class id", () => {
    expect(countLabels([2, 0, 2], 4)).toEqual([1, 0, 2, 0]);
  });
});

describe("summarize", () => {
  it("describes files, labels, lengths and cut texts", async () => {
    const train = await readTable(new File(["text,label\na bb ccc dddd,x\nb,y\nc,x\nd,y\n"], "train.csv"));
    const columns = { text: "text", textPair: null, label: "label" };
    const settings = {
      task: "sequence-classification",
      columns,
      validationFraction: 0.5,
      maxLength: 5,
      seed: 1,
    } as const;
    const dataset = buildDataset({ train, validation: null, test: null }, settings);
    const tokenized = await tokenizeExamples([...dataset.train, ...dataset.validation], encodeText, tokenizer, {
      maxLength: 5,
    });
    const summary = summarize({ train, validation: null, test: null, settings, dataset, tokenized });
    expect(summary).toMatchObject({
      train: { file: "train.csv", rows: 4, bytes: train.bytes },
      validation: null,
      labels: [
        { name: "x", train: 1, validation: 1, test: 0 },
        { name: "y", train: 1, validation: 1, test: 0 },
      ],
      trainRows: 2,
      validationRows: 2,
      longest: 6,
      truncated: 1,
    });
    expect(summary.preview).toEqual(train.rows);
    expect(summary.lengths.reduce((sum, { count }) => sum + count, 0)).toBe(4);
    expect(summary.notices).toEqual(["1 text of 4 longer than 5 tokens cut to that length (the longest has 6)."]);
  });

  it("says how many words with a tag lie behind the cut", async () => {
    const rows = ["Ada of York,B-PER O B-LOC", ...Array<string>(5).fill("I see,O O")];
    const train = await readTable(new File([["tokens,tags", ...rows, ""].join("\n")], "tagged.csv"));
    const columns = { tokens: "tokens", tags: "tags" };
    const settings = {
      task: "token-classification",
      columns,
      validationFraction: 0.5,
      maxLength: 4,
      seed: 1,
    } as const;
    // Words of more than three letters have two tokens, so York's first is the last that is kept.
    const twoTokens = {
      ...tokenizer,
      trailingSpecials: 0,
      encodeWords: (words: readonly string[]) => {
        const wordOf = words.flatMap((word, index) => (word.length > 3 ? [index, index] : [index]));
        return { ids: wordOf.map((_, place) => place + 1), wordOf };
      },
    };
    const dataset = buildDataset({ train, validation: null, test: null }, settings);
    const examples = [...dataset.train, ...dataset.validation];
    const noticesAt = async (maxLength: number) => {
      const tokenized = await tokenizeExamples(examples, tokenClassification.encode, twoTokens, { maxLength });
      const given = { train, validation: null, test: null, dataset, tokenized };
      return summarize({ ...given, settings: { ...settings, maxLength } }).notices;
    };
    expect(await noticesAt(4)).toEqual([]);
    expect(await noticesAt(3)).toEqual(["1 text of 6 longer than 3 tokens cut to that length (the longest has 4)."]);
    expect(await noticesAt(2)).toEqual([
      "1 text of 6 longer than 2 tokens cut to that length (the longest has 4; the tags of 1 word behind the cut are " +
        "neither learned nor counted).",
    ]);
  });
});
