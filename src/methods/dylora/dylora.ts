/**
 * DyLoRA (Valipour et al. 2023): LoRA trained for every rank up to its own at once. Each update
 * draws a rank b, uses only the first b rows of A and columns of B, scaled by alpha / b, and trains
 * them all or, as in the paper's algorithm, the b-th alone.
 */

import * as z from "zod";
import type { LoraSettings } from "../../adapters/forms/lora";
import { isTargeted } from "../../adapters/target-modules";
import { dispatch } from "../../kernels/kernel";
import { maskMatrix } from "../../kernels/mask-matrix";
import { dropout } from "../../operations/dropout";
import { linear } from "../../operations/linear";
import { scaleColumns } from "../../operations/scale-columns";
import type { Program } from "../../program/program";
import type { Controller, ControllerContext } from "../controller";
import { equalToFrozen } from "../equalities";
import { alphaOption, dropoutOption, rankOption } from "../low-rank";
import { defineMethod, type ModelFacts, type StoredTensor, type TrainedState } from "../method";
import { checkTargets, targetModules, targetOptions } from "../targets";

type Options = z.infer<ReturnType<typeof options>>;

const options = (facts: ModelFacts) =>
  z
    .strictObject({
      rank: rankOption(8).meta({ title: "Largest rank", description: "Every rank up to it can be used afterwards." }),
      alpha: alphaOption(16).meta({ title: "Alpha", description: "The update is scaled by alpha / the rank in use." }),
      ...targetOptions(facts),
      trained: z.enum(["all up to the drawn rank", "the drawn rank alone"]).default("all up to the drawn rank").meta({
        title: "What an update trains",
        description:
          "The paper's algorithm freezes lower ranks and trains the drawn one alone, which is cheaper but worse.",
      }),
      dropout: dropoutOption(),
    })
    .superRefine((chosen, context) => checkTargets(chosen, context, facts));

/** Per rank: its factor on alpha / largest rank while rank b is in use; 0 above b. */
const factorsOf = (program: Program, rank: number) => program.controllerState("dylora factors", [rank], 1);

export const dylora = defineMethod<Options>({
  id: "dylora",
  title: "DyLoRA",
  summary: "LoRA for every rank at once: choose the rank after training",
  group: "weight delta",
  site: "linear",
  mainOptions: ["rank", "alpha", "targets"],
  learningRate: 5e-4,
  card: {
    trains:
      "Two thin matrices per chosen linear layer, each update a randomly drawn number of their ranks, and the head.",
    attaches: "Beside the linear layers: their output gets (alpha / b) · B·A·x added, with the first b ranks only.",
    costs: "LoRA's parameters of the largest rank; one training run replaces one for every rank that would be tried.",
    fails:
      "At the largest rank it is somewhat worse than LoRA of that rank, since every update serves a smaller one too.",
    equals: "Cut to rank b it is LoRA of rank b.",
    paper: { title: "DyLoRA (Valipour et al. 2023)", url: "https://arxiv.org/abs/2210.07558" },
  },
  options,
  attach: (program, chosen) => ({
    linear(path, x, y) {
      if (!isTargeted(path, targetModules(chosen))) return y;
      const { rank, alpha } = chosen;
      const inputs = x.shape[1]!;
      const a = program.trainable(`${path}.lora_A.weight`, [rank, inputs], {
        initializer: { kind: "uniform", bound: inputs ** -0.5 },
      });
      const b = program.trainable(`${path}.lora_B.weight`, [y.shape[1]!, rank], { initializer: { kind: "zeros" } });
      const inner = linear(program, `${y.name} lora_A`, dropout(program, `${path} lora dropout`, x, chosen.dropout), a);
      const used = scaleColumns(program, `${y.name} ranks`, inner, factorsOf(program, rank));
      return linear(program, `${y.name} + lora`, used, b, { addend: y, scale: alpha / rank });
    },
  }),
  controller,
  equalities: () => equalToFrozen("B starts at zero"),
  exportForm: (chosen) => form(chosen, chosen.rank),
  exported: (chosen, { tensors, setting }: TrainedState) => ({
    form: form(chosen, setting),
    tensors: tensors.map((tensor) => cut(tensor, setting)),
  }),
});

function controller(program: Program, { rank, trained }: Options, { draw }: ControllerContext): Controller {
  const factors = factorsOf(program, rank);
  const drawn = program.controllerState("dylora drawn", [rank], 1);
  const values = new Float32Array(rank);
  const single = new Float32Array(rank);
  const matrices = program.trainables.filter(({ part }) => part === "adapter");
  return {
    set(step, setting) {
      const used = step === null ? setting : 1 + Math.floor(draw(step) * rank);
      for (let index = 0; index < rank; index++) {
        values[index] = index < used ? rank / used : 0;
        single[index] = index === used - 1 ? 1 : 0;
      }
      return [
        [factors, values],
        [drawn, single],
      ];
    },
    beforeUpdate:
      trained === "all up to the drawn rank"
        ? []
        : [
            {
              dispatches: matrices.map((tensor) => {
                const [rows, columns] = tensor.shape as [number, number];
                const bindings = {
                  mask: { kind: "value", tensor: drawn },
                  x: { kind: "gradient", tensor },
                } as const;
                const BY_COLUMN = tensor.name.endsWith(".lora_B.weight") ? 1 : 0;
                return dispatch(maskMatrix, bindings, { rows, columns, start: 0 }, { BY_COLUMN });
              }),
            },
          ],
    dial: { title: "Rank", least: 1, most: rank },
  };
}

function form(chosen: Options, rank: number): LoraSettings {
  const { targets, layers: layersToTransform } = targetModules(chosen);
  const { alpha, dropout: rate } = chosen;
  return { type: "LORA", rank, alpha, targets, layersToTransform, dropout: rate, rankStabilised: false };
}

/** A's first rows or B's first columns. */
function cut({ name, shape, data }: StoredTensor, rank: number): StoredTensor {
  const [rows, columns] = shape as [number, number];
  if (name.endsWith(".lora_A.weight")) return { name, shape: [rank, columns], data: data.slice(0, rank * columns) };
  return { name, shape: [rows, rank], data: data.filter((_, index) => index % columns < rank) };
}
