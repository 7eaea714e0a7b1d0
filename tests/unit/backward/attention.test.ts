/**
 * Attention and pooling: gradients against finite differences, values by the definition.
 */

import { describe, expect, test } from "vitest";
import { add } from "../../../src/operations/add";
import { attention, paddingBias } from "../../../src/operations/attention";
import { linear } from "../../../src/operations/linear";
import { lastToken, meanToken } from "../../../src/operations/pool";
import { prepend } from "../../../src/operations/prepend";
import { rope } from "../../../src/operations/rope";
import { Program } from "../../../src/program/program";
import type { Tensor } from "../../../src/program/tensor";
import { evaluate } from "../interpreter/forward";
import { checkGradients, normal, randomLeaves, squareOf } from "./finite-differences";

function closeTo(value: number) {
  return expect.closeTo(value, 12);
}

describe("gradients are those of finite differences", () => {
  test.each([
    ["grouped heads after a prefix", { heads: 4, keyValueHeads: 2, virtualTokens: 2, causal: true }],
    ["every head its own", { heads: 2, keyValueHeads: 2, virtualTokens: 0, causal: true }],
    ["without a mask", { heads: 2, keyValueHeads: 1, virtualTokens: 1, causal: false }],
  ])("attention with rotary positions: %s", (_, { heads, keyValueHeads, virtualTokens, causal }) => {
    const program = new Program();
    const [batch, tokens, headSize] = [2, 3, 4];
    const input = program.input("x", [batch * tokens, 4], "float32");
    const x = add(program, "x + Wx", input, linear(program, "Wx", input, squareOf(program, "W", 4)));
    const table = (turn: (angle: number) => number) => () =>
      Float32Array.from({ length: 16 }, (_, i) => turn((i >> 1) * 0.3 ** (i % 2)));
    const cosine = program.constant("cosine", [8, 2], table(Math.cos));
    const sine = program.constant("sine", [8, 2], table(Math.sin));
    const turned = (name: string, y: Tensor, count: number) =>
      rope(program, name, y, { tokens, heads: count, headSize, rotarySize: 4, offset: virtualTokens, cosine, sine });
    const project = (name: string, count: number) =>
      linear(program, name, x, program.weight(`${name}.weight`, [count * headSize, 4]));
    const queries = turned("queries", project("q", heads), heads);
    let keys = turned("keys", project("k", keyValueHeads), keyValueHeads);
    let values = project("v", keyValueHeads);
    if (virtualTokens > 0) {
      const width = keyValueHeads * headSize;
      keys = prepend(program, "all keys", program.trainable("P.keys", [virtualTokens, width], normal), keys, batch);
      values = prepend(
        program,
        "all values",
        program.trainable("P.values", [virtualTokens, width], normal),
        values,
        batch,
      );
    }
    const options = { batch, heads, keyValueHeads, headSize, scale: 0.6, causal };
    const mixed = attention(program, "mixed", queries, keys, values, options);
    const output = linear(program, "o", mixed, program.weight("o.weight", [4, heads * headSize]));
    checkGradients(program, add(program, "y", x, output));
  });

  test("attention of a tensor to itself: queries, keys and values are one", () => {
    const program = new Program();
    const x = linear(program, "x", program.input("input", [6, 4], "float32"), squareOf(program, "W", 4));
    const options = { batch: 2, heads: 2, keyValueHeads: 2, headSize: 2, scale: 1, causal: true };
    checkGradients(program, add(program, "y", x, attention(program, "mixed", x, x, x, options)));
  });

  test.each([
    { causal: true, window: 3 },
    { causal: false, window: 2 },
    { causal: false, padded: true },
    { causal: true, softCap: 0.5 },
    { causal: false, window: 2, padded: true, softCap: 0.7 },
  ])("of attention after a prefix, %o", ({ padded, ...kind }) => {
    const [batch, tokens, virtualTokens, headSize] = [2, 5, 2, 3];
    const program = new Program();
    const x = linear(program, "x", program.input("input", [batch * tokens, 4], "float32"), squareOf(program, "W", 4));
    const project = (name: string, heads: number) =>
      linear(program, name, x, program.weight(`${name}.weight`, [heads * headSize, 4]));
    const prefixed = (name: string) =>
      prepend(
        program,
        `all ${name}`,
        program.trainable(name, [virtualTokens, headSize], normal),
        project(`own ${name}`, 1),
        batch,
      );
    const lengths = program.input("lengths", [batch], "int32");
    const padding = padded ? paddingBias(program, lengths, tokens, virtualTokens) : undefined;
    const [queries, keys, values] = [project("q", 2), prefixed("keys"), prefixed("values")];
    const sizes = { batch, heads: 2, keyValueHeads: 1, headSize, scale: 0.5 };
    const mixed = attention(program, "mixed", queries, keys, values, { ...sizes, ...kind, padding });
    checkGradients(program, mixed, padded ? { lengths: [4, 5] } : {});
    // By the definition, key by key.
    const leaves = new Map<string, ArrayLike<number>>([...randomLeaves(program, mixed), ["lengths", [4, 5]]]);
    const value = evaluate(program, leaves, [queries, keys, values, mixed]);
    const at = (tensor: Tensor, row: number, first: number) =>
      value(tensor).subarray(row * tensor.shape[1]! + first, row * tensor.shape[1]! + first + headSize);
    for (let row = 0; row < batch * tokens; row++) {
      for (const head of [0, 1]) {
        const [sequence, own] = [Math.floor(row / tokens), virtualTokens + (row % tokens)];
        const all = Array.from({ length: virtualTokens + tokens }, (_, key) => key);
        const seen = all.filter(
          (key) =>
            (!kind.causal || key <= own) &&
            Math.abs(own - key) < (kind.window ?? Infinity) &&
            !(padded && sequence === 0 && key >= virtualTokens + 4),
        );
        const query = at(queries, row, head * headSize);
        const powers = seen.map((key) => {
          const product = at(keys, sequence * 7 + key, 0).reduce((sum, k, i) => sum + k * query[i]!, 0) * sizes.scale;
          return Math.exp(kind.softCap ? kind.softCap * Math.tanh(product / kind.softCap) : product);
        });
        const total = powers.reduce((a, b) => a + b, 0);
        const expected = [0, 1, 2].map((i) =>
          seen.reduce((sum, key, index) => sum + (powers[index]! / total) * at(values, sequence * 7 + key, 0)[i]!, 0),
        );
        expect([...at(mixed, row, head * headSize)]).toEqual(expected.map(closeTo));
      }
    }
  });

  test.each([lastToken, meanToken])("$name reads real tokens only", (pool) => {
    const program = new Program();
    const x = linear(program, "x", program.input("input", [3 * 5, 4], "float32"), squareOf(program, "W", 4));
    const lengths = program.input("lengths", [3], "int32");
    const pooled = pool(program, "pooled", x, lengths, { batch: 3, virtualTokens: 2 });
    checkGradients(program, pooled, { lengths: [3, 1, 2] });
    const leaves = new Map<string, ArrayLike<number>>([...randomLeaves(program, pooled), ["lengths", [3, 1, 2]]]);
    const value = evaluate(program, leaves, [pooled]);
    const row = (index: number) => value(x).subarray(index * 4, index * 4 + 4);
    // Sequences of 2 virtual and 3 input tokens: row 1 has one real token, at 5 + 2; row 2 has two,
    // at 12 and 13.
    const expected = pool === lastToken ? [row(7), row(13)] : [row(7), row(12).map((a, i) => (a + row(13)[i]!) / 2)];
    expect([...value(pooled).subarray(4)]).toEqual(expected.flatMap((values) => [...values]).map(closeTo));
  });
});
