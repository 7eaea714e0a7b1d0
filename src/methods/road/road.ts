/**
 * RoAd (Liao and Monz 2024) as PEFT does it: every pair of a linear's outputs is rotated and
 * scaled, y = R (W x + b) with a block-diagonal R of trained 2 × 2 matrices α (cos θ, −sin θ; sin
 * θ, cos θ).
 */

import * as z from "zod";
import { type RoadVariant, roadShare, roadVariants } from "../../adapters/forms/road";
import { isTargeted } from "../../adapters/target-modules";
import { polar } from "../../operations/polar";
import { rotatePairs } from "../../operations/rotate-pairs";
import { splitColumns } from "../../operations/split-columns";
import { view } from "../../operations/view";
import type { Program } from "../../program/program";
import type { Tensor } from "../../program/tensor";
import { equalToFrozen } from "../equalities";
import { defineMethod, type ModelFacts } from "../method";
import { checkTargets, linearShapes, targetModules, targetOptions } from "../targets";

/** PEFT's. */
const STANDARD_GROUP = 64;

const options = (facts: ModelFacts) =>
  z
    .strictObject({
      variant: z
        .enum(roadVariants)
        .default("road_1")
        .meta({
          title: "Variant",
          description:
            "What has an angle and a length of its own: every pair of outputs (road_1), every output (road_2), or every entry " +
            "of a pair's 2 × 2 matrix (road_4).",
        }),
      groupSize: z
        .int()
        .min(2)
        .multipleOf(2)
        .default(standardGroup(facts))
        .meta({
          title: "Group size",
          description:
            "In a group of so many outputs, one of the first half is paired with one of the second. It must divide the outputs " +
            "of all targets. What is learned differs little; vLLM is fastest from 32 on.",
        }),
      ...targetOptions(facts),
    })
    .superRefine((chosen, context) => {
      checkTargets(chosen, context, facts);
      const uneven = linearShapes(facts).find(
        ({ path, outputs }) => outputs % chosen.groupSize !== 0 && isTargeted(path, targetModules(chosen)),
      );
      if (!uneven) return;
      const message = `${chosen.groupSize} does not divide the ${uneven.outputs} outputs of ${uneven.path}`;
      context.addIssue({ code: "custom", path: ["groupSize"], message });
    });

/** PEFT's group size, or the next smaller one that divides the outputs of the standard targets. */
function standardGroup(facts: ModelFacts): number {
  const targets = facts.family.loraTargets;
  const outputs = linearShapes(facts).filter(({ path }) => isTargeted(path, { targets }));
  let size = STANDARD_GROUP;
  while (size > 2 && outputs.some((linear) => linear.outputs % size !== 0)) size -= 2;
  return size;
}

export const road = defineMethod<z.infer<ReturnType<typeof options>>>({
  id: "road",
  title: "RoAd",
  summary: "An angle and a length for every pair of a linear layer's outputs",
  group: "weight delta",
  site: "linear",
  mainOptions: ["variant", "groupSize", "targets"],
  learningRate: 1e-3,
  card: {
    trains: "An angle and a length for every pair of outputs of the chosen linear layers, and the head.",
    attaches:
      "Each pair of a linear layer's outputs, bias included, is multiplied by a 2 × 2 matrix. Angles start at 0, lengths at 1.",
    costs:
      "1, 2 or 4 parameters per output (road_1, road_2, road_4), far fewer than LoRA. It can be merged afterwards.",
    fails: "When outputs have to be mixed that are no pair, or one has to move that its pair leaves near zero.",
    equals: "R·W and R·b in place of W and b, with R block-diagonal. road_2 without angles is (IA)³ on outputs.",
    paper: {
      title:
        "3-in-1: 2D Rotary Adaptation for Efficient Finetuning, Efficient Batching and Composability (Liao and Monz 2024)",
      url: "https://arxiv.org/abs/2409.00119",
    },
  },
  options,
  attach: (program, chosen) => ({
    linear(path, _x, y) {
      if (!isTargeted(path, targetModules(chosen))) return y;
      const { variant, groupSize: group } = chosen;
      const factors = pairFactors(program, path, y.shape[1]!, variant, group);
      return rotatePairs(program, `${y.name} rotated`, y, { ...factors, group });
    },
  }),
  equalities: () => equalToFrozen("all angles start at 0 and all lengths at 1"),
  exportForm: ({ variant, groupSize, ...chosen }) => ({ type: "ROAD", variant, groupSize, ...targetModules(chosen) }),
});

/**
 * Declares angles and lengths of the linear at `path`, and gives what its outputs and their
 * partners are multiplied by.
 */
function pairFactors(program: Program, path: string, outputs: number, variant: RoadVariant, group: number) {
  const count = roadShare[variant] * outputs;
  const angles = program.trainable(`${path}.road_theta`, [count], { initializer: { kind: "zeros" } });
  const lengths = program.trainable(`${path}.road_alpha`, [count], { initializer: { kind: "ones" } });
  if (variant !== "road_4") return polar(program, `${path} road`, angles, lengths);
  // Of each group first what its outputs are multiplied by, then what their partners are.
  const halves = (tensor: Tensor) => {
    const groups = view(program, `${tensor.name} by group`, tensor, [outputs / group, 2 * group]);
    return splitColumns(program, [`${tensor.name} along`, `${tensor.name} across`], groups, [group, group]);
  };
  const [[angle1, angle2], [length1, length2]] = [halves(angles), halves(lengths)] as [Tensor[], Tensor[]];
  const { along } = polar(program, `${path} road along`, angle1!, length1!);
  const { across } = polar(program, `${path} road across`, angle2!, length2!);
  return { along, across };
}
