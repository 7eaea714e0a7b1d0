/**
 * LN-tuning (Zhao et al. 2023) as PEFT does it: the norms' own gains and shifts, trained from the
 * base model's values.
 */

import * as z from "zod";
import { defineMethod, type ModelFacts } from "../method";
import { isTarget } from "../targets";

const options = ({ family, config }: ModelFacts) => {
  const names = family.normNames(config) as [string, ...string[]];
  return z.strictObject({
    targets: z
      .array(z.enum(names))
      .min(1)
      .default([...names])
      .meta({
        title: "Norms",
        description: "The norms that are trained, in every block; the last name may be the one after the last block.",
      }),
  });
};

export const lnTuning = defineMethod<z.infer<ReturnType<typeof options>>>({
  id: "ln-tuning",
  title: "LN-tuning",
  summary: "The model's own norms, trained from where they are",
  group: "weight delta",
  site: "norm",
  learningRate: 1e-3,
  card: {
    trains: "Copies of the norms' gains (and shifts, where the model has them), and the head.",
    attaches: "In place of the frozen norms of every block and the one after the last block.",
    costs: "One or two hidden sizes of parameters per norm; predictions cost nothing more.",
    fails: "When what has to change is not the strength of single features: nothing is mixed anew.",
    paper: {
      title: "Tuning LayerNorm in Attention (Zhao et al. 2023)",
      url: "https://arxiv.org/abs/2312.11420",
    },
  },
  options,
  attach: (program, { targets }) => ({
    weight(name, shape) {
      const [path, part] = [name.slice(0, name.lastIndexOf(".")), name.slice(name.lastIndexOf("."))];
      if (!isTarget(path, targets)) return undefined;
      return program.trainable(`${path}.ln_tuning_layers${part}`, shape, {
        initializer: { kind: "tensor", tensor: program.weight(name, shape) },
        weightDecay: false,
      });
    },
  }),
  exportForm: ({ targets }) => ({ type: "LN_TUNING", targets }),
});
