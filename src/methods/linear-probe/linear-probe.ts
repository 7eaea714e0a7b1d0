/**
 * Head only: the frozen model as it is, and a trained read-out. The control that every method has
 * to beat.
 */

import * as z from "zod";
import { defineMethod } from "../method";

const options = z.strictObject({});

export const linearProbe = defineMethod<z.infer<typeof options>>({
  id: "linear-probe",
  title: "Head only",
  summary: "The frozen model as it is; only the read-out is trained",
  group: "control",
  site: "head",
  learningRate: 1e-3,
  headOnly: true,
  card: {
    trains: "The head: one linear layer on the pooled state.",
    attaches: "Nowhere inside the model.",
    costs: "classes · hidden size parameters, and no backward pass through the model.",
    fails: "When what the task needs is not already laid out linearly in the model's last state.",
    paper: { title: "Linear probes (Alain and Bengio 2016)", url: "https://arxiv.org/abs/1610.01644" },
  },
  options: () => options,
  attach: () => ({}),
  exportForm: () => ({ type: "LORA", rank: 1, alpha: 1, targets: [], rankStabilised: false }),
});
