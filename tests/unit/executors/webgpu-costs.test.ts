/**
 * Which buffers onnxruntime is expected to make, by hand for graphs of a few nodes. The device's
 * answer is in `tests/gpu/bytes.test.ts`.
 */

import { describe, expect, test } from "vitest";
import { bufferBytes, runtimeMemory, sharedBuffers } from "../../../src/executors/webgpu/costs";
import { attention } from "../../../src/operations/attention";
import { linear } from "../../../src/operations/linear";
import { Program } from "../../../src/program/program";

/** x [4, 8] through so many linears of 8 × 8. */
function chain(length: number) {
  const program = new Program();
  let x = program.input("x", [4, 8], "float32");
  const layers = Array.from({ length }, (_, layer) => {
    x = linear(program, `y${layer}`, x, program.weight(`w${layer}`, [8, 8]));
    return x;
  });
  return { program, layers };
}

const [activation] = [4 * 8 * 4];

describe("a chain of products", () => {
  test("what is bound to buffers of ours takes nothing", () => {
    const { program, layers } = chain(3);
    expect(runtimeMemory(program, layers).pool).toEqual(new Map());
  });

  test("values alternate between two buffers, however long it is", () => {
    for (const length of [3, 4, 12]) {
      const { program, layers } = chain(length);
      expect(runtimeMemory(program, [layers.at(-1)!]).pool).toEqual(new Map([[activation, 2]]));
    }
  });
});

describe("attention", () => {
  const sizes = { heads: 2, keyValueHeads: 2, headSize: 4, scale: 1, causal: false };
  const memory = (batch: number, tokens: number) => {
    const program = new Program();
    const x = program.input("x", [batch * tokens, 8], "float32");
    return runtimeMemory(program, [attention(program, "mixed", x, x, x, { ...sizes, batch })]).pool;
  };

  test("below 32 queries: keys and values by head, and what the parts of 64 keys leave", () => {
    // Attended values [2, 3, 8], keys and values, parts of the same size; a greatest score and a
    // sum for 2 · 2 · 3 queries.
    expect(memory(2, 3)).toEqual(
      new Map([
        [2 * 3 * 8 * 4, 4],
        [2 * 2 * 3 * 2 * 4, 1],
      ]),
    );
  });

  test("from 32 queries on: keys and values by head", () => {
    expect(memory(2, 32)).toEqual(new Map([[2 * 32 * 8 * 4, 3]]));
  });
});

test("sessions share a cache: of every size as many as the neediest takes", () => {
  const shared = sharedBuffers([
    new Map([
      [64, 2],
      [256, 1],
    ]),
    new Map([
      [64, 3],
      [128, 1],
    ]),
  ]);
  expect(bufferBytes(shared)).toBe(3 * 64 + 128 + 256);
});
