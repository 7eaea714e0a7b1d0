/**
 * The float16 form of every kernel against its float32 form, which the other tests hold to float64,
 * and float16 weights in pairs, which the processor has too. Inputs are numbers that both have
 * exactly, so that all that may differ is the rounding of what is stored.
 */

import { describe, expect, it } from "vitest";
import { Pipelines } from "../../src/executors/webgpu/pipelines";
import { float16Values, toFloat16 } from "../../src/hub/float16";
import { type Dispatch, dispatch, type Kernel } from "../../src/kernels/kernel";
import { matmul } from "../../src/kernels/matmul";
import { openBench } from "../gpu/bench";
import { CANCELLING, expectClose, FITS, onProcessor, REDUCTION, random, randomIntegers, runKernel } from "./harness";

const modules = import.meta.glob<Record<string, unknown>>("../../src/kernels/*.ts", { eager: true });
const kernels = Object.values(modules)
  .flatMap((module) => Object.values(module))
  .filter((item): item is Kernel => typeof item === "object" && item !== null && "source" in item);

/**
 * Float16 has 11 binary digits, and what a kernel keeps in its output on the way is rounded twice.
 */
const HALF = 1.001e-3;

interface Case {
  readonly sizes: Readonly<Record<string, number>>;
  readonly options?: Readonly<Record<string, number>>;
  /** Elements of every binding, or whole numbers. */
  readonly bindings: Readonly<Record<string, number | Int32Array<ArrayBuffer>>>;
  /** Bindings that are float32 in the float16 form too. */
  readonly wide?: readonly string[];
}

const attention = { batch: 2, queries: 5, keys: 9, heads: 4, keyValueHeads: 2, headSize: 6, scale: 0.4 };
const [cells, queries, keys] = [2 * 4 * 5 * 9, 2 * 5 * 4 * 6, 2 * 9 * 2 * 6];
const rows = { batch: 3, tokens: 5, prefixLength: 2, width: 7 };
const inserting = { batch: 3, tokens: 5, count: 2, width: 7 };
const lengths = Int32Array.from([1, 3, 2]);
const vectors = { rows: 12, columns: 20, inner: 8, alpha: 0.75 };
const odd = { rows: 7, columns: 13, inner: 5, alpha: 0.75 };
const products: Case[] = [
  { sizes: odd, bindings: { a: 35, b: 65, out: 91 } },
  { sizes: odd, bindings: { a: 35, b: 65, out: 91 }, options: { TRANSPOSE_A: 1, TRANSPOSE_B: 1 }, wide: ["a"] },
  { sizes: odd, bindings: { a: 35, b: 65, out: 91 }, options: { TRANSPOSE_A: 1 }, wide: ["b", "out"] },
];

