/**
 * (IA)³ (Liu et al. 2022) as PEFT does it: trained factors on the outputs of keys and values and on
 * the input of the last mlp linear.
 */

import * as z from "zod";
import { scaleColumns } from "../../operations/scale-columns";
import { view } from "../../operations/view";
import type { Program } from "../../program/program";
import type { Tensor } from "../../program/tensor";
import { defineMethod, type ModelFacts } from "../method";
import { isTarget } from "../targets";

const options = ({ family, config }: ModelFacts) => {
  const names = family.linearNames(config) as [string, ...string[]];
  const list = (standard: readonly string[]) => z.array(z.enum(names)).default([...standard]);
  const { targets, feedForward } = family.ia3Targets;
  return z
    .strictObject({
      targets: list(targets).meta({
        title: "Targets",
        description: "The linear layers of every block that get factors.",
      }),
      feedForward: list(feedForward).meta({
        title: "Scaled at the input",
        description: "Those of the targets whose input is scaled instead of their output.",
      }),
    })
    .refine((chosen) => chosen.targets.length > 0, { path: ["targets"], message: "is empty; choose at least one" })
    .refine((chosen) => chosen.feedForward.every((name) => chosen.targets.includes(name)), {
      path: ["feedForward"],
      message: "names a linear layer that is not among the targets",
    });
};

export const ia3 = defineMethod<z.infer<ReturnType<typeof options>>>({
  id: "ia3",
  title: "(IA)³",
  summary: "One trained factor per key, value and feed-forward column",
  group: "weight delta",
  site: "linear",
  learningRate: 3e-3,
  card: {
    trains: "One factor per column of the chosen linear layers, and the head.",
    attaches:
      "Keys and values are multiplied with their factors, and so is what the feed-forward's last linear reads. All start at 1.",
    costs:
      "As many parameters as the targets have columns: the fewest of all weight deltas. It can be merged afterwards.",
    fails: "When directions have to change: it only strengthens or weakens what the model already computes.",
    paper: {
      title:
        "Few-Shot Parameter-Efficient Fine-Tuning is Better and Cheaper than In-Context Learning (Liu et al. 2022)",
      url: "https://arxiv.org/abs/2205.05638",
    },
  },
  options,
  attach: (program, { targets, feedForward }) => ({
    linearInput: (path, x) => (isTarget(path, feedForward) ? scale(program, path, x, [1, x.shape[1]!]) : x),
    linear: (path, _x, y) =>
      isTarget(path, targets) && !isTarget(path, feedForward) ? scale(program, path, y, [y.shape[1]!, 1]) : y,
  }),
  exportForm: ({ targets, feedForward }) => ({ type: "IA3", targets, feedForward }),
});

/** `x` with every column times its factor; `shape` is how PEFT stores the factors. */
function scale(program: Program, path: string, x: Tensor, shape: readonly number[]): Tensor {
  const stored = program.trainable(`${path}.ia3_l`, shape, { initializer: { kind: "ones" } });
  const factors = view(program, `${path} factors`, stored, [x.shape[1]!]);
  return scaleColumns(program, `${path} ia3`, x, factors);
}
