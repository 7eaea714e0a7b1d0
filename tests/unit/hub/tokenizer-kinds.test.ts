/**
 * Every kind of tokenizer.json that the families come with, as small tokenizers in the exact
 * format. The ids expected follow by hand from each algorithm: merges in order of rank,
 * best-scoring pieces, longest pieces first.
 */

import { describe, expect, it } from "vitest";
import { openTokenizer } from "../../../src/hub/tokenizer";
import { fixtureJson, fixtureModel } from "../../fixtures/reference";
import { memoryFolder } from "./memory-folder";

const added = (tokens: readonly string[]) =>
  tokens.map((content, id) => ({
    id,
    content,
    single_word: false,
    lstrip: false,
    rstrip: false,
    normalized: false,
    special: true,
  }));

const special = (id: string) => ({ SpecialToken: { id, type_id: 0 } });
const first = { Sequence: { id: "A", type_id: 0 } };
const second = { Sequence: { id: "B", type_id: 1 } };

function template(before: string | null, after: string | null, ids: Record<string, number>) {
  const [start, end] = [before ? [special(before)] : [], after ? [special(after)] : []];
  return {
    type: "TemplateProcessing",
    single: [...start, first, ...end],
    pair: [...start, first, ...end, second, ...end],
    special_tokens: Object.fromEntries(
      Object.entries(ids).map(([token, id]) => [token, { id: token, ids: [id], tokens: [token] }]),
    ),
  };
}

const open = (json: object, settings: object = {}) =>
  openTokenizer(
    memoryFolder({
      "tokenizer.json": { version: "1.0", truncation: null, padding: null, ...json },
      "tokenizer_config.json": settings,
    }),
  );

const SPECIALS = ["<unk>", "<s>", "</s>"];
const bytes = Array.from({ length: 256 }, (_, byte) => `<0x${byte.toString(16).toUpperCase().padStart(2, "0")}>`);
const pieces = ["▁", "a", "b", "c", "▁a", "▁ab", "bc", "ab"];
const [space, , , c, spaceA, spaceAb, bc, ab] = pieces.map((_, index) => 3 + 256 + index);

const sentencePieceBpe = {
  added_tokens: added(SPECIALS),
  post_processor: template("<s>", null, { "<s>": 1 }),
  decoder: {
    type: "Sequence",
    decoders: [
      { type: "Replace", pattern: { String: "▁" }, content: " " },
      { type: "ByteFallback" },
      { type: "Fuse" },
      { type: "Strip", content: " ", start: 1, stop: 0 },
    ],
  },
  model: {
    type: "BPE",
    dropout: null,
    unk_token: "<unk>",
    continuing_subword_prefix: null,
    end_of_word_suffix: null,
    fuse_unk: true,
    byte_fallback: true,
    vocab: Object.fromEntries([...SPECIALS, ...bytes, ...pieces].map((token, id) => [token, id])),
    merges: [
      ["▁", "a"],
      ["▁a", "b"],
      ["b", "c"],
      ["a", "b"],
    ],
  },
};

describe.each([
  [
    "by its normalizer",
    {
      normalizer: {
        type: "Sequence",
        normalizers: [
          { type: "Prepend", prepend: "▁" },
          { type: "Replace", pattern: { String: " " }, content: "▁" },
        ],
      },
      pre_tokenizer: null,
    },
  ],
  [
    "by Metaspace",
    {
      normalizer: null,
      pre_tokenizer: { type: "Metaspace", replacement: "▁", prepend_scheme: "first", split: false },
    },
  ],
])("SentencePiece BPE (Llama 1 and 2, Mistral, TinyLlama, Phi-3), spaced %s", (_, spacing) => {
  it("merges by rank, falls back to bytes, and begins with <s>", async () => {
    const tokenizer = await open({ ...sentencePieceBpe, ...spacing }, { bos_token: "<s>", eos_token: "</s>" });
    expect(tokenizer.encode("ab")).toEqual([1, spaceAb]);
    expect(tokenizer.encode("abc")).toEqual([1, spaceAb, c]);
    // é is the bytes C3 A9.
    expect(tokenizer.encode("a é")).toEqual([1, spaceA, space, 3 + 0xc3, 3 + 0xa9]);
    expect(tokenizer.decode(tokenizer.encode("ab é abc"))).toBe("ab é abc");
    expect(tokenizer.pieces("ab").map(({ text }) => text)).toEqual(["<s>", " ab"]);
    expect([tokenizer.leadingSpecials, tokenizer.trailingSpecials, tokenizer.size]).toEqual([1, 0, 3 + 256 + 8]);
    expect(tokenizer.specialTokens).toEqual([
      { id: 1, text: "<s>", roles: ["beginning of text", "begins every text"] },
      { id: 2, text: "</s>", roles: ["end of text"] },
    ]);
    expect(tokenizer.encodeWords(["ab", "bc"])).toEqual({ ids: [1, spaceAb, space, bc], wordOf: [null, 0, 1, 1] });
  });
});

