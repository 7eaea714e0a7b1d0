import { describe, expect, it } from "vitest";
import { matmul } from "../../src/kernels/matmul";
import { matmulSplit } from "../../src/kernels/matmul-split";
import { matmulTiled } from "../../src/kernels/matmul-tiled";
import { matmulVector } from "../../src/kernels/matmul-vector";
import { openBench } from "../gpu/bench";
import { accumulated, CANCELLING, expectClose, onProcessor, REDUCTION, random, runKernel } from "./harness";

interface Shape {
  rows: number;
  columns: number;
  inner: number;
}

function reference(a: Float32Array, b: Float32Array, { rows, columns, inner }: Shape, [ta, tb]: readonly number[]) {
  const out = new Float64Array(rows * columns);
  for (let r = 0; r < rows; r++) {
    for (let c = 0; c < columns; c++) {
      let sum = 0;
      for (let k = 0; k < inner; k++) {
        sum += a[ta ? k * rows + r : r * inner + k]! * b[tb ? c * inner + k : k * columns + c]!;
      }
      out[r * columns + c] = 0.75 * sum;
    }
  }
  return out;
}

const ODD = [
  { rows: 1, columns: 1, inner: 1 },
  { rows: 7, columns: 13, inner: 5 },
  { rows: 67, columns: 9, inner: 33 },
  { rows: 3, columns: 130, inner: 18 },
];
const MULTIPLES_OF_FOUR = [
  { rows: 4, columns: 4, inner: 4 },
  { rows: 12, columns: 20, inner: 8 },
  { rows: 68, columns: 36, inner: 32 },
];
const ALL = [
  { TRANSPOSE_A: 0, TRANSPOSE_B: 0 },
  { TRANSPOSE_A: 0, TRANSPOSE_B: 1 },
  { TRANSPOSE_A: 1, TRANSPOSE_B: 0 },
  { TRANSPOSE_A: 1, TRANSPOSE_B: 1 },
].flatMap((transposed) => [0, 1].map((ACCUMULATE) => ({ ...transposed, ACCUMULATE })));
/** Every option both ways. Kernels with barriers take seconds to compile on software adapters. */
const FEW = [ALL[0]!, ALL[7]!];

const variants = [
  { kernel: matmul, shapes: [...ODD, ...MULTIPLES_OF_FOUR], options: ALL },
  { kernel: matmulVector, shapes: MULTIPLES_OF_FOUR, options: ALL },
  { kernel: matmulTiled, shapes: [...ODD, ...MULTIPLES_OF_FOUR], options: FEW },
  { kernel: matmulSplit, shapes: [...ODD, ...MULTIPLES_OF_FOUR], options: FEW },
].map(({ kernel: { variant: _, ...kernel }, ...rest }) => ({ kernel, ...rest }));

describe.each(variants)("$kernel.name", ({ kernel, shapes, options }) => {
  it.each(shapes)("$rows × $columns × $inner", async (shape) => {
    const a = random(shape.rows * shape.inner, 1);
    const b = random(shape.inner * shape.columns, 2);
    const out = random(shape.rows * shape.columns, 3);
    for (const option of options) {
      const result = await runKernel(kernel, { a, b, out }, { ...shape, alpha: 0.75 }, option);
      const { TRANSPOSE_A, TRANSPOSE_B, ACCUMULATE } = option;
      const expected = reference(a, b, shape, [TRANSPOSE_A, TRANSPOSE_B]);
      expectClose(result.out, accumulated(out, expected, ACCUMULATE), REDUCTION, CANCELLING);
    }
  });
});

describe.skipIf(onProcessor)("the choice of a variant", () => {
  const choose = async (fit: "direct" | "cooperative", sizes: Shape, TRANSPOSE_A = 0) => {
    const { [fit]: pipelines } = await openBench();
    const options = { TRANSPOSE_A, TRANSPOSE_B: 0, ACCUMULATE: 0 };
    return pipelines.fit({ kernel: matmul, sizes: { ...sizes, alpha: 1 }, options }).kernel.name;
  };

  it("loads vectors only where every contiguous dimension allows it", async () => {
    expect(await choose("direct", { rows: 7, columns: 64, inner: 32 })).toBe("matmul-vector");
    expect(await choose("direct", { rows: 7, columns: 64, inner: 32 }, 1)).toBe("matmul");
    expect(await choose("direct", { rows: 8, columns: 64, inner: 32 }, 1)).toBe("matmul-vector");
    expect(await choose("direct", { rows: 8, columns: 62, inner: 32 })).toBe("matmul");
    expect(await choose("direct", { rows: 8, columns: 64, inner: 33 })).toBe("matmul");
  });

  it("splits the sum on hardware where there are few elements", async () => {
    expect(await choose("cooperative", { rows: 8, columns: 768, inner: 2048 }, 1)).toBe("matmul-split");
    expect(await choose("cooperative", { rows: 2048, columns: 8, inner: 768 })).toBe("matmul-split");
    expect(await choose("cooperative", { rows: 2048, columns: 768, inner: 768 })).toBe("matmul-tiled");
  });
});
