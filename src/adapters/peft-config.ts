/**
 * `adapter_config.json` as PEFT 0.21 writes it: every key, sorted, with PEFT's values.
 * Not for: tensor names (`peft-names.ts`) or reading a folder (`read-folder.ts`).
 */

export const PEFT_VERSION = "0.21.0";

/** PEFT's names for what a model is asked. */
export type PeftTask = "SEQ_CLS" | "TOKEN_CLS" | "CAUSAL_LM";

/** `peft_type`: the form's (`forms/`). */
export type PeftConfig = { peft_type: string; base_model_name_or_path: string | null } & Record<string, unknown>;

interface Base {
  /** Name or path of the base model, as `from_pretrained` will be given it. */
  baseModel: string;
  /** Revision of the base model on the Hub. */
  revision?: string | null;
}

interface PromptLearning extends Base {
  virtualTokens: number;
  layers: number;
  /**
   * Whether the adapter was trained as something else and folded into this form. PEFT then never wrapped the model, and
   * the head is not listed under `modules_to_save` (PEFT adds it on loading).
   */
  folded?: boolean;
}

function common(type: string, { baseModel, revision }: Base): PeftConfig {
  return {
    auto_mapping: null,
    base_model_name_or_path: baseModel,
    inference_mode: true,
    peft_type: type,
    peft_version: PEFT_VERSION,
    revision: revision ?? null,
    task_type: "SEQ_CLS",
  };
}

function promptLearning(type: string, settings: PromptLearning, heads: number, tokenSize: number): PeftConfig {
  return {
    ...common(type, settings),
    // PEFT adds its two head names twice to a prompt-learning configuration.
    modules_to_save: settings.folded ? null : ["classifier", "classifier", "score", "score"],
    num_attention_heads: heads,
    num_layers: settings.layers,
    num_transformer_submodules: 1,
    num_virtual_tokens: settings.virtualTokens,
    token_dim: tokenSize,
  };
}

/** The head, under the two names PEFT knows. */
const HEADS = ["classifier", "score"];

const sorted = (names: readonly string[]) => [...new Set(names)].sort();

/**
 * LoRA (also rsLoRA and DoRA).
 * @param settings.biases whether the model's biases are trained and stored too.
 * @param settings.targets module names (`q_proj`) or full paths, written sorted; or one regular expression for whole paths.
 * @param settings.layersToTransform the blocks that have targets; all unless told.
 * @param settings.rankPattern other ranks by pattern of the module's path, and `alphaPattern` other alphas.
 * @param settings.fanInFanOut true where base weights are stored input × output (GPT-2's `Conv1D`).
 */
export function loraConfig(
  settings: Base & {
    rank: number;
    alpha: number;
    targets: readonly string[] | string;
    layersToTransform?: readonly number[] | null;
    rankPattern?: Readonly<Record<string, number>>;
    alphaPattern?: Readonly<Record<string, number>>;
    dropout?: number;
    rsLora?: boolean;
    dora?: boolean;
    biases?: boolean;
    fanInFanOut?: boolean;
  },
): PeftConfig {
  return {
    ...common("LORA", settings),
    alora_invocation_tokens: null,
    alpha_pattern: settings.alphaPattern ?? {},
    arrow_config: null,
    bias: settings.biases ? "all" : "none",
    corda_config: null,
    ensure_weight_tying: false,
    eva_config: null,
    exclude_modules: null,
    fan_in_fan_out: settings.fanInFanOut ?? false,
    init_lora_weights: true,
    kasa_config: null,
    layer_replication: null,
    layers_pattern: null,
    layers_to_transform: settings.layersToTransform ?? null,
    loftq_config: {},
    lora_alpha: settings.alpha,
    lora_bias: false,
    lora_dropout: settings.dropout ?? 0,
    lora_ga_config: null,
    megatron_config: null,
    megatron_core: "megatron.core",
    modules_to_save: HEADS,
    monteclora_config: null,
    qalora_group_size: 16,
    r: settings.rank,
    rank_pattern: settings.rankPattern ?? {},
    target_modules: typeof settings.targets === "string" ? settings.targets : sorted(settings.targets),
    target_parameters: null,
    trainable_token_indices: null,
    use_bdlora: null,
    use_dora: settings.dora ?? false,
    use_qalora: false,
    use_rslora: settings.rsLora ?? false,
    velora_config: null,
  };
}

