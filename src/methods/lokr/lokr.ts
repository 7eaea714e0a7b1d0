/**
 * LoKr (Yeh et al. 2024, LyCORIS; KronA, Edalati et al. 2022) as PEFT does it: y = W x + s · (C ⊗
 * D) x with s = alpha / rank. Outputs and inputs are cut into factors; C starts at zero, D
 * Kaiming-uniform, and either may be a low-rank product itself.
 */

import * as z from "zod";
import { isTargeted } from "../../adapters/target-modules";
import { linear } from "../../operations/linear";
import { multiply } from "../../operations/multiply";
import type { Program } from "../../program/program";
import type { Initializer, Tensor } from "../../program/tensor";
import { equalToFrozen } from "../equalities";
import { alphaOption, rankOption } from "../low-rank";
import { defineMethod, type ModelFacts } from "../method";
import { checkTargets, targetModules, targetOptions } from "../targets";
import { factorPair } from "./factor-pair";

type Options = z.infer<ReturnType<typeof options>>;

const options = (facts: ModelFacts) =>
  z
    .strictObject({
      rank: rankOption(8).meta({
        title: "Rank",
        description: "Inner width of D, where that is less than half of its longer side; else D is one matrix.",
      }),
      alpha: alphaOption(8),
      ...targetOptions(facts),
      factor: z
        .int()
        .min(2)
        .max(4096)
        .nullable()
        .default(null)
        .meta({
          title: "Factor",
          description:
            "Blocks that outputs and inputs are cut into: C has a number for each pair of blocks, D is one block. Empty: " +
            "about the square root of their number.",
        }),
      both: z.boolean().default(false).meta({
        title: "Both low-rank",
        description: "C is a low-rank product too, where the rank is less than half of its longer side.",
      }),
    })
    .superRefine((chosen, context) => checkTargets(chosen, context, facts));

export const lokr = defineMethod<Options>({
  id: "lokr",
  title: "LoKr",
  summary: "The Kronecker product of two small trained matrices beside chosen linear layers",
  group: "weight delta",
  site: "linear",
  mainOptions: ["rank", "alpha", "targets"],
  learningRate: 3e-4,
  card: {
    trains:
      "Two small matrices C and D per chosen linear layer, D as a rule a product of two thinner ones, and the head.",
    attaches:
      "Beside the linear layers: their output gets (alpha / rank) · (C ⊗ D) x added: every block of the update is D times " +
      "one number of C, which starts at zero.",
    costs:
      "Far fewer parameters than LoRA, for an update of high rank. Each step forms matrices as large as the weight. It can " +
      "be merged into the weights afterwards.",
    fails: "When different blocks of a weight need different changes: all of them are multiples of one.",
    equals: "With one block (C a single number): LoRA of that rank.",
    paper: {
      title: "Navigating Text-To-Image Customization: From LyCORIS Fine-Tuning to Model Evaluation (Yeh et al. 2024)",
      url: "https://arxiv.org/abs/2309.14859",
    },
  },
  options,
  attach: (program, chosen) => ({
    linear(path, x, y) {
      if (!isTargeted(path, targetModules(chosen))) return y;
      const { rank, alpha } = chosen;
      const change = kronecker(program, path, y.shape[1]!, x.shape[1]!, chosen);
      return linear(program, `${y.name} + lokr`, x, change, { addend: y, scale: alpha / rank });
    },
  }),
  equalities: () => equalToFrozen("C starts at zero"),
  exportForm: ({ rank, alpha, factor, both, ...chosen }) => ({
    ...({ type: "LOKR", rank, alpha, factor, both } as const),
    ...targetModules(chosen),
  }),
});

/**
 * C ⊗ D, [outputs, inputs]: C with every number repeated over its block, times D in every block.
 */
function kronecker(program: Program, path: string, outputs: number, inputs: number, { rank, factor, both }: Options) {
  const [blocksOut, sizeOut] = factorPair(outputs, factor);
  const [blocksIn, sizeIn] = factorPair(inputs, factor);
  const isSmall = (one: number, other: number) => rank < Math.max(one, other) / 2;
  const factorOf = (name: string, shape: readonly [number, number], isZero = false) => {
    const initializer: Initializer = isZero ? { kind: "zeros" } : { kind: "uniform", bound: shape[1] ** -0.5 };
    return program.trainable(`${path}.${name}`, shape, { initializer });
  };
  /** A trained matrix, or a product of two, with rows and columns repeated: up · matrix · down. */
  const spread = (
    name: "lokr_w1" | "lokr_w2",
    by: "block" | "place",
    [rows, columns]: readonly [number, number],
    isProduct: boolean,
  ) => {
    const up = repeats(program, outputs, blocksOut, sizeOut, by, "down");
    const down = repeats(program, inputs, blocksIn, sizeIn, by, "across");
    const isZero = name === "lokr_w1";
    const times = (what: string, left: Tensor, right: Tensor) =>
      linear(program, `${path} ${name} ${what}`, left, right, { layout: "in-out" });
    if (!isProduct) return times("spread", times("rows", up, factorOf(name, [rows, columns], isZero)), down);
    const left = times("rows", up, factorOf(`${name}_a`, [rows, rank], isZero));
    return times("spread", left, times("columns", factorOf(`${name}_b`, [rank, columns]), down));
  };
  const whole = spread("lokr_w1", "block", [blocksOut, blocksIn], both && isSmall(blocksOut, blocksIn));
  const block = spread("lokr_w2", "place", [sizeOut, sizeIn], isSmall(sizeOut, sizeIn));
  return multiply(program, `${path} lokr`, whole, block);
}

/**
 * Ones where a position of `count` lies in a block, or at a place in its block: [count, blocks] or
 * [count, size], or with "across" the other way round.
 */
function repeats(
  program: Program,
  count: number,
  blocks: number,
  size: number,
  by: "block" | "place",
  direction: "down" | "across",
): Tensor {
  const width = by === "block" ? blocks : size;
  const key = (position: number) => (by === "block" ? Math.floor(position / size) : position % size);
  const shape = direction === "down" ? [count, width] : [width, count];
  return program.constant(`lokr ${by} of ${count} in ${blocks} ${direction}`, shape, () =>
    Float32Array.from({ length: count * width }, (_, at) => {
      const [row, column] = [Math.floor(at / shape[1]!), at % shape[1]!];
      const [position, wanted] = direction === "down" ? [row, column] : [column, row];
      return key(position) === wanted ? 1 : 0;
    }),
  );
}
