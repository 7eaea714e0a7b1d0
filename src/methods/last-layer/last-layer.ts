/** The last block alone is trained: the cheapest form of fine-tuning the model's own weights. */

import * as z from "zod";
import { blockOf } from "../../models/blocks";
import { defineMethod } from "../method";
import { trainedCopy } from "../trained-copy";

const options = z.strictObject({});

export const lastLayer = defineMethod<z.infer<typeof options>>({
  id: "last-layer",
  title: "Last layer only",
  summary: "Every tensor of the last block, trained from where it is",
  group: "control",
  site: "linear",
  learningRate: 1e-4,
  card: {
    trains: "A copy of every tensor of the last block, its norms included, and the head.",
    attaches: "In place of the last block's frozen tensors; the norm after it stays frozen.",
    costs: "16 bytes per parameter of one block; the backward pass ends there, so a step is short.",
    fails: "When what the task needs has to be computed further down: the lower blocks cannot learn it.",
    paper: {
      title: "What Would Elsa Do? Freezing Layers During Transformer Fine-Tuning (Lee et al. 2019)",
      url: "https://arxiv.org/abs/1911.03090",
    },
  },
  options: () => options,
  attach: (program, _options, context) => ({
    everyWeight: (name, shape) =>
      blockOf(name) === context.config.layers - 1 ? trainedCopy(program, name, shape, context) : undefined,
  }),
  exportForm: () => ({
    type: "STUDIO",
    dense: true,
    why: "the last block itself was trained: its own tensors stand in place of the base model's.",
  }),
});
