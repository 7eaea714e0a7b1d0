/**
 * BitFit (Ben Zaken et al. 2022): every bias of the model, trained from the base model's values;
 * all weights stay frozen.
 */

import * as z from "zod";

import { defineMethod, type ModelFacts } from "../method";
import { weightNames } from "../weight-names";

const options = z.strictObject({});

export const bitfit = defineMethod<z.infer<typeof options>>({
  id: "bitfit",
  title: "BitFit",
  summary: "The model's own biases, trained from where they are",
  group: "weight delta",
  site: "linear",
  learningRate: 1e-3,
  card: {
    trains: "Copies of every bias of the model's linear layers and norms, and the head.",
    attaches: "In place of the frozen biases, in every block and in the norm after the last block.",
    costs: "As many parameters as the model has biases, about one in a thousand; predictions cost nothing more.",
    fails:
      "On models without biases (Llama, Mistral, Qwen3) there is nothing to train; Qwen2 has them on q, k and v only.",
    paper: { title: "BitFit (Ben Zaken et al. 2022)", url: "https://arxiv.org/abs/2106.10199" },
  },
  options: () => options,
  attach(program, _options, context) {
    if (!hasBiases(context)) {
      throw new Error(
        "BitFit trains a model's biases, and this model has none. Choose LN-tuning or (IA)³ instead: they are as small.",
      );
    }
    return {
      weight(name, shape) {
        if (!name.endsWith(".bias")) return undefined;
        return program.trainable(name, shape, {
          // The base model's tensor has the same name, so it is not part of this Program.
          initializer: { kind: "tensor", tensor: { name, shape, type: "float32", role: "weight" } },
          weightDecay: false,
        });
      },
    };
  },
  exportForm: () => ({ type: "LORA", rank: 1, alpha: 1, targets: [], rankStabilised: false, biases: true }),
});

const hasBiases = (model: ModelFacts) => weightNames(model).some((name) => name.endsWith(".bias"));
