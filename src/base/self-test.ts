/**
 * Whether this device computes what it should: causal attention over 64 positions and a matrix
 * product, through the same lowering as a model, against plain arithmetic. Some adapters are
 * silently wrong there (onnxruntime with small subgroups).
 */

import type { Executor } from "../executors/executor";
import { attention } from "../operations/attention";
import { linear } from "../operations/linear";
import { Program } from "../program/program";
import type { Tensor } from "../program/tensor";
import { computeValues } from "./once";

const TOKENS = 64;
const HEADS = 2;
const HEAD_SIZE = 16;
const WIDTH = HEADS * HEAD_SIZE;
const TOLERANCE = 1e-4;

/** Rejects with an Error that names the largest difference if the device computes wrong numbers. */
export async function selfTest(executor: Executor): Promise<void> {
  await executor.ready();
  const program = new Program();
  const x = program.input("x", [TOKENS, WIDTH], "float32");
  const weight = program.input("weight", [WIDTH, WIDTH], "float32");
  const options = { batch: 1, heads: HEADS, keyValueHeads: HEADS, headSize: HEAD_SIZE, scale: 0.25, causal: true };
  const mixed = attention(program, "mixed", x, x, x, options);
  const output = linear(program, "output", mixed, weight);
  const values = new Map<Tensor, Float32Array>([
    [x, wave(TOKENS * WIDTH, 0.37)],
    [weight, wave(WIDTH * WIDTH, 0.73)],
  ]);
  const given = (leaf: Tensor) => values.get(leaf);
  const computed = (await computeValues(executor, { program, given }, [output])).get(output)!;
  const expected = reference(values.get(x)!, values.get(weight)!);
  const largest = expected.reduce((most, value, index) => Math.max(most, Math.abs(value - computed[index]!)), 0);
  if (!(largest <= TOLERANCE)) {
    throw new Error(
      `This device computes wrong numbers: attention is off by ${largest.toPrecision(2)}, where ` +
        `${TOLERANCE} is allowed. Update the browser or the graphics driver, or choose another device.`,
    );
  }
}

function wave(count: number, step: number): Float32Array {
  return Float32Array.from({ length: count }, (_, index) => Math.sin(1 + index * step));
}

/** The same in float64. */
function reference(x: Float32Array, weight: Float32Array): Float64Array {
  const mixed = new Float64Array(TOKENS * WIDTH);
  const at = (token: number, head: number, column: number) => x[token * WIDTH + head * HEAD_SIZE + column]!;
  for (let head = 0; head < HEADS; head++) {
    for (let query = 0; query < TOKENS; query++) {
      const powers = Array.from({ length: query + 1 }, (_, key) => {
        let score = 0;
        for (let column = 0; column < HEAD_SIZE; column++) score += at(query, head, column) * at(key, head, column);
        return Math.exp(score * 0.25);
      });
      const sum = powers.reduce((total, power) => total + power, 0);
      for (let column = 0; column < HEAD_SIZE; column++) {
        const value = powers.reduce((total, power, key) => total + power * at(key, head, column), 0);
        mixed[query * WIDTH + head * HEAD_SIZE + column] = value / sum;
      }
    }
  }
  return Float64Array.from({ length: TOKENS * WIDTH }, (_, index) => {
    const [token, out] = [Math.floor(index / WIDTH), index % WIDTH];
    let value = 0;
    for (let column = 0; column < WIDTH; column++)
      value += mixed[token * WIDTH + column]! * weight[out * WIDTH + column]!;
    return value;
  });
}
