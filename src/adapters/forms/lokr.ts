/**
 * LoKr: two small matrices per linear, each whole or as two factors, whose Kronecker product is
 * added.
 */

import * as z from "zod";
import { entries, productAt } from "../base-change";
import { CONFIG, MODEL } from "../folder";
import type { TargetModules } from "../target-modules";
import { noPattern } from "../target-settings";
import { type ModuleTensors, targetForm } from "./target-form";

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

const schema = {
  r: z.int().min(1).default(8),
  alpha: z.number().default(8),
  decompose_both: z.boolean().default(false),
  decompose_factor: z.union([z.int().min(2), z.literal(NO_FACTOR)]).default(NO_FACTOR),
  rank_pattern: noPattern("ranks", "LoKr"),
  alpha_pattern: noPattern("alphas", "LoKr"),
};

export const lokr = targetForm<LokrSettings, typeof schema>({
  type: "LOKR",
  method: "lokr",
  title: "LoKr",
  what: "a factor of LoKr",
  sentence: "factors of a Kronecker product beside frozen linear layers (`LOKR`)",
  tensors: "lokr_w[12](?:_[ab])?",
  first: "lokr_w1(?:_a)?",
  schema,
  floats: ["module_dropout", "rank_dropout"],
  linearOnly: true,
  check({ r }, module) {
    for (const matrix of ["lokr_w1", "lokr_w2"]) {
      if (!module.has(`${matrix}_a`) && !module.has(`${matrix}_b`)) {
        module.part(matrix);
        continue;
      }
      if (module.has(matrix)) {
        throw new Error(`${MODEL} has "${module.path}.${matrix}" both whole and as two factors.`);
      }
      module.shaped(`${matrix}_a`, [null, r], `rank ${r} (${CONFIG})`);
      module.shaped(`${matrix}_b`, [r, null], `rank ${r} (${CONFIG})`);
    }
  },
  written: ({ rank, alpha, factor, both }) => ({
    alpha,
    alpha_pattern: {},
    decompose_both: both,
    decompose_factor: factor ?? NO_FACTOR,
    exclude_modules: null,
    init_weights: true,
    module_dropout: 0,
    r: rank,
    rank_dropout: 0,
    rank_dropout_scale: false,
    rank_pattern: {},
    use_effective_conv2d: false,
  }),
  options: ({ r: rank, alpha, decompose_both: both, decompose_factor: factor }) => ({
    ...{ rank, alpha, both },
    factor: factor === NO_FACTOR ? null : factor,
  }),
  change({ rank, alpha }, module, { fanInFanOut }) {
    const [blocks, block] = [matrixOf(module, "lokr_w1"), matrixOf(module, "lokr_w2")];
    return entries(blocks.rows * block.rows, fanInFanOut, (value, output, input) => {
      const factor = blocks.at(Math.floor(output / block.rows), Math.floor(input / block.columns));
      return value + (alpha / rank) * factor * block.at(output % block.rows, input % block.columns);
    });
  },
});

interface Matrix {
  readonly rows: number;
  readonly columns: number;
  at(row: number, column: number): number;
}

/** @throws Error naming the tensor that is missing. */
function matrixOf({ has, part }: ModuleTensors, name: string): Matrix {
  if (has(name)) {
    const { shape, data } = part(name);
    const [rows, columns] = shape as [number, number];
    return { rows, columns, at: (row, column) => data[row * columns + column]! };
  }
  const [a, b] = [part(`${name}_a`), part(`${name}_b`)];
  return { rows: a.shape[0]!, columns: b.shape[1]!, at: (row, column) => productAt(a, b, row, column) };
}
