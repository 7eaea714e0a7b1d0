/** Which tokens begin and end texts, by the files beside tokenizer.json (transformers 4.57). */

import { readFileSync } from "node:fs";
import { describe, expect, it, test } from "vitest";
import { openTokenizer } from "../../../src/hub/tokenizer";
import { memoryFolder } from "./memory-folder";

interface Case {
  readonly tokenizer: string;
  readonly settings: Readonly<Record<string, unknown>>;
  readonly ids: readonly number[];
  readonly pair: readonly number[] | null;
}

const read = (name: string) =>
  JSON.parse(readFileSync(new URL(`../../fixtures/${name}.json`, import.meta.url), "utf8"));
const fixture = (name: string) => read(`tokenizers/${name}`).tokenizer;

describe("classes that transformers builds anew", () => {
  const cases = read("rebuilt-processors") as Case[];
  it.each(cases.map((one) => [one.tokenizer, JSON.stringify(one.settings), one] as const))(
    "%s %s",
    async (_name, _settings, { tokenizer, settings, ids, pair }) => {
      const opened = await openTokenizer(
        memoryFolder({ "tokenizer.json": fixture(tokenizer), "tokenizer_config.json": settings }),
      );
      expect(opened.encode("ab")).toEqual(ids);
      if (pair) expect(opened.encodePair("a", "b").ids).toEqual(pair);
    },
  );

  test("a token that the class would add is no token here: tokenizer.json stays as it is", async () => {
    const opened = await openTokenizer(
      memoryFolder({
        "tokenizer.json": fixture("byte-level-roberta"),
        "tokenizer_config.json": { tokenizer_class: "GemmaTokenizerFast" },
      }),
    );
    expect(opened.encode("ab")).toEqual([0, 68, 69, 2]);
  });
});

describe("special tokens", () => {
  const open = (files: Record<string, object>) =>
    openTokenizer(memoryFolder({ "tokenizer.json": fixture("byte-level-roberta"), ...files }));
  const map = { bos_token: "<s>", eos_token: { content: "</s>" }, pad_token: "<pad>" };

  test("that special_tokens_map.json alone names", async () => {
    const { bosId, eosId, padId, eosText, endIds } = await open({ "special_tokens_map.json": map });
    expect({ bosId, eosId, padId, eosText, endIds }).toEqual({
      bosId: 0,
      eosId: 2,
      padId: 1,
      eosText: "</s>",
      endIds: [2],
    });
  });

  test("of tokenizer_config.json come first; null there is none", async () => {
    const settings = { eos_token: "<unk>", pad_token: null };
    const { bosId, eosId, padId } = await open({
      "special_tokens_map.json": map,
      "tokenizer_config.json": settings,
    });
    expect({ bosId, eosId, padId }).toEqual({ bosId: 0, eosId: 3, padId: 1 });
  });

  test.each<[what: string, files: Record<string, object>, ends: number[]]>([
    ["config.json", { "config.json": { eos_token_id: [2, 5] } }, [2, 5]],
    ["generation_config.json, several", { "generation_config.json": { eos_token_id: [2, 18] } }, [2, 18]],
    [
      "generation_config.json, beside the end of sequence of config.json",
      { "generation_config.json": { eos_token_id: 18 }, "config.json": { eos_token_id: 7 } },
      [7, 18],
    ],
    [
      "the tokenizer too",
      { "special_tokens_map.json": map, "generation_config.json": { eos_token_id: [18] } },
      [2, 18],
    ],
    ["no number", { "generation_config.json": { eos_token_id: ["</s>", 2.5, null] } }, []],
    ["beyond every token", { "generation_config.json": { eos_token_id: [2, 1e9, -1] } }, [2]],
  ])("that end a text: %s", async (_, files, ends) => {
    expect([...(await open(files)).endIds].sort((a, b) => a - b)).toEqual(ends);
  });

  test.each([1e9, -1, 2.5, "2"])("an id %s in config.json names no token", async (id) => {
    const { bosId, eosId, padId } = await open({
      "config.json": { bos_token_id: id, eos_token_id: id, pad_token_id: id, vocab_size: 400 },
    });
    expect({ bosId, eosId, padId }).toEqual({ bosId: null, eosId: null, padId: null });
  });
});

test("a text beyond all bounds is refused with both numbers", async () => {
  const opened = await openTokenizer(memoryFolder({ "tokenizer.json": fixture("byte-level") }));
  expect(() => opened.encode("a".repeat(10_000_001))).toThrow("A text of 10000001 characters is too long");
});
