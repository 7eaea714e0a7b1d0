/**
 * AdaLoRA (Zhang et al. 2023) as PEFT does it: y = W x + s · B (E ∘ (A x)), where the values E of
 * the least important ranks over all modules are set to zero until the budget is met. s = alpha /
 * (initial rank + 1e-5), whatever ranks are left.
 */

import * as z from "zod";
import type { AdaloraSettings } from "../../adapters/forms/adalora";
import type { LoraSettings } from "../../adapters/forms/lora";
import { isTargeted } from "../../adapters/target-modules";
import { dropout } from "../../operations/dropout";
import { linear } from "../../operations/linear";
import { scaleColumns } from "../../operations/scale-columns";
import { view } from "../../operations/view";
import { equalToFrozen } from "../equalities";
import { alphaOption, dropoutOption, rankOption } from "../low-rank";
import { defineMethod, type ModelFacts, type TrainedState } from "../method";
import { checkTargets, linearShapes, targetModules, targetOptions } from "../targets";
import { allocation, RANKS } from "./allocation";

type Options = z.infer<ReturnType<typeof options>>;

const share = (title: string, description: string) => z.number().gt(0).lt(1).default(0.85).meta({ title, description });

function options(facts: ModelFacts) {
  return z
    .strictObject({
      initialRank: rankOption(12).meta({
        title: "Initial rank",
        description: "Of every module's update at the start.",
      }),
      targetRank: rankOption(8).meta({ title: "Target rank", description: "Mean over the modules in the end." }),
      alpha: alphaOption(16).meta({ title: "Alpha", description: "The update is scaled by alpha / initial rank." }),
      ...targetOptions(facts),
      dropout: dropoutOption(),
      tinit: z.int().min(0).nullable().default(null).meta({
        title: "Updates before the first allocation (tinit)",
        description: "All ranks are kept so long. Empty: a tenth of the steps.",
      }),
      tfinal: z.int().min(0).nullable().default(null).meta({
        title: "Updates after the last allocation (tfinal)",
        description: "The ranks left are trained so long without change. Empty: three tenths of the steps.",
      }),
      deltaT: z.int().min(1).default(5).meta({
        title: "Updates between allocations (deltaT)",
        description: "The budget falls in these intervals, like a cube of the time left.",
      }),
      beta1: share("Smoothing of the sensitivity (beta1)", "Share of the old average that a new value leaves."),
      beta2: share("Smoothing of the uncertainty (beta2)", "Share of the old average that a new value leaves."),
      orthogonality: z.number().positive().default(0.5).meta({
        title: "Weight of orthogonality",
        description:
          "Of the penalty that keeps A's rows and B's columns orthonormal; it is reported apart from the loss.",
      }),
    })
    .superRefine((chosen, context) => {
      checkTargets(chosen, context, facts);
      if (chosen.targetRank < chosen.initialRank) return;
      const message = `must be below the initial rank of ${chosen.initialRank}, or there is nothing to allocate`;
      context.addIssue({ code: "custom", path: ["targetRank"], message });
    });
}

/** Updates before the first and after the last allocation. */
function timing({ tinit, tfinal }: Options, steps: number): { tinit: number; tfinal: number } {
  return { tinit: tinit ?? Math.floor(steps / 10), tfinal: tfinal ?? Math.floor((3 * steps) / 10) };
}

/** PEFT's divisor of alpha. */
const divisor = (initialRank: number) => initialRank + 1e-5;

export const adalora = defineMethod<Options>({
  id: "adalora",
  title: "AdaLoRA",
  summary: "LoRA whose ranks go where they matter: the least important ones are pruned while it trains",
  group: "weight delta",
  site: "linear",
  mainOptions: ["initialRank", "targetRank", "targets"],
  learningRate: 1e-3,
  card: {
    trains: "Two thin matrices and one value per rank for each chosen linear layer, and the head.",
    attaches: "Beside the linear layers, as LoRA; ranks whose value is set to zero drop out for good.",
    costs: "The initial rank's parameters while it trains, and twice as many averages; in the end the target rank's.",
    fails: "When the run is too short to tell important ranks from others, or a rank dropped early is needed later.",
    equals:
      "Without allocation, LoRA with a value per rank and a penalty on its matrices; converted, plain LoRA exactly.",
    paper: { title: "AdaLoRA (Zhang et al. 2023)", url: "https://arxiv.org/abs/2303.10512" },
  },
  options,
  attach: (program, chosen) => ({
    linear(path, x, y) {
      if (!isTargeted(path, targetModules(chosen))) return y;
      const { initialRank: rank, alpha } = chosen;
      const small = { initializer: { kind: "normal", std: 0.02 } } as const;
      const a = program.trainable(`${path}.lora_A`, [rank, x.shape[1]!], small);
      const e = program.trainable(`${path}.lora_E`, [rank, 1], { initializer: { kind: "zeros" } });
      const b = program.trainable(`${path}.lora_B`, [y.shape[1]!, rank], small);
      const inner = linear(program, `${y.name} lora_A`, dropout(program, `${path} lora dropout`, x, chosen.dropout), a);
      const scaled = scaleColumns(program, `${y.name} lora_E`, inner, view(program, `${path} values`, e, [rank]));
      return linear(program, `${y.name} + lora`, scaled, b, { addend: y, scale: alpha / divisor(rank) });
    },
  }),
  controller: (program, chosen, context) =>
    allocation(program, { ...chosen, ...timing(chosen, context.steps) }, context),
  equalities: () => equalToFrozen("every rank's value starts at zero"),
  exportForm: (chosen, model) => form(chosen, model, 1, null),
  exported: (chosen, state) => (state.conversion === "lora" ? convert(chosen, state) : prune(chosen, state)),
  conversions: [{ id: "lora", title: "plain LoRA" }],
});

