/**
 * The studio's own form: the tensors that were trained, under their names in the model. No library
 * has a form for them.
 */

import * as z from "zod";
import { replacementOf } from "../base-change";
import { commonConfig, type PeftConfig } from "../peft-config";
import { peftLayout } from "../peft-layout";
import { inModelNames } from "../tensor-names";
import type { AdapterForm } from "./form";

export interface StudioSettings {
  readonly type: "STUDIO";
  /** Why PEFT has nothing that would compute the same: a sentence about "it". */
  readonly why: string;
  /** Whether they are the base model's own tensors, trained in place. */
  readonly dense?: boolean;
}

const schema = z.looseObject({ why_not_peft: z.string() });

export type StudioConfig = PeftConfig & z.infer<typeof schema>;

export const studio: AdapterForm<StudioSettings, StudioConfig> = {
  type: "STUDIO",
  sentence: "the tensors that were trained, under the studio's own names: no library has a form for them",
  inShort: () => "the studio's own layout",
  obstacle: ({ why_not_peft: why }) => `PEFT cannot load this folder: ${why}`,
  verbatim: true,
  layout: peftLayout<StudioConfig>({
    type: "STUDIO",
    names: inModelNames,
    schema,
    // Only the method can know its tensors; they are compared with its own when the run is made.
    check: () => {},
  }),
  config: ({ why }, site) => ({ ...commonConfig("STUDIO", site), why_not_peft: why }),
  change: ({ dense }) =>
    dense ? (tensor) => replacementOf(tensor) : "trains something beside the weights, so it is no change of them.",
  run() {
    throw new Error("run.json is missing or does not say which method the folder is of: only the studio can read it.");
  },
};
