/**
 * LoKr: two small matrices per linear, each whole or as two factors, whose Kronecker product is
 * added.
 */

import * as z from "zod";
import type { NamedTensor } from "../../hub/write-safetensors";
import { entries, productAt, replacementOf } from "../base-change";
import { CONFIG, MODEL } from "../folder";
import { checkShape } from "../module-checks";
import { commonConfig, HEADS, type PeftConfig, sortedNames } from "../peft-config";
import { peftLayout } from "../peft-layout";
import type { TargetModules } from "../target-modules";
import {
  blockSettings,
  checkModules,
  noPattern,
  settleTargets,
  targetOptions,
  targetSettings,
  targetsIn,
  writtenTargets,
} from "../target-settings";
import { injectedNames } from "../tensor-names";
import type { AdapterForm } from "./form";
import type { StudioSettings } from "./studio";

export interface LokrSettings extends TargetModules {
  readonly type: "LOKR";
  readonly rank: number;
  readonly alpha: number;
  /** Blocks of outputs and inputs; null: about the square root. */
  readonly factor: number | null;
  readonly both: boolean;
}

/** PEFT's number for no factor. */
const NO_FACTOR = -1;

const schema = z.looseObject({
  ...targetSettings,
  r: z.int().min(1).default(8),
  alpha: z.number().default(8),
  decompose_both: z.boolean().default(false),
  decompose_factor: z.union([z.int().min(2), z.literal(NO_FACTOR)]).default(NO_FACTOR),
  rank_pattern: noPattern("ranks", "LoKr"),
  alpha_pattern: noPattern("alphas", "LoKr"),
});

export type LokrConfig = PeftConfig & z.infer<typeof schema>;

const names = injectedNames("LOKR", { parameters: "lokr_w[12](?:_[ab])?" });
const FACTOR = /\.lokr_w[12](?:_[ab])?$/;
const MATRICES = ["lokr_w1", "lokr_w2"] as const;

export const lokr: AdapterForm<LokrSettings, LokrConfig, LokrSettings | StudioSettings> = {
  type: "LOKR",
  sentence: "factors of a Kronecker product beside frozen linear layers (`LOKR`)",
  layout: peftLayout<LokrConfig>({
    type: "LOKR",
    names,
    schema,
    floats: ["module_dropout", "rank_dropout"],
    settle: (config, tensors) => settleTargets(config, tensors, FACTOR),
    check(config, tensors) {
      const known = new Set(tensors.map(({ name }) => name));
      const rank = `rank ${config.r} (${CONFIG})`;
      checkModules(names, config, tensors, { suffix: FACTOR, what: "a factor of LoKr" }, (part, module) => {
        for (const matrix of MATRICES) {
          const has = (name: string) => known.has(`${module}.${name}`);
          if (!has(`${matrix}_a`) && !has(`${matrix}_b`)) {
            part(matrix);
            continue;
          }
          if (has(matrix)) {
            throw new Error(`${MODEL} has "${module}.${matrix}" both whole and as two factors.`);
          }
          const [a, b] = [part(`${matrix}_a`), part(`${matrix}_b`)];
          checkShape(names, a, [a.shape[0] ?? 0, config.r], rank);
          checkShape(names, b, [config.r, b.shape[1] ?? 0], rank);
        }
      });
    },
  }),
  config: (settings, site) => ({
    ...commonConfig("LOKR", site),
    ...blockSettings(settings),
    alpha: settings.alpha,
    alpha_pattern: {},
    decompose_both: settings.both,
    decompose_factor: settings.factor ?? NO_FACTOR,
    exclude_modules: null,
    init_weights: true,
    module_dropout: 0,
    modules_to_save: HEADS,
    r: settings.rank,
    rank_dropout: 0,
    rank_dropout_scale: false,
    rank_pattern: {},
    target_modules: sortedNames(writtenTargets(settings.targets, site)),
    use_effective_conv2d: false,
  }),
  above: targetsIn,
  writtenAs: (settings, { fanInFanOut }) =>
    fanInFanOut ? { type: "STUDIO", why: "its LoKr is for torch's Linear alone, not for GPT-2's Conv1D." } : settings,
  run: (config) => ({
    method: "lokr",
    options: {
      ...targetOptions(config),
      ...{ rank: config.r, alpha: config.alpha, both: config.decompose_both },
      factor: config.decompose_factor === NO_FACTOR ? null : config.decompose_factor,
    },
  }),
  change:
    ({ rank, alpha }) =>
    (tensor, all, base) => {
      const { name } = tensor;
      if (!FACTOR.test(name)) return replacementOf(tensor);
      // The first matrix, or its first factor, takes the others in.
      if (!/\.lokr_w1(?:_a)?$/.test(name)) return [];
      const path = name.replace(FACTOR, "");
      const [blocks, block] = MATRICES.map((matrix) => matrixOf(all, `${path}.${matrix}`));
      const outputs = blocks!.rows * block!.rows;
      const change = entries(outputs, base.fanInFanOut, (value, output, input) => {
        const factor = blocks!.at(Math.floor(output / block!.rows), Math.floor(input / block!.columns));
        return value + (alpha / rank) * factor * block!.at(output % block!.rows, input % block!.columns);
      });
      return [[`${path}.weight`, change]];
    },
};

interface Matrix {
  readonly rows: number;
  readonly columns: number;
  at(row: number, column: number): number;
}

/** @throws Error naming the tensor that is missing. */
function matrixOf(all: ReadonlyMap<string, NamedTensor>, name: string): Matrix {
  const whole = all.get(name);
  if (whole) {
    const [rows, columns] = whole.shape as [number, number];
    return { rows, columns, at: (row, column) => whole.data[row * columns + column]! };
  }
  const [a, b] = [all.get(`${name}_a`), all.get(`${name}_b`)];
  if (!a || !b) throw new Error(`There is no "${name}", whole or as two factors.`);
  return { rows: a.shape[0]!, columns: b.shape[1]!, at: (row, column) => productAt(a, b, row, column) };
}
