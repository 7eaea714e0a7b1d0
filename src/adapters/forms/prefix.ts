/**
 * Prefix tuning: keys (after rotary) and values of virtual tokens in every layer, in one packed
 * tensor.
 */

import type { NamedTensor } from "../../hub/write-safetensors";
import { packPrefix, repeatHeads, shareHeads, unpackPrefix } from "../packed-prefix";
import { peftLayout } from "../peft-layout";
import {
  checkPrompt,
  NO_WEIGHT,
  PROMPT_EMBEDDINGS,
  type PromptLearningConfig,
  promptConfig,
  promptLearningSchema,
  promptNames,
  withoutPrompt,
} from "../prompt-learning";
import type { AdapterForm, Front, Origin, ReadingModel, WritingSite } from "./form";

export interface PrefixSettings {
  readonly type: "PREFIX_TUNING";
  readonly origin: Origin;
  readonly startsAtZero?: boolean;
  /** Hidden size of the MLP that made the prefix in training, where one did; it is not saved. */
  readonly projection?: number;
}

/**
 * Names of the tensors in the model, one layer's keys or values each: [virtualTokens, keyValueHeads
 * · headSize].
 */
export const prefixNames = {
  keys: (layer: number) => `prefix.keys.${layer}`,
  values: (layer: number) => `prefix.values.${layer}`,
};

const names = promptNames("PREFIX_TUNING");

export const prefix: AdapterForm<PrefixSettings, PromptLearningConfig> = {
  type: "PREFIX_TUNING",
  sentence: "keys and values put before the input in every layer (`PREFIX_TUNING`)",
  inShort: ({ origin }) => (origin === "folded" ? "`PREFIX_TUNING`, F beside it" : "`PREFIX_TUNING`"),
  layout: peftLayout<PromptLearningConfig>({
    type: "PREFIX_TUNING",
    names,
    schema: promptLearningSchema,
    check: (config, tensors) => checkPrompt(names, config, tensors, config.num_layers * 2 * config.token_dim),
  }),
  config(settings, site) {
    const sizes = cachedSizes(site);
    return {
      ...promptConfig(settings, site, sizes),
      encoder_hidden_size: settings.projection ?? sizes.tokenSize,
      init_weights: settings.startsAtZero ? "zero" : null,
      prefix_projection: settings.projection !== undefined,
    };
  },
  change: () => NO_WEIGHT,
  givesPast: true,
  fold: foldedPrefix,
  given: (_, tensors, model) => unpackedPrefix(tensors, model),
  run: ({ num_virtual_tokens: virtualTokens }) => ({ method: "prefix", options: { virtualTokens } }),
  withoutCarrier: withoutPrompt,
};

/** Of a virtual token: PEFT counts key/value heads here, not attention heads. */
export function cachedSizes({ keyValueHeads, cachedRepeats, headSize }: WritingSite) {
  const heads = keyValueHeads * cachedRepeats;
  return { heads, tokenSize: heads * headSize };
}

/** Keys and values of every layer as PEFT packs them. */
export function foldedPrefix(
  { keys, values }: Front,
  { virtualTokens, headSize, cachedRepeats }: WritingSite,
): NamedTensor[] {
  const rows = (layers: readonly Float32Array[]) => layers.map((layer) => repeatHeads(layer, headSize, cachedRepeats));
  const data = packPrefix(rows(keys), rows(values), virtualTokens);
  return [{ name: PROMPT_EMBEDDINGS, shape: [virtualTokens, data.length / virtualTokens], data }];
}

/** A folder's tensors with keys and values of each layer in place of the packed prefix. */
export const unpackedPrefix = (tensors: readonly NamedTensor[], model: ReadingModel): NamedTensor[] =>
  tensors.flatMap((tensor) => (tensor.name === PROMPT_EMBEDDINGS ? unpack(tensor, model) : [tensor]));

/** Keys and values of every layer, heads that transformers repeats taken once. */
function unpack({ shape, data }: NamedTensor, { layers, headSize, cachedRepeats = 1 }: ReadingModel): NamedTensor[] {
  const virtualTokens = shape[0]!;
  const { keys, values } = unpackPrefix(data, layers, virtualTokens);
  const own = (name: string, rows: Float32Array): NamedTensor => {
    const shared = shareHeads(rows, headSize, cachedRepeats);
    return { name, shape: [virtualTokens, shared.length / virtualTokens], data: shared };
  };
  return [
    ...keys.map((rows, layer) => own(prefixNames.keys(layer), rows)),
    ...values.map((rows, layer) => own(prefixNames.values(layer), rows)),
  ];
}
