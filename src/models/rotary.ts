/**
 * Rotary positions (Su et al. 2021): which columns of a head turn and how fast, and the tables that
 * the operation reads.
 */

import { rope } from "../operations/rope";
import type { Program } from "../program/program";
import type { Tensor } from "../program/tensor";

export interface Rotary {
  /** Radians per position for each pair of turning columns; columns after the pairs pass. */
  readonly frequencies: readonly number[];
  /** Factor on cosine and sine. */
  readonly scale: number;
}

/**
 * How many leading columns of a head turn: `factor` · `headSize`, cut to a whole number as
 * transformers does. Throws an Error naming both numbers if that is odd, nothing, or more than
 * there are.
 */
export function rotarySize(headSize: number, factor = 1): number {
  const size = Math.trunc(headSize * factor);
  if (size >= 2 && size <= headSize && size % 2 === 0) return size;
  throw new Error(
    `config.json: rotary positions turn ${factor} of a head's ${headSize} columns, which is ${size}; ` +
      `it must be an even number of them, from 2 to ${headSize}.`,
  );
}

/**
 * Unscaled rotary positions of `size` turning columns: pair i turns by theta^(−2i/size) per
 * position.
 */
export function plainRotary(size: number, theta: number): Rotary {
  const frequencies = Array.from({ length: size / 2 }, (_, pair) => theta ** ((-2 * pair) / size));
  return { frequencies, scale: 1 };
}

export interface RotateOptions {
  readonly headSize: number;
  readonly rotary: Rotary;
  /** Consecutive rows of one sequence. */
  readonly tokens: number;
  readonly heads: number;
  /** Position of the first token. */
  readonly offset: number;
  /** Tells the tables of a model with several kinds of rotary positions apart. */
  readonly table?: string;
}

/** `x` [sequences · tokens, heads · headSize] turned by its positions: the same shape. */
export function rotate(program: Program, name: string, x: Tensor, options: RotateOptions): Tensor {
  const { headSize, rotary, tokens, heads, offset, table = "rotary" } = options;
  const { frequencies, scale } = rotary;
  const pairs = frequencies.length;
  const positions = offset + tokens;
  const values = (turn: (angle: number) => number) => () =>
    Float32Array.from(
      { length: positions * pairs },
      (_, index) => scale * turn(Math.floor(index / pairs) * frequencies[index % pairs]!),
    );
  const cosine = program.constant(`${table} cosine ${positions}`, [positions, pairs], values(Math.cos));
  const sine = program.constant(`${table} sine ${positions}`, [positions, pairs], values(Math.sin));
  return rope(program, name, x, { tokens, heads, headSize, rotarySize: 2 * pairs, offset, cosine, sine });
}
