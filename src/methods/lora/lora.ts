/** LoRA (Hu et al. 2021) as PEFT does it: y = W x + s · B A x, A Kaiming-uniform, B zero; s = alpha / rank (rsLoRA: √rank). */

import * as z from "zod";
import { linear } from "../../operations/linear";
import { defineMethod, type ModelFacts } from "../method";

const options = ({ family, config }: ModelFacts) => {
  const names = family.linearNames(config) as [string, ...string[]];
  return z.strictObject({
    rank: z.int().min(1).max(1024).default(8).meta({ title: "Rank", description: "Inner width of B·A." }),
    alpha: z.number().positive().default(16).meta({
      title: "Alpha",
      description: "The update is scaled by alpha / rank.",
    }),
    targets: z
      .preprocess((value) => (value === "all-linear" ? names : value), z.array(z.enum(names)).min(1))
      .default([...family.loraTargets])
      .meta({ title: "Targets", description: "The linear layers of every block that get an update." }),
    rankStabilised: z.boolean().default(false).meta({
      title: "Rank-stabilised",
      description: "Scale by alpha / √rank instead (rsLoRA, Kalajdzievski 2023).",
    }),
  });
};

export const lora = defineMethod<z.infer<ReturnType<typeof options>>>({
  id: "lora",
  title: "LoRA",
  summary: "A trained low-rank update beside chosen linear layers",
  group: "weight delta",
  site: "linear",
  learningRate: 3e-4,
  weightDecay: 0.01,
  semantic: false,
  card: {
    trains: "Two thin matrices A and B per chosen linear layer, and the head.",
    attaches: "Beside the linear layers: their output gets (alpha / rank) · B·A·x added.",
    costs: "rank · (inputs + outputs) parameters per layer; it can be merged into the weights afterwards.",
    fails:
      "When the rank is too small for the change the task needs, or the learning rate is a prompt's instead of LoRA's.",
    paper: { title: "LoRA (Hu et al. 2021)", url: "https://arxiv.org/abs/2106.09685" },
  },
  options,
  text: () => null,
  attach: (program, { rank, alpha, targets, rankStabilised }) => ({
    linear(path, x, y, _layout) {
      if (!targets.some((target) => path.endsWith(`.${target}`))) return y;
      const [inputs, outputs] = [x.shape[1]!, y.shape[1]!];
      const down = program.trainable(`${path}.lora_A.weight`, [rank, inputs], {
        initializer: { kind: "uniform", bound: inputs ** -0.5 },
      });
      const up = program.trainable(`${path}.lora_B.weight`, [outputs, rank], { initializer: { kind: "zeros" } });
      const inner = linear(program, `${y.name} lora_A`, x, down);
      const scale = alpha / (rankStabilised ? Math.sqrt(rank) : rank);
      return linear(program, `${y.name} + lora`, inner, up, { addend: y, scale });
    },
  }),
  exportForm: ({ rank, alpha, targets, rankStabilised }) => ({ type: "LORA", rank, alpha, targets, rankStabilised }),
});
