import { beforeAll, describe, expect, test } from "vitest";
import { openTokenizer, type Tokenizer } from "../../../src/hub/tokenizer";
import { irrelevantText, textIds } from "../../../src/training/text-ids";
import { fixtureModel } from "../../fixtures/reference";

const text = "Classify the question:";

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

  test("an irrelevant text is repeated behind a longer one", () => {
    const long = Array(12).fill(text).join(" ");
    const ids = textIds(tokenizer, long, { control: "irrelevant-text", length: null });
    const other = tokenizer.encode(irrelevantText, null, { specialTokens: false });
    const first = tokenizer.leadingSpecials;
    const words = ids.slice(first, ids.length - tokenizer.trailingSpecials);
    expect(words).toEqual(words.map((_, place) => other[place % other.length]));
    expect(words.length).toBeGreaterThan(other.length);
  });
});
