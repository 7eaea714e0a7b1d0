/**
 * Regular expressions that others wrote, in adapter folders, configurations and addresses: matched
 * by RE2 in time linear in the text, so that none of them can hold the engine up. What Python's
 * `re` has beyond RE2 (look-around, back-references) is refused by name.
 */

import { RE2JS } from "re2js";
import type * as z from "zod";
import { shortened } from "../errors/shortened";

/** Characters. A hundred whole paths joined by `|` are half as many; Unsloth's have 300. */
export const LONGEST_EXPRESSION = 10_000;

/** Matches as Python's `re.fullmatch`. */
export interface Expression {
  fits(text: string): boolean;
  /** What the first group holds of a text that fits; null where nothing does. */
  group(text: string): string | null;
}

/** Patterns are asked for every module of a model: each is compiled once. */
const compiled = new Map<string, Expression>();
const MOST_COMPILED = 500;

/**
 * @param source what a file or a person says; `wrapped`: with what is put around it. Default: the
 *   same.
 * @throws Error naming the expression and what of it cannot be read, or both lengths.
 */
export function wholeExpression(source: string, wrapped = source): Expression {
  const known = compiled.get(wrapped);
  if (known) return known;
  if (source.length > LONGEST_EXPRESSION) {
    throw new Error(
      `a regular expression of ${source.length} characters is too long; it may have ${LONGEST_EXPRESSION}. Name the ` +
        "modules in a list instead.",
    );
  }
  // By itself first: what is put around it must not close its brackets.
  if (wrapped !== source) wholeExpression(source);
  const expression = compile(wrapped);
  if (compiled.size >= MOST_COMPILED) compiled.clear();
  compiled.set(wrapped, expression);
  return expression;
}

/** For a zod schema's `superRefine`: an issue where `wholeExpression` throws. */
export function checkedExpression(source: string, context: z.RefinementCtx, path: string[] = []): void {
  try {
    wholeExpression(source);
  } catch (error) {
    context.addIssue({ code: "custom", path, message: (error as Error).message });
  }
}

function compile(source: string): Expression {
  let pattern: RE2JS;
  try {
    pattern = RE2JS.compile(source);
  } catch (error) {
    throw new Error(
      `"${shortened(source)}" ${refusalOf(source) ?? `is not a regular expression that can be read: ${said(error)}`}.`,
    );
  }
  return {
    fits: (text) => pattern.matches(text),
    group(text) {
      const matcher = pattern.matcher(text);
      return matcher.matches() ? matcher.group(1) : null;
    },
  };
}

/** What RE2 leaves out, by how it is written; escaped backslashes stand for themselves. */
const LEFT_OUT: readonly [written: RegExp, name: string][] = [
  [/\(\?<?[=!]/, "look-around"],
  [/\\[1-9]|\(\?P=|\\k</, "a back-reference"],
  [/\(\?>/, "an atomic group"],
  [/\(\?\(/, "a conditional group"],
];

function refusalOf(source: string): string | null {
  const plain = source.replaceAll("\\\\", "");
  const [written, name] = LEFT_OUT.map(([pattern, what]) => [pattern.exec(plain)?.[0], what] as const).find(
    ([found]) => found !== undefined,
  ) ?? [null, ""];
  if (!written) return null;
  return (
    `has ${name} ("${written}"), for which no bound on the time of matching is known, so it is not read. Write it ` +
    "without, or name the modules in a list"
  );
}

const said = (error: unknown) => (error as Error).message.replace(/^error parsing regexp: /, "");
