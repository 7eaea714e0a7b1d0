/**
 * The settings of adapter_config.json that say which modules an adapter changes, for every form
 * that has them: how they are read, brought to one spelling against the tensors, and said again as
 * a method's options.
 */

import * as z from "zod";
import { checkedExpression, wholeExpression } from "../expressions/expression";
import type { NamedTensor } from "../hub/write-safetensors";
import { CONFIG, isHead, MODEL } from "./folder";
import type { WritingSite } from "./forms/form";
import { checkTargets, modulesOf, tensorNamed } from "./module-checks";
import type { PeftConfig } from "./peft-config";
import { isTargeted, layerOf, type TargetModules } from "./target-modules";
import type { TensorNames } from "./tensor-names";

/** A list of names, or one expression. */
const named = (value: z.ZodType<string | string[]>) =>
  value.superRefine((given, context) => {
    if (typeof given === "string" && given !== "all-linear") checkedExpression(given, context);
  });
const expressions = z.union([z.array(z.string()).max(100), z.string()]).superRefine((given, context) => {
  for (const one of [given].flat()) checkedExpression(one, context);
});
const block = z.int().min(0);

export const targetSettings = {
  target_modules: named(z.union([z.array(z.string()).min(1), z.string().min(1)])),
  layers_to_transform: z.union([z.array(block), block]).nullish(),
  layers_pattern: expressions.nullish(),
  exclude_modules: named(z.union([z.array(z.string()), z.string()])).nullish(),
};

/** Numbers of their own for some modules, where they cannot be read. */
export const noPattern = (what: string, method: string) =>
  z
    .record(z.string(), z.unknown())
    .refine((pattern) => Object.keys(pattern).length === 0, `${what} of their own cannot be read for ${method}`)
    .default({});

export type TargetSettings = z.infer<z.ZodObject<typeof targetSettings>>;

/** What a configuration means. To PEFT an empty list of blocks is all of them. */
export function targetsOf({ target_modules: targets, layers_to_transform: given }: TargetSettings): TargetModules {
  const layers = given === null || given === undefined ? [] : [given].flat();
  return { targets, layers: layers.length > 0 ? layers : null };
}

/** The same as a method's options. */
export function targetOptions(settings: TargetSettings) {
  const { targets, layers } = targetsOf(settings);
  return {
    ...(typeof targets === "string" ? { pattern: targets } : { targets }),
    ...(layers && { layers: layers.join(", ") }),
  };
}

/**
 * The targets of a folder that is written, by name. An expression that fits linears may fit other
 * modules of the blocks, too (activations, dropout), at which PEFT would stop: their whole paths
 * are named instead. None: the module that carries a head.
 */
export function writtenTargets(targets: readonly string[] | string, site: WritingSite): readonly string[] {
  if (typeof targets !== "string") return targets.length > 0 ? targets : site.carrier;
  return [...site.linears().map(({ path }) => path), ...site.outer].filter((path) => isTargeted(path, { targets }));
}

/**
 * The same for a type of adapter for which PEFT's configuration cannot name blocks: where only
 * `layers` have targets, whole paths are named.
 */
export function writtenPaths({ targets, layers }: TargetModules, site: WritingSite): readonly string[] {
  if (!layers || typeof targets === "string") return writtenTargets(targets, site);
  const paths = site.linears().map(({ path }) => path);
  return paths.filter((path) => isTargeted(path, { targets, layers }));
}

/**
 * Settings with their targets in these blocks alone; null where there are none. An expression stays
 * as it is: `writtenPaths` names the whole paths that fit it, without those in frozen blocks.
 */
export function targetsIn<Settings extends TargetModules>(
  settings: Settings,
  blocks: readonly number[],
): Settings | null {
  const { targets, layers } = settings;
  if (typeof targets === "string") return settings;
  const kept = blocks.filter((block) => layers?.includes(block) ?? true);
  return kept.length > 0 ? { ...settings, layers: kept } : null;
}

/**
 * The configuration with targets by names, paths or one expression alone. `suffix`: what a module's
 * tensors end in.
 * @throws Error naming a module that the settings exclude or count otherwise.
 */
export function settleTargets<Config extends PeftConfig & TargetSettings>(
  config: Config,
  tensors: readonly NamedTensor[],
  suffix: RegExp,
): Config {
  const own = tensors.filter(({ name }) => !isHead(name));
  const modules = [...new Set(own.map(({ name }) => name.replace(suffix, "")))].sort();
  checkPattern(modules, listOf(config.layers_pattern));
  const named = writtenOut(config.target_modules, modules);
  const { exclude_modules: excluded } = config;
  const left = excluded === null || excluded === undefined ? named : leftOf(named, excluded, modules, config);
  return { ...config, target_modules: left, exclude_modules: null, layers_pattern: null };
}

/**
 * What a configuration says of blocks, of a type that PEFT lets name them (with `layers_pattern`,
 * which is for other models than the studio's).
 */
export const blockSettings = ({ layers }: TargetModules) => ({
  layers_pattern: null,
  layers_to_transform: layers ? [...layers] : null,
});

/**
 * Checks that tensors and configuration name the same modules, and then every module's tensors.
 * @param suffix what a module's tensors end in.
 * @param check gets a module and its tensors by what is behind its path.
 * @throws Error naming the module or the tensor.
 */
export function checkModules(
  names: TensorNames,
  config: TargetSettings,
  tensors: readonly NamedTensor[],
  { suffix, what }: { readonly suffix: RegExp; readonly what: string },
  check: (part: (name: string) => NamedTensor, module: string) => void,
): void {
  const modules = modulesOf(names, tensors, suffix, what);
  checkTargets(modules, targetsOf(config));
  const byName = new Map(tensors.map((tensor) => [tensor.name, tensor]));
  for (const module of modules) check((name) => tensorNamed(names, byName, `${module}.${name}`), module);
}

const listOf = (value: string | string[] | null | undefined): string[] =>
  [value ?? []].flat().filter((one) => one !== "");

/**
 * Without heads, which PEFT saves whole and never adapts; "all-linear", which PEFT itself writes
 * out, as what is there.
 */
function writtenOut(given: string | string[], modules: readonly string[]): string | string[] {
  if (given === "all-linear") return [...modules];
  if (typeof given === "string") return given;
  const others = given.filter((name) => !isHead(`${name}.`));
  return others.length > 0 ? others : given;
}

/** The paths that are left of the targets; what the folder has beside them is an error. */
function leftOf(
  targets: string | string[],
  excluded: string | string[],
  modules: readonly string[],
  config: TargetSettings,
): string[] {
  const meant: TargetModules = { ...targetsOf(config), targets };
  for (const module of modules) {
    const out = isTargeted(module, { targets: excluded });
    if (!out && isTargeted(module, meant)) continue;
    throw new Error(`${MODEL} has tensors for "${module}", which ${CONFIG} ${out ? "excludes" : "does not name"}.`);
  }
  return [...modules];
}

/**
 * Throws an Error unless these names of what holds the blocks count them as they are counted
 * without.
 */
function checkPattern(modules: readonly string[], patterns: readonly string[]): void {
  if (patterns.length === 0) return;
  for (const module of modules) {
    const counted = patterns.map((pattern) => wholeExpression(pattern, `.*\\.${pattern}\\.(\\d+)\\..*`).group(module));
    if (counted.some((layer) => layer !== null && Number(layer) === layerOf(module))) continue;
    throw new Error(
      `${CONFIG}: layers_pattern ${patterns.join(", ")} counts "${module}" as no block, or as another one.`,
    );
  }
}
