/**
 * Which of a model's modules a PEFT configuration means, and what its patterns give each: PEFT
 * 0.21's matching rules.
 */

import { wholeExpression } from "./expression";

/** transformers' path of the head over the vocabulary, in every family. */
export const LANGUAGE_HEAD = "lm_head";

/** A linear of the blocks. */
export interface LinearShape {
  readonly path: string;
  readonly inputs: number;
  readonly outputs: number;
}

/**
 * Names, or one regular expression for the whole path; in names' case perhaps only of some blocks.
 */
export interface TargetModules {
  readonly targets: readonly string[] | string;
  /** Blocks by number; null or left out: all. */
  readonly layers?: readonly number[] | null;
}

/** Whether a path is one of these names or ends with one of them, at a dot. */
export function isNamed(path: string, names: readonly string[]): boolean {
  return names.some((name) => path === name || path.endsWith(`.${name}`));
}

/** Whether a name is written like a regular expression, which in a list it never is. */
export const isExpression = (name: string): boolean => /[\\*+?()|[\]^$]/.test(name);

/** As PEFT's `check_target_module_exists`. Throws as `wholeExpression`. */
export function isTargeted(path: string, { targets, layers }: TargetModules): boolean {
  if (typeof targets === "string") return wholeExpression(targets).fits(path);
  if (!isNamed(path, targets)) return false;
  const layer = layerOf(path);
  return !layers || (layer !== null && layers.includes(layer));
}

/**
 * The number of the block a module is in, as PEFT reads it off the path; null for modules outside
 * of the blocks.
 */
export function layerOf(path: string): number | null {
  const match = /^.*\.[^.]*\.(\d+)\./.exec(path);
  return match ? Number(match[1]) : null;
}

/**
 * The value of the first key that matches the path (a regular expression for its end, from a dot
 * on), else `standard`. Throws as `wholeExpression`.
 */
export function patternValue(path: string, pattern: Readonly<Record<string, number>>, standard: number): number {
  const key = Object.keys(pattern).find((candidate) =>
    wholeExpression(candidate, `(?:.*\\.)?(?:${candidate})`).fits(path),
  );
  return key === undefined ? standard : pattern[key]!;
}
