/**
 * LoRA, and with it rsLoRA, DoRA and trained biases: low-rank factors beside the linears, under the
 * linears' names.
 */

import * as z from "zod";
import { norm } from "../../data/norm";
import type { NamedTensor } from "../../hub/write-safetensors";
import { type Change, type MergedBase, replacementOf, type TensorChange } from "../base-change";
import { CONFIG, isHead, MODEL } from "../folder";
import { checkShape, checkTargets, modulesOf, tensorNamed } from "../module-checks";
import { commonConfig, HEADS, type PeftConfig, sortedNames } from "../peft-config";
import { peftLayout } from "../peft-layout";
import { checkedPattern, isNamed, LANGUAGE_HEAD, patternValue } from "../target-modules";
import { settleTargets, targetOptions, targetSettings, targetsOf, writtenTargets } from "../target-settings";
import { injectedNames } from "../tensor-names";
import type { AdapterForm, WritingSite } from "./form";

/** Without any target, a rank-1 adapter that adds nothing carries the head. */
export interface LoraSettings {
  readonly type: "LORA";
  readonly rank: number;
  readonly alpha: number;
  /** Names, or one regular expression. */
  readonly targets: readonly string[] | string;
  /** Only these blocks; null or left out: all. */
  readonly layersToTransform?: readonly number[] | null;
  /** Other ranks and alphas by pattern of the path. */
  readonly rankPattern?: Readonly<Record<string, number>>;
  readonly alphaPattern?: Readonly<Record<string, number>>;
  readonly dropout?: number;
  readonly rankStabilised: boolean;
  /** Whether the updated weights are brought to trained magnitudes (DoRA). */
  readonly dora?: boolean;
  /**
   * Whether what was trained are the model's biases; PEFT loads them beside a rank-1 adapter that
   * adds nothing.
   */
  readonly biases?: boolean;
}

/** Settings with which the adapter computes something else than what is read here. */
const unused = (what: string) =>
  z.union([z.null(), z.literal(false), z.array(z.unknown()).max(0)], `${what} cannot be read`).optional();

/**
 * Starts that are taken out of the base model's weights, so that the adapter alone is another
 * function.
 */
const CHANGES_BASE = /^(?:pissa.*|olora|corda|loftq|lora_ga)$/;

/** A number for modules whose path ends with a pattern. */
const byPattern = <Value extends z.ZodNumber>(value: Value) =>
  z.record(z.string(), value).superRefine(checkedPattern).nullable().default({});

