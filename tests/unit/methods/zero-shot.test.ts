/**
 * The zero-shot prompt against transformers: mean logits of the labels' words after the prompt, of
 * every kind of head.
 */

import { describe, expect, test } from "vitest";
import { loadedSpecs } from "../../../src/base/read-model";
import { Random } from "../../../src/data/random";
import { readTensor } from "../../../src/hub/safetensors-values";
import { openTokenizer } from "../../../src/hub/tokenizer";
import { openWeights } from "../../../src/hub/weights";
import { drawnExamples } from "../../../src/methods/zero-shot/examples";
import { answerTokens, cutWords, readVerbaliser } from "../../../src/methods/zero-shot/verbaliser";
import { zeroShot } from "../../../src/methods/zero-shot/zero-shot";
import { familyOf } from "../../../src/models/registry";
import { methodContext, parseOptions } from "../../../src/runs/resolve";
import { buildTunedProgram } from "../../../src/runs/tuned-program";
import { sequenceClassification } from "../../../src/tasks/sequence-classification";
import { familyRig } from "../../fixtures/reference";
import { evaluate } from "../interpreter/forward";

const labels = ["cards", "lost", "other"];
const options = {
  template: "Question: {text}\nThis is about",
  words: "other: age, rate, exchange; cards: card, money",
  normalise: "none",
};

describe("words", () => {
  test("labels are said by their words, or by their own names", () => {
    expect(readVerbaliser("b: x , y;\na_b: z", ["a_b", "b", "c_d e"])).toEqual([["z"], ["x", "y"], ["c d e"]]);
    expect(() => readVerbaliser("d: x", ["a", "b"])).toThrow('"d: x" begins with no label and colon');
    expect(() => readVerbaliser("a:", ["a", "b"])).toThrow('the label "a" has none');
  });

  test("words of two labels that begin alike are refused", () => {
    const letters = (text: string) => [...text].map((letter) => letter.charCodeAt(0));
    expect(answerTokens([["x", "y"], ["z"]], ["a", "b"], "? ", letters)).toEqual([[120, 121], [122]]);
    expect(() => answerTokens([["good"], ["great"]], ["a", "b"], "", letters)).toThrow(
      '"good" (a) and "great" (b) begin with the same token',
    );
  });

  test("words of several tokens are named with how many they have", () => {
    const letters = (text: string) => [...text].map((letter) => letter.charCodeAt(0));
    expect(cutWords([["x", "good"], ["y"]], "? ", letters)).toEqual([{ word: "good", tokens: 4 }]);
    // Behind a text that ends in a word a space belongs to the word.
    expect(cutWords([["x"]], "is", letters)).toEqual([{ word: "x", tokens: 2 }]);
  });

  test.each([["no place"], ["{text} twice {text}"]])("a prompt must have the text once: %s", (template) => {
    expect(zeroShot.options({} as never).safeParse({ template }).success).toBe(false);
  });
});

describe("examples", () => {
  const rows = ["a1", "a2", "a3", "b1", "a4", "b2", "c1"].map((text) => ({ text, label: text[0]! }));
  const draw = (seed: number) => {
    const random = new Random(seed, "examples");
    return () => random.next();
  };
  const settings = (more: object) => zeroShot.options({} as never).parse({ template: "Q: {text}\nA:", ...more });

  test("labels take turns, no row comes twice, and the same seed draws the same", () => {
    const of = (count: number, seed = 0) => drawnExamples(rows, count, draw(seed)).map(({ text }) => text);
    expect([...of(3)].map((text) => text[0]).sort()).toEqual(["a", "b", "c"]);
    expect([...of(6)].map((text) => text[0]).sort()).toEqual(["a", "a", "a", "b", "b", "c"]);
    expect([...of(9)].sort()).toEqual(rows.map(({ text }) => text).sort());
    expect(of(4)).toEqual(of(4));
    expect(new Set([0, 1, 2, 3].map((seed) => of(4, seed).join(" "))).size).toBeGreaterThan(1);
  });

  test("they stand before the text in its own prompt, answered with the label's first word", () => {
    const said = zeroShot.withRows!(
      settings({ examples: 1, words: "b: blue, navy" }),
      () => rows.slice(3, 4),
      ["a", "b"],
      draw(0),
    );
    expect(said).toMatchObject({ template: "Q: b1\nA: blue\n\nQ: {text}\nA:", examples: 0 });
    const plain = settings({});
    const unread = () => {
      throw new Error("Nothing is shown of the rows.");
    };
    expect(zeroShot.withRows!(plain, unread, ["a", "b", "c"], draw(0))).toBe(plain);
  });

  test("too few rows are named with both numbers; one that has the text's place in it cannot be shown", () => {
    const odd = [...rows.slice(0, 1), { text: "write {text}", label: "a" }];
    expect(() => zeroShot.withRows!(settings({ examples: 2 }), () => odd, ["a"], draw(0))).toThrow(
      "Examples: 2 are asked for, and 1 training row",
    );
  });
});

// Tied, with a bias, and with a soft cap.
describe.each(["tiny-qwen3", "tiny-phi", "tiny-gemma2"])("%s", (rig) => {
  test("logits are the model's own", async () => {
    const { folder, config: json, tensors, language } = familyRig(rig);
    const family = familyOf(await json());
    const config = family.readConfig(await json());
    const [given, expected] = [await tensors(), await language()];
    const stored = await openWeights(folder, family.prefixes);
    const leaves = new Map<string, ArrayLike<number>>([...expected].map(([name, { data }]) => [name, data]));
    for (const { name, shape } of loadedSpecs({ family, config, poolings: family.poolings })) {
      leaves.set(name, await readTensor(stored.get(name, shape)));
    }
    const model = {
      family,
      config,
      tokenizer: await openTokenizer(folder),
      languageHead: expected.has("lm_head.weight") ? ("own" as const) : ("words" as const),
    };
    const parsed = parseOptions(model, { name: "run", method: "zero-shot", options });
    const context = methodContext(model, zeroShot, parsed, 0, labels);
    const [size, tokens] = given.get("input_ids")!.shape as [number, number];
    const tuned = buildTunedProgram(
      { method: zeroShot, options: parsed, context, task: sequenceClassification, classes: 3, pooling: "last" },
      size,
      tokens,
    );
    expect(tuned.program.trainables).toEqual([]);
    expect(tuned.backward.dispatches).toEqual([]);
    leaves.set("input_ids", given.get("input_ids")!.data);
    const mask = given.get("attention_mask")!.data as Int32Array;
    leaves.set(
      "lengths",
      Array.from({ length: size }, (_, row) =>
        mask.subarray(row * tokens, (row + 1) * tokens).reduce((sum, bit) => sum + bit, 0),
      ),
    );
    const logits = evaluate(tuned.program, leaves, [tuned.logits])(tuned.logits);
    const largest = logits.reduce(
      (most, logit, place) => Math.max(most, Math.abs(logit - expected.get("zero_shot")!.data[place]!)),
      0,
    );
    expect(largest).toBeLessThan(1e-4);
  });
});
