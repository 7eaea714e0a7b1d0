/**
 * Adapter folders: writing one as a zip, reading one back, and refusing what does not fit.
 * PEFT loads leniently (missing tensors warn, extra ones are ignored); here both are errors.
 * Not for: what the tensors do (`methods/`), or what configuration and card say (`peft-config.ts`, `model-card.ts`).
 */

import { strFromU8, strToU8, unzipSync, type Zippable, zipSync } from "fflate";
import * as z from "zod";
import { type NamedTensor, readSafetensors, streamTensor, writeSafetensors } from "../hub/safetensors";
import { bytesFile } from "../hub/sources";
import {
  fromHubName,
  HUB_HEAD,
  HUB_HEAD_CONFIG,
  HUB_MODEL,
  hubConfigs,
  isHubConfig,
  readHubConfig,
  toHubName,
} from "./adapter-hub";
import { formatPeftConfig, PEFT_TYPES, type PeftConfig, type PeftType } from "./peft-config";
import { fromFileName, PROMPT_EMBEDDINGS, toFileName } from "./peft-names";
import { isNamed, isTargeted, patternValue, type TargetModules } from "./target-modules";

const CONFIG = "adapter_config.json";
const MODEL = "adapter_model.safetensors";
const SK_ADAPTER = "sk_adapter.safetensors";
const CARD = "README.md";
const RUN = "run.json";
/** Every file of an adapter folder. */
export const ADAPTER_FILES: readonly string[] = [
  CONFIG,
  MODEL,
  SK_ADAPTER,
  HUB_MODEL,
  HUB_HEAD_CONFIG,
  HUB_HEAD,
  CARD,
  RUN,
];

/** Adapters are small; an archive that unpacks to more than this is refused before it is unpacked. */
const MAX_ADAPTER_BYTES = 2 ** 30;

/** A trained adapter with everything that is written beside it. Tensors carry the studio's in-model names. */
export interface AdapterFolder {
  config: PeftConfig;
  tensors: NamedTensor[];
  /** What the adapter was made of (`F_K.0.weight`, `F.A`, an encoder's layers), so that its training can go on. */
  skTensors?: NamedTensor[];
  /** The text of README.md; empty where a folder had none. */
  modelCard: string;
  /** The content of run.json; null where a folder had none (an adapter the studio did not write). */
  run: Record<string, unknown> | null;
}

/** What an adapter must hold to fit an open model and method. */
export interface AdapterExpectation {
  /** Must equal `base_model_name_or_path`. */
  baseModel: string;
  /** In-model names and shapes, the head included; exactly these. */
  tensors?: readonly { name: string; shape: readonly number[] }[];
  skTensors?: readonly { name: string; shape: readonly number[] }[];
}

