/**
 * Several LoRA adapters for one base model as one: PEFT's `add_weighted_adapter`. Not for where
 * they come from, nor for adapters whose change is no product of two matrices.
 */

import type { NamedTensor } from "../hub/write-safetensors";
import { type AdapterFolder, isHead } from "./folder";
import { type LoraConfig, loraConfig, notPlainLora } from "./forms/lora";
import type { PeftConfig } from "./peft-config";
import { patternValue } from "./target-modules";
import { targetsOf } from "./target-settings";

/**
 * `cat`: the ranks side by side, which is exactly the weighted sum of the changes. `linear`:
 * factors are added, each times the root of weight and scale, which needs equal ranks and is not
 * that sum, but keeps the rank.
 */
export const combinations = ["cat", "linear"] as const;
export type Combination = (typeof combinations)[number];

export interface SumPart {
  readonly name: string;
  readonly adapter: Pick<AdapterFolder, "config" | "tensors">;
  readonly weight: number;
}

interface Factors {
  readonly weight: number;
  readonly scale: number;
  readonly down: NamedTensor;
  readonly up: NamedTensor;
}

const DOWN = /\.lora_(?:A\.weight|embedding_A)$/;

/**
 * The sum, with rank and alpha equal, as PEFT names and lays it out. Trained heads, which PEFT does
 * not sum, become their weighted mean.
 * @throws Error naming the adapter that is no plain LoRA, or saying which ranks or weights do not
 * go together.
 */
export function sumLora(
  parts: readonly SumPart[],
  combination: Combination,
): Pick<AdapterFolder, "config" | "tensors"> {
  if (parts.length < 2) throw new Error("A sum needs at least two adapters.");
  for (const part of parts) checkPart(part);
  const settings = parts.map(({ adapter }) => adapter.config as LoraConfig);
  const ranks = settings.map(({ r, rank_pattern }) => Math.max(r, ...Object.values(rank_pattern)));
  if (combination === "linear" && new Set(ranks).size > 1) {
    throw new Error(
      `"linear" adds factors, so all ranks must be the same; these are ${ranks.join(", ")}. Choose "cat".`,
    );
  }
  const rank = combination === "cat" ? ranks.reduce((sum, own) => sum + own, 0) : ranks[0]!;
  const tensors = [...modulesOf(parts)].flatMap(([, factors]) =>
    combination === "cat" ? concatenate(factors, rank) : add(factors, rank),
  );
  return { config: sumConfig(settings, rank), tensors: [...tensors, ...meanHead(parts)] };
}

function checkPart({ name, adapter: { config }, weight }: SumPart): void {
  const reason = notPlainLora(config);
  if (reason) throw new Error(`"${name}" ${reason}; only plain LoRA adapters can be summed.`);
  if (!Number.isFinite(weight)) throw new Error(`The weight of "${name}" is no number.`);
}

/** The factors of every module that any of the adapters changes. */
function modulesOf(parts: readonly SumPart[]): Map<string, Factors[]> {
  const modules = new Map<string, Factors[]>();
  for (const { adapter, weight } of parts) {
    const { r, lora_alpha, rank_pattern, alpha_pattern, use_rslora } = adapter.config as LoraConfig;
    const byName = new Map(adapter.tensors.map((tensor) => [tensor.name, tensor]));
    for (const down of adapter.tensors) {
      if (!DOWN.test(down.name)) continue;
      const path = down.name.replace(DOWN, "");
      const up = byName.get(down.name.replace("lora_A", "lora_B").replace("embedding_A", "embedding_B"))!;
      const rank = patternValue(path, rank_pattern, r);
      const scale = patternValue(path, alpha_pattern, lora_alpha) / (use_rslora ? Math.sqrt(rank) : rank);
      modules.set(path, [...(modules.get(path) ?? []), { weight, scale, down, up }]);
    }
  }
  return modules;
}

/**
 * A and B with the adapters' ranks one after the other; ranks that no adapter has in this module
 * stay zero.
 */
function concatenate(factors: readonly Factors[], rank: number): NamedTensor[] {
  const { a, b, inputs, outputs } = empty(factors[0]!, rank);
  let first = 0;
  for (const { weight, scale, down, up } of factors) {
    const own = down.shape[0]!;
    down.data.forEach((value, index) => {
      a.data[first * inputs + index] = weight * scale * value;
    });
    for (let out = 0; out < outputs; out++) {
      b.data.set(up.data.subarray(out * own, (out + 1) * own), out * rank + first);
    }
    first += own;
  }
  return [a, b];
}

