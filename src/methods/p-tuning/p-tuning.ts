/**
 * P-tuning (Liu et al. 2021) as PEFT does it: embeddings that an encoder makes (three linear layers
 * with ReLU, or a bidirectional LSTM with two), before the input or at the places of a template.
 * The encoder is dropped after training.
 */

import * as z from "zod";
import { splitRows } from "../../operations/rows";
import { freePrompt } from "../free-prompt";
import { defineMethod } from "../method";
import { virtualTokensOption } from "../options";
import { encodedPrompt } from "./prompt-encoder";
import { readTemplate } from "./template";

const options = z
  .strictObject({
    virtualTokens: virtualTokensOption(12),
    template: z
      .string()
      .max(200)
      .nullable()
      .default(null)
      .meta({
        title: "Template",
        description:
          "Where the virtual tokens stand, for example {p:3} {text} {p:2}: three before a row's text and two after it. " +
          "Empty: all of them before it.",
      }),
    encoder: z
      .enum(["mlp", "lstm", "none"])
      .default("mlp")
      .meta({
        title: "Encoder",
        description:
          "What makes the embeddings while training: an MLP, a bidirectional LSTM with an MLP after it, or nothing (the " +
          "embeddings are then trained themselves, as in prompt tuning).",
      }),
    hidden: z
      .int()
      .min(1)
      .max(8192)
      .default(128)
      .meta({
        title: "Hidden size",
        description: "Inner width of the encoder.",
        onlyWith: { encoder: ["mlp", "lstm"] },
      }),
    layers: z
      .int()
      .min(1)
      .max(4)
      .default(2)
      .meta({ title: "LSTM layers", description: "One above the other.", onlyWith: { encoder: ["lstm"] } }),
  })
  .superRefine(({ template }, check) => {
    try {
      if (template !== null) readTemplate(template);
    } catch (error) {
      check.addIssue({ code: "custom", path: ["template"], message: (error as Error).message });
    }
  });

type Options = z.infer<typeof options>;

const places = ({ template, virtualTokens }: Options) =>
  template === null ? { before: virtualTokens, after: 0 } : readTemplate(template);

export const pTuning = defineMethod<Options>({
  id: "p-tuning",
  title: "P-tuning",
  summary: "Virtual tokens at chosen places, made by a small trained encoder",
  group: "soft prompt",
  site: "input",
  mainOptions: ["virtualTokens", "template", "encoder"],
  learningRate: 1e-3,
  card: {
    trains: "Embeddings of virtual tokens, an MLP or LSTM that all of them pass through, and the head.",
    attaches: "The encoder's outputs come before the input's embeddings, or where the template says.",
    costs:
      "With the MLP hidden · (2 · model width + hidden) parameters and the embeddings, of which virtual tokens · model " +
      "width remain after training; the LSTM costs several times as much and computes token after token.",
    fails:
      "When the encoder is so narrow that all virtual tokens become alike, or the learning rate is a free prompt's.",
    equals:
      "Prompt tuning with another parameterisation: what it ends with is a free prompt, and exactly that is exported. " +
      "Only the path of training differs, because all virtual tokens share the encoder.",
    paper: { title: "GPT Understands, Too (Liu et al. 2021)", url: "https://arxiv.org/abs/2103.10385" },
  },
  options: () => options,
  attach(program, given, context) {
    const { encoder, hidden, layers } = given;
    const { before, after } = places(given);
    const count = before + after;
    const { hiddenSize } = context.config;
    const all =
      encoder === "none"
        ? freePrompt(program, "prompt_embeddings", { count, init: "random" }, context)
        : encodedPrompt(program, count, hiddenSize, { kind: encoder, hidden, layers });
    if (after === 0) return { prompt: all };
    if (before === 0) return { suffix: all };
    const [prompt, suffix] = splitRows(program, ["prompt", "suffix"], all, [before, after]);
    return { prompt, suffix };
  },
  exportForm(given) {
    const { encoder, hidden, layers } = given;
    if (places(given).after > 0) return { type: "STUDIO", why: "it puts all virtual tokens before the input." };
    if (encoder === "none") return { type: "PROMPT_TUNING", origin: "trained" };
    const kind = encoder === "mlp" ? "MLP" : "LSTM";
    return { type: "P_TUNING", origin: "encoder", hidden, encoder: kind, layers: encoder === "mlp" ? 2 : layers };
  },
});