/**
 * AdaLoRA. PEFT writes LoRA's keys too and ignores its rank.
 * @param settings.rankPattern by the path of a module's E: which of its ranks are kept; null before any were pruned.
 */
export function adaloraConfig(
  settings: Omit<Parameters<typeof loraConfig>[0], "rank" | "rankPattern"> & {
    initialRank: number;
    targetRank: number;
    tinit: number;
    tfinal: number;
    deltaT: number;
    beta1: number;
    beta2: number;
    orthogonality: number;
    steps: number;
    rankPattern: Readonly<Record<string, readonly boolean[]>> | null;
  },
): PeftConfig {
  const { rankPattern, ...lora } = settings;
  return {
    // PEFT's default, which it warns about when it is another.
    ...loraConfig({ ...lora, rank: 8 }),
    peft_type: "ADALORA",
    beta1: settings.beta1,
    beta2: settings.beta2,
    deltaT: settings.deltaT,
    init_r: settings.initialRank,
    orth_reg_weight: settings.orthogonality,
    rank_pattern: rankPattern,
    target_r: settings.targetRank,
    tfinal: settings.tfinal,
    tinit: settings.tinit,
    total_step: settings.steps,
  };
}

/** VeRA. */
export function veraConfig(
  settings: Base & {
    rank: number;
    targets: readonly string[] | string;
    layersToTransform?: readonly number[] | null;
    dropout?: number;
    initialD: number;
    projectionKey: number;
    saveProjection: boolean;
    fanInFanOut?: boolean;
  },
): PeftConfig {
  return {
    ...common("VERA", settings),
    bias: "none",
    d_initial: settings.initialD,
    fan_in_fan_out: settings.fanInFanOut ?? false,
    init_weights: true,
    layers_pattern: null,
    layers_to_transform: settings.layersToTransform ?? null,
    modules_to_save: HEADS,
    projection_prng_key: settings.projectionKey,
    r: settings.rank,
    save_projection: settings.saveProjection,
    target_modules: typeof settings.targets === "string" ? settings.targets : sorted(settings.targets),
    vera_dropout: settings.dropout ?? 0,
  };
}

/**
 * (IA)³.
 * @param settings.feedForward those of the targets whose input is scaled instead of their output.
 */
export function ia3Config(
  settings: Base & { targets: readonly string[]; feedForward: readonly string[]; fanInFanOut?: boolean },
): PeftConfig {
  return {
    ...common("IA3", settings),
    exclude_modules: null,
    fan_in_fan_out: settings.fanInFanOut ?? false,
    feedforward_modules: sorted(settings.feedForward),
    init_ia3_weights: true,
    modules_to_save: HEADS,
    target_modules: sorted(settings.targets),
  };
}

/** LN-tuning: trained norms. */
export function lnTuningConfig(settings: Base & { targets: readonly string[] }): PeftConfig {
  return {
    ...common("LN_TUNING", settings),
    exclude_modules: null,
    modules_to_save: HEADS,
    target_modules: sorted(settings.targets),
  };
}

/**
 * Prefix tuning; also what a folded SK-Prefix is. PEFT counts key/value heads here, not attention heads.
 * @param settings.projection set where an MLP of this hidden size made the prefix in training (it is not saved).
 */
export function prefixConfig(
  settings: PromptLearning & { keyValueHeads: number; headSize: number; projection?: number; startsAtZero?: boolean },
): PeftConfig {
  const tokenSize = settings.keyValueHeads * settings.headSize;
  return {
    ...promptLearning("PREFIX_TUNING", settings, settings.keyValueHeads, tokenSize),
    encoder_hidden_size: settings.projection ?? tokenSize,
    init_weights: settings.startsAtZero ? "zero" : null,
    prefix_projection: settings.projection !== undefined,
  };
}

