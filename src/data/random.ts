/**
 * The studio's only source of chance: a seeded generator, the same on every machine for the same
 * seed and stream. Algorithm: xoroshiro128+ (Blackman and Vigna) from pure-rand; its 128-bit state
 * is filled by SplitMix32 from the seed's two 32-bit halves and the FNV-1a hash of the stream's
 * name. Not for cryptography.
 */

import { uniformFloat64 } from "pure-rand/distribution/uniformFloat64";
import { uniformInt } from "pure-rand/distribution/uniformInt";
import { xoroshiro128plusFromState } from "pure-rand/generator/xoroshiro128plus";
import type { RandomGenerator } from "pure-rand/types/RandomGenerator";

export class Random {
  readonly #generator: RandomGenerator;
  /** The second normal of the last pair, if it has not been used yet. */
  #spare: number | null = null;

  /**
   * @param seed An integer from 0 to 2^53 - 1.
   * @param stream Names what the numbers are for (`"split"`, `"shuffle/3"`); streams of one seed
   * are independent.
   * @throws RangeError when the seed is not such an integer.
   */
  constructor(seed: number, stream = "") {
    if (!Number.isSafeInteger(seed) || seed < 0) {
      throw new RangeError(`seed: ${seed} is not an integer from 0 to 2^53 - 1. Give a whole number such as 0.`);
    }
    const low = seed >>> 0;
    const high = Math.floor(seed / 2 ** 32);
    let mixed = (hashName(stream) ^ scramble(low + 0x9e3779b9) ^ scramble(high + 0x7f4a7c15)) | 0;
    const state = Array.from({ length: 4 }, () => {
      mixed = (mixed + 0x9e3779b9) | 0;
      return scramble(mixed);
    });
    this.#generator = xoroshiro128plusFromState(state);
  }

  /** Uniform in [0, 1), a multiple of 2^-53. */
  next(): number {
    return uniformFloat64(this.#generator);
  }

  /** Uniform in [low, high). */
  uniform(low: number, high: number): number {
    return low + (high - low) * this.next();
  }

  /** Mean 0, standard deviation 1 (Marsaglia's polar method). */
  normal(): number {
    if (this.#spare !== null) {
      const spare = this.#spare;
      this.#spare = null;
      return spare;
    }
    for (;;) {
      const x = this.uniform(-1, 1);
      const y = this.uniform(-1, 1);
      const square = x * x + y * y;
      if (square >= 1 || square === 0) continue;
      const scale = Math.sqrt((-2 * Math.log(square)) / square);
      this.#spare = y * scale;
      return x * scale;
    }
  }

  /**
   * A whole number from 0 to `count` - 1, without modulo bias.
   * @throws RangeError when `count` is not a positive integer.
   */
  integer(count: number): number {
    if (!Number.isSafeInteger(count) || count < 1) {
      throw new RangeError(`integer: ${count} is not a positive whole number, so there is nothing to choose from.`);
    }
    return uniformInt(this.#generator, 0, count - 1);
  }

  /** Fisher–Yates, in place; returns the same array. */
  shuffle<Items extends { length: number; [index: number]: unknown }>(items: Items): Items {
    const array = items as { length: number; [index: number]: unknown };
    for (let last = array.length - 1; last > 0; last--) {
      const other = this.integer(last + 1);
      const kept = array[last];
      array[last] = array[other];
      array[other] = kept;
    }
    return items;
  }
}

/** FNV-1a, 32 bits, over UTF-16 code units. */
export function hashName(name: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < name.length; index++) {
    hash = Math.imul(hash ^ name.charCodeAt(index), 0x01000193);
  }
  return hash;
}

/** SplitMix32's output function: every input bit changes about half of the output's. */
function scramble(value: number): number {
  let mixed = value | 0;
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x21f0aaad);
  mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97);
  return mixed ^ (mixed >>> 15);
}
