/**
 * Spellings of an adapter folder that PEFT has written or understands, brought to the one that is checked and read: names of tensors,
 * and settings that only mean something together with them. Not for settings that are refused (`read-config.ts`).
 */

import type { NamedTensor } from "../hub/write-safetensors";
import { CONFIG, isHead, MODEL } from "./folder";
import type { PeftConfig } from "./peft-config";
import { isTargeted, layerOf, type TargetModules } from "./target-modules";

/** Where PEFT 0.3 and older, which pickled, kept the tensors. */
export const PICKLED = "adapter_model.bin";

/** What older versions saved of a head beside the trained one: the base model's. */
const ORIGINAL = /\.original_module\./;

/** A tensor's name without what some versions and trainers leave in it; null for what is not the adapter's. */
export function plainName(name: string): string | null {
  if (ORIGINAL.test(name)) return null;
  return name
    .replace(/^(?:module\.|_orig_mod\.)+/, "")
    .replace(/\.modules_to_save(?:\.default)?\./, ".")
    .replace(/\.(lora_(?:embedding_)?[ABE]|lora_magnitude_vector|vera_lambda_[bd]|ia3_l)\.default(?=\.|$)/, ".$1");
}

/** The modules that a folder has tensors for. */
function modulesIn(tensors: readonly NamedTensor[]): string[] {
  const own = tensors.filter(({ name }) => !isHead(name));
  return [...new Set(own.map(({ name }) => name.replace(/\.(?:lora|vera)_[^.]*(?:\.weight)?$/, "")))].sort();
}

const isString = (value: unknown): value is string => typeof value === "string";
const listOf = (value: unknown): string[] =>
  [value ?? []]
    .flat()
    .filter(isString)
    .filter((one) => one !== "");

/**
 * The configuration as it is checked: with a task, and targets by names, paths or one expression alone.
 * @throws Error naming a module that the settings exclude or count otherwise.
 */
export function settled(config: PeftConfig, tensors: readonly NamedTensor[]): PeftConfig {
  const withTask = {
    ...config,
    task_type: config.task_type ?? (tensors.some(({ name }) => isHead(name)) ? "SEQ_CLS" : "CAUSAL_LM"),
  };
  const lowRank = config.peft_type === "LORA" || config.peft_type === "ADALORA" || config.peft_type === "VERA";
  if (!lowRank) return withTask as PeftConfig;
  const modules = modulesIn(tensors);
  const given = config.target_modules as string | string[];
  checkPattern(modules, listOf(config.layers_pattern));
  const excluded = config.exclude_modules as string | string[] | null | undefined;
  const named = targetsOf(given, modules);
  const targets = excluded === null || excluded === undefined ? named : left(named, excluded, modules, config);
  const patterns =
    config.peft_type === "LORA"
      ? { rank_pattern: config.rank_pattern ?? {}, alpha_pattern: config.alpha_pattern ?? {} }
      : {};
  return {
    ...withTask,
    ...patterns,
    target_modules: targets,
    exclude_modules: null,
    layers_pattern: null,
  } as PeftConfig;
}

/** Without heads, which PEFT saves whole and never adapts; "all-linear", which PEFT itself writes out, as what is there. */
function targetsOf(given: string | string[], modules: readonly string[]): string | string[] {
  if (given === "all-linear") return [...modules];
  if (isString(given)) return given;
  const others = given.filter((name) => !isHead(`${name}.`));
  return others.length > 0 ? others : given;
}

/** The paths that are left of the targets; what the folder has beside them is an error. */
function left(
  targets: string | string[],
  excluded: string | string[],
  modules: readonly string[],
  config: PeftConfig,
): string[] {
  const layers = config.layers_to_transform as TargetModules["layers"] | number;
  const meant: TargetModules = { targets, layers: typeof layers === "number" ? [layers] : layers };
  for (const module of modules) {
    const out = isTargeted(module, { targets: excluded });
    if (!out && isTargeted(module, meant)) continue;
    throw new Error(`${MODEL} has tensors for "${module}", which ${CONFIG} ${out ? "excludes" : "does not name"}.`);
  }
  return [...modules];
}

/** That these names of what holds the blocks count them as they are counted without. */
function checkPattern(modules: readonly string[], patterns: readonly string[]): void {
  if (patterns.length === 0) return;
  for (const module of modules) {
    const counted = patterns.map((pattern) => new RegExp(`.*\\.${pattern}\\.(\\d+)\\.`).exec(module)?.[1]);
    if (counted.some((layer) => layer !== undefined && Number(layer) === layerOf(module))) continue;
    throw new Error(
      `${CONFIG}: layers_pattern ${patterns.join(", ")} counts "${module}" as no block, or as another one.`,
    );
  }
}
