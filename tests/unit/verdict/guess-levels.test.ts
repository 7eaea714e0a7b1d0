/** What guessing comes to on the validation rows, by the verdict or by the labels' counts. */

import { describe, expect, it } from "vitest";
import { configurationSchema } from "../../../src/plan/configuration";
import { guessLevels } from "../../../src/verdict/guess-levels";
import type { Verdict } from "../../../src/verdict/verdict";

const labels = [
  { name: "ham", train: 60, validation: 26 },
  { name: "spam", train: 20, validation: 4 },
];

function ground(data: object = {}) {
  const configuration = configurationSchema.parse({
    model: "bundled:small-base",
    data: { train: "rows.csv", columns: { text: "text", label: "label" }, ...data },
    runs: [{ name: "LoRA", method: "lora" }],
  });
  return { configuration, labels, parts: { train: 80, validation: 30 }, verdict: null };
}

describe("levels of guessing", () => {
  it("come from the labels' counts: the most frequent one of the training rows, and their shares", () => {
    expect(guessLevels(ground(), "accuracy")).toEqual([
      { title: "always ham", value: expect.closeTo(26 / 30, 12) },
      { title: "chance", value: expect.closeTo(0.75 * (26 / 30) + 0.25 * (4 / 30), 12) },
    ]);
    // Of a macro mean they do not follow from the counts alone.
    expect(guessLevels(ground(), "f1")).toEqual([]);
  });

  it("are left out where rows have several labels, are divided anew, or were never counted", () => {
    const several = labels.map((label) => ({ ...label, validation: label.validation + 1 }));
    expect(guessLevels({ ...ground(), labels: several }, "accuracy")).toEqual([]);
    expect(guessLevels({ ...ground(), labels: [], parts: null }, "accuracy")).toEqual([]);
    expect(guessLevels(ground({ test: { folds: 3 } }), "accuracy")).toEqual([]);
  });

  it("are the verdict's where it is of the same rows and metric", () => {
    const judged = (fields: object) => {
      const own = { metric: "f1", part: "validation", majority: 0.4, chance: null, againstMajority: { label: "ham" } };
      return { ...ground(), verdict: { ...own, ...fields } as unknown as Verdict };
    };
    expect(guessLevels(judged({}), "f1")).toEqual([{ title: "always ham", value: 0.4 }]);
    expect(guessLevels(judged({ part: "test" }), "f1")).toEqual([]);
    expect(guessLevels(judged({}), "accuracy")[0]!.value).toBeCloseTo(26 / 30, 12);
  });
});