/**
 * Prompt tuning; also what a folded SK-Prompt is.
 * @param settings.text the initialising text; without it the prompt started random, or from words of the vocabulary.
 */
export function promptConfig(
  settings: PromptLearning & { heads: number; hiddenSize: number; text?: string; startsFromVocabulary?: boolean },
): PeftConfig {
  const text = settings.text ?? null;
  const withoutText = settings.startsFromVocabulary ? "SAMPLE_VOCAB" : "RANDOM";
  return {
    ...promptLearning("PROMPT_TUNING", settings, settings.heads, settings.hiddenSize),
    prompt_tuning_init: text === null ? withoutText : "TEXT",
    prompt_tuning_init_text: text,
    tokenizer_kwargs: null,
    tokenizer_name_or_path: text === null ? null : settings.baseModel,
  };
}

/** P-tuning: the encoder's output is what is saved. PEFT ignores the number of layers of an MLP, and writes 2. */
export function pTuningConfig(
  settings: PromptLearning & {
    heads: number;
    hiddenSize: number;
    encoder: "MLP" | "LSTM";
    encoderHiddenSize: number;
    encoderLayers: number;
  },
): PeftConfig {
  return {
    ...promptLearning("P_TUNING", settings, settings.heads, settings.hiddenSize),
    encoder_dropout: 0,
    encoder_hidden_size: settings.encoderHiddenSize,
    encoder_num_layers: settings.encoderLayers,
    encoder_reparameterization_type: settings.encoder,
  };
}

/** CPT: the examples' tokens, what PEFT says each is (`cpt_tokens_type_mask`), and how it is trained. */
export function cptConfig(
  settings: PromptLearning & {
    heads: number;
    hiddenSize: number;
    ids: readonly number[];
    types: readonly number[];
    epsilon: number;
    decay: number;
  },
): PeftConfig {
  const { ids, types, epsilon, decay } = settings;
  return {
    ...promptLearning("CPT", settings, settings.heads, settings.hiddenSize),
    cpt_mask: ids.map(() => 1),
    cpt_token_ids: ids,
    cpt_tokens_type_mask: types,
    opt_loss_decay_factor: decay,
    opt_projection_epsilon: epsilon,
    opt_projection_format_epsilon: epsilon,
    opt_weighted_loss_type: decay < 1 ? "decay" : "none",
    tokenizer_name_or_path: null,
  };
}

/** What PEFT cannot load, and why; the studio reads the method from run.json. */
export function studioConfig(settings: Base & { why: string }): PeftConfig {
  return { ...common("STUDIO", settings), why_not_peft: settings.why };
}

/** A configuration for another task than classifying sequences; a language model has no head to save. */
export function forTask(config: PeftConfig, task: PeftTask): PeftConfig {
  const headless = task === "CAUSAL_LM" && "modules_to_save" in config;
  return { ...config, task_type: task, ...(headless && { modules_to_save: null }) };
}

/** Keys that Python holds as floats, and so writes `0` as `0.0`; of AdapterHub's, `scaling` must not come as an integer. */
const FLOAT_KEYS = [
  ...["lora_dropout", "encoder_dropout", "vera_dropout", "d_initial", "orth_reg_weight"],
  ...["opt_loss_decay_factor", "opt_projection_epsilon", "opt_projection_format_epsilon"],
  ...["scaling", "dropout", "stochastic_depth"],
];

/** The file's text, as Python's `json.dumps(indent=2, sort_keys=True)` writes it. */
export function formatPeftConfig(config: object): string {
  const sorted = Object.fromEntries(Object.entries(config).sort(([a], [b]) => (a < b ? -1 : 1)));
  const text = JSON.stringify(sorted, null, 2);
  return text.replace(new RegExp(`^( +"(?:${FLOAT_KEYS.join("|")})": -?\\d+)(,?)$`, "gm"), "$1.0$2");
}
