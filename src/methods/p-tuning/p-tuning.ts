/**
 * P-tuning (Liu et al. 2021) as PEFT does it with an MLP: embeddings before the input that an encoder of three linear layers
 * with ReLU makes. The encoder is dropped after training.
 */

import * as z from "zod";
import { activation } from "../../operations/activation";
import type { Tensor } from "../../program/tensor";
import { defineMethod } from "../method";
import { virtualTokensOption } from "../options";
import { trainedLinear } from "../trained-linear";

const options = z.strictObject({
  virtualTokens: virtualTokensOption(12),
  hidden: z.int().min(1).max(8192).default(128).meta({
    title: "Hidden size",
    description: "Width of the encoder's two inner layers.",
  }),
});

export const pTuning = defineMethod<z.infer<typeof options>>({
  id: "p-tuning",
  title: "P-tuning",
  summary: "Embeddings before the input, made by a small trained MLP",
  group: "soft prompt",
  site: "input",
  learningRate: 1e-3,
  weightDecay: 0.01,
  semantic: false,
  card: {
    trains: "Embeddings of virtual tokens, an MLP of three layers that all of them pass through, and the head.",
    attaches: "The MLP's outputs stand before the input's embeddings and pass through every block.",
    costs:
      "hidden · (2 · model width + hidden) parameters and the embeddings, of which virtual tokens · model width " +
      "remain after training.",
    fails: "When the MLP is so narrow that all virtual tokens become alike, or the learning rate is a free prompt's.",
    equals:
      "Prompt tuning with another parameterisation: what it ends with is a free prompt, and exactly that is exported. " +
      "Only the path of training differs, because all virtual tokens share the MLP.",
    paper: { title: "GPT Understands, Too (Liu et al. 2021)", url: "https://arxiv.org/abs/2103.10385" },
  },
  options: () => options,
  text: () => null,
  attach(program, { virtualTokens, hidden }, { config }) {
    const embedding = program.trainable("prompt_encoder.embedding.weight", [virtualTokens, config.hiddenSize], {
      initializer: { kind: "normal", std: 1 },
    });
    const layer = (index: number, x: Tensor, width: number) =>
      trainedLinear(program, `prompt_encoder.mlp_head.${index}`, x, width);
    const first = activation(program, "prompt_encoder.relu", layer(0, embedding, hidden), "relu");
    const second = activation(program, "prompt_encoder.relu", layer(2, first, hidden), "relu");
    return { prompt: layer(4, second, config.hiddenSize) };
  },
  exportForm: ({ hidden }) => ({ type: "P_TUNING", origin: "encoder", hidden }),
});
