/** GraLoRA: low-rank factors for each block of a linear's inputs and outputs. */

import * as z from "zod";
import { entries, replacementOf } from "../base-change";
import { CONFIG } from "../folder";
import { checkShape } from "../module-checks";
import { commonConfig, HEADS, type PeftConfig, sortedNames } from "../peft-config";
import { peftLayout } from "../peft-layout";
import type { TargetModules } from "../target-modules";
import {
  blockSettings,
  checkModules,
  settleTargets,
  targetOptions,
  targetSettings,
  targetsIn,
  writtenTargets,
} from "../target-settings";
import { injectedNames } from "../tensor-names";
import type { AdapterForm } from "./form";

export interface GraloraSettings extends TargetModules {
  readonly type: "GRALORA";
  /** Numbers that a block of inputs gives, a multiple of the blocks: PEFT's r. */
  readonly rank: number;
  readonly alpha: number;
  /** Of inputs, and as many of outputs. */
  readonly blocks: number;
  readonly dropout: number;
}

const schema = z.looseObject({
  ...targetSettings,
  r: z.int().min(1).default(32),
  alpha: z.number().default(64),
  gralora_k: z.int().min(1).default(2),
  gralora_dropout: z.number().min(0).lt(1).default(0),
  hybrid_r: z.literal(0, "a low-rank update of the whole weight cannot be read beside GraLoRA's blocks").default(0),
  bias: z.literal("none", "trained biases cannot be read beside GraLoRA").default("none"),
});

export type GraloraConfig = PeftConfig & z.infer<typeof schema>;

const names = injectedNames("GRALORA", { parameters: "gralora_[AB]" });
const FACTOR = /\.gralora_[AB]$/;

export const gralora: AdapterForm<GraloraSettings, GraloraConfig> = {
  type: "GRALORA",
  sentence: "low-rank factors for each block of frozen linear layers' weights (`GRALORA`)",
  layout: peftLayout<GraloraConfig>({
    type: "GRALORA",
    names,
    schema,
    floats: ["gralora_dropout"],
    settle: (config, tensors) => settleTargets(config, tensors, FACTOR),
    check(config, tensors) {
      const { r, gralora_k: blocks } = config;
      if (r % blocks !== 0) throw new Error(`${CONFIG}: r ${r} is no multiple of gralora_k ${blocks}.`);
      checkModules(names, config, tensors, { suffix: FACTOR, what: "a factor of GraLoRA" }, (part) => {
        const [a, b] = [part("gralora_A"), part("gralora_B")];
        const why = `${blocks} blocks of rank ${r} (${CONFIG})`;
        checkShape(names, a, [blocks, a.shape[1] ?? 0, r], why);
        checkShape(names, b, [blocks, r, b.shape[2] ?? 0], why);
      });
    },
  }),
  config: (settings, site) => ({
    ...commonConfig("GRALORA", site),
    ...blockSettings(settings),
    alpha: settings.alpha,
    bias: "none",
    fan_in_fan_out: site.fanInFanOut,
    gralora_dropout: settings.dropout,
    gralora_k: settings.blocks,
    hybrid_r: 0,
    init_weights: true,
    modules_to_save: HEADS,
    r: settings.rank,
    target_modules: sortedNames(writtenTargets(settings.targets, site)),
  }),
  above: targetsIn,
  run: (config) => ({
    method: "gralora",
    options: {
      ...targetOptions(config),
      ...{ rank: config.r / config.gralora_k, alpha: config.alpha },
      ...{ blocks: config.gralora_k, dropout: config.gralora_dropout },
    },
  }),
  change: (settings) => (tensor, all, base) => {
    const { name, shape } = tensor;
    if (!FACTOR.test(name)) return replacementOf(tensor);
    if (name.endsWith("_B")) return [];
    const path = name.replace(FACTOR, "");
    const up = all.get(`${path}.gralora_B`);
    if (!up) throw new Error(`"${name}" has no "${path}.gralora_B" beside it.`);
    const [blocks, inputs, rank] = shape as [number, number, number];
    const outputs = up.shape[2]!;
    const share = rank / blocks;
    const change = entries(blocks * outputs, base.fanInFanOut, (value, output, input) => {
      const [from, to] = [Math.floor(input / inputs), Math.floor(output / outputs)];
      let sum = 0;
      for (let s = 0; s < share; s++) {
        const down = tensor.data[input * rank + to * share + s]!;
        sum += down * up.data[(to * rank + from * share + s) * outputs + (output % outputs)]!;
      }
      return value + (settings.alpha / settings.rank) * sum;
    });
    return [[`${path}.weight`, change]];
  },
};
