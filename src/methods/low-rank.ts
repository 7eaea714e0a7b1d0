/** The low-rank update that LoRA and DoRA share, as PEFT makes it: B·A, A Kaiming-uniform, B zero, scaled by alpha / rank. */

import * as z from "zod";
import { linear } from "../operations/linear";
import type { Program } from "../program/program";
import type { Tensor } from "../program/tensor";
import type { ModelFacts } from "./method";

export type LowRankOptions = z.infer<ReturnType<typeof lowRankOptions>>;

export function lowRankOptions({ family, config }: ModelFacts) {
  const names = family.linearNames(config) as [string, ...string[]];
  return z.strictObject({
    rank: z.int().min(1).max(1024).default(8).meta({ title: "Rank", description: "Inner width of B·A." }),
    alpha: z.number().positive().default(16).meta({
      title: "Alpha",
      description: "The update is scaled by alpha / rank.",
    }),
    targets: z
      .preprocess((value) => (value === "all-linear" ? names : value), z.array(z.enum(names)).min(1))
      .default([...family.loraTargets])
      .meta({ title: "Targets", description: "The linear layers of every block that get an update." }),
    rankStabilised: z.boolean().default(false).meta({
      title: "Rank-stabilised",
      description: "Scale by alpha / √rank instead (rsLoRA, Kalajdzievski 2023).",
    }),
  });
}

export interface LowRankUpdate {
  /** A [rank, in], B [out, rank]. */
  readonly down: Tensor;
  readonly up: Tensor;
  readonly scale: number;
  /** `base` [rows, out] + scale · B·A·x. */
  readonly sum: Tensor;
}

/** Declares the matrices of the linear at `path` and adds their product with `x` to `base`. */
export function lowRankUpdate(
  program: Program,
  path: string,
  x: Tensor,
  base: Tensor,
  { rank, alpha, rankStabilised }: LowRankOptions,
): LowRankUpdate {
  const [inputs, outputs] = [x.shape[1]!, base.shape[1]!];
  const down = program.trainable(`${path}.lora_A.weight`, [rank, inputs], {
    initializer: { kind: "uniform", bound: inputs ** -0.5 },
  });
  const up = program.trainable(`${path}.lora_B.weight`, [outputs, rank], { initializer: { kind: "zeros" } });
  const inner = linear(program, `${base.name} lora_A`, x, down);
  const scale = alpha / (rankStabilised ? Math.sqrt(rank) : rank);
  return { down, up, scale, sum: linear(program, `${base.name} + lora`, inner, up, { addend: base, scale }) };
}
