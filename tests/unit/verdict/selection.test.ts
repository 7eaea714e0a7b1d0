/** What is said of runs on chosen rows, against the same on random ones and on all. */

import { expect, test } from "vitest";
import { trainingSchema } from "../../../src/plan/configuration";
import { variantsOf } from "../../../src/plan/variants";
import { selectionSentences, selectionsOf } from "../../../src/verdict/selection";

const selection = { by: "diversity", share: 0.5, beside: ["random", "all"] } as const;
const variants = ["LoRA", "BitFit"].flatMap((name) =>
  variantsOf({ name }, trainingSchema.parse({ seeds: 2 }), { selection }, true),
);

test("every run has its controls, whatever its seeds", () => {
  expect(selectionsOf(variants)).toEqual([
    { chosen: "LoRA", random: "LoRA (random rows)", all: "LoRA (all rows)" },
    { chosen: "BitFit", random: "BitFit (random rows)", all: "BitFit (all rows)" },
  ]);
  expect(selectionsOf(variantsOf({ name: "LoRA" }, trainingSchema.parse({}), {}, true))).toEqual([]);
});

test("at every learning rate its own", () => {
  const swept = variantsOf(
    { name: "LoRA" },
    trainingSchema.parse({ learningRateFactors: [1, 3] }),
    {
      selection: { by: "random", rows: 9, beside: ["all"] },
    },
    true,
  );
  expect(selectionsOf(swept)).toEqual([
    { chosen: "LoRA (rate × 1)", random: null, all: "LoRA (rate × 1, all rows)" },
    { chosen: "LoRA (rate × 3)", random: null, all: "LoRA (rate × 3, all rows)" },
  ]);
});

test.each([
  [["LoRA", "LoRA (random rows)"], /^LoRA: on the chosen rows it is ahead .* so the choice helps/m],
  [["LoRA (random rows)", "LoRA"], /^LoRA: on the chosen rows it is behind .* does harm/m],
  [["", ""], /^LoRA, BitFit: on the chosen rows it is not ahead .* not shown to help/m],
])("%j", ([ahead, behind], sentence) => {
  const judged = variants.map(({ group }) => group);
  const isAhead = (run: string, other: string) => run === ahead && other === behind;
  expect(selectionSentences(selectionsOf(variants), { judged, isAhead }).join("\n")).toMatch(sentence);
});

test("nothing of a control that cannot be judged", () => {
  const judged = ["LoRA", "BitFit", "LoRA (all rows)"];
  expect(selectionSentences(selectionsOf(variants), { judged, isAhead: () => false })).toEqual([
    "LoRA: between the chosen rows and all of them the difference may be luck.",
  ]);
});
