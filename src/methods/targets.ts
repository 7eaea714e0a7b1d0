/**
 * Which linears of the blocks an option means, and the options that say so for every method with
 * low-rank updates.
 */

import * as z from "zod";
import { isExpression, isNamed, isTargeted, type LinearShape, type TargetModules } from "../adapters/target-modules";
import { shortened } from "../errors/shortened";
import { wholeExpression } from "../expressions/expression";
import type { Family, LinearSite, ModelConfig } from "../models/family";
import { LIMITS } from "../models/sizes";
import { Program } from "../program/program";
import type { ModelFacts } from "./method";

/** Whether a module's path ends with one of these names, as PEFT matches `target_modules`. */
export const isTarget = isNamed;

/** By the model's configuration, which is one family's: options are checked at every change. */
const knownShapes = new WeakMap<ModelConfig, readonly LinearShape[]>();

/** Every linear of the blocks; found once for each model. */
export function linearShapes({ family, config }: ModelFacts): readonly LinearShape[] {
  const shapes = knownShapes.get(config) ?? findLinears(family, config);
  knownShapes.set(config, shapes);
  return shapes;
}

/** Builds a whole Program to see them. */
function findLinears(family: Family, config: ModelConfig): LinearShape[] {
  const found: LinearShape[] = [];
  const program = new Program();
  const ids = program.input("input_ids", [1], "int32");
  const linear = (path: string, x: { shape: readonly number[] }, y: LinearSite["weight"]) => {
    found.push({ path, inputs: x.shape[1]!, outputs: y.shape[1]! });
    return y;
  };
  family.build(program, config, ids, { size: 1, tokens: 1 }, { linear });
  return found;
}

/** Characters: every other block of a model of 400 is half as long. */
const LONGEST_LAYERS = 1500;
const RANGES = /^\s*\d+(\s*-\s*\d+)?(\s*,\s*\d+(\s*-\s*\d+)?)*\s*$/;

/** First and last block of every range: "0-2, 5" → [0, 2], [5, 5]. */
function rangesOf(layers: string): (readonly [number, number])[] {
  return layers.split(",").map((range) => {
    const [first, last = first] = range.split("-").map(Number);
    return [first!, last!];
  });
}

/**
 * "0-2, 5" → 0, 1, 2, 5. Numbers beyond any model's blocks, which `checkTargets` refuses, are left
 * out.
 */
function readLayers(layers: string): number[] {
  const named = rangesOf(layers).flatMap(([first, last]) =>
    Array.from({ length: Math.max(0, Math.min(last, LIMITS.layers) - first + 1) }, (_, index) => first + index),
  );
  return [...new Set(named)].sort((a, b) => a - b);
}

/**
 * Options that choose linears; `checkTargets` holds them to the model. `standard`: names of the
 * default targets.
 */
export function targetOptions(
  { family, config }: ModelFacts,
  outer: readonly string[] = [],
  standard: readonly string[] = family.loraTargets,
) {
  const names = [...family.linearNames(config)];
  return {
    targets: z
      .preprocess((value) => (value === "all-linear" ? names : value), z.array(z.string().min(1)).min(1))
      .default([...standard])
      .meta({
        title: "Targets",
        description:
          "The linear layers of every block that get an update: names, or full paths in a configuration file." +
          (outer.length > 0
            ? " Beside them the word embeddings and, in language modelling, the head over the vocabulary."
            : ""),
        beside: outer.map((path) => path.slice(path.lastIndexOf(".") + 1)),
      }),
    pattern: z.string().min(1).nullable().default(null).meta({
      title: "Targets by regular expression",
      description: "Such as .*\\.[02]\\.mlp\\..* for whole paths, as in PEFT. Empty: by name, as above.",
    }),
    layers: z
      .string()
      .max(LONGEST_LAYERS)
      .regex(RANGES, "must be numbers and ranges of blocks, such as 0-2, 5")
      .nullable()
      .default(null)
      .meta({
        title: "Blocks",
        description: "Only these blocks, counted from 0, such as 0-2, 5. Empty: all. Goes with names only, as in PEFT.",
      }),
  };
}

export interface TargetOptions {
  readonly targets: readonly string[];
  readonly pattern: string | null;
  readonly layers: string | null;
}

/** What PEFT's configuration says of such options. */
export function targetModules({ targets, pattern, layers }: TargetOptions): TargetModules {
  return pattern === null ? { targets, layers: layers === null ? null : readLayers(layers) } : { targets: pattern };
}

type Context = { addIssue(issue: { code: "custom"; path: string[]; message: string }): void };

/**
 * For zod's `superRefine`: names that the model has not, blocks it has not, expressions that fit
 * nothing.
 */
export function checkTargets(
  options: TargetOptions,
  context: Context,
  facts: ModelFacts,
  outer: readonly string[] = [],
): void {
  const issue = (option: string, message: string) => context.addIssue({ code: "custom", path: [option], message });
  const paths = [...linearShapes(facts).map(({ path }) => path), ...outer];
  if (options.pattern !== null) {
    try {
      const expression = wholeExpression(options.pattern);
      if (!paths.some((path) => expression.fits(path)))
        issue("pattern", `"${shortened(options.pattern)}" fits no linear layer, such as ${paths[0]}`);
    } catch (error) {
      issue("pattern", (error as Error).message);
    }
    if (options.layers !== null) issue("layers", "go with targets by name, not by regular expression");
    return;
  }
  const unknown = options.targets.filter((name) => !paths.some((path) => isNamed(path, [name])));
  if (unknown.length > 0) {
    const known = facts.family.linearNames(facts.config).join(", ");
    const others = outer.length > 0 ? `; beside them are ${outer.join(", ")}` : "";
    const said = unknown.map((name) => `"${shortened(name)}"`).join(", ");
    const hint = unknown.some(isExpression) ? ". A regular expression goes into pattern" : "";
    issue("targets", `name ${said}, which the model has not; its linear layers are ${known}${others}${hint}`);
  }
  const { layers } = facts.config;
  const beyond = rangesOf(options.layers ?? "")
    .flat()
    .find((layer) => layer >= layers);
  if (beyond !== undefined) issue("layers", `name block ${beyond}; the model has ${layers}, numbered from 0`);
  else if (unknown.length === 0 && !paths.some((path) => isTargeted(path, targetModules(options))))
    issue("layers", "name no block");
}
