/** LN-tuning: norms with trained gains and shifts. */

import * as z from "zod";
import type { NamedTensor } from "../../hub/write-safetensors";
import { replacementOf } from "../base-change";
import { isHead } from "../folder";
import { checkShape, checkTargets, modulesOf } from "../module-checks";
import { commonConfig, HEADS, type PeftConfig, sortedNames } from "../peft-config";
import { peftLayout } from "../peft-layout";
import { injectedNames } from "../tensor-names";
import type { AdapterForm } from "./form";

export interface LnTuningSettings {
  readonly type: "LN_TUNING";
  readonly targets: readonly string[];
}

const schema = z.looseObject({ target_modules: z.array(z.string()).min(1) });

export type LnTuningConfig = PeftConfig & z.infer<typeof schema>;

const names = injectedNames("LN_TUNING", {});

export const lnTuning: AdapterForm<LnTuningSettings, LnTuningConfig> = {
  type: "LN_TUNING",
  sentence: "trained norms in place of the frozen ones (`LN_TUNING`)",
  layout: peftLayout<LnTuningConfig>({ type: "LN_TUNING", names, schema, check }),
  config: ({ targets }, site) => ({
    ...commonConfig("LN_TUNING", site),
    exclude_modules: null,
    modules_to_save: HEADS,
    target_modules: sortedNames(targets),
  }),
  // PEFT leaves what a folder does not hold as the base model has it.
  above: (settings) => settings,
  change: () => (tensor) => replacementOf(tensor, tensor.name.replace(".ln_tuning_layers.", ".")),
  run: ({ target_modules: targets }) => ({ method: "ln-tuning", options: { targets } }),
};

/** A gain, and perhaps a shift, of one size for every target. */
function check({ target_modules: targets }: LnTuningConfig, tensors: readonly NamedTensor[]): void {
  checkTargets(modulesOf(names, tensors, /\.ln_tuning_layers\.(?:weight|bias)$/, "a norm's"), { targets });
  for (const tensor of tensors) {
    if (!isHead(tensor.name)) checkShape(names, tensor, [tensor.data.length], "a norm");
  }
}
