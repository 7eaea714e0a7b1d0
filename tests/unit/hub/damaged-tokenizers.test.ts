/**
 * Damaged tokenizer.json files: what Rust's library refuses is refused, and what it takes gives
 * its ids or is refused by name; never other ids in silence.
 */

import { readFileSync } from "node:fs";
import { describe, expect, it, test } from "vitest";
import { openTokenizer } from "../../../src/hub/tokenizer";
import { memoryFolder } from "./memory-folder";

interface Case {
  readonly path: readonly (string | number)[];
  readonly value?: unknown;
  readonly refused: boolean;
  readonly ids?: readonly (readonly number[])[] | null;
}

const fixtures = new URL("../../fixtures/", import.meta.url);
const read = (name: string) => JSON.parse(readFileSync(new URL(name, fixtures), "utf8"));
const { texts, cases } = read("damaged-tokenizers.json") as { texts: string[]; cases: Record<string, Case[]> };
const fixture = (name: string) => read(`tokenizers/${name}.json`).tokenizer;

const open = (json: object) => openTokenizer(memoryFolder({ "tokenizer.json": json }));

// biome-ignore lint/suspicious/noExplicitAny: any place of any JSON
function changed(json: any, { path, ...change }: Pick<Case, "path" | "value">) {
  const place = path.slice(0, -1).reduce((inside, key) => inside[key], json);
  const last = path.at(-1)!;
  if ("value" in change) place[last] = change.value;
  else if (Array.isArray(place)) place.splice(last as number, 1);
  else delete place[last];
  return json;
}

describe.each(Object.entries(cases))("%s", (name, all) => {
  it.each(all.map((one) => [`${one.path.join(".")} = ${JSON.stringify(one.value)}`, one] as const))(
    "%s",
    async (_, one) => {
      const json = changed(fixture(name), one);
      const opened = await open(json).catch((error: Error) => error);
      if (opened instanceof Error) {
        expect(opened.message).toMatch(/^tokenizer\.json .*(cannot be used: .+|gives it no id)/);
        expect(opened.message).not.toMatch(/undefined|is not a function|cannot read/i);
        expect(opened.message.length).toBeLessThan(600);
        return;
      }
      expect(one.refused).toBe(false);
      if (one.ids) expect(texts.map((text) => opened.encode(text))).toEqual(one.ids);
    },
  );
});

test("most of what Rust takes is taken", async () => {
  const taken = Object.entries(cases).flatMap(([name, all]) =>
    all
      .filter(({ refused }) => !refused)
      .map((one) =>
        open(changed(fixture(name), one)).then(
          () => 1,
          () => 0,
        ),
      ),
  );
  const open_ = await Promise.all(taken);
  expect(open_.reduce((sum, one) => sum + one, 0) / open_.length).toBeGreaterThan(0.6);
});

describe("said by place and numbers", () => {
  const byteLevel = () => fixture("byte-level");
  const [word] = Object.keys(byteLevel().model.vocab).slice(20);
  const added = byteLevel().added_tokens[0];
  test.each<[what: string, path: (string | number)[], value: unknown, message: RegExp]>([
    ["an id that is text", ["model", "vocab", word!], "27", /the word "&" has the id "27", which is no whole number/],
    ["a fraction", ["model", "vocab", word!], 27.5, /has the id 27\.5, which is no whole number/],
    ["a list", ["model", "vocab", word!], [], /has the id \[\], which is no whole number/],
    ["a negative one", ["model", "vocab", word!], -1, /has the id -1, which is no whole number from 0 on/],
    ["one that is there", ["model", "vocab", word!], 30, /has the id 30, which ".*" has, too/],
    ["one beyond all", ["model", "vocab", word!], 1e9, /has the id 1000000000, but ids end at 16777215/],
    ["an added token's", ["added_tokens", 0, "id"], 77, /the added token "<\|endoftext\|>" has the id 77 instead of 0/],
    [
      "a new one's",
      ["added_tokens", 1],
      { ...added, content: "<new>", id: 5000 },
      /"<new>" has the id 5000 instead of 330/,
    ],
    [
      "a merge of three",
      ["model", "merges", 0],
      ["a", "b", "c"],
      /model\.merges\.0 is \["a","b","c"\], which is no pair/,
    ],
    ["a merge of unknown words", ["model", "merges", 1], ["zz", "a"], /model\.merges\.1 needs the word "zz", which/],
    ["a merge into none", ["model", "merges", 0], ["Z", "Z"], /model\.merges\.0 needs the word "ZZ"/],
    ["an unknown kind", ["pre_tokenizer", "type"], "Mine", /pre_tokenizer\.type: /],
    ["a key of its own", ["extra"], 1, /it has no "extra"/],
    ["another version", ["version"], "2.0", /version: must be 1\.0/],
    ["tokens that are drawn", ["model", "dropout"], 0.5, /draws other tokens each time/],
    [
      "an expression without end",
      ["pre_tokenizer"],
      { type: "Split", pattern: { Regex: "a".repeat(10_001) }, behavior: "Isolated", invert: false },
      /must have at most 10000 characters, and has 10001/,
    ],
  ])("%s", async (_, path, value, message) => {
    await expect(open(changed(byteLevel(), { path, value }))).rejects.toThrow(message);
  });

  test("the ids that go around a text are those of its tokens", async () => {
    const json = fixture("wordpiece");
    json.post_processor = { type: "BertProcessing", sep: ["[SEP]", 99], cls: ["[CLS]", 2] };
    await expect(open(json)).rejects.toThrow('post_processor: "[SEP]" has the id 99 there and 3 in the vocabulary');
  });
});