/**
 * Chosen blocks are written as full paths: some versions of PEFT refuse `layers_to_transform` alone
 * for AdaLoRA.
 */
function form(
  chosen: Options,
  model: ModelFacts,
  steps: number,
  rankPattern: AdaloraSettings["rankPattern"],
): AdaloraSettings {
  const { targets, layers } = targetModules(chosen);
  const paths = layers ? linearShapes(model).map(({ path }) => path) : [];
  return {
    type: "ADALORA",
    ...chosen,
    ...timing(chosen, steps),
    steps,
    rankPattern,
    targets: layers ? paths.filter((path) => isTargeted(path, { targets, layers })) : targets,
  };
}

/** Which ranks a module keeps. */
function keptRanks({ initialRank }: Options, { tensors, controllerStates }: TrainedState): Map<string, boolean[]> {
  const paths = tensors.flatMap(({ name }) => /^(.*)\.lora_A$/.exec(name)?.[1] ?? []);
  const ranks = controllerStates.get(RANKS)!;
  return new Map(
    paths.map((path, index) => {
      const own = ranks.subarray(index * initialRank, (index + 1) * initialRank);
      return [path, Array.from(own, (used) => used === 1)];
    }),
  );
}

/** As PEFT writes it: pruned ranks left out, and which they were in the configuration. */
function prune(chosen: Options, state: TrainedState) {
  const kept = keptRanks(chosen, state);
  const anyDropped = [...kept.values()].some((ranks) => ranks.includes(false));
  const pattern = Object.fromEntries([...kept].map(([path, ranks]) => [`${path}.lora_E`, ranks]));
  const tensors = state.tensors.map((tensor) => {
    const [, path, part] = /^(.*)\.lora_([AEB])$/.exec(tensor.name)!;
    return part === "B" ? keepColumns(tensor, kept.get(path!)!) : keepRows(tensor, kept.get(path!)!);
  });
  return { form: form(chosen, state.model, state.steps, anyDropped ? pattern : null), tensors };
}

/**
 * The same as LoRA: A with its rows times E, ranks and alphas per module; modules without a rank
 * left out.
 */
function convert(chosen: Options, state: TrainedState) {
  const { initialRank, alpha, dropout } = chosen;
  const kept = new Map([...keptRanks(chosen, state)].filter(([, ranks]) => ranks.includes(true)));
  const byName = new Map(state.tensors.map((tensor) => [tensor.name, tensor]));
  if (kept.size === 0) throw new Error("Every rank of this adapter was pruned, so there is nothing to write as LoRA.");
  const tensors = [...kept].flatMap(([path, ranks]) => {
    const [a, e, b] = ["A", "E", "B"].map((part) => byName.get(`${path}.lora_${part}`)!);
    const width = a!.shape[1]!;
    const scaled = { ...a!, data: a!.data.map((value, index) => value * e!.data[Math.floor(index / width)]!) };
    return [
      { ...keepRows(scaled, ranks), name: `${path}.lora_A.weight` },
      { ...keepColumns(b!, ranks), name: `${path}.lora_B.weight` },
    ];
  });
  const rankOf = (ranks: readonly boolean[]) => ranks.filter(Boolean).length;
  const escaped = (path: string) => path.replaceAll(".", "\\.");
  const perModule = (what: (rank: number) => number) =>
    Object.fromEntries([...kept].map(([path, ranks]) => [escaped(path), what(rankOf(ranks))]));
  const lora: LoraSettings = {
    type: "LORA",
    rank: initialRank,
    alpha,
    targets: [...kept.keys()],
    rankPattern: perModule((rank) => rank),
    alphaPattern: perModule((rank) => (alpha * rank) / divisor(initialRank)),
    dropout,
    rankStabilised: false,
  };
  return { form: lora, tensors };
}

type Tensor = TrainedState["tensors"][number];

function keepRows(tensor: Tensor, kept: readonly boolean[]): Tensor {
  const [, width] = tensor.shape as [number, number];
  const rows = kept.flatMap((keep, row) => (keep ? [tensor.data.subarray(row * width, (row + 1) * width)] : []));
  const data = new Float32Array(rows.length * width);
  rows.forEach((row, index) => void data.set(row, index * width));
  return { name: tensor.name, shape: [rows.length, width], data };
}

function keepColumns(tensor: Tensor, kept: readonly boolean[]): Tensor {
  const [rows, width] = tensor.shape as [number, number];
  const data = tensor.data.filter((_, index) => kept[index % width]);
  return { name: tensor.name, shape: [rows, data.length / rows], data };
}
