/** GraLoRA: low-rank factors for each block of a linear's inputs and outputs. */

import * as z from "zod";
import { entries } from "../base-change";
import { CONFIG } from "../folder";
import type { TargetModules } from "../target-modules";
import { targetForm } from "./target-form";

export interface GraloraSettings extends TargetModules {
  readonly type: "GRALORA";
  /** Numbers that a block of inputs gives, a multiple of the blocks: PEFT's r. */
  readonly rank: number;
  readonly alpha: number;
  /** Of inputs, and as many of outputs. */
  readonly blocks: number;
  readonly dropout: number;
}

const schema = {
  r: z.int().min(1).default(32),
  alpha: z.number().default(64),
  gralora_k: z.int().min(1).default(2),
  gralora_dropout: z.number().min(0).lt(1).default(0),
  hybrid_r: z.literal(0, "a low-rank update of the whole weight cannot be read beside GraLoRA's blocks").default(0),
  bias: z.literal("none", "trained biases cannot be read beside GraLoRA").default("none"),
};

export const gralora = targetForm<GraloraSettings, typeof schema>({
  type: "GRALORA",
  method: "gralora",
  title: "GraLoRA",
  what: "a factor of GraLoRA",
  sentence: "low-rank factors for each block of frozen linear layers' weights (`GRALORA`)",
  tensors: "gralora_[AB]",
  first: "gralora_A",
  schema,
  floats: ["gralora_dropout"],
  check({ r, gralora_k: blocks }, module) {
    if (r % blocks !== 0) throw new Error(`${CONFIG}: r ${r} is no multiple of gralora_k ${blocks}.`);
    const why = `${blocks} blocks of rank ${r} (${CONFIG})`;
    module.shaped("gralora_A", [blocks, null, r], why);
    module.shaped("gralora_B", [blocks, r, null], why);
  },
  written: ({ rank, alpha, blocks, dropout }, { fanInFanOut }) => ({
    alpha,
    bias: "none",
    fan_in_fan_out: fanInFanOut,
    gralora_dropout: dropout,
    gralora_k: blocks,
    hybrid_r: 0,
    init_weights: true,
    r: rank,
  }),
  options: ({ r, alpha, gralora_k: blocks, gralora_dropout: dropout }) => ({
    rank: r / blocks,
    ...{ alpha, blocks, dropout },
  }),
  change(settings, { part }, { fanInFanOut }) {
    const [a, b] = [part("gralora_A"), part("gralora_B")];
    const [blocks, inputs, rank] = a.shape as [number, number, number];
    const outputs = b.shape[2]!;
    const share = rank / blocks;
    return entries(blocks * outputs, fanInFanOut, (value, output, input) => {
      const [from, to] = [Math.floor(input / inputs), Math.floor(output / outputs)];
      let sum = 0;
      for (let s = 0; s < share; s++) {
        const down = a.data[input * rank + to * share + s]!;
        sum += down * b.data[(to * rank + from * share + s) * outputs + (output % outputs)]!;
      }
      return value + (settings.alpha / settings.rank) * sum;
    });
  },
});
