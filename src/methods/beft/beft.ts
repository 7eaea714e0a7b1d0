/**
 * BEFT (2025) as PEFT does it: a trained bias that is added to the value projections, whether they
 * have one or not.
 */

import * as z from "zod";
import { isTargeted } from "../../adapters/target-modules";
import { shiftColumns } from "../../operations/shift-columns";
import { equalToFrozen } from "../equalities";
import { defineMethod, type ModelFacts } from "../method";
import { checkTargets, targetModules, targetOptions } from "../targets";

/**
 * The linears that give values alone; of a model that has none, those that give queries and keys
 * with them.
 */
function valueTargets({ family, config }: ModelFacts): string[] {
  const values = family.linearNames(config).filter((name) => name.startsWith("v"));
  return values.length > 0 ? values : [...family.loraTargets];
}

const options = (facts: ModelFacts) =>
  z
    .strictObject(targetOptions(facts, [], valueTargets(facts)))
    .superRefine((chosen, context) => checkTargets(chosen, context, facts));

export const beft = defineMethod<z.infer<ReturnType<typeof options>>>({
  id: "beft",
  title: "BEFT",
  summary: "A trained bias added to every block's value projection",
  group: "weight delta",
  site: "linear",
  mainOptions: ["targets"],
  learningRate: 1e-3,
  card: {
    trains: "A vector as wide as the values for every block, and the head.",
    attaches: "The value projections' output gets the vector added, the same at every position. It starts at zero.",
    costs:
      "As many parameters as the targets have outputs, on models without biases too. Where the targets have biases it can be merged.",
    fails:
      "When what should change depends on the input: attention's weights sum to 1, so every position gets the same shift.",
    equals: "With its standard targets: a trained shift Wₒ·b of what attention adds to the residual stream.",
    paper: {
      title: "BEFT: Bias-Efficient Fine-Tuning of Language Models in Low-Data Regimes (2025)",
      url: "https://arxiv.org/abs/2509.15974",
    },
  },
  options,
  attach: (program, chosen) => ({
    linear(path, _x, y) {
      if (!isTargeted(path, targetModules(chosen))) return y;
      const bias = program.trainable(`${path}.beft_bias`, [1, y.shape[1]!], {
        initializer: { kind: "zeros" },
        weightDecay: false,
      });
      return shiftColumns(program, `${y.name} + beft`, y, bias);
    },
  }),
  equalities: () => equalToFrozen("the biases start at zero"),
  exportForm: (chosen) => ({ type: "BEFT", ...targetModules(chosen) }),
});