it("SentencePiece BPE without a space before it (Gemma)", async () => {
  const tokenizer = await open({
    ...sentencePieceBpe,
    normalizer: { type: "Replace", pattern: { String: " " }, content: "▁" },
    pre_tokenizer: { type: "Split", pattern: { String: " " }, behavior: "MergedWithPrevious", invert: false },
  });
  expect(tokenizer.encode("ab ab")).toEqual([1, ab, spaceAb]);
  // A word of a row comes after a space, as in a running text.
  expect(tokenizer.encodeWords(["ab", "bc"])).toEqual({ ids: [1, spaceAb, space, bc], wordOf: [null, 0, 1, 1] });
});

it("Unigram: the pieces of the best score, whatever the order (XLM-RoBERTa and ALBERT type)", async () => {
  const vocabulary: [string, number][] = [
    ["<unk>", 0],
    ["<s>", 0],
    ["</s>", 0],
    ["▁", -2],
    ["▁ab", -3],
    ["a", -2.5],
    ["b", -2.5],
    ["c", -2.5],
    ["bc", -2.8],
  ];
  const tokenizer = await open({
    added_tokens: added(SPECIALS),
    normalizer: null,
    pre_tokenizer: { type: "Metaspace", replacement: "▁", prepend_scheme: "always", split: true },
    post_processor: template("<s>", "</s>", { "<s>": 1, "</s>": 2 }),
    decoder: { type: "Metaspace", replacement: "▁", prepend_scheme: "always", split: true },
    model: { type: "Unigram", unk_id: 0, vocab: vocabulary, byte_fallback: false },
  });
  // ▁ab c scores −5.5; ▁ a bc −7.3.
  expect(tokenizer.encode("abc")).toEqual([1, 4, 7, 2]);
  // ▁ bc scores −4.8; ▁ b c −7.
  expect(tokenizer.encode("bc")).toEqual([1, 3, 8, 2]);
  expect(tokenizer.encode("ab é")).toEqual([1, 4, 3, 0, 2]);
  expect(tokenizer.encode("a", "bc")).toEqual([1, 3, 5, 2, 3, 8, 2]);
  expect(tokenizer.decode([1, 4, 7, 3, 8, 2])).toBe("abc bc");
  expect(tokenizer.encodeWords(["abc", "é"])).toEqual({ ids: [1, 4, 7, 3, 0, 2], wordOf: [null, 0, 0, 1, 1, null] });
});

it("WordPiece: the longest piece first, a word it cannot spell is unknown (BERT, DistilBERT, MiniLM)", async () => {
  const vocabulary = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "film", "##s", "good", "!", "un", "##good"];
  const tokenizer = await open(
    {
      added_tokens: added(vocabulary.slice(0, 4)),
      normalizer: {
        type: "BertNormalizer",
        clean_text: true,
        handle_chinese_chars: true,
        strip_accents: null,
        lowercase: true,
      },
      pre_tokenizer: { type: "BertPreTokenizer" },
      post_processor: template("[CLS]", "[SEP]", { "[CLS]": 2, "[SEP]": 3 }),
      decoder: { type: "WordPiece", prefix: "##", cleanup: true },
      model: {
        type: "WordPiece",
        unk_token: "[UNK]",
        continuing_subword_prefix: "##",
        max_input_chars_per_word: 100,
        vocab: Object.fromEntries(vocabulary.map((token, id) => [token, id])),
      },
    },
    { cls_token: "[CLS]", sep_token: "[SEP]", pad_token: "[PAD]", unk_token: "[UNK]" },
  );
  expect(tokenizer.encode("Films!")).toEqual([2, 4, 5, 7, 3]);
  expect(tokenizer.encode("ungood zzz")).toEqual([2, 8, 9, 1, 3]);
  expect(tokenizer.encode("good", "film")).toEqual([2, 6, 3, 4, 3]);
  expect(tokenizer.decode([2, 4, 5, 8, 9, 3])).toBe("films ungood");
  expect([tokenizer.padId, tokenizer.leadingSpecials, tokenizer.trailingSpecials]).toEqual([0, 1, 1]);
  expect(tokenizer.encodeWords(["Films", "zzz", "good!"])).toEqual({
    ids: [2, 4, 5, 1, 6, 7, 3],
    wordOf: [null, 0, 0, 1, 2, 2, null],
  });
});

it.each([
  [
    "Llama 3",
    "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+",
    null,
  ],
  [
    "Qwen2",
    "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+",
    { type: "NFC" },
  ],
])("byte-level BPE after a Split (%s) spells words as the plain kind does", async (_, Regex, normalizer) => {
  const json = await fixtureJson("models/tiny-qwen2/tokenizer.json");
  const split = { type: "Split", pattern: { Regex }, behavior: "Isolated", invert: false };
  const byteLevel = { type: "ByteLevel", add_prefix_space: false, trim_offsets: false, use_regex: false };
  const tokenizer = await open({
    ...json,
    normalizer,
    pre_tokenizer: { type: "Sequence", pretokenizers: [split, byteLevel] },
  });
  const plain = await openTokenizer(fixtureModel("tiny-qwen2"));
  for (const text of ["the card", "I want to open an account!", "isn't it 7?"]) {
    expect(tokenizer.encode(text)).toEqual(plain.encode(text));
  }
  // Letters that are put together are the same letter.
  if (normalizer) expect(tokenizer.encode("e\u0301")).toEqual(tokenizer.encode("é"));
  expect(tokenizer.encodeWords(["the", "card"])).toEqual(plain.encodeWords(["the", "card"]));
});
