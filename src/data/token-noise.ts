/**
 * Masked thought (Chen et al. 2024, "Masked Thought"): some tokens of a training batch are replaced
 * before the model reads them, and what is learned of them stays. Rates, ramp and random tokens as
 * in its release; `mask` and `pad` are its other variant.
 */

import type { BatchArrays } from "./batches";
import { rowLabels } from "./channels";
import { quote } from "./errors";
import { Random } from "./random";
import type { TokenizedExample } from "./tokens";

export type Replacement = "random" | "mask" | "pad";

export interface TokenNoiseSettings {
  /** The share of the tokens that are replaced, once it is reached. */
  readonly rate: number;
  /** The share of all steps in which it rises to that from 0; 0: from the first step on. */
  readonly ramp: number;
  readonly replacement: Replacement;
  /** Of rows of this group alone; default: of all. */
  readonly group?: string | undefined;
}

/** What is needed of a tokenizer. */
export interface NoiseTokenizer {
  readonly size: number;
  readonly padId: number | null;
  readonly specialIds: ReadonlySet<number>;
  readonly specialTokens: readonly { readonly id: number; readonly roles: readonly string[] }[];
}

/** Of a batch: tokens that might have been replaced, and that were. */
export interface NoiseCount {
  readonly tokens: number;
  readonly replaced: number;
}

/**
 * Which tokens may be replaced, special ones aside: every token that another is learned to be
 * followed by (`answers`, of rows whose labels are the next token), or all of the row.
 */
export type Replaceable = "answers" | "all";

/** The share that is replaced in update `step` (0 is the first) of `steps`. */
export function noiseRate({ rate, ramp }: Pick<TokenNoiseSettings, "rate" | "ramp">, step: number, steps: number) {
  return ramp === 0 ? rate : rate * Math.min(1, step / (ramp * steps));
}

export class TokenNoise {
  readonly #settings: TokenNoiseSettings;
  readonly #replaceable: Replaceable;
  readonly #tokenizer: NoiseTokenizer;
  /** Null: one is drawn. */
  readonly #replacement: number | null;

  /** @throws Error where the tokenizer has no such token. */
  constructor(settings: TokenNoiseSettings, replaceable: Replaceable, tokenizer: NoiseTokenizer) {
    this.#settings = settings;
    this.#replaceable = replaceable;
    this.#tokenizer = tokenizer;
    this.#replacement = replacementId(settings.replacement, tokenizer);
  }

  /**
   * Replaces tokens of a batch in place, the same for the same seed and step, whatever other
   * batches had: each with the chance of the step.
   * @param rows of the batch, in the order of its slots
   */
  apply(
    { bucket, inputIds, lengths, channels }: BatchArrays,
    rows: readonly Pick<TokenizedExample, "group">[],
    { seed, step, steps }: { readonly seed: number; readonly step: number; readonly steps: number },
  ): NoiseCount {
    const { group } = this.#settings;
    const { size, specialIds } = this.#tokenizer;
    const chance = noiseRate(this.#settings, step, steps);
    const labels = channels[rowLabels.name]!;
    let [tokens, replaced] = [0, 0];
    for (let slot = 0; slot < rows.length; slot++) {
      if (group !== undefined && rows[slot]!.group !== group) continue;
      // From the end, so that a row without its first token gets the same.
      const random = new Random(seed, `token noise/${step}/${slot}`);
      const first = slot * bucket;
      for (let place = first + lengths[slot]! - 1; place >= first; place--) {
        const isAnswer = place > first && labels[place - 1]! >= 0;
        if (specialIds.has(inputIds[place]!) || (this.#replaceable === "answers" && !isAnswer)) continue;
        tokens++;
        if (random.next() >= chance) continue;
        replaced++;
        inputIds[place] = this.#replacement ?? wordId(random, size, specialIds);
      }
    }
    return { tokens, replaced };
  }
}

/** A token that is no special one, each as likely. */
function wordId(random: Random, size: number, specialIds: ReadonlySet<number>): number {
  for (;;) {
    const id = random.integer(size);
    if (!specialIds.has(id)) return id;
  }
}

function replacementId(replacement: Replacement, { padId, specialTokens }: NoiseTokenizer): number | null {
  if (replacement === "random") return null;
  const id = replacement === "pad" ? padId : specialTokens.find(({ roles }) => roles.includes("mask"))?.id;
  if (id !== undefined && id !== null) return id;
  const title = { mask: "mask", pad: "padding" }[replacement];
  throw new Error(
    `training.tokenNoise.replacement: the model's tokenizer has no ${title} token; choose "random"` +
      `${replacement === "mask" && padId !== null ? ' or "pad"' : ""}.`,
  );
}

/** @throws Error where noise is to be in rows of a group that no training row has. */
export function checkNoiseGroup(
  { group }: Pick<TokenNoiseSettings, "group">,
  rows: readonly Pick<TokenizedExample, "group">[],
): void {
  if (group === undefined || rows.some((row) => row.group === group)) return;
  const groups = [...new Set(rows.flatMap((row) => row.group ?? []))];
  const there = groups.slice(0, 5).map((one) => quote(one));
  throw new Error(
    `training.tokenNoise.group: no training row is of ${quote(group)}; ` +
      (there.length > 0
        ? `there are ${there.join(", ")}${groups.length > 5 ? " and others" : ""}.`
        : "data.group names no column of groups."),
  );
}
