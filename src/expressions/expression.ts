/**
 * Regular expressions that others wrote, in adapter folders, configurations and addresses: matched
 * by RE2 in time linear in the text, so that none of them can hold the engine up. What Python's
 * `re` has beyond RE2 (look-around, back-references) is refused by name.
 */

import { RE2JS } from "re2js";
import type * as z from "zod";
import { shortened } from "../errors/shortened";
import { expandedSize } from "./expression-size";

/** Characters. A hundred whole paths joined by `|` are half as many; Unsloth's have 300. */
export const LONGEST_EXPRESSION = 10_000;

/**
 * Characters once what is repeated is written out, and instructions of RE2: each may be tried at
 * every character of a path.
 */
export const LARGEST_EXPRESSION = 4000;

/** Matches a whole text as Python's `re.fullmatch`, or places in it as `re.finditer`. */
export interface Expression {
  fits(text: string): boolean;
  /** What the first group holds of a text that fits; null where nothing does. */
  group(text: string): string | null;
  /** Whether it is found anywhere in a text. */
  isIn(text: string): boolean;
  /**
   * Where it is found, from the first to the last, each after the one before: of an expression with
   * groups the first one's places. Empty places are left out.
   */
  placesIn(text: string): TextPlace[];
}

/** UTF-16 units of a text, the end not included. */
export interface TextPlace {
  readonly start: number;
  readonly end: number;
}

/** Patterns are asked for every module of a model: each is compiled once. */
const compiled = new Map<string, Expression>();
const MOST_COMPILED = 500;

/** What a person can do where an expression for a model's modules is refused. */
const NAME_MODULES = "Name the modules in a list";

/**
 * @param source what a file or a person says; `wrapped`: with what is put around it. Default: the
 *   same.
 * @param instead what a person can do where it is refused, as a sentence without its full stop
 * @throws Error naming the expression and what of it cannot be read, or both lengths.
 */
export function wholeExpression(source: string, wrapped = source, instead = NAME_MODULES): Expression {
  const known = compiled.get(wrapped);
  if (known) return known;
  if (source.length > LONGEST_EXPRESSION) {
    throw new Error(
      `a regular expression of ${source.length} characters is too long; it may have ` +
        `${LONGEST_EXPRESSION}. ${instead} instead.`,
    );
  }
  const size = source.includes("{") ? expandedSize(source) : 0;
  if (size > LARGEST_EXPRESSION) throw tooLarge(source, size, instead);
  // By itself first: what is put around it must not close its brackets.
  if (wrapped !== source) wholeExpression(source, source, instead);
  const expression = compile(wrapped, instead);
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

function compile(source: string, instead: string): Expression {
  let pattern: RE2JS;
  try {
    pattern = RE2JS.compile(source);
  } catch (error) {
    throw new Error(
      `"${shortened(source)}" ${refusalOf(source, instead) ?? `is not a regular expression that can be read: ${said(error)}`}.`,
    );
  }
  if (pattern.programSize() > LARGEST_EXPRESSION) throw tooLarge(source, pattern.programSize(), instead);
  return {
    fits: (text) => pattern.matches(text),
    group(text) {
      const matcher = pattern.matcher(text);
      return matcher.matches() ? matcher.group(1) : null;
    },
    isIn: (text) => pattern.matcher(text).find(),
    placesIn(text) {
      const matcher = pattern.matcher(text);
      const group = Math.min(matcher.groupCount(), 1);
      const places: TextPlace[] = [];
      while (matcher.find()) {
        const [start, end] = [matcher.start(group), matcher.end(group)];
        // A group that took no part has no place.
        if (start >= 0 && end > start) places.push({ start, end });
      }
      return places;
    },
  };
}

const tooLarge = (source: string, size: number, instead: string) =>
  new Error(
    `"${shortened(source)}" is too large a regular expression: with its repetitions it has ${size} parts, and it may ` +
      `have ${LARGEST_EXPRESSION}. ${instead} instead.`,
  );

/** What RE2 leaves out, by how it is written; escaped backslashes stand for themselves. */
const LEFT_OUT: readonly [written: RegExp, name: string][] = [
  [/\(\?<?[=!]/, "look-around"],
  [/\\[1-9]|\(\?P=|\\k</, "a back-reference"],
  [/\(\?>/, "an atomic group"],
  [/\(\?\(/, "a conditional group"],
];

function refusalOf(source: string, instead: string): string | null {
  const plain = source.replaceAll("\\\\", "");
  const [written, name] = LEFT_OUT.map(([pattern, what]) => [pattern.exec(plain)?.[0], what] as const).find(
    ([found]) => found !== undefined,
  ) ?? [null, ""];
  if (!written) return null;
  return (
    `has ${name} ("${written}"), for which no bound on the time of matching is known, so it is not read. Write it ` +
    `without, or ${instead.charAt(0).toLowerCase()}${instead.slice(1)}`
  );
}

const said = (error: unknown) => (error as Error).message.replace(/^error parsing regexp: /, "");
