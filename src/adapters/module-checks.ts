/**
 * What forms check of their tensors: names, modules and shapes, with errors in the file's names.
 */

import { shortened } from "../errors/shortened";
import type { NamedTensor } from "../hub/write-safetensors";
import { CONFIG, isHead, MODEL } from "./folder";
import { isExpression, isNamed, isTargeted, type TargetModules } from "./target-modules";
import type { TensorNames } from "./tensor-names";

export function isSameShape(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((size, i) => size === b[i]);
}

/** Throws an Error with both shapes unless the tensor has this one, for which `why` asks. */
export function checkShape(
  names: TensorNames,
  { name, shape }: NamedTensor,
  wanted: readonly number[],
  why: string,
): void {
  if (isSameShape(shape, wanted)) return;
  throw new Error(`${MODEL}: tensor "${names.toFile(name)}" has shape [${shape}], but ${why} asks for [${wanted}].`);
}

/** The tensor of this name. Throws an Error if there is none. */
export function tensorNamed(names: TensorNames, byName: ReadonlyMap<string, NamedTensor>, name: string): NamedTensor {
  const tensor = byName.get(name);
  if (tensor) return tensor;
  throw new Error(`${MODEL}: tensor "${names.toFile(name)}" is missing.`);
}

/** The modules of tensors with these suffixes. Throws an Error for anything else but the head. */
export function modulesOf(
  names: TensorNames,
  tensors: readonly NamedTensor[],
  suffix: RegExp,
  what: string,
): Set<string> {
  const modules = new Set<string>();
  for (const { name } of tensors) {
    const match = suffix.exec(name);
    if (match) modules.add(name.slice(0, match.index));
    else if (!isHead(name)) {
      throw new Error(`${MODEL}: tensor "${names.toFile(name)}" is neither ${what} nor the head's.`);
    }
  }
  return modules;
}

/** Throws an Error naming the module unless tensors and configuration name the same modules. */
export function checkTargets(modules: ReadonlySet<string>, { targets, layers }: TargetModules): void {
  const named = typeof targets === "string" ? [] : targets;
  const unused = named.filter((target) => ![...modules].some((module) => isNamed(module, [target])));
  if (unused.length > 0 || modules.size === 0) {
    const said = unused.length > 0 ? unused.map((target) => `"${shortened(target)}"`).join(", ") : `"${targets}"`;
    const hint = unused.some(isExpression)
      ? " An entry of a list is a name, never a regular expression: one stands alone, without a list."
      : "";
    throw new Error(`${MODEL} has no tensors for the target module ${said} that ${CONFIG} names.${hint}`);
  }
  for (const module of modules) {
    if (isTargeted(module, { targets, layers })) continue;
    const blocks = layers ? ` in blocks ${layers.join(", ")}` : "";
    const said = typeof targets === "string" ? targets : targets.join(", ");
    throw new Error(
      `${MODEL} has tensors for "${module}", which ${CONFIG} does not name (${shortened(said, 200)}${blocks}).`,
    );
  }
}
