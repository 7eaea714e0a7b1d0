/**
 * EPT (Efficient Prompt Tuning, Lan et al. 2024), our reading of the abstract: DePT's short prompt
 * P and shift C = s·A·B of n positions; fusion, where the prompt attends to C beyond its mean, P' =
 * P + (softmax((P·Q)(C·K)ᵀ/√h) − 1/n)·C; and projection into spaces that a gate weighs, P'' = P' +
 * Σ_j g_j ∘ (P'·D_j)·U_j with g = softmax(P'·G). Q, U and B start at zero, so that it begins as the
 * short prompt.
 */

import * as z from "zod";
import { gatedActivation } from "../../operations/activation";
import { add } from "../../operations/add";
import { linear } from "../../operations/linear";
import { softmax } from "../../operations/softmax";
import type { Program } from "../../program/program";
import type { Initializer, Tensor } from "../../program/tensor";
import { nowAndThen, type Watch } from "../controller";
import { freePrompt, promptStartOption } from "../free-prompt";
import { inputShift } from "../input-shift";
import { defineMethod } from "../method";
import { startTextOption, virtualTokensOption } from "../options";
import { shiftOptions } from "../shift-options";

const options = z.strictObject({
  virtualTokens: virtualTokensOption(6),
  init: promptStartOption("vocabulary"),
  text: startTextOption(),
  ...shiftOptions(),
  fusion: z.int().min(1).max(1024).nullable().default(16).meta({
    title: "Fusion width",
    description: "Width of the attention by which the prompt reads the low-rank product. Empty: no fusion.",
  }),
  spaces: z.int().min(1).max(16).default(2).meta({
    title: "Spaces",
    description: "Into how many spaces the prompt is projected and mixed by the gate. 1: no projection.",
  }),
  spaceRank: z.int().min(1).max(256).default(4).meta({
    title: "Rank of a space",
    description: "Inner width of each projection.",
  }),
});

type Options = z.infer<typeof options>;

export const ept = defineMethod<Options>({
  id: "ept",
  title: "EPT",
  summary: "DePT whose prompt reads the low-rank part and is mixed from several spaces",
  group: "soft prompt",
  site: "input",
  mainOptions: ["virtualTokens", "init", "rank"],
  learningRate: 1e-2,
  card: {
    trains: "A short prompt, two thin matrices, an attention between them, projections with a gate, and the head.",
    attaches: "The mixed prompt comes before the input; the product is added to the input's embeddings by position.",
    costs:
      "DePT's parameters, 2 · width · fusion width, and 2 · width · spaces · rank + width · spaces: few against the model, " +
      "many against a prompt. The layers are our reading: the authors' code was not at hand.",
    fails: "On little data: the added layers have more to learn than the prompt itself.",
    equals:
      "Without fusion and with one space it is DePT; before training it is prompt tuning with the short prompt alone.",
    paper: {
      title: "Efficient Prompt Tuning by Multi-Space Projection and Prompt Fusion (Lan et al. 2024)",
      url: "https://arxiv.org/abs/2405.11464",
    },
  },
  options: () => options,
  text: ({ init, text }) => (init === "text" ? text : null),
  textForm: ({ virtualTokens }) => ({ control: "none", length: virtualTokens }),
  attach(program, given, context) {
    const { virtualTokens, init, positions, rank, alpha, pairRate: learningRateScale } = given;
    const { hiddenSize } = context.config;
    const shift = inputShift(program, hiddenSize, { positions, rank, alpha, learningRateScale });
    const short = freePrompt(program, "prompt_embeddings", { count: virtualTokens, init }, context);
    return { prompt: mix(program, fuse(program, short, shift.product, given), given), words: shift.words };
  },
  controller: (program, { spaces }, { steps }) => (spaces === 1 ? {} : { watch: gateWatch(program, spaces, steps) }),
  equalities: ({ init, text, virtualTokens }) => [
    {
      statement: "Before training it is prompt tuning with the short prompt: what is added starts at zero.",
      method: "prompt",
      options: { init, text, virtualTokens },
    },
  ],
  exportForm: () => ({ type: "STUDIO", why: "it changes the input's own embeddings, which no PEFT method does." }),
});

const uniform = (inputs: number): Initializer => ({ kind: "uniform", bound: inputs ** -0.5 });

/**
 * The prompt and what it reads of the product, beyond the product's mean: queries of zeros, which
 * weigh all alike, leave the prompt as it is, whatever the product has learned.
 */
function fuse(program: Program, prompt: Tensor, product: Tensor, { fusion }: Options): Tensor {
  if (fusion === null) return prompt;
  const width = prompt.shape[1]!;
  const query = program.trainable("fusion.query", [width, fusion], { initializer: { kind: "zeros" } });
  const key = program.trainable("fusion.key", [width, fusion], { initializer: uniform(width) });
  const queries = linear(program, "fusion queries", prompt, query, { layout: "in-out" });
  const keys = linear(program, "fusion keys", product, key, { layout: "in-out" });
  const scores = linear(program, "fusion scores", queries, keys, { scale: fusion ** -0.5 });
  const weights = softmax(program, "fusion weights", scores);
  const [tokens, positions] = weights.shape as [number, number];
  const even = program.constant(`even weights ${tokens} × ${positions}`, weights.shape, () =>
    new Float32Array(tokens * positions).fill(-1 / positions),
  );
  const beyond = add(program, "weights beyond even", weights, even);
  return linear(program, "fused prompt", beyond, product, { layout: "in-out", addend: prompt });
}

const GATE = "space gate";

/** What the gate gives each space, as the mean over the prompt's tokens. */
function gateWatch(program: Program, spaces: number, steps: number): Watch {
  const tensor = program.tensor(GATE);
  const tokens = tensor.shape[0]!;
  const names = Array.from({ length: spaces }, (_, space) => `space ${space + 1}`);
  const mean = (weights: Float32Array, space: number) =>
    weights.reduce((sum, weight, place) => sum + (place % spaces === space ? weight : 0), 0) / tokens;
  return {
    tensor,
    due: nowAndThen(steps),
    read: (weights) => ({
      type: "shares",
      title: "Gate",
      names,
      shares: names.map((_, space) => mean(weights, space)),
    }),
  };
}

/** The prompt and its projections, weighed by the gate. */
function mix(program: Program, prompt: Tensor, { spaces, spaceRank }: Options): Tensor {
  if (spaces === 1) return prompt;
  const width = prompt.shape[1]!;
  const inner = spaces * spaceRank;
  const down = program.trainable("spaces.down", [width, inner], { initializer: uniform(width) });
  const up = program.trainable("spaces.up", [inner, width], { initializer: { kind: "zeros" } });
  const gate = program.trainable("spaces.gate", [width, spaces], { initializer: uniform(width) });
  const weights = softmax(program, GATE, linear(program, "gate scores", prompt, gate, { layout: "in-out" }));
  // Every space's weight, once for each of its columns.
  const spread = program.constant(`spaces ${spaces} × ${spaceRank}`, [spaces, inner], () =>
    Float32Array.from({ length: spaces * inner }, (_, cell) =>
      Math.floor((cell % inner) / spaceRank) === Math.floor(cell / inner) ? 1 : 0,
    ),
  );
  const columns = linear(program, "gate by column", weights, spread, { layout: "in-out" });
  const projected = linear(program, "projected prompt", prompt, down, { layout: "in-out" });
  // The weights are positive, so that ReLU leaves them as they are: this is their product with the
  // projections.
  const weighed = gatedActivation(program, "weighed projections", columns, projected, "relu");
  return linear(program, "mixed prompt", weighed, up, { layout: "in-out", addend: prompt });
}
