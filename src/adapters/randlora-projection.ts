/**
 * RandLoRA's shared random bases as PEFT draws them from a key, each divided by its own standard
 * deviation: Kaiming-uniform, drawn and divided in bfloat16 (as PEFT does wherever there is
 * bfloat16), or −1, 0 and 1 where they are sparse.
 */

import { MersenneTwister } from "../data/mersenne-twister";

/** What the bases are drawn as; PEFT's `sparse` and `very_sparse`. */
export const randloraBases = ["dense", "sparse", "very sparse"] as const;

export interface RandloraKey {
  readonly key: number;
  readonly rank: number;
  readonly bases: (typeof randloraBases)[number];
  /** The most outputs of a target, and the most inputs. */
  readonly outputs: number;
  readonly inputs: number;
}

/** For the shorter side and for the longer side of every target's weight. */
export interface RandloraProjection {
  readonly rank: number;
  /** As many bases as make the shorter side's full rank. */
  readonly count: number;
  readonly shorter: number;
  readonly longer: number;
  /** [rank, 1, shorter] */
  readonly a: Float32Array;
  /** [longer, count, rank] */
  readonly b: Float32Array;
}

/** So many bases of a rank span a side. */
export const randloraCount = (side: number, rank: number): number => Math.ceil(side / rank);

export function drawRandlora({ key, rank, bases, outputs, inputs }: RandloraKey): RandloraProjection {
  const generator = new MersenneTwister(key);
  const [shorter, longer] = [Math.min(outputs, inputs), Math.max(outputs, inputs)];
  const count = randloraCount(shorter, rank);
  const found = { rank, count, shorter, longer };
  if (bases !== "dense") {
    const sparsity = bases === "sparse" ? 3 : Math.sqrt(shorter);
    const [low, high] = [Math.fround(1 / (2 * sparsity)), Math.fround(1 - 1 / (2 * sparsity))];
    const draw = (size: number) => generator.units(size).map((unit) => (unit < low ? -1 : 0) + (unit > high ? 1 : 0));
    const a = draw(rank * shorter);
    return { ...found, a: overDeviation(a), b: overDeviation(draw(longer * count * rank)) };
  }
  const draw = (size: number, fanIn: number) => {
    const edge = bfloat16(fanIn ** -0.5);
    // What rounding brings to the upper end torch takes for the lower one.
    const within = (value: number) => (bfloat16(value) === edge ? -edge : bfloat16(value));
    return generator.uniform(size, fanIn ** -0.5).map(within);
  };
  const a = draw(rank * shorter, shorter);
  const b = new Float32Array(longer * count * rank);
  for (let base = 0; base < count; base++) {
    const drawn = draw(longer * rank, rank);
    for (let row = 0; row < longer; row++) {
      b.set(drawn.subarray(row * rank, (row + 1) * rank), (row * count + base) * rank);
    }
  }
  return { ...found, a: overDeviation(a, bfloat16), b: overDeviation(b, bfloat16) };
}

/**
 * Divided by the standard deviation, with one number less than there are, as torch counts. `round`:
 * to the type that both are computed in.
 */
function overDeviation(values: Float32Array, round = Math.fround): Float32Array {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  const deviation = round(Math.sqrt(squares / (values.length - 1)));
  return values.map((value) => round(value / deviation));
}

const float = new Float32Array(1);
const bits = new Uint32Array(float.buffer);

/** The nearest bfloat16, ties to even. */
function bfloat16(value: number): number {
  float[0] = value;
  bits[0] = (bits[0]! + 0x7fff + ((bits[0]! >>> 16) & 1)) & 0xffff0000;
  return float[0];
}

/** A's first `width` columns, every row `count` times: [rank · count, width]. */
export function repeatedA({ a, rank, shorter }: RandloraProjection, count: number, width: number): Float32Array {
  return Float32Array.from({ length: rank * count * width }, (_, at) => {
    const row = Math.floor(at / width / count);
    return a[row * shorter + (at % width)]!;
  });
}

/** B's first `height` rows of its first `count` bases: [height, count · rank]. */
export function firstB({ b, rank, count: all }: RandloraProjection, count: number, height: number): Float32Array {
  const [width, stored] = [count * rank, all * rank];
  return Float32Array.from({ length: height * width }, (_, at) => b[Math.floor(at / width) * stored + (at % width)]!);
}
