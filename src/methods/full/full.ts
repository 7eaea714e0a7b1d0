/**
 * Full fine-tuning: every tensor of the model is trained, embeddings included; the yardstick of all
 * other methods.
 */

import * as z from "zod";
import { defineMethod } from "../method";
import { trainedCopy } from "../trained-copy";

const options = z.strictObject({});

export const full = defineMethod<z.infer<typeof options>>({
  id: "full",
  title: "Full fine-tuning",
  summary: "Every tensor of the model, trained from where it is",
  group: "control",
  site: "linear",
  learningRate: 2e-5,
  card: {
    trains: "A copy of every tensor of the model, embeddings included, and the head.",
    attaches: "In place of the frozen tensors; the base model itself stays as it is for all other runs.",
    costs: "16 bytes per parameter of the base model: the copy, its gradient and AdamW's two moments.",
    fails: "On small data it overfits and forgets, and on most models the memory of this device ends first.",
    paper: {
      title: "Universal Language Model Fine-tuning (Howard and Ruder 2018)",
      url: "https://arxiv.org/abs/1801.06146",
    },
  },
  options: () => options,
  attach: (program, _options, context) => ({
    everyWeight: (name, shape) => trainedCopy(program, name, shape, context),
  }),
  exportForm: () => ({
    type: "STUDIO",
    dense: true,
    why: "every tensor of the model was trained: it holds a whole model, not an adapter.",
  }),
});
