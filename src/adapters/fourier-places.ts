/**
 * Which frequencies of a weight FourierFT trains: places of its two-dimensional spectrum, as PEFT
 * draws them from a seed.
 */

import { MersenneTwister } from "../data/mersenne-twister";

export interface FourierPlaces {
  /** Of every frequency, along the outputs and along the inputs. */
  readonly rows: Int32Array;
  readonly columns: Int32Array;
}

/** Known seeds and sizes: blocks are alike, and an order of a whole weight's numbers is drawn. */
const drawn = new Map<string, FourierPlaces>();

export function fourierPlaces(seed: number, outputs: number, inputs: number, count: number): FourierPlaces {
  const key = [seed, outputs, inputs, count].join();
  let found = drawn.get(key);
  if (!found) {
    const places = new MersenneTwister(seed).permutation(outputs * inputs, count);
    found = { rows: places.map((place) => Math.floor(place / inputs)), columns: places.map((place) => place % inputs) };
    drawn.set(key, found);
  }
  return found;
}

/** cos and sin of 2π · place · frequency / size: [size, frequencies]. */
export function waves(frequencies: Int32Array, size: number, part: "cosine" | "sine"): Float32Array {
  const of = part === "cosine" ? Math.cos : Math.sin;
  const count = frequencies.length;
  return Float32Array.from({ length: size * count }, (_, at) => {
    // Whole turns are taken away first: the angle stays small, and exact.
    const steps = (Math.floor(at / count) * frequencies[at % count]!) % size;
    return of((2 * Math.PI * steps) / size);
  });
}
