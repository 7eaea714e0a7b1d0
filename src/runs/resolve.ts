/**
 * What a run's configuration means on a model: its method, its options, its text as tokens, what
 * its head reads. Found once, and passed on to whoever builds, estimates or exports the run.
 */

import type { BaseModel } from "../base/base-model";
import { Random } from "../data/random";
import type { EncodedRow } from "../data/tokens";
import { checkedBy } from "../errors/checked-by";
import { sentence } from "../errors/sentence";
import type { Controller } from "../methods/controller";
import { type LabelledText, type MethodContext, type ModelFacts, needsSemanticPass } from "../methods/method";
import { type AnyApproach, approachOf } from "../methods/registry";
import { isMean, type RunPooling } from "../models/family";
import type { RunConfiguration, TrainingConfiguration } from "../plan/configuration";
import type { ControllerState } from "../program/tensor";
import { bracketedIds, textIds } from "./text-ids";
import type { Pooling, TunedProgram } from "./tuned-program";

/**
 * A run's method or answerer with its options as its schema gave them, and what it may use of model
 * and text.
 */
export interface ResolvedMethod {
  readonly method: AnyApproach;
  readonly options: unknown;
  readonly context: MethodContext;
}

/** What a method may ask of a model, and the tokenizer that reads its text. */
export type ResolvingModel = ModelFacts & Pick<BaseModel, "tokenizer">;

/**
 * `seed` draws the random tokens of a text; `labels`: names of the classes, for methods that say
 * them; `rows`: those that it learns from, for what is shown of them (default: they are not known).
 * @throws Error naming run, method and option.
 */
export function resolveMethod(
  model: ResolvingModel,
  run: RunConfiguration,
  seed: number,
  labels: readonly string[] = [],
  rows: readonly Pick<EncodedRow, "labels" | "text">[] | null = null,
): ResolvedMethod {
  const method = approachOf(run.method);
  const given = parseOptions(model, run);
  const random = new Random(seed, "examples");
  const options =
    (rows &&
      method.withRows?.(
        given,
        () => inWords(rows, labels),
        labels,
        () => random.next(),
      )) ??
    given;
  return { method, options, context: methodContext(model, method, options, seed, labels) };
}

function inWords(rows: readonly Pick<EncodedRow, "labels" | "text">[], labels: readonly string[]): LabelledText[] {
  return rows.flatMap(({ text, labels: { length, 0: id } }) => {
    const label = length === 1 ? labels[id!] : undefined;
    return text === undefined || label === undefined ? [] : [{ text, label }];
  });
}

/**
 * How many blocks of the frozen model read a method's text alone; null where that is not needed.
 */
export function semanticBlocksOf({ method, options, context }: ResolvedMethod): number | null {
  if (!method.trains || !needsSemanticPass(method, options)) return null;
  return method.semanticBlocks?.(options) ?? context.config.layers;
}

/** What the method does beside its gradients; null for most. */
export function controllerOf(
  { method, options, context: model }: ResolvedMethod,
  { program }: Pick<TunedProgram, "program">,
  { steps = 1, seed, gradClip }: { readonly steps?: number; readonly seed: number; readonly gradClip: number | null },
): Controller | null {
  if (!method.trains) return null;
  const draw = (step: number) => new Random(seed, `controller/${step}`).next();
  return method.controller?.(program, options, { steps, gradClip, model, draw }) ?? null;
}

/** Everything a controller keeps: what the Program reads, and its own. */
export function controllerStatesOf(
  { program }: Pick<TunedProgram, "program">,
  controller: Controller | null,
): ControllerState[] {
  return [...new Set([...program.controllerStates, ...(controller?.states ?? [])])];
}

/** The method's text as token ids, beside the model's facts. `seed` draws random tokens. */
export function methodContext(
  { family, config, precision, largestBuffer, languageHead, tokenizer }: ResolvingModel,
  method: AnyApproach,
  options: unknown,
  seed: number,
  labels: readonly string[] = [],
): MethodContext {
  const text = method.text(options, labels);
  const form = method.trains ? method.textForm?.(options) : undefined;
  const { ids, locked } =
    text !== null && form?.lockBrackets
      ? bracketedIds(tokenizer, text)
      : { ids: text === null ? [] : textIds(tokenizer, text, form, seed), locked: [] };
  return {
    family,
    config,
    precision,
    largestBuffer,
    languageHead,
    textIds: ids,
    lockedIds: locked,
    labels,
    encode: (words) => tokenizer.encode(words, null, { specialTokens: false }),
    randomIds: (count) => {
      const random = new Random(seed, "vocabulary");
      return Array.from({ length: count }, () => random.integer(config.vocabulary));
    },
  };
}

/**
 * Throws an Error with both numbers if virtual tokens and input do not fit the model's positions.
 */
export function checkContext(
  model: Pick<BaseModel, "config">,
  tokens: number,
  virtualTokens: number,
  run: string,
): void {
  const { contextLength } = model.config;
  if (virtualTokens + tokens <= contextLength) return;
  const room = contextLength - virtualTokens;
  throw new Error(
    `Run "${run}": ${virtualTokens} virtual tokens and texts of up to ${tokens} tokens need ${virtualTokens + tokens} ` +
      `positions; the model has ${contextLength}. ` +
      (room > 0
        ? `Lower the maximum length to ${room} or less.`
        : `They leave no room for a text: shorten what comes before it to fewer than ${contextLength} tokens.`),
  );
}

/** What the head reads. Throws an Error naming what the model can do if that is something else. */
export function poolingOf(model: Pick<BaseModel, "poolings" | "family">, { pooling }: TrainingConfiguration): Pooling {
  const [standard] = model.poolings;
  if (pooling === null) return standard!;
  if (model.poolings.includes(pooling)) return pooling;
  const without = model.family.poolings.includes(pooling) ? "this one has no weights of the classifier for it" : "";
  throw new Error(
    `pooling "${pooling}": ${without || `${model.family.title} models are not read out so`}. ` +
      `Choose ${model.poolings.join(" or ")}.`,
  );
}

/**
 * What this run's head reads: its method's wish, where the model can be read so, or `common`. A
 * model that can be read by the mean can be read by every mean.
 */
export function ownPooling(
  { method, options }: Pick<ResolvedMethod, "method" | "options">,
  { poolings }: Pick<BaseModel, "poolings">,
  common: Pooling,
): RunPooling {
  const wish = (method.trains && method.pooling?.(options)) || null;
  const able = poolings.some((pooling) => pooling === wish || (pooling === "mean" && wish !== null && isMean(wish)));
  return wish !== null && able ? wish : common;
}

/**
 * The options of a run through its method's schema. Throws an Error naming run, method and option.
 */
export function parseOptions(model: Pick<BaseModel, "family" | "config">, run: RunConfiguration): unknown {
  const checked = checkedBy(approachOf(run.method).options(model), run.options, "option");
  if (!("issues" in checked)) return checked.value;
  const problems = checked.issues.map(
    ({ path, message }) => `${path.join(".") || run.method} ${message.replace(/\.$/, "")}`,
  );
  throw new Error(sentence(`Run "${run.name}" (${run.method}): ${problems.join("; ")}`));
}
