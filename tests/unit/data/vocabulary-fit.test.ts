/** Tokens for each word and unknown words, counted by hand and on real tokenizers of two kinds. */

import { describe, expect, test } from "vitest";
import type { Example } from "../../../src/data/examples";
import { vocabularyFit, wordsOf } from "../../../src/data/vocabulary-fit";
import { openTokenizer } from "../../../src/hub/tokenizer";
import { memoryFolder } from "../hub/memory-folder";

const example = (more: Partial<Example>): Example => ({ text: "", textPair: null, label: 0, row: 2, ...more });

/** A WordPiece model of these tokens. */
async function wordPiece(tokens: readonly string[]) {
  const vocab = Object.fromEntries(tokens.map((token, id) => [token, id]));
  const tokenizer = {
    added_tokens: [],
    normalizer: {
      type: "BertNormalizer",
      lowercase: true,
      strip_accents: null,
      clean_text: true,
      handle_chinese_chars: true,
    },
    pre_tokenizer: { type: "BertPreTokenizer" },
    post_processor: null,
    decoder: { type: "WordPiece", prefix: "##", cleanup: true },
    model: {
      type: "WordPiece",
      unk_token: "[UNK]",
      continuing_subword_prefix: "##",
      max_input_chars_per_word: 100,
      vocab,
    },
  };
  return openTokenizer(memoryFolder({ "tokenizer.json": JSON.stringify(tokenizer) }));
}

describe("words", () => {
  test("are read in every column that is tokenised; numbers are words, punctuation is none", () => {
    expect(wordsOf(example({ text: "It's 3 o'clock, now!" }))).toEqual(["It's", "3", "o'clock", "now"]);
    expect(wordsOf(example({ text: "a b", textPair: "c", response: "d" }))).toEqual(["a", "b", "c", "d"]);
    expect(wordsOf(example({ text: "one two", words: ["one-two", "three"] }))).toEqual(["one-two", "three"]);
    const messages = [
      { role: "user" as const, content: "who?" },
      { role: "assistant" as const, content: "me" },
    ];
    expect(wordsOf(example({ text: "left out", messages }))).toEqual(["who", "me"]);
  });
});

describe("a vocabulary", () => {
  test("is counted word by word, as often as each occurs", async () => {
    const tokenizer = await wordPiece(["[UNK]", "heart", "##attack", "cardio", "##myo", "##pathy", "a"]);
    const rows = [
      ["a", "heart", "cardiomyopathy"],
      ["a", "heartattack", "zzz", "zzz", "qqq"],
    ];
    expect(vocabularyFit(rows, tokenizer)).toEqual({
      ...{ rows: 2, words: 8, tokens: 1 + 1 + 3 + 1 + 2 + 1 + 1 + 1, unknown: 3, whole: 3 },
      mostSplit: [
        { word: "cardiomyopathy", tokens: 3 },
        { word: "heartattack", tokens: 2 },
      ],
      unknownWords: ["zzz", "qqq"],
    });
  });

  test("of the domain has fewer tokens for each word than one of another", async () => {
    const rows = [["cardiomyopathy", "myopathy"]];
    const [ours, theirs] = [
      await wordPiece(["[UNK]", "cardiomyopathy", "myopathy"]),
      await wordPiece(["[UNK]", "card", "##io", "##my", "##op", "##athy", "my"]),
    ].map((tokenizer) => vocabularyFit(rows, tokenizer));
    expect([ours!.tokens, theirs!.tokens]).toEqual([2, 5 + 3]);
    expect(theirs!.unknown).toBe(0);
  });

  test("of no rows counts nothing", async () => {
    const nothing = { rows: 0, words: 0, tokens: 0, unknown: 0, whole: 0, mostSplit: [], unknownWords: [] };
    expect(vocabularyFit([], await wordPiece(["[UNK]"]))).toEqual(nothing);
  });
});
