import { describe, expect, it } from "vitest";
import { bytesFile } from "../../../src/hub/sources";
import { openTokenizer } from "../../../src/hub/tokenizer";
import type { ModelFolder } from "../../../src/hub/types";
import { fixtureJson, fixtureModel } from "../../fixtures/reference";

const RIGS = ["tiny-llama", "tiny-qwen2", "tiny-qwen3", "tiny-gpt2", "tiny-bert", "tiny-roberta"];
const SPECIALS: Record<string, [number, number]> = {
  "tiny-llama": [1, 0],
  "tiny-bert": [1, 1],
  "tiny-roberta": [1, 1],
};

/** A folder of JSON files made from a rig's, with changes. */
async function changed(
  rig: string,
  changes: Record<string, (json: Record<string, unknown>) => unknown>,
): Promise<ModelFolder> {
  return {
    source: "dir:changed",
    name: "changed",
    async open(name) {
      const file = await fixtureModel(rig).open(name);
      if (!file) {
        return null;
      }
      const json = changes[name]?.(await fixtureJson(`models/${rig}/${name}`));
      if (json === undefined) {
        return name in changes ? null : file;
      }
      return bytesFile(name, new TextEncoder().encode(typeof json === "string" ? json : JSON.stringify(json)));
    },
  };
}

describe.each(RIGS)("%s", (rig) => {
  it("gives the reference ids", async () => {
    const tokenizer = await openTokenizer(fixtureModel(rig));
    const cases = (await fixtureJson("cases/tokens.json"))[rig] as { text: string; textPair?: string; ids: number[] }[];
    expect(cases.length).toBeGreaterThan(5);
    for (const { text, textPair, ids } of cases) {
      expect(tokenizer.encode(text, textPair ?? null)).toEqual(ids);
      expect(tokenizer.pieces(text).map((piece) => piece.id)).toEqual(tokenizer.encode(text));
      expect(tokenizer.decode(tokenizer.encode(text))).toBe(text);
    }
  });

  it("knows its special tokens", async () => {
    const tokenizer = await openTokenizer(fixtureModel(rig));
    const [leading, trailing] = SPECIALS[rig] ?? [0, 0];
    expect([tokenizer.bosId, tokenizer.padId, tokenizer.eosId, tokenizer.size]).toEqual([0, 1, 2, 384]);
    expect([tokenizer.leadingSpecials, tokenizer.trailingSpecials]).toEqual([leading, trailing]);
    const plain = tokenizer.encode("the card", null, { specialTokens: false });
    const full = tokenizer.encode("the card");
    expect(full.slice(leading, full.length - trailing)).toEqual(plain);
  });
});

describe("pieces", () => {
  it("are readable text; single bytes are hexadecimal; special tokens are marked", async () => {
    const tokenizer = await openTokenizer(fixtureModel("tiny-bert"));
    expect(tokenizer.pieces("the é")).toEqual([
      { id: 0, text: "<|bos|>", special: true },
      { id: expect.any(Number), text: "t", special: false },
      { id: expect.any(Number), text: "he", special: false },
      { id: expect.any(Number), text: " ", special: false },
      { id: 130, text: "<0xC3>", special: false },
      { id: expect.any(Number), text: "<0xA9>", special: false },
      { id: 2, text: "<|eos|>", special: true },
    ]);
  });

  it("joined give the text back where no character is split", async () => {
    const tokenizer = await openTokenizer(fixtureModel("tiny-gpt2"));
    const text = " I want\tto open\n\n an account  ";
    expect(
      tokenizer
        .pieces(text)
        .map((piece) => piece.text)
        .join(""),
    ).toBe(text);
  });

  it("a special token written in a text is that token", async () => {
    const tokenizer = await openTokenizer(fixtureModel("tiny-gpt2"));
    expect(tokenizer.pieces("a<|eos|>")).toMatchObject([{ special: false }, { id: 2, special: true }]);
  });
});

it("an empty second text is still a pair", async () => {
  const tokenizer = await openTokenizer(fixtureModel("tiny-bert"));
  const first = tokenizer.encode("a", null, { specialTokens: false });
  expect(tokenizer.encode("a", "")).toEqual([0, ...first, 2, 2]);
  expect(tokenizer.encode("a")).toEqual([0, ...first, 2]);
});

it("a long text without spaces, and one with many words, are split whole", async () => {
  const tokenizer = await openTokenizer(fixtureModel("tiny-gpt2"));
  const solid = "ab".repeat(100_000);
  expect(tokenizer.decode(tokenizer.encode(solid))).toBe(solid);
  const words = "the card ".repeat(50_000);
  expect(tokenizer.encode(words).length).toBeGreaterThan(100_000);
  expect(tokenizer.decode([])).toBe("");
});

it("special ids come from config.json, and tokens may be objects", async () => {
  const bare = await openTokenizer(await changed("tiny-llama", { "tokenizer_config.json": () => undefined }));
  expect([bare.bosId, bare.padId, bare.eosId]).toEqual([0, 1, 2]);
  const none = await openTokenizer(
    await changed("tiny-llama", {
      "tokenizer_config.json": () => ({ eos_token: { content: "<|pad|>" } }),
      "config.json": () => ({ eos_token_id: 2, bos_token_id: [0, 2], pad_token_id: null }),
    }),
  );
  expect([none.bosId, none.padId, none.eosId]).toEqual([0, null, 1]);
});

it("errors name the file", async () => {
  await expect(openTokenizer(await changed("tiny-llama", { "tokenizer.json": () => undefined }))).rejects.toThrow(
    /dir:changed has no tokenizer\.json/,
  );
  await expect(openTokenizer(await changed("tiny-llama", { "tokenizer.json": () => "{" }))).rejects.toThrow(
    /tokenizer\.json is not JSON/,
  );
  await expect(
    openTokenizer(await changed("tiny-llama", { "tokenizer.json": (json) => ({ ...json, model: { type: "Magic" } }) })),
  ).rejects.toThrow(/tokenizer\.json of dir:changed cannot be used/);
});

describe("a row of words", () => {
  it.each(RIGS)("%s: each token belongs to its word, special tokens to none", async (rig) => {
    const tokenizer = await openTokenizer(fixtureModel(rig));
    const words = ["I", "want", "to", "open", "", "an", "account!"];
    const { ids, wordOf } = tokenizer.encodeWords(words);
    const [leading, trailing] = SPECIALS[rig] ?? [0, 0];
    expect(wordOf).toHaveLength(ids.length);
    expect(wordOf.slice(0, leading)).toEqual(Array(leading).fill(null));
    expect(wordOf.slice(ids.length - trailing)).toEqual(Array(trailing).fill(null));
    words.forEach((word, index) => {
      const own = ids.filter((_, token) => wordOf[token] === index);
      expect(tokenizer.decode(own)).toBe(word && ` ${word}`);
    });
    expect(ids).toEqual(tokenizer.encode(` ${words.filter(Boolean).join(" ")}`));
  });
});