export const loraSchema = z.looseObject({
  ...targetSettings,
  r: z.int().min(1).default(8),
  lora_alpha: z.number().default(8),
  lora_dropout: z.number().min(0).lt(1).default(0),
  use_rslora: z.boolean().default(false),
  use_dora: z.boolean().default(false),
  fan_in_fan_out: z.boolean().default(false),
  bias: z.enum(["none", "all"], "trained biases of the adapted layers alone cannot be read").default("none"),
  lora_bias: z.literal(false).default(false),
  rank_pattern: byPattern(z.int().min(1)),
  alpha_pattern: byPattern(z.number()),
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

type Patterns = Record<"rank_pattern" | "alpha_pattern", Record<string, number>>;
/** As it is once read. */
export type LoraConfig = PeftConfig & z.infer<typeof loraSchema> & Patterns;

/** What a linear's bias is called inside the wrapper that PEFT puts around the linear. */
const WRAPPED_BIAS = ".base_layer.bias";

const MAGNITUDE = "lora_magnitude_vector";
const names = injectedNames("LORA", { parameters: `lora_(?:embedding_)?[AB]|${MAGNITUDE}`, bare: MAGNITUDE });
/** Embeddings' factors are parameters of their own, without a module's ".weight". */
const FACTOR = /\.lora_(?:(?:A|B|magnitude_vector)\.weight|embedding_[AB])$/;

export const lora: AdapterForm<LoraSettings, LoraConfig> = {
  type: "LORA",
  sentence: "low-rank factors beside frozen linear layers (`LORA`)",
  inShort({ biases, dora, targets }) {
    if (biases) return "`LORA` with `bias: all`";
    if (dora) return "`LORA` with `use_dora`";
    return targets.length === 0 ? "`LORA` of zeros" : "`LORA`";
  },
  tags: ["lora"],
  layout: peftLayout<LoraConfig>({
    type: "LORA",
    names,
    schema: loraSchema,
    floats: ["lora_dropout"],
    settle: (config, tensors) => ({
      ...settleTargets(config, tensors, FACTOR),
      rank_pattern: config.rank_pattern ?? {},
      alpha_pattern: config.alpha_pattern ?? {},
    }),
    check,
  }),
  config: (settings, site) => loraConfig({ ...settings, targets: writtenTargets(settings.targets, site) }, site),
  above(settings, blocks) {
    const { targets, layersToTransform } = settings;
    // PEFT's layers_to_transform goes with names only, and leaves out what is in no block.
    if (typeof targets === "string" || isNamed(LANGUAGE_HEAD, targets)) return null;
    if (targets.length === 0) return settings;
    const kept = blocks.filter((block) => layersToTransform?.includes(block) ?? true);
    return kept.length > 0 ? { ...settings, layersToTransform: kept } : null;
  },
  stored(settings, tensors, site) {
    if (settings.targets.length > 0) return tensors;
    return [...idleFactors(site), ...tensors.map((tensor) => besideCarrier(tensor, site))];
  },
  // Beside trained biases stand factors that add nothing.
  given: ({ bias }, tensors) =>
    bias === "all"
      ? withoutFactors(tensors).map((tensor) => ({ ...tensor, name: tensor.name.replace(WRAPPED_BIAS, ".bias") }))
      : tensors,
  run(config) {
    if (config.bias === "all") return { method: "bitfit", options: {} };
    return {
      method: config.use_dora ? "dora" : "lora",
      options: {
        rank: config.r,
        alpha: config.lora_alpha,
        ...targetOptions(config),
        rankPattern: config.rank_pattern,
        alphaPattern: config.alpha_pattern,
        dropout: config.lora_dropout,
        rankStabilised: config.use_rslora,
      },
    };
  },
  change: (settings) => (tensor, all, base) => changeOf(settings, tensor, all, base),
  opposite(settings) {
    if (!isAdded(settings)) return null;
    const alphas = Object.entries(settings.alphaPattern ?? {}).map(([key, alpha]) => [key, -alpha] as const);
    return { ...settings, alpha: -settings.alpha, alphaPattern: Object.fromEntries(alphas) };
  },
  isSummable: (settings) => settings.targets.length > 0 && isAdded(settings),
  withoutCarrier(tensors) {
    const isActive = ({ name, data }: NamedTensor) => UP.test(name) && data.some((value) => value !== 0);
    return tensors.some(isActive) ? tensors : withoutFactors(tensors);
  },
};

/**
 * Whether changes are simply added: DoRA brings what is added to a length, and biases are trained
 * themselves.
 */
const isAdded = ({ dora, biases }: LoraSettings) => !dora && !biases;

/**
 * Why an adapter is no plain LoRA, as the rest of a sentence that begins with its name; null where
 * it is.
 */
export function notPlainLora({ peft_type, use_dora, bias }: PeftConfig): string | null {
  if (peft_type !== "LORA") return `is a ${peft_type} adapter`;
  if (use_dora) return "is a DoRA adapter";
  return bias === "all" ? "trains biases" : null;
}

/** A takes B and the magnitudes in. */
function changeOf(
  settings: LoraSettings,
  tensor: NamedTensor,
  all: ReadonlyMap<string, NamedTensor>,
  base: MergedBase,
): ReturnType<TensorChange> {
  const [suffix] = FACTOR.exec(tensor.name) ?? [];
  if (suffix === undefined) return replacementOf(tensor, tensor.name.replace(WRAPPED_BIAS, ".bias"));
  if (!/_A(?:\.weight)?$/.test(suffix)) return [];
  const path = tensor.name.slice(0, -suffix.length);
  const upName = path + suffix.replace("_A", "_B");
  const up = all.get(upName);
  if (!up) throw new Error(`"${tensor.name}" has no "${upName}" beside it.`);
  const isTable = suffix.includes("embedding");
  const magnitude = isTable ? undefined : all.get(`${path}.${MAGNITUDE}.weight`)?.data;
  // Tables of embeddings are stored [in, out], the head over the vocabulary [out, in] by every
  // family.
  const fanInFanOut = isTable || (base.fanInFanOut && path !== LANGUAGE_HEAD);
  return [[`${path}.weight`, lowRank(path, settings, tensor, up, magnitude, fanInFanOut)]];
}

/** W + s · B · A, for DoRA brought to the magnitudes per output. */
function lowRank(
  path: string,
  settings: LoraSettings,
  down: NamedTensor,
  up: NamedTensor,
  magnitude: Float32Array | undefined,
  fanInFanOut: boolean,
): Change {
  const [rank, inputs] = down.shape as [number, number];
  const [outputs] = up.shape as [number, number];
  const alpha = patternValue(path, settings.alphaPattern ?? {}, settings.alpha);
  const scale = alpha / (settings.rankStabilised ? Math.sqrt(rank) : rank);
  const [stepOut, stepIn] = fanInFanOut ? [1, outputs] : [inputs, 1];
  return (values) => {
    const row = new Float64Array(inputs);
    for (let out = 0; out < outputs; out++) {
      for (let i = 0; i < inputs; i++) row[i] = values[out * stepOut + i * stepIn]!;
      for (let r = 0; r < rank; r++) {
        const factor = scale * up.data[out * rank + r]!;
        if (factor === 0) continue;
        for (let i = 0; i < inputs; i++) row[i]! += factor * down.data[r * inputs + i]!;
      }
      const length = magnitude ? magnitude[out]! / norm(row) : 1;
      for (let i = 0; i < inputs; i++) values[out * stepOut + i * stepIn] = length * row[i]!;
    }
  };
}

/** The configuration, with targets as they are. */
export function loraConfig(
  settings: Omit<LoraSettings, "type">,
  site: Pick<WritingSite, "baseModel" | "fanInFanOut">,
): LoraConfig {
  const { targets } = settings;
  return {
    ...commonConfig("LORA", site),
    alora_invocation_tokens: null,
    alpha_pattern: { ...settings.alphaPattern },
    arrow_config: null,
    bias: settings.biases ? "all" : "none",
    corda_config: null,
    ensure_weight_tying: false,
    eva_config: null,
    exclude_modules: null,
    fan_in_fan_out: site.fanInFanOut,
    init_lora_weights: true,
    kasa_config: null,
    layer_replication: null,
    layers_pattern: null,
    layers_to_transform: settings.layersToTransform ? [...settings.layersToTransform] : null,
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
    rank_pattern: { ...settings.rankPattern },
    target_modules: typeof targets === "string" ? targets : sortedNames(targets),
    target_parameters: null,
    trainable_token_indices: null,
    use_bdlora: null,
    use_dora: settings.dora ?? false,
    use_qalora: false,
    use_rslora: settings.rankStabilised,
    velora_config: null,
  };
}

/** A trained bias under the name it has once PEFT has wrapped its linear. */
function besideCarrier(tensor: NamedTensor, { carrier }: WritingSite): NamedTensor {
  const path = tensor.name.slice(0, tensor.name.lastIndexOf("."));
  return isNamed(path, carrier) ? { ...tensor, name: `${path}${WRAPPED_BIAS}` } : tensor;
}

/** A rank-1 adapter of zeros: PEFT needs some adapter to load a trained head. */
function idleFactors({ linears, carrier }: WritingSite): NamedTensor[] {
  const zeros = (name: string, shape: [number, number]): NamedTensor => ({
    name,
    shape,
    data: new Float32Array(shape[0] * shape[1]),
  });
  return linears()
    .filter(({ path }) => isNamed(path, carrier))
    .flatMap(({ path, inputs, outputs }) => [
      zeros(`${path}.lora_A.weight`, [1, inputs]),
      zeros(`${path}.lora_B.weight`, [outputs, 1]),
    ]);
}

const UP = /\.lora_B\.weight$/;

function withoutFactors(tensors: readonly NamedTensor[]): readonly NamedTensor[] {
  return tensors.filter(({ name }) => !/\.lora_[AB]\.weight$/.test(name));
}

/**
 * A pair of factors of the configured rank for every target, and nothing else but the head. With
 * trained biases the factors must add nothing: biases and factors together are no method of the
 * studio.
 */
function check(config: LoraConfig, stored: readonly NamedTensor[]): void {
  const { use_dora: dora, bias } = config;
  const isBias = ({ name }: NamedTensor) => bias === "all" && name.endsWith(".bias") && !isHead(name);
  const tensors = stored.filter((tensor) => !isBias(tensor));
  if (bias === "all") {
    if (tensors.length === stored.length)
      throw new Error(`${MODEL} has no biases, but ${CONFIG} says all are trained.`);
    const active = tensors.find(({ name, data }) => UP.test(name) && data.some((value) => value !== 0));
    if (active) {
      throw new Error(
        `${MODEL}: "${names.toFile(active.name)}" is not zero beside trained biases; LoRA and trained biases ` +
          "together cannot be read.",
      );
    }
  }
  const byName = new Map(tensors.map((tensor) => [tensor.name, tensor]));
  const modules = modulesOf(names, tensors, FACTOR, "a LoRA factor");
  checkTargets(modules, targetsOf(config));
  for (const module of modules) {
    const r = patternValue(module, config.rank_pattern, config.r);
    const embedding = byName.has(`${module}.lora_embedding_A`) || byName.has(`${module}.lora_embedding_B`);
    const factors = embedding ? ["lora_embedding_A", "lora_embedding_B"] : ["lora_A.weight", "lora_B.weight"];
    const [a, b, magnitude] = [...factors, ...(dora ? [`${MAGNITUDE}.weight`] : [])].map((part) =>
      tensorNamed(names, byName, `${module}.${part}`),
    );
    checkShape(names, a!, [r, a!.shape[1] ?? 0], `rank ${r} (${CONFIG})`);
    checkShape(names, b!, [b!.shape[0] ?? 0, r], `rank ${r} (${CONFIG})`);
    if (patternValue(module, config.alpha_pattern, config.lora_alpha) === 0 && b!.data.some((value) => value !== 0)) {
      throw new Error(
        `${CONFIG}: the scale of "${module}" is zero (lora_alpha 0), but its factors are not: what it learned would be lost. ` +
          "Write the lora_alpha it was trained with.",
      );
    }
    if (magnitude) {
      checkShape(names, magnitude, [b!.shape[0] ?? 0], "its module's output size");
    } else if (byName.has(`${module}.${MAGNITUDE}.weight`)) {
      throw new Error(`${MODEL} has a magnitude vector for "${module}", but ${CONFIG} does not say use_dora.`);
    }
  }
}
