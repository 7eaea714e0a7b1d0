/**
 * LoRA (Hu et al. 2021) as PEFT does it: y = W x + s · B A x, A Kaiming-uniform, B zero; s = alpha
 * / rank (rsLoRA: √rank). Where A and B start as parts A₀, B₀ of the weight itself (PiSSA, OLoRA),
 * PEFT takes them out of its copy of the weight; here all runs share it, and y = W x + s · B A x −
 * s · B₀ A₀ x.
 */

import type { LoraSettings } from "../../adapters/forms/lora";
import type { LinearSite } from "../../models/family";
import { linear } from "../../operations/linear";
import type { Program } from "../../program/program";
import type { ControllerState, FromWeight } from "../../program/tensor";
import { equalToFrozen } from "../equalities";
import {
  isUpdated,
  type LowRankOptions,
  type LowRankStart,
  loraForm,
  lowRankOptions,
  lowRankStarts,
  lowRankUpdate,
  scaling,
  startsInWeight,
} from "../low-rank";
import { defineMethod, type StoredTensor, type TrainedState } from "../method";
import { outerUpdates } from "../outer-low-rank";
import { outerPaths } from "../outer-modules";
import { type Matrix, matrixOf, orthogonalParts, type Parts, singularParts } from "./weight-parts";

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
    costs:
      "rank · (inputs + outputs) parameters per layer; it can be merged into the weights afterwards. PiSSA's and OLoRA's " +
      "starts keep what they began with as well, and download as LoRA of twice the rank.",
    fails:
      "When the rank is too small for the change the task needs, or the learning rate is a prompt's instead of LoRA's.",
    paper: { title: "LoRA (Hu et al. 2021)", url: "https://arxiv.org/abs/2106.09685" },
  },
  options: (facts) => lowRankOptions(facts, outerPaths(facts), lowRankStarts),
  attach: (program, options, context) => ({
    ...outerUpdates(program, options, context),
    linear(path, x, y, site) {
      if (!isUpdated(path, options)) return y;
      if (!startsInWeight(options)) return lowRankUpdate(program, path, x, y, options).sum;
      const start = startOf(program, path, [x.shape[1]!, y.shape[1]!], options, site);
      const { sum, scale } = lowRankUpdate(program, path, x, y, options, undefined, start);
      const inner = linear(program, `${y.name} lora_A at the start`, x, start.frozen.down);
      return linear(program, `${y.name} + lora - start`, inner, start.frozen.up, { addend: sum, scale: -scale });
    },
  }),
  equalities: ({ start }) => equalToFrozen(whyFrozen[start]),
  exportForm: loraForm,
  changedByExport: startsInWeight,
  exported: (options, state) =>
    startsInWeight(options) ? withoutStart(options, state) : { form: loraForm(options), tensors: state.tensors },
});

const whyFrozen: Readonly<Record<LowRankStart, string>> = {
  kaiming: "B starts at zero",
  gaussian: "B starts at zero",
  orthogonal: "B·A starts at zero",
  pissa: "what A and B start as is taken away again",
  olora: "what A and B start as is taken away again",
};

const STARTS = { down: "lora_A.start", up: "lora_B.start" } as const;

/** How A and B start, and both once more as they stay. */
function startOf(
  program: Program,
  path: string,
  [inputs, outputs]: readonly [number, number],
  options: LowRankOptions,
  { weight, layout }: Pick<LinearSite, "weight" | "layout">,
): {
  readonly down: FromWeight;
  readonly up: FromWeight;
  readonly frozen: { down: ControllerState; up: ControllerState };
} {
  const { rank, scale } = scaling(path, options);
  // Decomposed once for both matrices; the copy of the weight is not held on to.
  const known = new WeakMap<Float32Array, Parts>();
  const partsOf = (values: Float32Array): Parts => {
    const parts = known.get(values) ?? decomposed(matrixOf(values, outputs, inputs, layout));
    known.set(values, parts);
    return parts;
  };
  const decomposed = (matrix: Matrix) =>
    options.start === "olora" ? orthogonalParts(matrix, rank) : singularParts(matrix, rank, scale);
  const from = (part: keyof Parts): FromWeight => ({
    kind: "weight",
    weight,
    values: (values) => partsOf(values)[part],
  });
  const [down, up] = [from("down"), from("up")];
  const frozen = {
    down: program.controllerState(`${path}.${STARTS.down}`, [rank, inputs], down),
    up: program.controllerState(`${path}.${STARTS.up}`, [outputs, rank], up),
  };
  return { down, up, frozen };
}

/**
 * PEFT's conversion to an update of the weight as it is: [B, −B₀] · [A; A₀], of twice the rank and
 * the same scale.
 */
function withoutStart(
  options: LowRankOptions,
  { tensors, controllerStates }: TrainedState,
): { readonly form: LoraSettings; readonly tensors: readonly StoredTensor[] } {
  const twice = (numbers: Readonly<Record<string, number>>, factor = 2) =>
    Object.fromEntries(Object.entries(numbers).map(([key, value]) => [key, factor * value]));
  const factor = options.rankStabilised ? Math.SQRT2 : 2;
  const form = {
    ...loraForm(options),
    rank: 2 * options.rank,
    alpha: factor * options.alpha,
    rankPattern: twice(options.rankPattern),
    alphaPattern: twice(options.alphaPattern, factor),
  };
  const joined = tensors.map(({ name, shape, data }): StoredTensor => {
    const isDown = name.endsWith(".lora_A.weight");
    const path = name.slice(0, -".lora_A.weight".length);
    const start = controllerStates.get(`${path}.${isDown ? STARTS.down : STARTS.up}`)!;
    const both = new Float32Array(2 * data.length);
    if (isDown) {
      both.set(data);
      both.set(start, data.length);
      return { name, shape: [2 * shape[0]!, shape[1]!], data: both };
    }
    const rank = shape[1]!;
    for (let at = 0; at < data.length; at++) {
      const row = Math.floor(at / rank);
      both[at + row * rank] = data[at]!;
      both[at + (row + 1) * rank] = -start[at]!;
    }
    return { name, shape: [shape[0]!, 2 * rank], data: both };
  });
  return { form, tensors: joined };
}
