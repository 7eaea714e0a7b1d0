/**
 * AdaLoRA: low-rank triplets beside the linears; pruned ones are left out, and the configuration
 * says which.
 */

import * as z from "zod";
import type { NamedTensor } from "../../hub/write-safetensors";
import { replacementOf } from "../base-change";
import { CONFIG } from "../folder";
import { checkShape, checkTargets, modulesOf, tensorNamed } from "../module-checks";
import type { PeftConfig } from "../peft-config";
import { peftLayout } from "../peft-layout";
import { settleTargets, targetOptions, targetsOf, writtenTargets } from "../target-settings";
import { injectedNames } from "../tensor-names";
import type { AdapterForm } from "./form";
import { loraConfig, loraSchema } from "./lora";

export interface AdaloraSettings {
  readonly type: "ADALORA";
  readonly alpha: number;
  readonly targets: readonly string[] | string;
  readonly dropout: number;
  readonly initialRank: number;
  readonly targetRank: number;
  readonly tinit: number;
  readonly tfinal: number;
  readonly deltaT: number;
  readonly beta1: number;
  readonly beta2: number;
  readonly orthogonality: number;
  readonly steps: number;
  /** Which triplets of a module are kept, by the path of its E; null before any were pruned. */
  readonly rankPattern: Readonly<Record<string, readonly boolean[]>> | null;
}

const schema = z.looseObject({
  ...loraSchema.omit({ rank_pattern: true }).shape,
  use_dora: z.literal(false).default(false),
  init_r: z.int().min(1).default(12),
  target_r: z.int().min(1).default(8),
  total_step: z.int().min(1),
  rank_pattern: z.record(z.string(), z.array(z.boolean()).readonly()).nullable().default(null),
});

export type AdaloraConfig = PeftConfig & z.infer<typeof schema>;

const names = injectedNames("ADALORA", { parameters: "lora_[ABE]" });
const FACTOR = /\.lora_[AEB]$/;

export const adalora: AdapterForm<AdaloraSettings, AdaloraConfig> = {
  type: "ADALORA",
  sentence: "low-rank triplets, those left after pruning, beside frozen linear layers (`ADALORA`)",
  layout: peftLayout<AdaloraConfig>({
    type: "ADALORA",
    names,
    schema,
    floats: ["lora_dropout", "orth_reg_weight"],
    settle: (config, tensors) => settleTargets(config, tensors, FACTOR),
    check,
  }),
  config(settings, site) {
    const { alpha, dropout } = settings;
    const targets = writtenTargets(settings.targets, site);
    return {
      // PEFT writes LoRA's keys too and ignores its rank; 8 is the default, and it warns about any
      // other.
      ...loraConfig({ rank: 8, alpha, targets, dropout, rankStabilised: false }, site),
      peft_type: "ADALORA",
      use_dora: false,
      beta1: settings.beta1,
      beta2: settings.beta2,
      deltaT: settings.deltaT,
      init_r: settings.initialRank,
      orth_reg_weight: settings.orthogonality,
      rank_pattern: settings.rankPattern,
      target_r: settings.targetRank,
      tfinal: settings.tfinal,
      tinit: settings.tinit,
      total_step: settings.steps,
    };
  },
  // A merged model is made of the plain LoRA that it is converted to.
  change: () => (tensor) => replacementOf(tensor),
  given: withPrunedRanks,
  run: (config) => ({
    method: "adalora",
    options: {
      initialRank: config.init_r,
      // Nothing more will be allocated.
      targetRank: Math.min(config.target_r, config.init_r - 1),
      alpha: config.lora_alpha,
      ...targetOptions(config),
      dropout: config.lora_dropout,
    },
  }),
};

/**
 * The factors at their initial rank: what was pruned is zero, and stays so since nothing reads it.
 */
function withPrunedRanks(
  { rank_pattern: pattern }: AdaloraConfig,
  tensors: readonly NamedTensor[],
): readonly NamedTensor[] {
  return tensors.map((tensor): NamedTensor => {
    const [, path, part] = /^(.*)\.lora_([AEB])$/.exec(tensor.name) ?? [];
    const kept = pattern?.[`${path}.lora_E`];
    if (!kept) return tensor;
    const places = kept.flatMap((keep, rank) => (keep ? [rank] : []));
    const [rows, columns] = tensor.shape as [number, number];
    const shape = part === "B" ? [rows, kept.length] : [kept.length, columns];
    const data = new Float32Array(shape[0]! * shape[1]!);
    tensor.data.forEach((value, index) => {
      const [row, column] = [Math.floor(index / columns), index % columns];
      data[part === "B" ? row * kept.length + places[column]! : places[row]! * columns + column] = value;
    });
    return { name: tensor.name, shape, data };
  });
}

/** Three factors for every target, of the rank that the pattern leaves it. */
function check(config: AdaloraConfig, tensors: readonly NamedTensor[]): void {
  const { init_r: initial, rank_pattern: pattern } = config;
  const byName = new Map(tensors.map((tensor) => [tensor.name, tensor]));
  const modules = modulesOf(names, tensors, FACTOR, "a factor of AdaLoRA");
  checkTargets(modules, targetsOf(config));
  for (const module of modules) {
    const kept = pattern?.[`${module}.lora_E`];
    if (pattern && kept?.length !== initial) {
      const found = kept ? `${kept.length} entries` : "no entry";
      throw new Error(`${CONFIG}: rank_pattern has ${found} for "${module}.lora_E"; init_r asks for ${initial}.`);
    }
    const rank = kept ? kept.filter(Boolean).length : initial;
    const why = `the rank of ${rank} that ${CONFIG} leaves it`;
    const [a, e, b] = ["A", "E", "B"].map((part) => tensorNamed(names, byName, `${module}.lora_${part}`));
    checkShape(names, a!, [rank, a!.shape[1] ?? 0], why);
    checkShape(names, e!, [rank, 1], why);
    checkShape(names, b!, [b!.shape[0] ?? 0, rank], why);
  }
}
