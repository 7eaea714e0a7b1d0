/**
 * RandLoRA: factors for each of many random low-rank bases, which all linears share, saved or drawn
 * again from a key.
 */

import * as z from "zod";
import type { NamedTensor } from "../../hub/write-safetensors";
import { CONFIG, MODEL } from "../folder";
import { drawRandlora, type RandloraKey } from "../randlora-projection";
import type { TargetModules } from "../target-modules";
import { type TargetConfig, targetForm } from "./target-form";

export interface RandloraSettings extends TargetModules, RandloraKey {
  readonly type: "RANDLORA";
  readonly alpha: number;
  readonly dropout: number;
  readonly saveProjection: boolean;
}

const schema = {
  r: z.int().min(1).default(32),
  randlora_alpha: z.number().default(640),
  randlora_dropout: z.number().min(0).lt(1).default(0),
  projection_prng_key: z.int().min(0).default(0),
  save_projection: z.boolean().default(true),
  sparse: z.boolean().default(false),
  very_sparse: z.boolean().default(false),
  bias: z.literal("none", "trained biases cannot be read beside RandLoRA").default("none"),
};

const SHARED = /^randlora_[AB]$/;

export const randlora = targetForm<RandloraSettings, typeof schema>({
  type: "RANDLORA",
  method: "randlora",
  title: "RandLoRA",
  what: "a factor of RandLoRA",
  sentence: "factors of random low-rank bases, which all frozen linear layers share (`RANDLORA`)",
  tensors: "randlora_(?:lambda|gamma)",
  first: "randlora_lambda",
  shared: "randlora_[AB]",
  repeats: "randlora_[AB]",
  schema,
  floats: ["randlora_dropout"],
  checkShared({ r, save_projection: saved }, { has, shaped }) {
    const count = ["randlora_A", "randlora_B"].filter(has).length;
    if (count !== (saved ? 2 : 0)) {
      const said = saved ? "are saved" : "are not saved";
      throw new Error(`${CONFIG} says that RandLoRA's shared bases ${said}, but ${MODEL} has ${count} of 2.`);
    }
    if (!saved) return;
    shaped("randlora_A", [r, 1, null], `rank ${r} (${CONFIG})`);
    shaped("randlora_B", [null, null, r], `rank ${r} (${CONFIG})`);
  },
  check({ r }, module) {
    const factors = module.shaped("randlora_lambda", [r, null], `rank ${r} (${CONFIG})`);
    module.shaped("randlora_gamma", [factors.shape[1]!, null], "as many bases as there are factors");
  },
  written: (settings, { fanInFanOut }) => ({
    bias: "none",
    fan_in_fan_out: fanInFanOut,
    init_weights: true,
    projection_prng_key: settings.key,
    r: settings.rank,
    randlora_alpha: settings.alpha,
    randlora_dropout: settings.dropout,
    save_projection: settings.saveProjection,
    sparse: settings.bases === "sparse",
    very_sparse: settings.bases === "very sparse",
  }),
  given(config, tensors) {
    checkBases(config, tensors);
    return tensors.filter(({ name }) => !SHARED.test(name));
  },
  options: (config) => ({
    rank: config.r,
    alpha: config.randlora_alpha,
    bases: basesOf(config),
    dropout: config.randlora_dropout,
    projectionKey: config.projection_prng_key,
    saveProjection: config.save_projection,
  }),
});

/** PEFT asks for the sparser first. */
const basesOf = ({ sparse, very_sparse: verySparse }: TargetConfig<typeof schema>): RandloraKey["bases"] =>
  verySparse ? "very sparse" : sparse ? "sparse" : "dense";

/**
 * Throws an Error if the bases in the folder are others than its key gives. Where they are not
 * saved, or of other sizes, the shapes of the factors decide.
 */
function checkBases(config: TargetConfig<typeof schema>, tensors: readonly NamedTensor[]): void {
  const [a, b] = ["randlora_A", "randlora_B"].map((name) => tensors.find((tensor) => tensor.name === name));
  if (!a || !b) return;
  const { r: rank, projection_prng_key: key } = config;
  const [outputs, inputs] = [b.shape[0]!, a.shape[2]!];
  const drawn = drawRandlora({ key, rank, bases: basesOf(config), outputs, inputs });
  const differs = (own: Float32Array, other: Float32Array) =>
    own.length !== other.length || own.some((value, index) => Math.abs(value - other[index]!) > 1e-5);
  if (differs(drawn.a, a.data) || differs(drawn.b, b.data)) {
    throw new Error(
      `The shared bases in the folder are not those that projection_prng_key ${key} gives, so they were not drawn by ` +
        "PEFT's generator. Convert the adapter to LORA where it was made and import that.",
    );
  }
}
