/**
 * What a sweep may vary of a run, and the values that are typed for it. The form: `SweepField.tsx`.
 */

import { RATE } from "../../plan/sweep";
import { type NumberRange, readNumber } from "../fields/read-number";
import type { OptionField } from "../store/option-fields";

/**
 * Something that can be varied: a number, one of a few choices, or what is written a line for each
 * value, such as names of layers or a text.
 */
export type Axis = { readonly key: string; readonly title: string } & (
  | { readonly kind: "number"; readonly range: NumberRange }
  | { readonly kind: "choices"; readonly choices: readonly unknown[] }
  | {
      readonly kind: "lines";
      /** What a line means, or what is wrong with it. */
      readonly read: (line: string) => { readonly value: unknown } | { readonly problem: string };
      /** A value as a line. */
      readonly write: (value: unknown) => string;
      /** Beside the present value. */
      readonly suggested: readonly unknown[];
      readonly help: string;
    }
);

/** How null is written, and all names of a set. */
const NONE = "none";
const ALL = "all";
/** Within a value, since a value is a line. */
const BREAK = "↵";

/**
 * The options in use whose values can be listed, then the learning rate.
 * @param trains whether the run has a learning rate
 * @param linearNames of the open model's linear layers
 */
export function sweepAxes(
  fields: readonly OptionField[],
  trains: boolean,
  linearNames: readonly string[] = [],
): Axis[] {
  const options = fields.flatMap((field): Axis[] => {
    const { key, title } = field;
    switch (field.kind) {
      case "number":
        return [{ key, title, kind: "number", range: { ...field.range, optional: false } }];
      case "choice":
        return [{ key, title, kind: "choices", choices: field.choices }];
      case "boolean":
        return [{ key, title, kind: "choices", choices: [false, true] }];
      case "set":
        return [{ key, title, ...setLines(field, linearNames) }];
      case "text":
      case "semantic-text":
        return [{ key, title, ...textLines(field) }];
      case "examples":
        return [{ key, title, ...exampleLines(field) }];
      default:
        return [];
    }
  });
  const rate: Axis = { key: RATE, title: "Learning rate", kind: "number", range: { above: 0 } };
  return trains ? [...options, rate] : options;
}

type Lines = Omit<Extract<Axis, { kind: "lines" }>, "key" | "title">;

/** Names between blanks or commas; `all` stands for the model's linear layers, or every choice. */
function setLines(
  { choices, beside, least }: Extract<OptionField, { kind: "set" }>,
  linearNames: readonly string[],
): Lines {
  const all = choices ?? linearNames;
  const known = [...all, ...beside];
  const isAll = (names: readonly unknown[]) => names.length === all.length && all.every((name) => names.includes(name));
  return {
    kind: "lines",
    read: (line) => {
      if (line === ALL) return { value: [...all] };
      const names = [...new Set(line.split(/[\s,;]+/).filter(Boolean))];
      const unknown = names.find((name) => !known.includes(name));
      if (unknown !== undefined) return { problem: `There is no ${unknown}. There are: ${known.join(", ")}.` };
      if (names.length < least) return { problem: `At least ${least} must be named.` };
      // In one order, so that the same names are the same value.
      return { value: known.filter((name) => names.includes(name)) };
    },
    write: (value) => (Array.isArray(value) && !isAll(value) ? value.join(" ") : ALL),
    suggested: [[...all]],
    help: `Names on a line are trained together: ${known.join(", ")}, or ${ALL}.`,
  };
}

function textLines(field: Extract<OptionField, { kind: "text" | "semantic-text" }>): Lines {
  const { nullable, shortest } = field;
  const longest = field.kind === "text" ? field.longest : null;
  return {
    kind: "lines",
    read: (line) => {
      if (nullable && line === NONE) return { value: null };
      if (line.length < shortest) return { problem: `At least ${shortest} characters; these are ${line.length}.` };
      if (longest !== null && line.length > longest) {
        return { problem: `At most ${longest} characters; these are ${line.length}.` };
      }
      return { value: line };
    },
    write: (value) => (typeof value === "string" ? value.replaceAll(/\s+/g, " ").trim() : NONE),
    suggested: [],
    help: nullable ? `One a line; ${NONE} for an empty field.` : "One a line.",
  };
}

/** Labelled examples have lines of their own, which a sign stands for. */
function exampleLines({ shortest }: Extract<OptionField, { kind: "examples" }>): Lines {
  return {
    kind: "lines",
    read: (line) => {
      const value = line.replaceAll(BREAK, "\n");
      return value.trim().length < Math.max(1, shortest) ? { problem: "The examples must not be empty." } : { value };
    },
    write: (value) => String(value).replaceAll("\n", BREAK),
    suggested: [],
    help: `All examples of a run on one line, their labels in [brackets]; ${BREAK} stands for a new line.`,
  };
}

/** The value of every line that is not empty, or what is wrong with one. */
export function readLines(text: string, { read }: Pick<Lines, "read">): { values: unknown[]; problem: string | null } {
  const values: unknown[] = [];
  for (const line of text.split("\n").map((one) => one.trim())) {
    if (line === "") continue;
    const found = read(line);
    if ("problem" in found) return { values: [], problem: found.problem };
    if (values.some((other) => JSON.stringify(other) === JSON.stringify(found.value))) {
      return { values: [], problem: `“${line}” is there twice.` };
    }
    values.push(found.value);
  }
  return values.length === 0 ? { values, problem: "Write at least one value." } : { values, problem: null };
}

/** Numbers between commas, semicolons, dots in the middle or spaces, or what is wrong with one. */
export function readValues(text: string, range: NumberRange): { values: number[]; problem: string | null } {
  const parts = text.split(/[\s,;·]+/).filter(Boolean);
  const values: number[] = [];
  for (const part of parts) {
    const { value, problem } = readNumber(part, range);
    if (value === null) return { values: [], problem: problem ?? "A number is needed here." };
    if (values.includes(value)) return { values: [], problem: `${part} is there twice.` };
    values.push(value);
  }
  return values.length === 0 ? { values, problem: "Write at least one value." } : { values, problem: null };
}

/** Values around the present one; of choices all. */
export function suggestedValues(axis: Axis, present: unknown): readonly unknown[] {
  if (axis.kind === "choices") return axis.choices;
  if (axis.kind === "lines") {
    const lines = new Map([present, ...axis.suggested].map((value) => [axis.write(value), value]));
    return [...lines.values()];
  }
  const { range } = axis;
  const middle = typeof present === "number" && present > 0 ? present : null;
  const most = range.max ?? range.below ?? Number.POSITIVE_INFINITY;
  const around =
    axis.key === RATE && middle !== null
      ? [middle * 0.3, middle, middle * 3]
      : middle !== null
        ? [middle / 2, middle, middle * 2]
        : most <= 1
          ? [0, 0.1, 0.2]
          : [1, 2, 4];
  const rounded = around.map((value) => (range.integer ? Math.round(value) : Number(value.toPrecision(2))));
  const fitting = rounded.filter((value) => readNumber(String(value), range).problem === null);
  return [...new Set(fitting)];
}