const cases: Readonly<Record<string, readonly Case[]>> = {
  "activation-backward": [{ sizes: { count: 131 }, bindings: { x: 131, outputGradient: 131, out: 131 } }],
  "add-scaled": [
    { sizes: { count: 133, alpha: -1.5 }, bindings: { x: 133, out: 133 } },
    { sizes: { count: 133, alpha: -1.5 }, bindings: { x: 133, out: 133 }, wide: ["out"] },
  ],
  "attention-bias": [
    {
      sizes: { batch: 2, queries: 5, keys: 9, heads: 4, batchStep: 0, headStep: 9, queryStep: 0 },
      bindings: { bias: 36, scores: cells },
      wide: ["bias"],
    },
  ],
  "attention-key-value-gradient": [{ sizes: attention, bindings: { weights: cells, x: queries, out: keys } }],
  "attention-query-gradient": [{ sizes: attention, bindings: { scoreGradient: cells, key: keys, out: queries } }],
  "attention-scores": [{ sizes: attention, bindings: { query: queries, key: keys, scores: cells } }],
  "attention-soft-cap": [{ sizes: { batch: 2, queries: 5, keys: 9, heads: 4, cap: 2 }, bindings: { scores: cells } }],
  "attention-soft-cap-backward": [
    { sizes: { batch: 2, queries: 5, keys: 9, heads: 4, cap: 2 }, bindings: { scores: cells, gradient: cells } },
  ],
  "attention-softmax": [{ sizes: attention, bindings: { scores: cells }, options: { CAUSAL: 1 } }],
  "attention-softmax-backward": [
    { sizes: attention, bindings: { probabilities: cells, gradient: cells }, options: { CAUSAL: 1 } },
  ],
  "column-product-sum": [
    { sizes: { rows: 9, width: 67 }, bindings: { x: 603, y: 603, out: 67 } },
    { sizes: { rows: 9, width: 67 }, bindings: { x: 603, y: 603, out: 67 }, wide: ["out"] },
  ],
  "gather-sum": [
    {
      sizes: { rows: 9, count: 3, length: 67 },
      bindings: { x: 67, places: randomIntegers(27, 8, 0, 67).fill(67, 1, 4), out: 9 },
      wide: ["out"],
    },
  ],
  "column-sum": [
    { sizes: { rows: 9, width: 67 }, bindings: { x: 603, out: 67 } },
    { sizes: { rows: 9, width: 67 }, bindings: { x: 603, out: 67 }, wide: ["out"] },
  ],
  "cross-entropy": [
    {
      sizes: { rows: 7, classes: 5 },
      bindings: { logits: 35, labels: randomIntegers(7, 9, 0, 5).fill(-100, 0, 2), shares: 7, rowLoss: 7, out: 35 },
      wide: ["shares", "rowLoss"],
    },
  ],
  // In training, of seed 3 and step 5.
  "cut-columns": [{ sizes: { rows: 9, width: 11, inWidth: 29, start: 13 }, bindings: { x: 261, out: 99 } }],
  "dropout-mask": [
    { sizes: { count: 131, salt: 9, rate: 0.4 }, bindings: { draw: Int32Array.from([3, 5, 1, 0]), out: 131 } },
  ],
  "gated-activation-backward": [
    {
      sizes: { count: 131 },
      options: { KIND: 3 },
      bindings: { gate: 131, up: 131, outputGradient: 131, gateGradient: 131, upGradient: 131 },
    },
  ],
  "gather-rows": [
    {
      sizes: { start: 1, rows: 4, width: 9 },
      bindings: { x: 54, indexes: Int32Array.from([0, 5, -1, 2, 2]), out: 36 },
    },
  ],
  "insert-backward-inserted": [
    { sizes: inserting, bindings: { lengths, outputGradient: 147, out: 14 } },
    { sizes: inserting, bindings: { lengths, outputGradient: 147, out: 14 }, wide: ["out"] },
  ],
  "insert-backward-rows": [{ sizes: inserting, bindings: { lengths, outputGradient: 147, out: 105 } }],
  matmul: products,
  "matmul-split": products,
  "matmul-tiled": products,
  "matmul-vector": products.map((product) => ({ ...product, sizes: vectors, bindings: { a: 96, b: 160, out: 240 } })),
  "embed-backward": [
    {
      sizes: { rows: 5, vocabulary: 7, width: 9 },
      bindings: { ids: Int32Array.from([6, 0, 2, 6, 1]), outputGradient: 45, out: 63 },
    },
    {
      sizes: { rows: 5, vocabulary: 7, width: 9 },
      bindings: { ids: Int32Array.from([6, 0, 2, 6, 1]), outputGradient: 45, out: 63 },
      wide: ["out"],
    },
  ],
  "mean-rows-backward": [{ sizes: rows, bindings: { lengths, outputGradient: 21, out: 105 } }],
  "norm-backward": [0, 1].flatMap((CENTERED) => [normCase(CENTERED, []), normCase(CENTERED, ["weight"])]),
  "normalize-rows": [{ sizes: { rows: 5, width: 67, epsilon: 1e-5 }, bindings: { x: 335, out: 335 } }],
  "own-tokens-backward": [
    { sizes: { batch: 3, all: 8, prefixLength: 2, tokens: 5, width: 7 }, bindings: { outputGradient: 105, out: 168 } },
  ],
  "pick-rows-backward": [{ sizes: rows, bindings: { lengths, outputGradient: 21, out: 105 } }],
  "place-columns": [{ sizes: { rows: 9, width: 11, outWidth: 29, start: 13 }, bindings: { x: 99, out: 261 } }],
  "prepend-backward-front": [
    { sizes: rows, bindings: { outputGradient: 147, out: 14 } },
    { sizes: rows, bindings: { outputGradient: 147, out: 14 }, wide: ["out"] },
  ],
  "prepend-backward-rows": [{ sizes: rows, bindings: { outputGradient: 147, out: 105 } }],
  "rope-backward": [
    {
      sizes: { rows: 10, tokens: 5, heads: 2, headSize: 9, rotarySize: 4, offset: 7 },
      bindings: { cosine: 24, sine: 24, outputGradient: 180, out: 180 },
      wide: ["cosine", "sine"],
    },
  ],
  "rotate-pairs-backward": [
    {
      sizes: { rows: 5, width: 18, half: 3 },
      options: { SHARED: 1 },
      bindings: { along: 9, across: 9, outputGradient: 90, out: 90 },
    },
  ],
  "rotate-pairs-factors": [
    {
      sizes: { rows: 5, width: 18, half: 3 },
      options: { TURNED: 1 },
      bindings: { x: 90, outputGradient: 90, out: 18 },
    },
    {
      sizes: { rows: 5, width: 18, half: 3 },
      options: { TURNED: 1 },
      bindings: { x: 90, outputGradient: 90, out: 18 },
      wide: ["out"],
    },
  ],
  "scatter-rows": [
    {
      sizes: { start: 1, rows: 4, width: 9 },
      bindings: { x: 36, indexes: Int32Array.from([0, 5, -1, 2, 1]), out: 54 },
    },
  ],
  "scale-columns": [
    { sizes: { rows: 13, width: 17 }, bindings: { x: 221, weight: 17, out: 221 } },
    { sizes: { rows: 13, width: 17 }, bindings: { x: 221, weight: 17, out: 221 }, wide: ["weight"] },
  ],
  "value-loss": [
    {
      sizes: { rows: 7, classes: 3 },
      bindings: {
        logits: 21,
        values: 21,
        positiveWeights: 21,
        labels: randomIntegers(7, 9, 0, 2).fill(-100, 0, 2),
        shares: 7,
        rowLoss: 7,
        out: 21,
      },
      options: { WEIGHTED: 1 },
      wide: ["values", "positiveWeights", "shares", "rowLoss"],
    },
  ],
};

