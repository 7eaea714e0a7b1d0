/**
 * VeRA's shared random matrices as PEFT draws them from a key: Kaiming-uniform with a gain of √2, A
 * and then B.
 */

import { MersenneTwister } from "../data/mersenne-twister";

export interface Projection {
  readonly rank: number;
  readonly inputs: number;
  readonly outputs: number;
  /** [rank, inputs] */
  readonly a: Float32Array;
  /** [outputs, rank] */
  readonly b: Float32Array;
}

/** The matrices of a key, for targets of at most so many inputs and outputs. */
export function drawProjection(key: number, rank: number, inputs: number, outputs: number): Projection {
  const generator = new MersenneTwister(key);
  const draw = (count: number, fanIn: number) =>
    generator.uniform(count, Math.sqrt(3) * (Math.SQRT2 / Math.sqrt(fanIn)));
  const a = draw(rank * inputs, inputs);
  return { rank, inputs, outputs, a, b: draw(outputs * rank, rank) };
}

/** A's first `width` columns. */
export function firstColumns({ a, inputs }: Projection, width: number): Float32Array {
  return a.filter((_, index) => index % inputs < width);
}

/** B's first `height` rows. */
export function firstRows({ b, rank }: Projection, height: number): Float32Array {
  return b.slice(0, height * rank);
}
