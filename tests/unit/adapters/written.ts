/**
 * What a folder is written with, for tests without a model: a small Llama's sizes, and the text of
 * its configuration.
 */

import { CONFIG } from "../../../src/adapters/folder";
import type { WritingSite } from "../../../src/adapters/forms/form";
import { formOf } from "../../../src/adapters/forms/registry";
import type { PeftConfig } from "../../../src/adapters/peft-config";

export function writingSite(given: Partial<WritingSite> = {}): WritingSite {
  return {
    baseModel: "tiny-llama",
    modelType: "llama",
    layers: 2,
    hiddenSize: 48,
    heads: 4,
    keyValueHeads: 2,
    headSize: 12,
    cachedRepeats: 1,
    fanInFanOut: false,
    carrier: ["q_proj"],
    linears: () => [],
    outer: [],
    task: "SEQ_CLS",
    virtualTokens: 0,
    textIds: [],
    lockedIds: [],
    ...given,
  };
}

/** The text of adapter_config.json, as the configuration's form writes it. */
export function configText(config: PeftConfig): string {
  return new TextDecoder().decode(formOf(config.peft_type).layout.write({ config, tensors: [] })[CONFIG]);
}
