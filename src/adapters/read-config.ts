/** What of PEFT's adapter_config.json is read, and which of its settings are refused. Not for writing it: `peft-config.ts`. */

import * as z from "zod";
import { CONFIG } from "./folder";
import { PEFT_TYPES, type PeftConfig } from "./peft-config";

const names = z.union([z.array(z.string()), z.string()]);

/** Settings with which the adapter computes something else than what is read here. */
const unused = (what: string) =>
  z.union([z.null(), z.literal(false), z.array(z.unknown()).max(0)], `${what} cannot be read`).optional();

/** Starts that are taken out of the base model's weights, so that the adapter alone is another function. */
const CHANGES_BASE = /^(?:pissa.*|olora|corda|loftq|lora_ga)$/;

const loraSchema = z.looseObject({
  r: z.int().min(1).default(8),
  lora_alpha: z.number().default(8),
  target_modules: z.union([z.array(z.string()).min(1), z.string().min(1)]),
  layers_to_transform: z.union([z.array(z.int().min(0)), z.int().min(0)]).nullish(),
  layers_pattern: names.nullish(),
  exclude_modules: names.nullish(),
  lora_dropout: z.number().min(0).lt(1).default(0),
  use_rslora: z.boolean().default(false),
  use_dora: z.boolean().default(false),
  fan_in_fan_out: z.boolean().default(false),
  bias: z.enum(["none", "all"], "trained biases of the adapted layers alone cannot be read").default("none"),
  lora_bias: z.literal(false).default(false),
  rank_pattern: z.record(z.string(), z.int().min(1)).nullable().default({}),
  alpha_pattern: z.record(z.string(), z.number()).nullable().default({}),
  init_lora_weights: z
    .unknown()
    .refine((start) => typeof start !== "string" || !CHANGES_BASE.test(start), {
      error: "it starts by changing the base model's weights; save it converted to plain LoRA where it was made",
    })
    .optional(),
  trainable_token_indices: unused("trained tokens"),
  target_parameters: unused("targeted parameters"),
  layer_replication: unused("replicated layers"),
  alora_invocation_tokens: unused("activated LoRA"),
  use_qalora: unused("QALoRA"),
  use_bdlora: unused("BD-LoRA"),
  arrow_config: unused("Arrow routing"),
  monteclora_config: unused("MonteCLoRA"),
  velora_config: unused("VeLoRA"),
  kasa_config: unused("KaSA"),
});

const adaloraSchema = z.looseObject({
  ...loraSchema.omit({ rank_pattern: true }).shape,
  use_dora: z.literal(false).default(false),
  init_r: z.int().min(1).default(12),
  target_r: z.int().min(1).default(8),
  total_step: z.int().min(1),
  rank_pattern: z.record(z.string(), z.array(z.boolean())).nullable().default(null),
});

const veraSchema = z.looseObject({
  ...loraSchema.pick({ target_modules: true, layers_to_transform: true, layers_pattern: true, exclude_modules: true })
    .shape,
  r: z.int().min(1).default(256),
  projection_prng_key: z.int().min(0).default(0),
  save_projection: z.boolean().default(true),
  d_initial: z.number().default(0.1),
  vera_dropout: z.number().min(0).lt(1).default(0),
  bias: z.literal("none", "trained biases cannot be read beside VeRA").default("none"),
});

const ia3Schema = z.looseObject({
  target_modules: z.array(z.string()).min(1),
  feedforward_modules: z.array(z.string()),
  fan_in_fan_out: z.boolean().default(false),
});

const lnTuningSchema = z.looseObject({ target_modules: z.array(z.string()).min(1) });

const promptLearningSchema = z.looseObject({
  num_virtual_tokens: z.int().min(1),
  token_dim: z.int().min(1),
  num_layers: z.int().min(1),
  num_transformer_submodules: z.literal(1).default(1),
});

const wholeNumbers = z.array(z.int().min(0)).min(1);

const cptSchema = z
  .looseObject({
    ...promptLearningSchema.shape,
    task_type: z.literal("CAUSAL_LM", "CPT is for CAUSAL_LM alone"),
    cpt_token_ids: wholeNumbers,
    cpt_mask: wholeNumbers,
    cpt_tokens_type_mask: wholeNumbers,
    opt_weighted_loss_type: z.enum(["none", "decay"]).default("none"),
    opt_loss_decay_factor: z.number().min(0).default(1),
    opt_projection_epsilon: z.number().min(0).default(0.1),
    opt_projection_format_epsilon: z.number().min(0).default(0.1),
  })
  .refine(
    ({ num_virtual_tokens: count, cpt_token_ids: ids, cpt_mask: mask, cpt_tokens_type_mask: types }) =>
      [ids, mask, types].every(({ length }) => length === count),
    "cpt_token_ids, cpt_mask and cpt_tokens_type_mask must have num_virtual_tokens entries each",
  );

const baseSchema = z.looseObject({
  peft_type: z.enum(PEFT_TYPES),
  task_type: z.enum(["SEQ_CLS", "TOKEN_CLS", "CAUSAL_LM"]).nullish(),
  base_model_name_or_path: z.string().nullable().default(null),
});

const studioSchema = z.looseObject({
  peft_type: z.literal("STUDIO"),
  base_model_name_or_path: z.string().nullable().default(null),
  why_not_peft: z.string(),
});

type Patterns = Record<"rank_pattern" | "alpha_pattern", Record<string, number>>;
/** As `settled` leaves it. */
export type LoraSettings = PeftConfig & z.infer<typeof loraSchema> & Patterns;
export type AdaloraSettings = PeftConfig & z.infer<typeof adaloraSchema>;
export type VeraSettings = PeftConfig & z.infer<typeof veraSchema>;
export type Ia3Settings = PeftConfig & z.infer<typeof ia3Schema>;
export type LnTuningSettings = PeftConfig & z.infer<typeof lnTuningSchema>;
export type PromptLearningSettings = PeftConfig & z.infer<typeof promptLearningSchema>;

/**
 * PEFT's `adapter_config.json`, or the studio's own.
 * @throws Error naming the adapter type, or the keys and what is wrong with them.
 */
export function parseConfig(value: unknown): PeftConfig {
  const studio = studioSchema.safeParse(value);
  if (studio.success) return studio.data;
  const type = (value as { peft_type?: unknown } | null)?.peft_type;
  if (!PEFT_TYPES.some((known) => known === type)) {
    throw new Error(
      `${CONFIG}: the adapter type ${JSON.stringify(type)} cannot be read. Known types: ${PEFT_TYPES.join(", ")}.`,
    );
  }
  const own: Record<string, z.ZodType> = {
    LORA: loraSchema,
    ADALORA: adaloraSchema,
    VERA: veraSchema,
    IA3: ia3Schema,
    LN_TUNING: lnTuningSchema,
    CPT: cptSchema,
  };
  const schema = z.intersection(baseSchema, own[type as string] ?? promptLearningSchema);
  const parsed = schema.safeParse(value);
  if (!parsed.success) {
    throw new Error(`${CONFIG} does not describe an adapter that can be read:\n${z.prettifyError(parsed.error)}`);
  }
  return parsed.data as PeftConfig;
}
