/** OFT: rotations of blocks of a linear's inputs, by what stands above a diagonal. */

import * as z from "zod";
import { CONFIG } from "../folder";
import { rotationOf, triangle } from "../oft-rotation";
import type { TargetModules } from "../target-modules";
import { targetForm } from "./target-form";

export interface OftSettings extends TargetModules {
  readonly type: "OFT";
  readonly blockSize: number;
  readonly terms: number;
}

const schema = {
  r: z.literal(0, "blocks that are given by their number, not by their size, cannot be read").default(0),
  oft_block_size: z.int().min(2).default(32),
  coft: z.literal(false, "rotations that are kept small (COFT) cannot be read").default(false),
  eps: z.number().default(6e-5),
  block_share: z.literal(false, "a rotation that all blocks share cannot be read").default(false),
  use_cayley_neumann: z
    .literal(true, "rotations by the solved Cayley map, not by its series, cannot be read")
    .default(true),
  num_cayley_neumann_terms: z.int().min(2).max(20).default(5),
  bias: z.literal("none", "trained biases cannot be read beside OFT").default("none"),
};

export const oft = targetForm<OftSettings, typeof schema>({
  type: "OFT",
  method: "oft",
  title: "OFT",
  what: "a rotation of OFT",
  sentence: "rotations of blocks of what frozen linear layers read (`OFT`)",
  tensors: "oft_R\\.weight",
  first: "oft_R\\.weight",
  schema,
  floats: ["module_dropout"],
  linearOnly: true,
  check({ oft_block_size: size }, module) {
    module.shaped("oft_R.weight", [null, triangle(size)], `oft_block_size ${size} (${CONFIG})`);
  },
  written: ({ blockSize, terms }, { fanInFanOut }) => ({
    bias: "none",
    block_share: false,
    coft: false,
    eps: 6e-5,
    exclude_modules: null,
    fan_in_fan_out: fanInFanOut,
    init_weights: true,
    module_dropout: 0,
    num_cayley_neumann_terms: terms,
    oft_block_size: blockSize,
    r: 0,
    use_cayley_neumann: true,
  }),
  options: ({ oft_block_size: blockSize, num_cayley_neumann_terms: terms }) => ({ blockSize, terms }),
  // W Rᵀ, whose Rᵀ is block-diagonal.
  change({ blockSize: size, terms }, { part }, { fanInFanOut }) {
    const { shape, data } = part("oft_R.weight");
    const [blocks, numbers] = shape as [number, number];
    const rotations = Array.from({ length: blocks }, (_, block) =>
      rotationOf(data.subarray(block * numbers, (block + 1) * numbers), size, terms),
    );
    return (values) => {
      const inputs = blocks * size;
      const outputs = values.length / inputs;
      const [stepOut, stepIn] = fanInFanOut ? [1, outputs] : [inputs, 1];
      const before = new Float64Array(size);
      for (let output = 0; output < outputs; output++) {
        for (const [block, rotation] of rotations.entries()) {
          const start = output * stepOut + block * size * stepIn;
          for (let k = 0; k < size; k++) before[k] = values[start + k * stepIn]!;
          for (let row = 0; row < size; row++) {
            let sum = 0;
            for (let k = 0; k < size; k++) sum += before[k]! * rotation[row * size + k]!;
            values[start + row * stepIn] = sum;
          }
        }
      }
    };
  },
});
