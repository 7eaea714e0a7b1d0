import { describe, expect, test } from "vitest";
import { generate, type NextTokenModel } from "../../../src/generation/generate";
import { generationSchema } from "../../../src/generation/settings";

/** Predicts the letter after the last one; `end` is the token after "z". */
const alphabet: NextTokenModel = {
  logits: async (rows) =>
    rows.map((row) => Float32Array.from({ length: 27 }, (_, id) => (id === row.at(-1)! + 1 ? 5 : 0))),
  decode: (ids) => String.fromCharCode(...ids.filter((id) => id < 26).map((id) => 97 + id)),
  endIds: [26],
  longest: 12,
};
const ids = (text: string) => Int32Array.from(text, (letter) => letter.charCodeAt(0) - 97);
const settings = (given: object) => generationSchema.parse(given);

describe("generate", () => {
  test("rows end by themselves: at the end token, the most tokens, or the context", async () => {
    const said: string[][] = [[], [], []];
    const texts = await generate([ids("w"), ids("a"), ids("abcdefghi")], settings({ maxNewTokens: 4 }), alphabet, {
      onText: (row, text) => said[row]!.push(text),
    });
    expect(texts.map(({ text, ending }) => [text, ending])).toEqual([
      ["xyz", "end"],
      ["bcde", "length"],
      ["jkl", "context"],
    ]);
    expect(texts[0]!.ids).toEqual([23, 24, 25, 26]);
    expect(said[1]).toEqual(["b", "bc", "bcd", "bcde"]);
  });

  test("a stop text ends and is left out", async () => {
    const [text] = await generate([ids("a")], settings({ stop: ["q", "ef"] }), alphabet);
    expect(text).toMatchObject({ text: "bcd", ending: "stop" });
  });

  test("cancelling keeps what there is", async () => {
    let asked = 0;
    const [text] = await generate([ids("a")], settings({}), alphabet, { cancelled: () => ++asked > 2 });
    expect(text).toMatchObject({ text: "bc", ending: "cancelled" });
  });

  test("what a row draws does not depend on the others", async () => {
    const drawn = settings({ temperature: 3, maxNewTokens: 8, seed: 4 });
    const flat: NextTokenModel = { ...alphabet, endIds: [] };
    const [first] = await generate([ids("a")], drawn, flat);
    const [beside] = await generate([ids("a"), ids("b")], drawn, flat);
    expect(beside).toEqual(first);
    expect((await generate([ids("a")], { ...drawn, seed: 5 }, flat))[0]).not.toEqual(first);
  });

  test("prompts that cannot be gone on from are refused", async () => {
    await expect(generate([ids("")], settings({}), alphabet)).rejects.toThrow("The prompt is empty");
    await expect(generate([ids("abcdefghijkl")], settings({}), alphabet)).rejects.toThrow(
      "has 12 tokens, and the model",
    );
  });
});
