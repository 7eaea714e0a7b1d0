import { describe, expect, test } from "vitest";
import { type DiagnosisFacts, diagnose } from "../../../src/answers/diagnosis";

/** A line of `steps` values from one number to another. */
const line = (from: number, to: number, steps = 40) =>
  Array.from({ length: steps }, (_, step) => from + ((to - from) * step) / (steps - 1));

/** A run that learns and gives no cause for complaint. */
const healthy: DiagnosisFacts = {
  learningRate: 1e-3,
  defaultLearningRate: 1e-3,
  gradClip: 1,
  stepsPerEpoch: 40,
  losses: line(0.7, 0.5),
  gradNorms: line(0.9, 0.5),
  evaluations: [
    { step: 0, loss: 0.7 },
    { step: 20, loss: 0.6 },
    { step: 40, loss: 0.52 },
  ],
  gradients: [
    { tensor: "a", norm: 0.3 },
    { tensor: "b", norm: 0.4 },
  ],
  embeddings: { start: 1.1, table: 1 },
  rows: { train: 320, truncated: 3, maxLength: 128 },
  text: { tokens: 9, rowTokens: 20 },
  classes: {
    labels: ["no", "yes"],
    counts: [160, 160],
    confusion: [
      [15, 5],
      [4, 16],
    ],
  },
  failure: null,
};

const sees = (facts: Partial<DiagnosisFacts>) => diagnose({ ...healthy, ...facts });

describe("a diagnosis", () => {
  test("finds nothing in a run that learns", () => {
    expect(diagnose(healthy)).toEqual([]);
  });

  test.each<[string, Partial<DiagnosisFacts>, RegExp, RegExp]>([
    ["a failure", { failure: "not a number: the loss at step 3 was NaN" }, /failed: not a number/, /0\.0001, a tenth/],
    ["a rising loss", { losses: line(0.7, 1.4) }, /rises: 0\.7\d+ .* 1\.3/, /too high; try 0\.000333/],
    [
      "a loss that stands still",
      { losses: line(0.7, 0.695) },
      /stands still/,
      /learning rate of 0\.003, or more steps/,
    ],
    [
      "a rate below the method's default",
      { losses: line(0.7, 0.695), learningRate: 1e-5 },
      /stands still/,
      /rate of 0\.001, the method's default/,
    ],
    [
      "no gradient at all",
      { losses: line(0.7, 0.695), gradNorms: line(1e-6, 1e-6) },
      /gradient's norm is 0\.000001/,
      /Hardly any gradient arrives/,
    ],
    ["an end too soon", { losses: line(2, 0.5, 60), stepsPerEpoch: 60 }, /still falling/, /Train longer/],
    [
      "rows learned by heart",
      {
        evaluations: [
          { step: 0, loss: 0.7 },
          { step: 20, loss: 0.55 },
          { step: 40, loss: 0.8 },
        ],
      },
      /lowest at step 20 \(0\.55\) and has risen to 0\.8/,
      /lowest validation loss/,
    ],
    [
      "a tensor without a gradient",
      {
        gradients: [
          { tensor: "a", norm: 0 },
          { tensor: "b", norm: 1 },
        ],
      },
      /at a, 1 of 2 tensors/,
      /cannot learn/,
    ],
    ["gradients always cut", { gradNorms: line(5, 4) }, /100 % of the gradients were cut to the norm 1/, /about 9/],
    ["virtual tokens unlike words", { embeddings: { start: 14, table: 1 } }, /norm of 14; .* 1\./, /from a text/],
    [
      "one answer to everything",
      {
        classes: {
          ...healthy.classes!,
          confusion: [
            [20, 0],
            [20, 0],
          ],
        },
      },
      /answers "no" to every/,
      /train longer, or with a learning rate of 0\.003\./,
    ],
    [
      "one answer to everything at a rate far below the method's default",
      {
        learningRate: 1e-6,
        classes: {
          ...healthy.classes!,
          confusion: [
            [0, 20],
            [0, 20],
          ],
        },
      },
      /answers "yes" to every/,
      /a learning rate of 0\.001\./,
    ],
    ["unbalanced labels", { classes: { ...healthy.classes!, counts: [40, 280] } }, /87\.5 % .* "yes"/, /macro F1/],
    [
      "rows cut short",
      { rows: { train: 320, truncated: 200, maxLength: 16 } },
      /62\.5 % .* 16 tokens/,
      /maximum length/,
    ],
    ["few rows seen", { stepsPerEpoch: 400 }, /10 % .*40 of 400/, /400 steps/],
    ["a text that drowns the input", { text: { tokens: 90, rowTokens: 20 } }, /90 tokens, a row 20/, /fewer words/],
  ])("names %s, with its numbers and what to try", (_, facts, seen, tried) => {
    const findings = sees(facts);
    expect(findings).toHaveLength(1);
    expect(findings[0]!.sees).toMatch(seen);
    expect(findings[0]!.tries).toMatch(tried);
  });

  test("puts problems before hints", () => {
    const findings = sees({ stepsPerEpoch: 400, embeddings: { start: 14, table: 1 } });
    expect(findings.map(({ kind }) => kind)).toEqual(["problem", "hint"]);
  });

  test("says nothing of trends after a few steps", () => {
    const short = { losses: line(0.7, 2, 5), gradNorms: line(9, 9, 5), stepsPerEpoch: 5, evaluations: [] };
    expect(sees(short)).toEqual([]);
  });
});
