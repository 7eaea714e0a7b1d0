/** HiRA: low-rank factors whose product scales the entries of a linear's weight. */

import * as z from "zod";
import { entries, productAt } from "../base-change";
import { CONFIG } from "../folder";
import type { TargetModules } from "../target-modules";
import { noPattern } from "../target-settings";
import { targetForm } from "./target-form";

export interface HiraSettings extends TargetModules {
  readonly type: "HIRA";
  readonly rank: number;
  readonly dropout: number;
}

const schema = {
  r: z.int().min(1).default(32),
  hira_dropout: z.number().min(0).lt(1).default(0),
  rank_pattern: noPattern("ranks", "HiRA"),
};

export const hira = targetForm<HiraSettings, typeof schema>({
  type: "HIRA",
  method: "hira",
  title: "HiRA",
  what: "a factor of HiRA",
  sentence: "low-rank factors whose product scales the weights of frozen linear layers (`HIRA`)",
  tensors: "hira_[AB]",
  first: "hira_A",
  schema,
  floats: ["hira_dropout"],
  check({ r }, module) {
    module.shaped("hira_A", [r, null], `rank ${r} (${CONFIG})`);
    module.shaped("hira_B", [null, r], `rank ${r} (${CONFIG})`);
  },
  written: ({ rank, dropout }, { fanInFanOut }) => ({
    exclude_modules: null,
    fan_in_fan_out: fanInFanOut,
    hira_dropout: dropout,
    init_weights: true,
    r: rank,
    rank_pattern: {},
  }),
  options: ({ r: rank, hira_dropout: dropout }) => ({ rank, dropout }),
  change(_, { part }, { fanInFanOut }) {
    const [down, up] = [part("hira_A"), part("hira_B")];
    return entries(
      up.shape[0]!,
      fanInFanOut,
      (value, output, input) => value * (1 + productAt(up, down, output, input)),
    );
  },
});