function normCase(CENTERED: number, wide: readonly string[]): Case {
  const sizes = { rows: 5, width: 67, epsilon: 1e-5 };
  return { sizes, options: { CENTERED }, bindings: { x: 335, weight: 67, outputGradient: 335, out: 335 }, wide };
}

/** What stores activations or weights, and so has a float16 form. */
const narrowable = kernels.filter(({ bindings }) =>
  Object.values(bindings).some((use) => use === "read" || use === "read-write"),
);

it("has a case for every kernel with a float16 form", () => {
  expect(Object.keys(cases).sort()).toEqual(narrowable.map(({ name }) => name).sort());
});

/** The processor stores activations as float32 alone. */
describe.skipIf(onProcessor).each(FITS)("in float16 (%s)", (fit) => {
  const runs = narrowable.flatMap(({ variant: _, ...kernel }) =>
    (cases[kernel.name] ?? []).map((one) => ({ kernel, one, name: kernel.name, wide: one.wide ?? [] })),
  );
  it.for(runs)("$name, float32 for $wide", async ({ kernel, one, wide }, { skip }) => {
    const { half } = await openBench();
    if (!half) skip("The device has no shader-f16.");
    const values = Object.entries(one.bindings).map(([name, given], i) => {
      const isNumber = typeof given === "number";
      return [name, isNumber ? Float32Array.from(new Float16Array(random(given, i + 1))) : given] as const;
    });
    const narrow = values.map(([name, given]) => {
      const stays = given instanceof Int32Array || wide.includes(name);
      return [name, stays ? given : new Float16Array(given)] as const;
    });
    for (const ACCUMULATE of "ACCUMULATE" in kernel.options ? [0, 1] : [undefined]) {
      const options = { ...one.options, ...(ACCUMULATE !== undefined && { ACCUMULATE }) };
      const expected = await runKernel(kernel, Object.fromEntries(values), one.sizes, options, fit);
      const result = await runKernel(kernel, Object.fromEntries(narrow), one.sizes, options, fit);
      for (const [name, numbers] of Object.entries(expected)) {
        expect(numbers.some((number) => number !== 0)).toBe(true);
        expectClose(result[name]!, numbers, wide.includes(name) ? REDUCTION : HALF, CANCELLING);
      }
    }
  });
});

/** Sizes at which every variant is chosen, on software and on graphics adapters. */
const packedSizes = [
  { rows: 7, columns: 14, inner: 6, alpha: 0.75 },
  { rows: 12, columns: 20, inner: 8, alpha: 0.75 },
  { rows: 250, columns: 514, inner: 6, alpha: 0.75 },
];

describe.each(FITS)("float16 weights in pairs (%s)", (fit) => {
  it.each(packedSizes)("matmul of $rows × $inner × $columns", async (sizes) => {
    const { rows, columns, inner } = sizes;
    const a = random(rows * inner, 1);
    const bits = new Uint16Array(inner * columns);
    expect(toFloat16(random(bits.length, 2), bits)).toBe(-1);
    const b = Float32Array.from(bits, (pattern) => float16Values()[pattern]!);
    const out = random(rows * columns, 3);
    const options = { TRANSPOSE_B: rows % 2, ACCUMULATE: 1 };
    const expected = await runKernel(matmul, { a, b, out }, sizes, options, fit);
    const result = await runKernel(matmul, { a, b: bits, out }, sizes, options, fit);
    expect(result.out.some((value, index) => value !== out[index])).toBe(true);
    expectClose(result.out, expected.out, REDUCTION, CANCELLING);
  });
});

it.skipIf(onProcessor)("refuses pairs where a kernel cannot unpack them", async () => {
  const { direct } = await openBench();
  const one = dispatch(matmul, { a: null, b: null, out: null }, packedSizes[0]!);
  expect(() => direct.fit({ ...one, stored: { a: "packed" } })).toThrow(/"matmul" cannot read float16 from "a"/);
});

it.skipIf(onProcessor)("refuses to store in another type what a kernel always keeps as an activation", async () => {
  const { device } = await openBench();
  const pipelines = new Pipelines(device, { software: true, element: "f16" });
  const kernel = kernels.find(({ name }) => name === "place-columns")!;
  const one: Dispatch<null> = dispatch(kernel, { x: null, out: null }, { rows: 1, width: 1, outWidth: 1, start: 0 });
  expect(() => pipelines.fit({ ...one, stored: { x: "f32" } })).toThrow(/"place-columns".*"x".*f16.*f32/);
  expect(pipelines.fit({ ...one, stored: { x: "Element" } }).kernel).toBe(kernel);
});
