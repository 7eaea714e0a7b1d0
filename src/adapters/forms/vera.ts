/**
 * VeRA: two vectors per linear, and two random matrices that all of them share, saved or drawn
 * again from a key.
 */

import * as z from "zod";
import type { NamedTensor } from "../../hub/write-safetensors";
import { replacementOf } from "../base-change";
import { CONFIG, MODEL } from "../folder";
import { checkShape, checkTargets, modulesOf, tensorNamed } from "../module-checks";
import { commonConfig, HEADS, type PeftConfig, sortedNames } from "../peft-config";
import { peftLayout } from "../peft-layout";
import { settleTargets, targetOptions, targetSettings, targetsOf, writtenTargets } from "../target-settings";
import { injectedNames } from "../tensor-names";
import { drawProjection } from "../vera-projection";
import type { AdapterForm } from "./form";

export interface VeraSettings {
  readonly type: "VERA";
  readonly rank: number;
  readonly targets: readonly string[] | string;
  readonly layersToTransform?: readonly number[] | null;
  readonly dropout: number;
  readonly initialD: number;
  readonly projectionKey: number;
  readonly saveProjection: boolean;
}

const schema = z.looseObject({
  ...targetSettings,
  r: z.int().min(1).default(256),
  projection_prng_key: z.int().min(0).default(0),
  save_projection: z.boolean().default(true),
  d_initial: z.number().default(0.1),
  vera_dropout: z.number().min(0).lt(1).default(0),
  bias: z.literal("none", "trained biases cannot be read beside VeRA").default("none"),
});

export type VeraConfig = PeftConfig & z.infer<typeof schema>;

/** The shared matrices, which belong to no module. */
const SHARED = /^vera_[AB]$/;
const names = injectedNames("VERA", { parameters: "vera_lambda_[bd]", outside: SHARED });
const VECTOR = /\.vera_lambda_[bd]$/;

export const vera: AdapterForm<VeraSettings, VeraConfig> = {
  type: "VERA",
  sentence: "two vectors per frozen linear layer, and random matrices that all of them share (`VERA`)",
  layout: peftLayout<VeraConfig>({
    type: "VERA",
    names,
    schema,
    floats: ["vera_dropout", "d_initial"],
    settle: (config, tensors) => settleTargets(config, withoutShared(tensors), VECTOR),
    check,
  }),
  config: (settings, site) => ({
    ...commonConfig("VERA", site),
    bias: "none",
    d_initial: settings.initialD,
    fan_in_fan_out: site.fanInFanOut,
    init_weights: true,
    layers_pattern: null,
    layers_to_transform: settings.layersToTransform ? [...settings.layersToTransform] : null,
    modules_to_save: HEADS,
    projection_prng_key: settings.projectionKey,
    r: settings.rank,
    save_projection: settings.saveProjection,
    target_modules: sortedNames(writtenTargets(settings.targets, site)),
    vera_dropout: settings.dropout,
  }),
  // A merged model is made of the plain LoRA that it is converted to.
  change: () => (tensor) => replacementOf(tensor),
  given(config, tensors) {
    checkProjection(config, tensors);
    return withoutShared(tensors);
  },
  run: (config) => ({
    method: "vera",
    options: {
      rank: config.r,
      ...targetOptions(config),
      initialD: config.d_initial,
      projectionKey: config.projection_prng_key,
      saveProjection: config.save_projection,
      dropout: config.vera_dropout,
    },
  }),
};

/** Throws an Error if the shared matrices in the folder are others than its key gives. */
function checkProjection({ projection_prng_key: key }: VeraConfig, tensors: readonly NamedTensor[]): void {
  const [a, b] = ["vera_A", "vera_B"].map((name) => tensors.find((tensor) => tensor.name === name));
  if (!a || !b) return;
  const drawn = drawProjection(key, a.shape[0]!, a.shape[1]!, b.shape[0]!);
  const differs = (own: Float32Array, other: Float32Array) =>
    own.some((value, index) => Math.abs(value - other[index]!) > 1e-5);
  if (differs(drawn.a, a.data) || differs(drawn.b, b.data)) {
    throw new Error(
      `The shared matrices in the folder are not those that projection_prng_key ${key} gives, so they were not drawn by ` +
        "PEFT's generator. Convert the adapter to LORA where it was made and import that.",
    );
  }
}

const withoutShared = (tensors: readonly NamedTensor[]) => tensors.filter(({ name }) => !SHARED.test(name));

/**
 * Two vectors for every target, and the shared matrices where the configuration says that they are
 * saved.
 */
function check(config: VeraConfig, stored: readonly NamedTensor[]): void {
  const { r, save_projection: saved } = config;
  const shared = stored.filter(({ name }) => SHARED.test(name));
  const tensors = withoutShared(stored);
  if (shared.length !== (saved ? 2 : 0)) {
    const said = saved ? "are saved" : "are not saved";
    throw new Error(`${CONFIG} says that VeRA's shared matrices ${said}, but ${MODEL} has ${shared.length} of 2.`);
  }
  const rank = `rank ${r} (${CONFIG})`;
  for (const tensor of shared) {
    const [rows = 0, columns = 0] = tensor.shape;
    checkShape(names, tensor, tensor.name === "vera_A" ? [r, columns] : [rows, r], rank);
  }
  const modules = modulesOf(names, tensors, VECTOR, "a vector of VeRA");
  checkTargets(modules, targetsOf(config));
  const byName = new Map(tensors.map((tensor) => [tensor.name, tensor]));
  for (const module of modules) {
    const [b, d] = ["b", "d"].map((part) => tensorNamed(names, byName, `${module}.vera_lambda_${part}`));
    checkShape(names, b!, [b!.data.length], rank);
    checkShape(names, d!, [r], rank);
  }
}
