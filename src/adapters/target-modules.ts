/**
 * Which of a model's modules a PEFT configuration means, and what its patterns give each: PEFT
 * 0.21's matching rules.
 */

import type * as z from "zod";
import { checkedExpression, LARGEST_EXPRESSION, wholeExpression } from "../expressions/expression";
import { expandedSize } from "../expressions/expression-size";

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

/** The keys of a pattern, ready to match; a pattern is asked for every module of a model. */
const matchers = new WeakMap<object, readonly PatternKey[]>();

interface PatternKey {
  readonly key: string;
  fits(path: string): boolean;
}

/**
 * The value of the first key that matches the path (a regular expression for its end, from a dot
 * on), else `standard`.
 * @throws Error as `wholeExpression`, or with both numbers where there are too many expressions.
 */
export function patternValue(path: string, pattern: Readonly<Record<string, number>>, standard: number): number {
  let keys = matchers.get(pattern);
  if (!keys) {
    const problem = sizeProblem(pattern);
    if (problem !== null) throw new Error(problem);
    keys = Object.keys(pattern).map(patternKey);
    matchers.set(pattern, keys);
  }
  const found = keys.find((candidate) => candidate.fits(path));
  return found === undefined ? standard : pattern[found.key]!;
}

/** For a zod schema's `superRefine`: issues where `patternValue` throws. */
export function checkedPattern(pattern: Readonly<Record<string, number>>, context: z.RefinementCtx): void {
  for (const key of Object.keys(pattern)) if (plainParts(key) === null) checkedExpression(key, context, [key]);
  const problem = sizeProblem(pattern);
  if (problem !== null) context.addIssue({ code: "custom", message: problem });
}

/** Each of its regular expressions may be tried on every path. */
function sizeProblem(pattern: Readonly<Record<string, number>>): string | null {
  const expressions = Object.keys(pattern).filter((key) => plainParts(key) === null);
  const size = expressions.reduce((total, key) => total + expandedSize(key), 0);
  if (size <= LARGEST_EXPRESSION) return null;
  return (
    `${expressions.length} regular expressions of together ${size} parts are too much to match; they may have ` +
    `${LARGEST_EXPRESSION}. Write the modules' names instead.`
  );
}

function patternKey(key: string): PatternKey {
  const plain = plainParts(key);
  if (plain === null) {
    return { key, fits: (path) => wholeExpression(key, `(?:.*\\.)?(?:${key})`).fits(path) };
  }
  const { parts, whole } = plain;
  return {
    key,
    fits(path) {
      const start = path.length - parts.length;
      if (start < 0 || (start > 0 && (whole || path[start - 1] !== "."))) return false;
      return parts.every((part, index) => part === ANY || part === path[start + index]);
    },
  };
}

/** What a dot stands for; no path has a line break, which it would not stand for. */
const ANY = "";

/**
 * The characters of a key that is a module's name, perhaps with its dots escaped or from its
 * beginning to its end (`^…$`): most keys are. Null for other expressions.
 */
function plainParts(key: string): { parts: readonly string[]; whole: boolean } | null {
  if (!/^\^?(?:[\w-]|\\?\.)+\$?$/.test(key)) return null;
  const parts = [...key.replace(/^\^|\$$/g, "").matchAll(/\\?(.)/g)].map(([written, character]) =>
    written === "." ? ANY : character!,
  );
  return { parts, whole: key.startsWith("^") };
}
