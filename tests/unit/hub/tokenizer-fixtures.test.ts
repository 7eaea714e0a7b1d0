/**
 * Every kind of tokenizer.json that the families come with, against ids of the Rust `tokenizers`.
 */

import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { openTokenizer } from "../../../src/hub/tokenizer";
import { memoryFolder } from "./memory-folder";

const folder = "tests/fixtures/tokenizers";

interface Fixture {
  readonly tokenizer: object;
  readonly texts: readonly { text: string; ids: number[]; bare: number[] }[];
  readonly pairs: readonly { texts: [string, string]; ids: number[]; types: number[] }[];
  readonly decoded: readonly [ids: number[], text: string][];
}

describe.each(readdirSync(folder))("%s", async (name) => {
  const { tokenizer: json, texts, pairs, decoded }: Fixture = JSON.parse(readFileSync(`${folder}/${name}`, "utf8"));
  const tokenizer = await openTokenizer(memoryFolder({ "tokenizer.json": json, "tokenizer_config.json": {} }));

  it.each(texts)("$text", ({ text, ids, bare }) => {
    expect(tokenizer.encode(text)).toEqual(ids);
    expect(tokenizer.encode(text, null, { specialTokens: false })).toEqual(bare);
  });

  it.each(pairs)("the pair $texts", ({ texts: [text, pair], ids, types }) => {
    expect(tokenizer.encode(text, pair)).toEqual(ids);
    const read = tokenizer.encodePair(text, pair);
    expect(read.ids).toEqual(ids);
    expect(read.types ?? ids.map(() => 0)).toEqual(types);
  });

  it.each(decoded)("%j says %j", (ids, text) => {
    expect(tokenizer.decode(ids)).toBe(text);
  });
});
