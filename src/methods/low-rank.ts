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
import type { Initializer, Tensor } from "../program/tensor";
import type { ModelFacts } from "./method";
import { orthogonalMatrices } from "./orthogonal-matrices";
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

/**
 * `outer`: paths outside of the blocks that may be targets too. `starts`: how A and B can start.
 */
export function lowRankOptions(
  facts: ModelFacts,
  outer: readonly string[] = [],
  starts: readonly LowRankStart[] = drawnStarts,
) {
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
      start: z
        .enum(starts)
        .default("kaiming")
        .meta({ title: "Start", description: starts.map((start) => startWords[start]).join(" ") }),
    })
    .superRefine((options, context) => {
      checkTargets(options, context, facts, outer);
      checkPatterns(options, context, [...linearShapes(facts).map(({ path }) => path), ...outer]);
      checkStart(options, context, facts, outer);
    });
}

/** PEFT's `init_lora_weights`, with its default by the name of what it draws. */
const startWords = {
  kaiming: "kaiming: A uniform, B zero.",
  gaussian: "gaussian: A normal with deviation 1 / rank, B zero.",
  orthogonal: "orthogonal: both random, with B·A = 0; the rank is even.",
  pissa:
    "pissa: A and B are the largest singular parts of the layer's weight, which are taken out of it (Meng et al. 2024).",
  olora: "olora: the same with the first rows and columns of its QR decomposition (Büyükakyüz 2024).",
} as const;

export type LowRankStart = keyof typeof startWords;
/** Those that leave the weight as it is. */
export const drawnStarts = ["kaiming", "gaussian", "orthogonal"] as const satisfies readonly LowRankStart[];
export const lowRankStarts = [...drawnStarts, "pissa", "olora"] as const satisfies readonly LowRankStart[];

/** Whether A and B start as parts of the weight, from which those parts are taken away. */
export function startsInWeight({ start }: Pick<LowRankOptions, "start">): boolean {
  return !drawnStarts.some((drawn) => drawn === start);
}

function checkStart(
  options: LowRankOptions,
  context: { addIssue(issue: { code: "custom"; path: string[]; message: string }): void },
  facts: ModelFacts,
  outer: readonly string[],
): void {
  const { start } = options;
  if (start === "kaiming" || start === "gaussian") return;
  const issue = (message: string) => context.addIssue({ code: "custom", path: ["start"], message });
  try {
    const updated = linearShapes(facts)
      .filter(({ path }) => isUpdated(path, options))
      .map((linear) => ({ ...linear, rank: scaling(linear.path, options).rank }));
    const odd = updated.find(({ rank }) => rank % 2 !== 0);
    if (start === "orthogonal" && odd) issue(`"orthogonal" needs an even rank; ${odd.path} has ${odd.rank}`);
    if (!startsInWeight(options)) return;
    const other = outer.find((path) => isUpdated(path, options));
    if (other !== undefined) issue(`"${start}" is for the linear layers of blocks, and the targets name ${other}`);
    const large = updated.find(({ inputs, outputs, rank }) => rank > Math.min(inputs, outputs));
    if (!large) return;
    const parts = Math.min(large.inputs, large.outputs);
    issue(`"${start}" finds ${parts} parts of ${large.path}, and the rank is ${large.rank}`);
  } catch {
    // Targets or patterns are no regular expressions, which is said of them.
  }
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

/** How both matrices of an update start. */
export interface MatricesStart {
  readonly down: Initializer;
  readonly up: Initializer;
}

/** A [rank, inputs] and B [outputs, rank] as PEFT draws them. */
function drawnStart(
  path: string,
  rank: number,
  [inputs, outputs]: readonly [number, number],
  { start }: LowRankOptions,
): MatricesStart {
  if (start === "orthogonal") {
    const drawn = (part: "down" | "up"): Initializer => ({
      kind: "drawn",
      stream: `${path}.lora`,
      values: (chance) => orthogonalMatrices(chance, { rank, inputs, outputs })[part],
    });
    return { down: drawn("down"), up: drawn("up") };
  }
  return {
    down: start === "gaussian" ? { kind: "normal", std: 1 / rank } : { kind: "uniform", bound: inputs ** -0.5 },
    up: { kind: "zeros" },
  };
}

/** Declares A [rank, inputs] and B [outputs, rank] of the linear at `path`. */
export function lowRankMatrices(
  program: Program,
  path: string,
  [inputs, outputs]: readonly [number, number],
  options: LowRankOptions,
  given?: MatricesStart,
): Pick<LowRankUpdate, "down" | "up" | "scale"> {
  const { rank, scale } = scaling(path, options);
  const start = given ?? drawnStart(path, rank, [inputs, outputs], options);
  const down = program.trainable(`${path}.lora_A.weight`, [rank, inputs], { initializer: start.down });
  const up = program.trainable(`${path}.lora_B.weight`, [outputs, rank], {
    initializer: start.up,
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
  start?: MatricesStart,
): LowRankUpdate {
  const { down, up, scale } = lowRankMatrices(program, path, [x.shape[1]!, base.shape[1]!], options, start);
  const inner = linear(program, `${base.name} lora_A`, input, down);
  return { down, up, scale, input, sum: linear(program, `${base.name} + lora`, inner, up, { addend: base, scale }) };
}

/** How such an update is exported. */
export function loraForm(options: LowRankOptions): LoraSettings {
  const { rank, alpha, rankStabilised, rankPattern, alphaPattern, dropout } = options;
  const { targets, layers: layersToTransform } = targetModules(options);
  return { type: "LORA", rank, alpha, targets, layersToTransform, rankPattern, alphaPattern, dropout, rankStabilised };
}
