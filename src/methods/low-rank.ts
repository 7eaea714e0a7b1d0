/**
 * The low-rank update that LoRA and its family share, as PEFT makes it: B·A, A Kaiming-uniform, B
 * zero, scaled by alpha / rank.
 */

import * as z from "zod";
import type { LoraSettings } from "../adapters/forms/lora";
import { isTargeted, patternValue } from "../adapters/target-modules";
import { dropout } from "../operations/dropout";
import { linear } from "../operations/linear";
import type { Program } from "../program/program";
import type { Tensor } from "../program/tensor";
import type { ModelFacts } from "./method";
import { checkTargets, linearShapes, targetModules, targetOptions } from "./targets";

export type LowRankOptions = z.infer<ReturnType<typeof lowRankOptions>>;

const pattern = (value: z.ZodNumber) => z.record(z.string().min(1), value).default({});

/** What is dropped of what the update reads, as PEFT's `lora_dropout`. */
export const dropoutOption = () =>
  z.number().min(0).lt(1).default(0).meta({
    title: "Dropout",
    description: "Share of the update's inputs that is dropped in training; 0: none. Masks take memory.",
  });

export const rankOption = (standard: number) =>
  z.int().min(1).max(1024).default(standard).meta({ title: "Rank", description: "Inner width of B·A." });

export const alphaOption = (standard: number) =>
  z.number().positive().default(standard).meta({
    title: "Alpha",
    description: "The update is scaled by alpha / rank.",
  });

/** `outer`: paths outside of the blocks that may be targets too. */
export function lowRankOptions(facts: ModelFacts, outer: readonly string[] = []) {
  return z
    .strictObject({
      rank: rankOption(8),
      alpha: alphaOption(16),
      ...targetOptions(facts, outer),
      rankPattern: pattern(z.int().min(1).max(1024)).meta({
        title: "Ranks of their own",
        description:
          "Other ranks for modules whose path ends with a pattern (a regular expression); the first fitting counts.",
      }),
      alphaPattern: pattern(z.number().positive()).meta({
        title: "Alphas of their own",
        description: "Other alphas, in the same way.",
      }),
      dropout: dropoutOption(),
      rankStabilised: z.boolean().default(false).meta({
        title: "Rank-stabilised",
        description: "Scale by alpha / √rank instead (rsLoRA, Kalajdzievski 2023).",
      }),
      learningRateRatio: z.number().positive().default(1).meta({
        title: "Learning-rate ratio of B",
        description: "B learns this many times faster than A; LoRA+ (Hayou et al. 2024) recommends 16. 1: the same.",
      }),
    })
    .superRefine((options, context) => {
      checkTargets(options, context, facts, outer);
      checkPatterns(options, context, [...linearShapes(facts).map(({ path }) => path), ...outer]);
    });
}

function checkPatterns(
  options: Pick<LowRankOptions, "rankPattern" | "alphaPattern">,
  context: { addIssue(issue: { code: "custom"; path: string[]; message: string }): void },
  paths: readonly string[],
): void {
  for (const option of ["rankPattern", "alphaPattern"] as const) {
    const issue = (path: string[], message: string) => context.addIssue({ code: "custom", path, message });
    for (const [key, value] of Object.entries(options[option])) {
      try {
        const alone = { [key]: value };
        if (paths.some((path) => patternValue(path, alone, 0) !== 0)) continue;
        issue([option, key], `fits no linear layer, such as ${paths[0]}`);
      } catch (error) {
        issue([option, key], (error as Error).message);
      }
      // Of many that do not fit the first says enough.
      return;
    }
    try {
      patternValue(paths[0]!, options[option], 0);
    } catch (error) {
      issue([option], (error as Error).message);
    }
  }
}

/** Whether the linear at `path` gets an update. */
export function isUpdated(path: string, options: LowRankOptions): boolean {
  return isTargeted(path, targetModules(options));
}

export interface LowRankUpdate {
  /** A [rank, in], B [out, rank]. */
  readonly down: Tensor;
  readonly up: Tensor;
  readonly scale: number;
  /** What the update reads: `x`, after dropout. */
  readonly input: Tensor;
  /** `base` [rows, out] + scale · B·A·input. */
  readonly sum: Tensor;
}

/** The rank at a path, and the factor on its product: alpha / rank, or alpha / √rank. */
export function scaling(path: string, options: LowRankOptions): { rank: number; scale: number } {
  const rank = patternValue(path, options.rankPattern, options.rank);
  const alpha = patternValue(path, options.alphaPattern, options.alpha);
  return { rank, scale: alpha / (options.rankStabilised ? Math.sqrt(rank) : rank) };
}

/** Declares A [rank, inputs] and B [outputs, rank] of the linear at `path`. */
export function lowRankMatrices(
  program: Program,
  path: string,
  [inputs, outputs]: readonly [number, number],
  options: LowRankOptions,
): Pick<LowRankUpdate, "down" | "up" | "scale"> {
  const { rank, scale } = scaling(path, options);
  const down = program.trainable(`${path}.lora_A.weight`, [rank, inputs], {
    initializer: { kind: "uniform", bound: inputs ** -0.5 },
  });
  const up = program.trainable(`${path}.lora_B.weight`, [outputs, rank], {
    initializer: { kind: "zeros" },
    learningRateScale: options.learningRateRatio,
  });
  return { down, up, scale };
}

/**
 * Declares the matrices of the linear at `path` and adds their product with `x`, after dropout, to
 * `base`.
 */
export function lowRankUpdate(
  program: Program,
  path: string,
  x: Tensor,
  base: Tensor,
  options: LowRankOptions,
  input: Tensor = dropout(program, `${path} lora dropout`, x, options.dropout),
): LowRankUpdate {
  const { down, up, scale } = lowRankMatrices(program, path, [x.shape[1]!, base.shape[1]!], options);
  const inner = linear(program, `${base.name} lora_A`, input, down);
  return { down, up, scale, input, sum: linear(program, `${base.name} + lora`, inner, up, { addend: base, scale }) };
}

/** How such an update is exported. */
export function loraForm(options: LowRankOptions): LoraSettings {
  const { rank, alpha, rankStabilised, rankPattern, alphaPattern, dropout } = options;
  const { targets, layers: layersToTransform } = targetModules(options);
  return { type: "LORA", rank, alpha, targets, layersToTransform, rankPattern, alphaPattern, dropout, rankStabilised };
}