/** Sums of A and of B, each times √|weight · scale|, with the sign on A. */
function add(factors: readonly Factors[], rank: number): NamedTensor[] {
  const other = factors.find(({ down }) => down.shape[0] !== rank)?.down;
  if (other) {
    throw new Error(
      `"${other.name}" has rank ${other.shape[0]}; "linear" needs rank ${rank} everywhere. Choose "cat".`,
    );
  }
  const { a, b } = empty(factors[0]!, rank);
  const root = ({ weight, scale }: Factors) => Math.sqrt(Math.abs(weight * scale));
  const sign = ({ weight, scale }: Factors) => (weight * scale < 0 ? -1 : 1);
  addUp(
    a.data,
    factors.map((own) => ({ factor: sign(own) * root(own), values: own.down.data })),
  );
  addUp(
    b.data,
    factors.map((own) => ({ factor: root(own), values: own.up.data })),
  );
  return [a, b];
}

/** Σ factor · values, added up in float64. */
function addUp(into: Float32Array, parts: readonly { factor: number; values: Float32Array }[]): void {
  for (let index = 0; index < into.length; index++) {
    let sum = 0;
    for (const { factor, values } of parts) sum += factor * values[index]!;
    into[index] = sum;
  }
}

function empty({ down, up }: Factors, rank: number) {
  const [inputs, outputs] = [down.shape[1]!, up.shape[0]!];
  const zeros = (name: string, shape: [number, number]): NamedTensor => ({
    name,
    shape,
    data: new Float32Array(shape[0] * shape[1]),
  });
  return { a: zeros(down.name, [rank, inputs]), b: zeros(up.name, [outputs, rank]), inputs, outputs };
}

/** Every head tensor: Σ weight · head / Σ weight. */
function meanHead(parts: readonly SumPart[]): NamedTensor[] {
  const [first] = parts;
  const heads = first!.adapter.tensors.filter(({ name }) => isHead(name));
  const total = parts.reduce((sum, { weight }) => sum + weight, 0);
  if (heads.length > 0 && Math.abs(total) < 1e-6) {
    throw new Error("The weights sum to zero, so the trained heads have no weighted mean. Choose other weights.");
  }
  return heads.map(({ name, shape }) => {
    const data = new Float32Array(shape.reduce((product, size) => product * size, 1));
    const weighed = parts.map(({ name: run, adapter, weight }) => {
      const own = adapter.tensors.find((tensor) => tensor.name === name);
      if (`${own?.shape}` !== `${shape}`)
        throw new Error(`The heads of "${first!.name}" and "${run}" differ in shape.`);
      return { factor: weight / total, values: own!.data };
    });
    addUp(data, weighed);
    return { name, shape, data };
  });
}

/**
 * Names of all adapters, or one expression for all; by name too if some adapters have only some
 * blocks.
 */
function sumConfig(settings: readonly LoraConfig[], rank: number): PeftConfig {
  const { base_model_name_or_path, fan_in_fan_out, task_type } = settings[0]!;
  const expressions = settings.map(expressionOf);
  const named = settings.every((config) => {
    const { targets, layers } = targetsOf(config);
    return typeof targets !== "string" && !layers;
  });
  const targets = named
    ? [...new Set(settings.flatMap(({ target_modules }) => target_modules as string[]))]
    : expressions.map((expression) => `(${expression})`).join("|");
  const site = { baseModel: base_model_name_or_path ?? "", fanInFanOut: fan_in_fan_out };
  const config = loraConfig({ rank, alpha: rank, targets, rankStabilised: false }, site);
  const modules = task_type === "CAUSAL_LM" ? { modules_to_save: null } : {};
  return { ...config, base_model_name_or_path, task_type, ...modules };
}

/** What a configuration targets, as one regular expression for whole paths. */
function expressionOf(config: LoraConfig): string {
  const { targets, layers } = targetsOf(config);
  if (typeof targets === "string") return targets;
  const literal = (text: string) => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
  const names = targets.map(literal).join("|");
  if (!layers) return `(.*\\.)?(${names})`;
  return `.*\\.[^.]*\\.(${layers.join("|")})\\.(.*\\.)?(${names})`;
}
