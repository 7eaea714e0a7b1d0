/**
 * SK presets after the authors' code with dropout, against PyTorch with the same masks: which
 * tensors are dropped, for the whole batch or for every row, and every gradient. In evaluation
 * nothing is.
 */

import { describe, expect, test } from "vitest";
import { buildTunedProgram } from "../../../src/runs/tuned-program";
import { dropoutCases, type FixtureTensor } from "../../fixtures/reference";
import { runBackward } from "../interpreter/backward";
import { evaluate } from "../interpreter/forward";
import { semanticStates, tinyModel, tinySetup } from "../interpreter/tiny-model";

const CLASSES = 5;

const distance = (a: ArrayLike<number>, b: ArrayLike<number>) => {
  expect(a.length).toBe(b.length);
  const norm = (of: (index: number) => number) => Math.hypot(...Array.from(a, (_, index) => of(index)));
  return norm((index) => a[index]! - b[index]!) / norm((index) => b[index]!);
};

/** The gradient of the mean cross-entropy with respect to logits [rows, classes]. */
function seedOf(logits: Float64Array, labels: ArrayLike<number>): Float64Array {
  return logits.map((logit, index) => {
    const row = Math.floor(index / CLASSES);
    const own = logits.subarray(row * CLASSES, (row + 1) * CLASSES);
    const total = own.reduce((sum, other) => sum + Math.exp(other), 0);
    return (Math.exp(logit) / total - (labels[row] === index % CLASSES ? 1 : 0)) / labels.length;
  });
}

describe.each<[string, string, Record<string, unknown>]>([
  ["encoder-code", "sk-prefix", { preset: "encoder-code" }],
  ["reference-code", "sk-prefix", { preset: "reference-code", shared: true }],
  ["sk-prompt", "sk-prompt", { preset: "reference-code", linear: true }],
])("%s", (name, method, options) => {
  const opened = async (dropout: number) => {
    const given = await dropoutCases();
    const below = (part: string) =>
      new Map(
        [...given].flatMap(([path, tensor]): [string, FixtureTensor][] =>
          path.startsWith(`${name}/${part}/`) ? [[path.slice(`${name}/${part}/`.length), tensor]] : [],
        ),
      );
    const model = await tinyModel("tiny-llama");
    const text = [...given.get(`${name}/text`)!.data];
    const plan = { name, method, options: { ...options, text: "Sort:", dropout } };
    const [size, tokens] = given.get("input_ids")!.shape as [number, number];
    const tuned = buildTunedProgram(tinySetup(model, plan, text, CLASSES), size, tokens);
    const mask = given.get("attention_mask")!.data;
    const lengths = Array.from({ length: size }, (_, row) =>
      Array.from(mask.subarray(row * tokens, (row + 1) * tokens)).reduce((sum, bit) => sum + bit, 0),
    );
    const leaves = new Map<string, ArrayLike<number>>([
      ...model.weights,
      ...semanticStates(model, text),
      ["input_ids", given.get("input_ids")!.data],
      ["lengths", lengths],
      ...[...below("initial")].map(([tensor, { data }]) => [tensor, data] as const),
    ]);
    return { given, below, tuned, leaves };
  };

  test("logits and gradients are PyTorch's with these masks", async () => {
    const { given, below, tuned, leaves } = await opened(0.25);
    const masks = below("masks");
    expect(tuned.program.noises.map(({ name, shape }) => [name, shape])).toEqual(
      expect.arrayContaining([...masks].map(([name, { shape }]) => [name, shape])),
    );
    expect(tuned.program.noises).toHaveLength(masks.size);
    for (const [mask, { data }] of masks) leaves.set(mask, data);
    const value = evaluate(tuned.program, leaves, [tuned.logits]);
    const logits = value(tuned.logits);
    expect(distance(logits, given.get(`${name}/logits`)!.data)).toBeLessThan(2e-5);
    const gradients = runBackward(tuned.backward, value, seedOf(logits, given.get("labels")!.data));
    const expected = below("gradient");
    expect([...gradients.keys()].sort()).toEqual([...expected.keys()].sort());
    for (const [tensor, { data }] of expected) {
      expect(distance(gradients.get(tensor)!, data), `gradient of ${tensor}`).toBeLessThan(1e-5);
    }
  });

  test("what is evaluated is the run without dropout", async () => {
    const [dropped, plain] = [await opened(0.25), await opened(0)];
    expect(plain.tuned.program.noises).toEqual([]);
    const logits = ({ tuned, leaves }: typeof plain) => evaluate(tuned.program, leaves, [tuned.logits])(tuned.logits);
    expect(distance(logits(dropped), logits(plain))).toBeLessThan(1e-12);
    expect(distance(logits(dropped), dropped.given.get(`${name}/logits`)!.data)).toBeGreaterThan(1e-2);
  });
});
