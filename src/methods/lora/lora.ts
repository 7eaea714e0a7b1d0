/**
 * LoRA (Hu et al. 2021) as PEFT does it: y = W x + s · B A x, A Kaiming-uniform, B zero; s = alpha
 * / rank (rsLoRA: √rank).
 */

import { equalToFrozen } from "../equalities";
import { isUpdated, type LowRankOptions, loraForm, lowRankOptions, lowRankUpdate } from "../low-rank";
import { defineMethod } from "../method";
import { outerUpdates } from "../outer-low-rank";
import { outerPaths } from "../outer-modules";

export const lora = defineMethod<LowRankOptions>({
  id: "lora",
  title: "LoRA",
  summary: "A trained low-rank update beside chosen linear layers",
  group: "weight delta",
  site: "linear",
  mainOptions: ["rank", "alpha", "targets"],
  learningRate: 3e-4,
  card: {
    trains: "Two thin matrices A and B per chosen linear layer, and the head.",
    attaches:
      "Beside the linear layers, the word embeddings or the head over the vocabulary: their output gets (alpha / rank) · B·A·x added.",
    costs: "rank · (inputs + outputs) parameters per layer; it can be merged into the weights afterwards.",
    fails:
      "When the rank is too small for the change the task needs, or the learning rate is a prompt's instead of LoRA's.",
    paper: { title: "LoRA (Hu et al. 2021)", url: "https://arxiv.org/abs/2106.09685" },
  },
  options: (facts) => lowRankOptions(facts, outerPaths(facts)),
  attach: (program, options, context) => ({
    ...outerUpdates(program, options, context),
    linear: (path, x, y) => (isUpdated(path, options) ? lowRankUpdate(program, path, x, y, options).sum : y),
  }),
  equalities: () => equalToFrozen("B starts at zero"),
  exportForm: loraForm,
});
