import { describe, expect, it } from "vitest";
import { cutTexts } from "../../../src/data/check/cut-texts";
import { gatherFacts } from "../../../src/data/check/facts";
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
    expect(lengthHistogram([1, 2, 2, 4])).toEqual({
      lengths: [
        { upTo: 1, count: 1 },
        { upTo: 2, count: 2 },
        { upTo: 3, count: 0 },
        { upTo: 4, count: 1 },
      ],
      longer: 0,
      lengthCounts: [0, 1, 2, 0, 1],
    });
    const lengths = Array.from({ length: 137 }, (_, index) => index + 1);
    const { lengths: bars } = lengthHistogram(lengths);
    expect(bars.length).toBeLessThanOrEqual(20);
    expect(bars.reduce((sum, { count }) => sum + count, 0)).toBe(137);
    expect(bars.at(-1)).toEqual({ upTo: 140, count: 7 });
    expect(lengthHistogram([])).toEqual({ lengths: [], longer: 0, lengthCounts: [] });
  });

  it("ends at the length of 99 % of the rows where others would be one bar, and counts the longer ones", () => {
    const lengths = [...Array.from({ length: 990 }, (_, index) => 1 + (index % 40)), 900, 2000, 6379];
    const { lengths: bars, longer, lengthCounts } = lengthHistogram(lengths);
    expect(bars.at(-1)!.upTo).toBe(40);
    expect(longer).toBe(3);
    expect(bars.reduce((sum, { count }) => sum + count, 0)).toBe(990);
    expect(lengthCounts).toHaveLength(41);
    expect(lengthCounts.reduce((sum, count) => sum + count, 0)).toBe(990);
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
    expect(summary.previewNumbers).toEqual([2, 3, 4, 5]);
    expect(summary.lengths.reduce((sum, { count }) => sum + count, 0)).toBe(4);
    const tables = { train, validation: null, test: null };
    const facts = await gatherFacts({ tables, settings, dataset, tokenized, model: null });
    expect(cutTexts(facts)).toEqual({
      ...{ id: "cut-texts", isGood: false, rows: [], rowCount: 0 },
      said: "1 text of 4 (25 %) is cut to 5 tokens; the longest has 6. 8 would hold 95 %.",
      actions: [{ kind: "settings", title: "Raise to 8", settings: { maxLength: 8 } }],
    });
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
    const saidAt = async (maxLength: number) => {
      const tokenized = await tokenizeExamples(examples, tokenClassification.encode, twoTokens, { maxLength });
      const tables = { train, validation: null, test: null };
      const given = { tables, dataset, tokenized, model: null };
      return cutTexts(await gatherFacts({ ...given, settings: { ...settings, maxLength } }))?.said;
    };
    expect(await saidAt(4)).toBe("No text is cut: the longest has 4 of 4 tokens.");
    expect(await saidAt(3)).toMatch(
      /^1 text of 6 \(16\.7 %\) is cut to 3 tokens; the longest has 4\. 8 would hold 95 %/,
    );
    expect(await saidAt(2)).toMatch(
      /is cut to 2 tokens; the longest has 4\. The tags of 1 word behind the cut are neither learned nor counted\./,
    );
  });
});
