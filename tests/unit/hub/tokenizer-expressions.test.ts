/**
 * Regular expressions of tokenizers: those that are in use open, as the library rewrites them for
 * the platform's engine; those that such an engine may never end with are refused by name.
 */

import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { openTokenizer } from "../../../src/hub/tokenizer";
import { memoryFolder } from "./memory-folder";

const fixture = new URL("../../fixtures/tokenizers/byte-level.json", import.meta.url);
const byteLevel = () => JSON.parse(readFileSync(fixture, "utf8")).tokenizer;
const open = (json: object) => openTokenizer(memoryFolder({ "tokenizer.json": json }));
const split = (Regex: string) => ({ type: "Split", pattern: { Regex }, behavior: "Isolated", invert: false });

const ENDING = String.raw`\s*[\r\n]+|\s+(?!\S)|\s+`;
const TAIL = "(?i:'s|'t|'re|'ve|'m|'ll|'d)";
const CASED = (lower: string, upper: string, tail: string) =>
  String.raw`[^\r\n\p{L}\p{N}]?${upper}*${lower}+${tail}|[^\r\n\p{L}\p{N}]?${upper}+${lower}*${tail}|`;
const LOWER = String.raw`[\p{Ll}\p{Lm}\p{Lo}\p{M}]`;
const UPPER = String.raw`[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]`;
const noHan = (set: string) => set.replace("]", String.raw`&&[^\p{Han}]]`);

describe("of models in use", () => {
  test.each<[models: string, expressions: string[]]>([
    ["GPT-2", [String.raw`'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+`]],
    ["CLIP", [String.raw`'s|'t|'re|'ve|'m|'ll|'d|[\p{L}]+|[\p{N}]|[^\s\p{L}\p{N}]+`, String.raw`\s+`]],
    ["Qwen 3", [String.raw`${TAIL}|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|${ENDING}`]],
    ["Qwen 3.5", [String.raw`${TAIL}|[^\r\n\p{L}\p{N}]?[\p{L}\p{M}]+|\p{N}| ?[^\s\p{L}\p{M}\p{N}]+[\r\n]*|${ENDING}`]],
    ["Llama 3", [String.raw`${TAIL}|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|${ENDING}`]],
    [
      "DeepSeek V3",
      [
        String.raw`\p{N}{1,3}`,
        "[一-龥぀-ゟ゠-ヿ]+",
        "[!\"#$%&'()*+,\\-./:;<=>?@\\[\\\\\\]^_`{|}~][A-Za-z]+|[^\r\n\\p{L}\\p{P}\\p{S}]?[\\p{L}\\p{M}]+| ?[\\p{P}\\p{S}]+[\r\n]*|" +
          "\\s*[\r\n]+|\\s+(?!\\S)|\\s+",
      ],
    ],
    ["DeepSeek Coder", ["[\r\n]", String.raw`\s?\p{L}+`, String.raw`\s?\p{P}+`, "[一-龥ࠀ-一가-퟿]+", String.raw`\s+$`]],
    ["gpt-oss", [String.raw`${CASED(LOWER, UPPER, `${TAIL}?`)}\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n/]*|${ENDING}`]],
    ["Nemotron, Tekken", [String.raw`${CASED(LOWER, UPPER, "")}\p{N}| ?[^\s\p{L}\p{N}]+[\r\n/]*|${ENDING}`]],
    [
      "Kimi",
      [
        String.raw`[\p{Han}]+|${CASED(noHan(LOWER), noHan(UPPER), `${TAIL}?`)}\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|${ENDING}`,
      ],
    ],
    ["Laguna", [String.raw`(?:\r?\n)+(?!\r?\n)`]],
    ["BLOOM", [" ?[^(\\s|[.,!?…。，、।۔،])]+"]],
    [
      "LLaDA, Ling",
      [
        String.raw`'(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?+\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]++[\r\n]*|\s*[\r\n]|\s+(?!\S)|\s+`,
      ],
    ],
    ["Cohere 2", [String.raw`\d{1,3}(?=(?:\d{3})*\b)`]],
    ["SuperBPE", [String.raw`\p{N}+`, String.raw`(?=(\d{3})+(?!\d))`]],
    ["Chameleon", ["<sentinel:[0-9]+>", "(IMGIMG)((A|B|C|D|E|F|G|H|I){1,4})Z", "([\\t\\n]|    |  )"]],
    ["Falcon", ["[0-9][0-9][0-9]"]],
  ])("%s", async (_, expressions) => {
    const json = { ...byteLevel(), pre_tokenizer: { type: "Sequence", pretokenizers: expressions.map(split) } };
    const opened = await open(json);
    expect(opened.encode("It's 12345 o'clock,\r\n\n  isn't it? 日本語 Ωμέγα")).not.toEqual([]);
  });
});

describe("that may never end", () => {
  const hostile = ["(a+)+$", "(a|a)*b", String.raw`(\s+)+$`, "(.*)*x", String.raw`(?:\p{L}+ ?)*(?!\S)`];
  test.each(hostile)("%s cuts no text", async (expression) => {
    const named = `its regular expression "${expression}" can take time that doubles with every further character`;
    const json = byteLevel();
    await expect(open({ ...json, pre_tokenizer: split(expression) })).rejects.toThrow(named);
    const sequence = { type: "Sequence", pretokenizers: [json.pre_tokenizer, split(expression)] };
    await expect(open({ ...json, pre_tokenizer: sequence })).rejects.toThrow(named);
    const replace = { type: "Replace", pattern: { Regex: expression }, content: "" };
    await expect(open({ ...json, normalizer: replace })).rejects.toThrow(named);
    await expect(open({ ...json, decoder: { type: "Sequence", decoders: [replace] } })).rejects.toThrow(named);
  });

  test("one that is too large to be looked into", async () => {
    const json = { ...byteLevel(), pre_tokenizer: split("(?:a{1000}){1000}") };
    await expect(open(json)).rejects.toThrow(
      'its regular expression "(?:a{1000}){1000}" is too large to know how long it takes',
    );
  });
});
