import { beforeAll, describe, expect, test } from "vitest";
import { openTokenizer, type Tokenizer } from "../../../src/hub/tokenizer";
import { methodOf } from "../../../src/methods/registry";
import { familyOf } from "../../../src/models/registry";
import { methodContext, parseOptions } from "../../../src/runs/resolve";
import { irrelevantText, textIds } from "../../../src/runs/text-ids";
import { fixtureJson, fixtureModel } from "../../fixtures/reference";

const text = "Classify the question:";

test("a method's options say what becomes of its text", async () => {
  const tokenizer = await openTokenizer(fixtureModel("tiny-llama"));
  const json = await fixtureJson("models/tiny-llama/config.json");
  const family = familyOf(json);
  const model = { family, config: family.readConfig(json), tokenizer };
  const context = (id: string, options: object, seed = 3) => {
    const method = methodOf(id);
    return methodContext(model, method, method.options(model).parse({ text, ...options }), seed);
  };
  const given = tokenizer.encode(text);
  expect(context("sk-prefix", {}).textIds).toEqual(given);
  const random = context("sk-prefix", { control: "random-tokens" }).textIds;
  expect(random).toEqual(textIds(tokenizer, text, { control: "random-tokens", length: null }, 3));
  expect(random).not.toEqual(context("sk-prompt", { control: "random-tokens" }, 4).textIds);
  expect(context("sk-prompt", { control: "irrelevant-text" }).textIds).toHaveLength(given.length);
  expect(context("prompt", { init: "text", virtualTokens: 20 }).textIds).toHaveLength(20);
  expect(context("prompt", { init: "text", virtualTokens: null }).textIds).toEqual(given);
  expect(context("prefix", { init: "zero" }).textIds).toEqual([]);
  const ids = context("prompt", {}).randomIds(40);
  expect(context("prompt", {}).randomIds(40)).toEqual(ids);
  expect(context("prompt", {}, 4).randomIds(40)).not.toEqual(ids);
  expect(Math.max(...ids)).toBeLessThan(384);
});

test("options that do not fit are refused by name", async () => {
  const json = await fixtureJson("models/tiny-llama/config.json");
  const family = familyOf(json);
  const model = { family, config: family.readConfig(json) };
  const parse = (options: Record<string, unknown>) => parseOptions(model, { name: "a run", method: "prefix", options });
  expect(() => parse({ virtualTokens: null })).toThrow(/"a run" \(prefix\): virtualTokens is empty; give a number/);
  expect(() => parse({ init: "zero", projection: 16 })).toThrow(/init must be random with a projection/);
  expect(parse({ projection: 16 })).toMatchObject({ virtualTokens: 12, init: "random", projection: 16 });
});

describe.each(["tiny-llama", "tiny-gpt2", "tiny-roberta"])("%s", (rig) => {
  let tokenizer: Tokenizer;
  let given: number[];
  beforeAll(async () => {
    tokenizer = await openTokenizer(fixtureModel(rig));
    given = tokenizer.encode(text);
  });

  test("a text's ids are the tokenizer's", () => {
    expect(textIds(tokenizer, text)).toEqual(given);
  });

  test("to a length they are cut, or repeated from the start with their special tokens, as PEFT does", () => {
    const fitted = (length: number | null) => textIds(tokenizer, text, { control: "none", length });
    expect(fitted(null)).toEqual(given);
    expect(fitted(4)).toEqual(given.slice(0, 4));
    expect(fitted(2 * given.length + 3)).toEqual([...given, ...given, ...given.slice(0, 3)]);
  });

  test.each(["random-tokens", "irrelevant-text"] as const)("%s keep number and special tokens", (control) => {
    const ids = textIds(tokenizer, text, { control, length: null }, 4);
    const { leadingSpecials, trailingSpecials, specialIds } = tokenizer;
    expect(ids).toHaveLength(given.length);
    const places = [...ids.keys()];
    const words = places.slice(leadingSpecials, places.length - trailingSpecials);
    for (const place of places) {
      if (!words.includes(place)) expect(ids[place]).toBe(given[place]);
      else expect(specialIds.has(ids[place]!)).toBe(false);
    }
    const kept = words.filter((place) => ids[place] === given[place]);
    expect(kept.length).toBeLessThan(words.length / 2);
  });

  test("random tokens follow the seed", () => {
    const drawn = (seed: number) => textIds(tokenizer, text, { control: "random-tokens", length: null }, seed);
    expect(drawn(1)).toEqual(drawn(1));
    expect(drawn(1)).not.toEqual(drawn(2));
    for (const id of drawn(1)) expect(id).toBeLessThan(tokenizer.size);
  });

  test("an irrelevant text is repeated after a longer one", () => {
    const long = Array(12).fill(text).join(" ");
    const ids = textIds(tokenizer, long, { control: "irrelevant-text", length: null });
    const other = tokenizer.encode(irrelevantText, null, { specialTokens: false });
    const first = tokenizer.leadingSpecials;
    const words = ids.slice(first, ids.length - tokenizer.trailingSpecials);
    expect(words).toEqual(words.map((_, place) => other[place % other.length]));
    expect(words.length).toBeGreaterThan(other.length);
  });
});
