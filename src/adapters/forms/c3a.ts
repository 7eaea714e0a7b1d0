/** C3A: a kernel of circular convolution for each block of a linear's inputs and outputs. */

import * as z from "zod";
import { entries } from "../base-change";
import { CONFIG } from "../folder";
import type { TargetModules } from "../target-modules";
import { noPattern } from "../target-settings";
import { targetForm } from "./target-form";

/** PEFT's names of how the kernels start; `true` is zero. */
export const c3aStarts = ["xavier_uniform", "kaiming_uniform", "gaussian", "zero"] as const;
export type C3aStart = (typeof c3aStarts)[number];

export interface C3aSettings extends TargetModules {
  readonly type: "C3A";
  readonly blockSize: number;
  readonly start: C3aStart;
}

const schema = {
  block_size: z.int().min(1).default(256),
  block_size_pattern: noPattern("block sizes", "C3A"),
  init_weights: z
    .union([z.boolean(), z.enum(["xavier_uniform", "kaiming_uniform", "gaussian"])])
    .default("xavier_uniform"),
  bias: z.literal("none", "trained biases cannot be read beside C3A").default("none"),
};

export const c3a = targetForm<C3aSettings, typeof schema>({
  type: "C3A",
  method: "c3a",
  title: "C3A",
  what: "a kernel of C3A",
  sentence: "kernels of circular convolutions beside frozen linear layers (`C3A`)",
  tensors: "c3a_kernel",
  first: "c3a_kernel",
  schema,
  linearOnly: true,
  check({ block_size: size }, module) {
    module.shaped("c3a_kernel", [null, null, size], `block_size ${size} (${CONFIG})`);
  },
  written: ({ blockSize, start }) => ({
    bias: "none",
    block_size: blockSize,
    block_size_pattern: {},
    init_weights: start === "zero" ? true : start,
  }),
  options: ({ block_size: blockSize, init_weights: start }) => ({
    blockSize,
    start: start === true ? "zero" : start === false ? "xavier_uniform" : start,
  }),
  change(_, { part }, { fanInFanOut }) {
    const { shape, data } = part("c3a_kernel");
    const [rows, columns, size] = shape as [number, number, number];
    return entries(
      rows * size,
      fanInFanOut,
      (value, output, input) => value + data[c3aPlace(output, input, columns, size)]! / (columns * size),
    );
  },
});

/**
 * Where in the kernels, [outputs / size, inputs / size, size], the number between an output and an
 * input stands.
 */
export function c3aPlace(output: number, input: number, columns: number, size: number): number {
  const block = Math.floor(output / size) * columns + Math.floor(input / size);
  return block * size + ((((input - output) % size) + size) % size);
}
