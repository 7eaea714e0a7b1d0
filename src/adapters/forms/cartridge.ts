/**
 * Cartridges: keys (after rotary) and values of virtual tokens in every layer, packed as a prefix,
 * of which the first tokens stay as they are in training.
 */

import * as z from "zod";
import type { NamedTensor } from "../../hub/write-safetensors";
import { CONFIG } from "../folder";
import { peftLayout } from "../peft-layout";
import {
  checkPrompt,
  NO_WEIGHT,
  type PromptLearningConfig,
  promptConfig,
  promptLearningSchema,
  promptNames,
  withoutPrompt,
} from "../prompt-learning";
import type { AdapterForm } from "./form";
import { cachedSizes, foldedPrefix, prefixNames, unpackedPrefix } from "./prefix";

export interface CartridgeSettings {
  readonly type: "CARTRIDGE";
  readonly origin: "trained";
  /** How many of its first tokens are not trained. */
  readonly frozenTokens: number;
}

type CartridgeConfig = PromptLearningConfig & { num_frozen_tokens: number };

/** Names of the tensors that are not trained: [frozenTokens, keyValueHeads · headSize]. */
export const frozenNames = {
  keys: (layer: number) => `prefix.frozen.keys.${layer}`,
  values: (layer: number) => `prefix.frozen.values.${layer}`,
};

const names = promptNames("CARTRIDGE");

export const cartridge: AdapterForm<CartridgeSettings, CartridgeConfig> = {
  type: "CARTRIDGE",
  sentence: "keys and values put before the input in every layer, the first of them frozen (`CARTRIDGE`)",
  layout: peftLayout<CartridgeConfig>({
    type: "CARTRIDGE",
    names,
    schema: z.intersection(promptLearningSchema, z.looseObject({ num_frozen_tokens: z.int().min(0).default(1) })),
    check(config, tensors) {
      const { num_virtual_tokens: all, num_frozen_tokens: frozen } = config;
      if (frozen >= all) {
        throw new Error(`${CONFIG}: num_frozen_tokens ${frozen} leaves none of ${all} virtual tokens to be trained.`);
      }
      checkPrompt(names, config, tensors, config.num_layers * 2 * config.token_dim);
    },
  }),
  config: (settings, site) => ({
    ...promptConfig(settings, site, cachedSizes(site)),
    num_frozen_tokens: settings.frozenTokens,
  }),
  change: () => NO_WEIGHT,
  givesPast: true,
  fold: foldedPrefix,
  given({ num_frozen_tokens: frozen }, tensors, model) {
    const whole = unpackedPrefix(tensors, model);
    if (frozen === 0) return whole;
    const apart = new Map(
      (["keys", "values"] as const).flatMap((kind) =>
        Array.from({ length: model.layers }, (_, layer) => [prefixNames[kind](layer), frozenNames[kind](layer)]),
      ),
    );
    return whole.flatMap((tensor): NamedTensor[] => {
      const first = apart.get(tensor.name);
      if (first === undefined) return [tensor];
      const { name, shape, data } = tensor;
      const [tokens, width] = shape as [number, number];
      const rows = (of: string, from: number, to: number): NamedTensor => ({
        name: of,
        shape: [to - from, width],
        data: data.slice(from * width, to * width),
      });
      return [rows(first, 0, frozen), rows(name, frozen, tokens)];
    });
  },
  run: ({ num_virtual_tokens: virtualTokens, num_frozen_tokens: frozenTokens }) => ({
    method: "cartridge",
    options: { virtualTokens, frozenTokens },
  }),
  withoutCarrier: withoutPrompt,
};
