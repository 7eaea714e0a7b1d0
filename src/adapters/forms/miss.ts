/** MiSS: one matrix per linear, which all shards of its inputs share. */

import * as z from "zod";
import { entries } from "../base-change";
import { CONFIG } from "../folder";
import type { TargetModules } from "../target-modules";
import { targetForm } from "./target-form";

export interface MissSettings extends TargetModules {
  readonly type: "MISS";
  readonly rank: number;
  readonly dropout: number;
}

const schema = {
  r: z.int().min(1).default(64),
  miss_dropout: z.number().min(0).lt(1).default(0),
  init_weights: z.boolean('its variants "bat" and "mini" cannot be read').default(true),
  bias: z.literal("none", "trained biases cannot be read beside MiSS").default("none"),
};

export const miss = targetForm<MissSettings, typeof schema>({
  type: "MISS",
  method: "miss",
  title: "MiSS",
  what: "a matrix of MiSS",
  sentence: "one matrix per frozen linear layer, which all shards of its inputs share (`MISS`)",
  tensors: "miss_block",
  first: "miss_block",
  schema,
  floats: ["miss_dropout"],
  linearOnly: true,
  check({ r }, module) {
    module.shaped("miss_block", [r, null], `rank ${r} (${CONFIG})`);
  },
  written: ({ rank, dropout }) => ({
    bias: "none",
    exclude_modules: null,
    init_weights: true,
    mini_r: 1,
    miss_dropout: dropout,
    r: rank,
  }),
  options: ({ r: rank, miss_dropout: dropout }) => ({ rank, dropout }),
  change(_, { part }, { fanInFanOut }) {
    const { shape, data } = part("miss_block");
    const [rank, outputs] = shape as [number, number];
    return entries(outputs, fanInFanOut, (value, output, input) => value + data[(input % rank) * outputs + output]!);
  },
});
