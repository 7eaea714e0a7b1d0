/**
 * How rotary positions are stretched for texts longer than a model was first trained on: linear,
 * dynamic (NTK), llama3 and yarn, with transformers' arithmetic (modeling_rope_utils). Not for the
 * keys' spellings (`rotary-keys.ts`).
 */

import { shortened } from "../errors/shortened";
import { plainRotary, type Rotary } from "./rotary";

/** The keys beside the kind, as config.json names them. */
export interface ScalingSettings {
  readonly factor?: number | null;
  readonly attention_factor?: number | null;
  readonly beta_fast?: number | null;
  readonly beta_slow?: number | null;
  readonly truncate?: boolean | null;
  readonly mscale?: number | null;
  readonly mscale_all_dim?: number | null;
  readonly low_freq_factor?: number | null;
  readonly high_freq_factor?: number | null;
  readonly original_max_position_embeddings?: number | null;
}

interface Base {
  /** Turning columns of a head. */
  readonly size: number;
  readonly theta: number;
  readonly contextLength: number;
  readonly settings: ScalingSettings;
  /** A key's number. Throws an Error naming it where it is left out. */
  readonly required: (key: "factor" | "low_freq_factor" | "high_freq_factor") => number;
}

const kinds: Readonly<Record<string, (base: Base) => Rotary>> = {
  default: plain,
  linear: (base) => slowDown(base, () => base.required("factor")),
  // It stretches only what is longer than the context, and the studio reads nothing longer.
  dynamic: plain,
  llama3,
  yarn,
};

/**
 * Rotary positions of `size` turning columns, scaled by `kind`.
 * Throws an Error naming the kind if there is none such, or the key that it needs.
 */
export function scaledRotary(kind: string, base: Omit<Base, "required">): Rotary {
  const scale = Object.hasOwn(kinds, kind) ? kinds[kind] : undefined;
  if (!scale) {
    throw new Error(
      `config.json: rotary scaling "${shortened(kind)}" is not supported for this family. Supported: ${Object.keys(kinds).join(", ")}.`,
    );
  }
  const required: Base["required"] = (key) => {
    const value = base.settings[key];
    if (value === undefined || value === null) {
      throw new Error(`config.json: rotary scaling "${kind}" needs ${key}, which is missing.`);
    }
    return value;
  };
  const rotary = scale({ ...base, required });
  if ([...rotary.frequencies, rotary.scale].every(Number.isFinite)) return rotary;
  throw new Error(
    `config.json: rotary scaling "${kind}" with theta ${base.theta} gives positions that are no numbers.`,
  );
}

function plain({ size, theta }: Base): Rotary {
  return plainRotary(size, theta);
}

/** Every pair's speed divided by what `divisor` says for it. */
function slowDown(base: Base, divisor: (speed: number, pair: number) => number): Rotary {
  const { frequencies, scale } = plain(base);
  return { frequencies: frequencies.map((speed, pair) => speed / divisor(speed, pair)), scale };
}

/**
 * Llama 3.1: fast pairs stay, slow ones are divided by the factor, and between the two it goes over
 * smoothly.
 */
function llama3(base: Base): Rotary {
  const original = base.settings.original_max_position_embeddings ?? base.contextLength;
  const factor = base.required("factor");
  const low = base.required("low_freq_factor");
  const high = base.required("high_freq_factor");
  return slowDown(base, (speed) => {
    const turns = (original * speed) / (2 * Math.PI);
    if (turns > high) return 1;
    if (turns < low) return factor;
    const smooth = (turns - low) / (high - low);
    return 1 / ((1 - smooth) / factor + smooth);
  });
}

/**
 * YaRN (Peng et al. 2023): a ramp over the pairs from unscaled to divided, and a factor on cosine
 * and sine.
 */
function yarn(base: Base): Rotary {
  const { size, theta, settings, contextLength } = base;
  const original = settings.original_max_position_embeddings ?? contextLength;
  const factor = settings.factor ?? contextLength / original;
  const pairTurning = (turns: number) => (size * Math.log(original / (turns * 2 * Math.PI))) / (2 * Math.log(theta));
  let first = pairTurning(settings.beta_fast || 32);
  let last = pairTurning(settings.beta_slow || 1);
  if (settings.truncate ?? true) [first, last] = [Math.floor(first), Math.ceil(last)];
  [first, last] = [Math.max(first, 0), Math.min(last, size - 1)];
  if (first === last) last += 0.001;
  const { frequencies } = slowDown(base, (_speed, pair) => {
    const divided = Math.min(1, Math.max(0, (pair - first) / (last - first)));
    return 1 / (divided / factor + 1 - divided);
  });
  const { mscale, mscale_all_dim: mscaleAll, attention_factor: given } = settings;
  const strength = (weight = 1) => (factor <= 1 ? 1 : 0.1 * weight * Math.log(factor) + 1);
  const usual = mscale && mscaleAll ? strength(mscale) / strength(mscaleAll) : strength();
  return { frequencies, scale: given ?? usual };
}
