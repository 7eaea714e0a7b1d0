/**
 * Whether configuration and tensors of a folder agree, and whether a folder fits the open model. PEFT loads leniently
 * (missing tensors warn, extra ones are ignored); here both are errors that name the tensor as it stands in the file.
 */

import type { NamedTensor } from "../hub/write-safetensors";
import { type AdapterFolder, CONFIG, isHead, MODEL } from "./folder";
import type { PeftConfig, PeftType } from "./peft-config";
import { PROMPT_EMBEDDINGS, toFileName } from "./peft-names";
import type {
  AdaloraSettings,
  Ia3Settings,
  LnTuningSettings,
  LoraSettings,
  PromptLearningSettings,
  VeraSettings,
} from "./read-config";
import { isNamed, isTargeted, patternValue, type TargetModules } from "./target-modules";

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
}: Pick<LoraSettings, "target_modules" | "layers_to_transform">): TargetModules {
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
  const { target_modules: targets, feedforward_modules: inputs } = config as Ia3Settings;
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
  const { target_modules: targets } = config as LnTuningSettings;
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
  const settings = config as LoraSettings;
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
  const suffix = /\.lora_(?:(?:A|B|magnitude_vector)\.weight|embedding_[AB])$/;
  const modules = modulesOf(config, tensors, suffix, "a LoRA factor");
  checkTargets(modules, loraTargets(settings));
  for (const module of modules) {
    const r = patternValue(module, settings.rank_pattern, settings.r);
    // Embeddings' factors are parameters of their own, without a module's ".weight".
    const embedding = byName.has(`${module}.lora_embedding_A`) || byName.has(`${module}.lora_embedding_B`);
    const factors = embedding ? ["lora_embedding_A", "lora_embedding_B"] : ["lora_A.weight", "lora_B.weight"];
    const [a, b, magnitude] = [...factors, ...(dora ? ["lora_magnitude_vector.weight"] : [])].map((part) => {
      const tensor = byName.get(`${module}.${part}`);
      if (!tensor) throw new Error(`${MODEL}: tensor "${shown(`${module}.${part}`, MODEL, config)}" is missing.`);
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
  const settings = config as AdaloraSettings;
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
  const settings = config as VeraSettings;
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
  const { num_virtual_tokens: count, token_dim: size, num_layers: layers } = config as PromptLearningSettings;
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

const checks: Partial<Record<PeftType, typeof checkLora>> = {
  LORA: checkLora,
  ADALORA: checkAdalora,
  VERA: checkVera,
  IA3: checkIa3,
  LN_TUNING: checkLnTuning,
  // Only the method can know its tensors; they are compared with its own when the run is made.
  STUDIO: () => {},
};

/**
 * Checks that the tensors of a folder in PEFT's layout are those its configuration describes, and a head where its task has one.
 * @throws Error naming the tensor, and both shapes where it has another one.
 */
export function checkTensors(config: PeftConfig, tensors: readonly NamedTensor[]): void {
  (checks[config.peft_type] ?? checkPromptLearning)(config, tensors);
  const head = tensors.find(({ name }) => isHead(name));
  if (config.task_type === "CAUSAL_LM") {
    if (!head) return;
    const name = shown(head.name, MODEL, config);
    throw new Error(`${MODEL}: tensor "${name}" is a classification head's, but ${CONFIG} is for a language model.`);
  }
  if (!head) {
    throw new Error(`${MODEL} has no classification head ("${toFileName("score.weight", config.peft_type)}").`);
  }
}

/**
 * Checks that an adapter was made for this base model.
 * @throws Error naming both base models.
 */
export function checkBase({ config }: AdapterFolder, baseModel: string): void {
  const base = config.base_model_name_or_path;
  if (base === baseModel) return;
  throw new Error(
    `The adapter was trained on the base model ${base === null ? "(not named)" : `"${base}"`}, but "${baseModel}" is ` +
      "open. Open the adapter's base model first.",
  );
}

/**
 * Checks that what a folder gives a run is exactly what the run trains.
 * @param given in-model names and shapes, the head included.
 * @throws Error naming the run and the tensor, and both shapes where it has another one.
 */
export function checkFits(
  run: string,
  given: readonly Pick<NamedTensor, "name" | "shape">[],
  trained: readonly Pick<NamedTensor, "name" | "shape">[],
): void {
  const found = new Map(given.map((tensor) => [tensor.name, tensor]));
  for (const { name, shape } of trained) {
    const tensor = found.get(name);
    if (!tensor) {
      throw new Error(
        `Run "${run}": the adapter it starts from has no "${name}" of shape [${shape}]. Start from an adapter of the ` +
          "same method with the same options.",
      );
    }
    if (!sameShape(tensor.shape, shape)) {
      throw new Error(
        `Run "${run}": "${name}" has shape [${tensor.shape}] in the adapter it starts from, but the run needs [${shape}]. ` +
          "Start from an adapter with the same options, for the same model.",
      );
    }
    found.delete(name);
  }
  const [extra] = found.keys();
  if (extra === undefined) return;
  throw new Error(
    `Run "${run}": the adapter it starts from has "${extra}", which the run does not train. Start from an adapter of the ` +
      "same method with the same options.",
  );
}