const loraSchema = z.looseObject({
  r: z.int().min(1).default(8),
  lora_alpha: z.number().default(8),
  target_modules: z.union([z.array(z.string()).min(1), z.string().min(1)]),
  layers_to_transform: z.union([z.array(z.int().min(0)), z.int().min(0)]).nullish(),
  layers_pattern: z.union([z.null(), z.literal(""), z.array(z.string()).max(0)], "cannot be read").optional(),
  exclude_modules: z.null("excluded modules cannot be read").optional(),
  lora_dropout: z.number().min(0).lt(1).default(0),
  use_rslora: z.boolean().default(false),
  use_dora: z.boolean().default(false),
  fan_in_fan_out: z.boolean().default(false),
  bias: z.enum(["none", "all"], "trained biases of the adapted layers alone cannot be read").default("none"),
  lora_bias: z.literal(false).default(false),
  rank_pattern: z.record(z.string(), z.int().min(1)).default({}),
  alpha_pattern: z.record(z.string(), z.number()).default({}),
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
  ...loraSchema.pick({ target_modules: true, layers_to_transform: true, layers_pattern: true }).shape,
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

const baseSchema = z.looseObject({
  peft_type: z.enum(PEFT_TYPES),
  task_type: z.literal("SEQ_CLS"),
  base_model_name_or_path: z.string().nullable().default(null),
});

const studioSchema = z.looseObject({
  peft_type: z.literal("STUDIO"),
  base_model_name_or_path: z.string().nullable().default(null),
  why_not_peft: z.string(),
});

function parseConfig(value: unknown): PeftConfig {
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
  };
  const schema = z.intersection(baseSchema, own[type as string] ?? promptLearningSchema);
  const parsed = schema.safeParse(value);
  if (!parsed.success) {
    throw new Error(`${CONFIG} does not describe an adapter that can be read:\n${z.prettifyError(parsed.error)}`);
  }
  return parsed.data as PeftConfig;
}

function isHead(name: string): boolean {
  return /^(score|classifier|pre_classifier)\./.test(name);
}

function sameShape(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((size, i) => size === b[i]);
}

/** A name as it stands in the file, for messages. */
function shown(name: string, file: string, config: PeftConfig): string {
  return file === MODEL ? toFileName(name, config.peft_type) : name;
}

function checkShape(tensor: NamedTensor, shape: readonly number[], why: string, config: PeftConfig): void {
  if (!sameShape(tensor.shape, shape)) {
    const name = shown(tensor.name, MODEL, config);
    throw new Error(`${MODEL}: tensor "${name}" has shape [${tensor.shape}], but ${why} asks for [${shape}].`);
  }
}

/** That tensors and configuration name the same modules. */
function checkTargets(modules: ReadonlySet<string>, { targets, layers }: TargetModules): void {
  const names = typeof targets === "string" ? [] : targets;
  const unused = names.find((target) => ![...modules].some((module) => isNamed(module, [target])));
  if (unused !== undefined || modules.size === 0) {
    throw new Error(`${MODEL} has no tensors for the target module "${unused ?? targets}" that ${CONFIG} names.`);
  }
  for (const module of modules) {
    if (isTargeted(module, { targets, layers })) continue;
    const blocks = layers ? ` in blocks ${layers.join(", ")}` : "";
    const said = typeof targets === "string" ? targets : targets.join(", ");
    throw new Error(`${MODEL} has tensors for "${module}", which ${CONFIG} does not name (${said}${blocks}).`);
  }
}

/** The modules a configuration with low-rank updates means. */
function loraTargets({
  target_modules: targets,
  layers_to_transform: layers,
}: Pick<z.infer<typeof loraSchema>, "target_modules" | "layers_to_transform">): TargetModules {
  return { targets, layers: typeof layers === "number" ? [layers] : layers };
}

/** The modules of tensors with these suffixes; anything else but the head is an error. */
function modulesOf(config: PeftConfig, tensors: readonly NamedTensor[], suffix: RegExp, what: string): Set<string> {
  const modules = new Set<string>();
  for (const { name } of tensors) {
    const match = suffix.exec(name);
    if (match) modules.add(name.slice(0, match.index));
    else if (!isHead(name)) {
      throw new Error(`${MODEL}: tensor "${shown(name, MODEL, config)}" is neither ${what} nor the head's.`);
    }
  }
  return modules;
}

/** (IA)³: one column or row of factors for every target. */
function checkIa3(config: PeftConfig, tensors: readonly NamedTensor[]): void {
  const { target_modules: targets, feedforward_modules: inputs } = config as PeftConfig & z.infer<typeof ia3Schema>;
  const stray = inputs.find((name) => !targets.includes(name));
  if (stray) throw new Error(`${CONFIG}: the feed-forward module "${stray}" is not among the target modules.`);
  const modules = modulesOf(config, tensors, /\.ia3_l$/, "a factor of (IA)³");
  checkTargets(modules, { targets });
  for (const tensor of tensors) {
    const module = tensor.name.replace(/\.ia3_l$/, "");
    if (!modules.has(module)) continue;
    const size = tensor.data.length;
    const [shape, which] = isNamed(module, inputs) ? [[1, size], "inputs"] : [[size, 1], "outputs"];
    checkShape(tensor, shape as number[], `a module whose ${which} are scaled`, config);
  }
}

/** LN-tuning: a gain, and perhaps a shift, of one size for every target. */
function checkLnTuning(config: PeftConfig, tensors: readonly NamedTensor[]): void {
  const { target_modules: targets } = config as PeftConfig & z.infer<typeof lnTuningSchema>;
  checkTargets(modulesOf(config, tensors, /\.ln_tuning_layers\.(?:weight|bias)$/, "a norm's"), { targets });
  for (const tensor of tensors) {
    if (!isHead(tensor.name)) checkShape(tensor, [tensor.data.length], "a norm", config);
  }
}

/**
 * LoRA: a pair of factors of the configured rank for every target, and nothing else but the head. With trained biases the
 * factors must add nothing: biases and factors together are no method of the studio.
 */
function checkLora(config: PeftConfig, stored: readonly NamedTensor[]): void {
  const settings = config as PeftConfig & z.infer<typeof loraSchema>;
  const { use_dora: dora, bias } = settings;
  const isBias = ({ name }: NamedTensor) => bias === "all" && name.endsWith(".bias") && !isHead(name);
  const tensors = stored.filter((tensor) => !isBias(tensor));
  if (bias === "all") {
    if (tensors.length === stored.length)
      throw new Error(`${MODEL} has no biases, but ${CONFIG} says all are trained.`);
    const active = tensors.find(
      ({ name, data }) => name.endsWith(".lora_B.weight") && data.some((value) => value !== 0),
    );
    if (active) {
      throw new Error(
        `${MODEL}: "${shown(active.name, MODEL, config)}" is not zero beside trained biases; LoRA and trained biases ` +
          "together cannot be read.",
      );
    }
  }
  const byName = new Map(tensors.map((tensor) => [tensor.name, tensor]));
  const suffix = /\.lora_(?:A|B|magnitude_vector)\.weight$/;
  const modules = modulesOf(config, tensors, suffix, "a LoRA factor");
  checkTargets(modules, loraTargets(settings));
  for (const module of modules) {
    const r = patternValue(module, settings.rank_pattern, settings.r);
    const parts = ["lora_A", "lora_B", ...(dora ? ["lora_magnitude_vector"] : [])];
    const [a, b, magnitude] = parts.map((part) => {
      const tensor = byName.get(`${module}.${part}.weight`);
      if (!tensor) {
        throw new Error(`${MODEL}: tensor "${shown(`${module}.${part}.weight`, MODEL, config)}" is missing.`);
      }
      return tensor;
    });
    checkShape(a!, [r, a!.shape[1] ?? 0], `rank ${r} (${CONFIG})`, config);
    checkShape(b!, [b!.shape[0] ?? 0, r], `rank ${r} (${CONFIG})`, config);
    if (magnitude) {
      checkShape(magnitude, [b!.shape[0] ?? 0], "its module's output size", config);
    } else if (byName.has(`${module}.lora_magnitude_vector.weight`)) {
      throw new Error(`${MODEL} has a magnitude vector for "${module}", but ${CONFIG} does not say use_dora.`);
    }
  }
}

/** AdaLoRA: three factors for every target, of the rank that the pattern leaves it. */
function checkAdalora(config: PeftConfig, tensors: readonly NamedTensor[]): void {
  const settings = config as PeftConfig & z.infer<typeof adaloraSchema>;
  const { init_r: initial, rank_pattern: pattern } = settings;
  const byName = new Map(tensors.map((tensor) => [tensor.name, tensor]));
  const modules = modulesOf(config, tensors, /\.lora_[AEB]$/, "a factor of AdaLoRA");
  checkTargets(modules, loraTargets(settings));
  for (const module of modules) {
    const kept = pattern?.[`${module}.lora_E`];
    if (pattern && kept?.length !== initial) {
      const found = kept ? `${kept.length} entries` : "no entry";
      throw new Error(`${CONFIG}: rank_pattern has ${found} for "${module}.lora_E"; init_r asks for ${initial}.`);
    }
    const rank = kept ? kept.filter(Boolean).length : initial;
    const why = `the rank of ${rank} that ${CONFIG} leaves it`;
    const part = (name: string) => {
      const tensor = byName.get(`${module}.lora_${name}`);
      if (tensor) return tensor;
      throw new Error(`${MODEL}: tensor "${shown(`${module}.lora_${name}`, MODEL, config)}" is missing.`);
    };
    const [a, e, b] = ["A", "E", "B"].map(part);
    checkShape(a!, [rank, a!.shape[1] ?? 0], why, config);
    checkShape(e!, [rank, 1], why, config);
    checkShape(b!, [b!.shape[0] ?? 0, rank], why, config);
  }
}

/** VeRA: two vectors for every target, and the shared matrices where the configuration says that they are saved. */
function checkVera(config: PeftConfig, stored: readonly NamedTensor[]): void {
  const settings = config as PeftConfig & z.infer<typeof veraSchema>;
  const { r, save_projection: saved } = settings;
  const shared = stored.filter(({ name }) => /^vera_[AB]$/.test(name));
  const tensors = stored.filter((tensor) => !shared.includes(tensor));
  if (shared.length !== (saved ? 2 : 0)) {
    const said = saved ? "are saved" : "are not saved";
    throw new Error(`${CONFIG} says that VeRA's shared matrices ${said}, but ${MODEL} has ${shared.length} of 2.`);
  }
  for (const tensor of shared) {
    const [rows = 0, columns = 0] = tensor.shape;
    checkShape(tensor, tensor.name === "vera_A" ? [r, columns] : [rows, r], `rank ${r} (${CONFIG})`, config);
  }
  const modules = modulesOf(config, tensors, /\.vera_lambda_[bd]$/, "a vector of VeRA");
  checkTargets(modules, loraTargets(settings));
  const byName = new Map(tensors.map((tensor) => [tensor.name, tensor]));
  for (const module of modules) {
    for (const part of ["b", "d"]) {
      const tensor = byName.get(`${module}.vera_lambda_${part}`);
      if (!tensor) {
        throw new Error(`${MODEL}: tensor "${shown(`${module}.vera_lambda_${part}`, MODEL, config)}" is missing.`);
      }
      checkShape(tensor, [part === "d" ? r : tensor.data.length], `rank ${r} (${CONFIG})`, config);
    }
  }
}

/** Prompt learning: the packed prompt or prefix, and nothing else but the head. */
function checkPromptLearning(config: PeftConfig, tensors: readonly NamedTensor[]): void {
  const {
    num_virtual_tokens: count,
    token_dim: size,
    num_layers: layers,
  } = config as PeftConfig & z.infer<typeof promptLearningSchema>;
  const prompt = tensors.find((tensor) => tensor.name === PROMPT_EMBEDDINGS);
  if (!prompt) {
    throw new Error(`${MODEL}: tensor "${PROMPT_EMBEDDINGS}" is missing.`);
  }
  const width = config.peft_type === "PREFIX_TUNING" ? layers * 2 * size : size;
  checkShape(prompt, [count, width], CONFIG, config);
  const extra = tensors.find((tensor) => tensor !== prompt && !isHead(tensor.name));
  if (extra) {
    throw new Error(`${MODEL}: tensor "${shown(extra.name, MODEL, config)}" is neither the prompt nor the head's.`);
  }
}

function checkExactly(
  file: string,
  config: PeftConfig,
  tensors: readonly NamedTensor[],
  expected: readonly { name: string; shape: readonly number[] }[],
): void {
  const found = new Map(tensors.map((tensor) => [tensor.name, tensor]));
  for (const { name, shape } of expected) {
    const tensor = found.get(name);
    if (!tensor) {
      throw new Error(`${file}: tensor "${shown(name, file, config)}" of shape [${shape}] is missing.`);
    }
    if (!sameShape(tensor.shape, shape)) {
      throw new Error(
        `${file}: tensor "${shown(name, file, config)}" has shape [${tensor.shape}], ` +
          `but the open model needs [${shape}].`,
      );
    }
    found.delete(name);
  }
  const [extra] = found.keys();
  if (extra !== undefined) {
    throw new Error(`${file}: tensor "${shown(extra, file, config)}" has no place in the open model.`);
  }
}

/**
 * Checks that an adapter was made for this base model and, where given, holds exactly these tensors.
 * @throws Error naming both base models, or the tensor and both shapes.
 */
export function checkAdapter(adapter: AdapterFolder, expected: AdapterExpectation): void {
  const base = adapter.config.base_model_name_or_path;
  if (base !== expected.baseModel) {
    throw new Error(
      `The adapter was trained on the base model ${base === null ? "(not named)" : `"${base}"`}, but ` +
        `"${expected.baseModel}" is open. Open the adapter's base model first.`,
    );
  }
  if (expected.tensors) {
    checkExactly(MODEL, adapter.config, adapter.tensors, expected.tensors);
  }
  if (expected.skTensors) {
    if (!adapter.skTensors) {
      throw new Error(`The adapter has no ${SK_ADAPTER}, so the training of its maps cannot go on.`);
    }
    checkExactly(SK_ADAPTER, adapter.config, adapter.skTensors, expected.skTensors);
  }
}

function peftFiles({ config, tensors }: AdapterFolder): Record<string, Uint8Array<ArrayBuffer>> {
  const stored = tensors.map((tensor) => ({ ...tensor, name: toFileName(tensor.name, config.peft_type) }));
  return { [CONFIG]: strToU8(formatPeftConfig(config)), [MODEL]: writeSafetensors(stored) };
}

function hubFiles({ config, tensors }: AdapterFolder): Record<string, Uint8Array<ArrayBuffer>> {
  const head = tensors.filter(({ name }) => isHead(name));
  const modules = tensors.filter(({ name }) => !isHead(name));
  const configs = hubConfigs(config, head[0]?.shape[0] ?? 0);
  return {
    [CONFIG]: strToU8(formatPeftConfig(configs.adapter)),
    [HUB_MODEL]: writeSafetensors(modules.map((tensor) => ({ ...tensor, name: toHubName(tensor.name) }))),
    [HUB_HEAD_CONFIG]: strToU8(formatPeftConfig(configs.head)),
    [HUB_HEAD]: writeSafetensors(head),
  };
}

/** The files of an adapter folder by name, ready to be written. */
export function adapterFiles(adapter: AdapterFolder): Record<string, Uint8Array<ArrayBuffer>> {
  return {
    ...(adapter.config.peft_type === "BOTTLENECK" ? hubFiles(adapter) : peftFiles(adapter)),
    ...(adapter.skTensors && { [SK_ADAPTER]: writeSafetensors(adapter.skTensors) }),
    [CARD]: strToU8(adapter.modelCard),
    ...(adapter.run && { [RUN]: strToU8(`${JSON.stringify(adapter.run, null, 2)}\n`) }),
  };
}

/** A run's name as a folder's name: what file systems dislike becomes a dash. */
export function folderName(name: string): string {
  const safe = name
    .normalize("NFC")
    .replace(/[^\p{L}\p{N}._ -]+/gu, "-")
    .replace(/^[. ]+|[. ]+$/g, "");
  return safe || "adapter";
}

/** The adapter as a zip with one folder in it, named after the run. Tensors are stored, text is deflated. */
export function zipAdapter(adapter: AdapterFolder, name: string): Blob {
  const entries: Zippable = {};
  for (const [file, bytes] of Object.entries(adapterFiles(adapter))) {
    entries[`${folderName(name)}/${file}`] = [bytes, { level: file.endsWith(".safetensors") ? 0 : 6 }];
  }
  return new Blob([zipSync(entries)], { type: "application/zip" });
}

async function readTensors(file: string, bytes: Uint8Array, rename: (name: string) => string): Promise<NamedTensor[]> {
  const { tensors } = await readSafetensors(bytesFile(file, bytes));
  const read: NamedTensor[] = [];
  for (const entry of tensors.values()) {
    const data = new Float32Array(entry.shape.reduce((product, size) => product * size, 1));
    await streamTensor(entry, (values, offset) => data.set(values, offset));
    read.push({ name: rename(entry.name), shape: entry.shape, data });
  }
  return read;
}

function parseJson(file: string, bytes: Uint8Array): unknown {
  try {
    return JSON.parse(strFromU8(bytes));
  } catch (error) {
    throw new Error(`${file} is not a JSON file: ${(error as Error).message}`);
  }
}

/** A folder in AdapterHub's layout: modules and head are two files. */
async function readHub(
  json: unknown,
  files: Readonly<Record<string, Uint8Array>>,
): Promise<Pick<AdapterFolder, "config" | "tensors">> {
  const [modules, head] = [HUB_MODEL, HUB_HEAD].map((file) => {
    const bytes = files[file];
    if (!bytes)
      throw new Error(`There is no ${file} beside ${CONFIG}. The adapter must be saved as safetensors with its head.`);
    return readTensors(file, bytes, file === HUB_MODEL ? fromHubName : (name) => name);
  });
  const read = await modules!;
  const heads = await head!;
  const stray = heads.find(({ name }) => !isHead(name));
  if (stray || heads.length === 0) {
    throw new Error(`${HUB_HEAD} ${stray ? `has "${stray.name}", which is no head's` : "has no classification head"}.`);
  }
  return { config: readHubConfig(CONFIG, json, read), tensors: [...read, ...heads] };
}

/** A folder in PEFT's layout. */
async function readPeft(
  json: unknown,
  files: Readonly<Record<string, Uint8Array>>,
): Promise<Pick<AdapterFolder, "config" | "tensors">> {
  const config = parseConfig(json);
  const modelBytes = files[MODEL];
  if (!modelBytes) {
    throw new Error(`There is no ${MODEL} beside ${CONFIG}. Adapters in another format must be saved as safetensors.`);
  }
  const tensors = await readTensors(MODEL, modelBytes, (name) => fromFileName(name, config.peft_type));
  const check: Partial<Record<PeftType, typeof checkLora>> = {
    LORA: checkLora,
    ADALORA: checkAdalora,
    VERA: checkVera,
    IA3: checkIa3,
    LN_TUNING: checkLnTuning,
    // Only the method can know its tensors; they are compared with its own when the run is made.
    STUDIO: () => {},
  };
  (check[config.peft_type] ?? checkPromptLearning)(config, tensors);
  if (!tensors.some((tensor) => isHead(tensor.name))) {
    throw new Error(`${MODEL} has no classification head ("${toFileName("score.weight", config.peft_type)}").`);
  }
  return { config, tensors };
}

/**
 * Reads an adapter folder from its files and checks that configuration and tensors agree.
 * @param expected what it must fit, when that is known already; else call `checkAdapter` later.
 * @throws Error naming file, key or tensor: an unknown or unreadable configuration, a missing or extra tensor, a wrong
 *   shape, another base model.
 */
export async function readAdapterFiles(
  files: Readonly<Record<string, Uint8Array>>,
  expected?: AdapterExpectation,
): Promise<AdapterFolder> {
  const configBytes = files[CONFIG];
  if (!configBytes) {
    throw new Error(`There is no ${CONFIG}; an adapter folder needs ${CONFIG} and ${MODEL}.`);
  }
  const json = parseJson(CONFIG, configBytes);
  const { config, tensors } = isHubConfig(json) ? await readHub(json, files) : await readPeft(json, files);
  const adapter: AdapterFolder = { config, tensors, modelCard: files[CARD] ? strFromU8(files[CARD]) : "", run: null };
  if (files[SK_ADAPTER]) {
    adapter.skTensors = await readTensors(SK_ADAPTER, files[SK_ADAPTER], (name) => name);
  }
  if (files[RUN]) {
    const run = parseJson(RUN, files[RUN]);
    if (typeof run !== "object" || run === null || Array.isArray(run)) {
      throw new Error(`${RUN} does not hold a JSON object.`);
    }
    adapter.run = run as Record<string, unknown>;
  }
  if (expected) {
    checkAdapter(adapter, expected);
  }
  return adapter;
}

/**
 * Reads an adapter from a zip that holds one adapter folder, at any depth.
 * @throws Error when it is no zip, holds none or several adapters, would unpack too large, and as `readAdapterFiles`.
 */
export async function readAdapterZip(source: Uint8Array | Blob, expected?: AdapterExpectation): Promise<AdapterFolder> {
  const bytes = source instanceof Blob ? new Uint8Array(await source.arrayBuffer()) : source;
  let total = 0;
  let unpacked: Record<string, Uint8Array>;
  try {
    unpacked = unzipSync(bytes, {
      filter: ({ name, originalSize }) => {
        const wanted = ADAPTER_FILES.includes(name.split("/").pop() as string) && !name.startsWith("__MACOSX/");
        total += wanted ? originalSize : 0;
        return wanted && total <= MAX_ADAPTER_BYTES;
      },
    });
  } catch (error) {
    throw new Error(`The file is not a zip that can be read: ${(error as Error).message}.`);
  }
  if (total > MAX_ADAPTER_BYTES) {
    throw new Error(`The zip would unpack to ${total} bytes, but an adapter has at most ${MAX_ADAPTER_BYTES}.`);
  }
  const configs = Object.keys(unpacked).filter((path) => path.split("/").pop() === CONFIG);
  const [config] = configs;
  if (config === undefined || configs.length > 1) {
    const found = configs.length > 1 ? `${configs.length} adapters (${configs.join(", ")})` : `no ${CONFIG}`;
    throw new Error(`The zip holds ${found}; it must hold one adapter folder.`);
  }
  const root = config.slice(0, -CONFIG.length);
  const files: Record<string, Uint8Array> = {};
  for (const file of ADAPTER_FILES) {
    const content = unpacked[root + file];
    if (content) {
      files[file] = content;
    }
  }
  return readAdapterFiles(files, expected);
}
