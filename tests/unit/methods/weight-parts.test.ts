/**
 * What LoRA's matrices can start as: parts of a weight against PyTorch's decompositions of the same
 * weight and by what defines them, and random matrices whose product is zero.
 */

import { describe, expect, it, test } from "vitest";
import { norm } from "../../../src/data/norm";
import { Random } from "../../../src/data/random";
import { matrixOf, orthogonalParts, type Parts, singularParts } from "../../../src/methods/lora/weight-parts";
import { orthogonalMatrices } from "../../../src/methods/orthogonal-matrices";
import { fixtureTensors } from "../../fixtures/reference";

/** B·A, row-major [outputs, inputs]. */
function product({ down, up }: Parts, rank: number): Float64Array {
  const [outputs, inputs] = [up.length / rank, down.length / rank];
  return Float64Array.from({ length: outputs * inputs }, (_, at) => {
    const [output, input] = [Math.floor(at / inputs), at % inputs];
    let sum = 0;
    for (let r = 0; r < rank; r++) sum += up[output * rank + r]! * down[r * inputs + input]!;
    return sum;
  });
}

function largest(a: ArrayLike<number>, b: ArrayLike<number>): number {
  return Array.from(a).reduce((most, value, at) => Math.max(most, Math.abs(value - b[at]!)), 0);
}

const normals = (count: number, name: string) => {
  const random = new Random(4, name);
  return Float32Array.from({ length: count }, () => random.normal());
};

describe.each([
  ["tiny-llama", "pissa", "out-in", 4],
  ["tiny-llama", "olora", "out-in", 4],
  ["tiny-gpt2", "pissa", "in-out", 3],
] as const)("%s, %s", (rig, by, layout, rank) => {
  it("has PyTorch's product in every weight", async () => {
    const weights = await fixtureTensors(`models/${rig}/model.safetensors`);
    const given = await fixtureTensors(`../weight-deltas/${rig}/${by}.safetensors`);
    const alpha = by === "olora" ? 6 : 2 * rank;
    const paths = [...given.keys()].flatMap((name) => /^initial\.(.*)\.lora_A\.weight$/.exec(name)?.[1] ?? []);
    expect(paths.length).toBeGreaterThan(1);
    for (const path of paths) {
      const part = (name: string) => given.get(`initial.${path}.lora_${name}.weight`)!;
      const theirs = { down: part("A").data as Float32Array, up: part("B").data as Float32Array };
      const [outputs, inputs] = [part("B").shape[0]!, part("A").shape[1]!];
      const stored = Float32Array.from(weights.get(`${path}.weight`)!.data);
      const matrix = matrixOf(stored, outputs, inputs, layout);
      const own = by === "olora" ? orthogonalParts(matrix, rank) : singularParts(matrix, rank, alpha / rank);
      expect(largest(product(own, rank), product(theirs, rank)), path).toBeLessThan(1e-6);
    }
  });
});

describe("the largest singular parts", () => {
  test("of a large matrix are found before it is decomposed whole, and leave what is orthogonal to them", () => {
    const [outputs, inputs, rank, scale] = [150, 90, 5, 2];
    const noise = normals(outputs * inputs, "noise");
    const strong = product({ up: normals(outputs * 7, "up"), down: normals(7 * inputs, "down") }, 7);
    const weight = Float32Array.from(strong, (value, at) => value + 0.01 * noise[at]!);
    const parts = singularParts(matrixOf(weight, outputs, inputs, "out-in"), rank, scale);
    const left = Float64Array.from(product(parts, rank), (value, at) => weight[at]! - scale * value);
    // What is left maps every row of A to nothing.
    for (let r = 0; r < rank; r++) {
      const row = parts.down.subarray(r * inputs, (r + 1) * inputs);
      const mapped = Float64Array.from({ length: outputs }, (_, output) =>
        row.reduce((sum, value, input) => sum + value * left[output * inputs + input]!, 0),
      );
      expect(norm(mapped) / norm(row)).toBeLessThan(1e-4);
    }
    // The two directions that are left of the seven are the next largest.
    expect(norm(left)).toBeLessThan(norm(weight));
    expect(norm(left)).toBeGreaterThan(1);
  });

  test.each([
    ["equal singular values", Float32Array.of(2, 0, 0, 0, 2, 0, 0, 0, 2), 2],
    ["zeros alone", new Float32Array(9), 0],
    ["one direction", Float32Array.of(1, 2, 3, 2, 4, 6, 3, 6, 9), 0],
  ])("of %s", (_, weight, remains) => {
    const parts = singularParts(matrixOf(weight, 3, 3, "out-in"), 2, 1);
    const left = Float64Array.from(product(parts, 2), (value, at) => weight[at]! - value);
    expect(Math.abs(norm(left) - remains)).toBeLessThan(1e-5);
  });
});

test("orthogonal matrices are random and their product is zero", () => {
  const sizes = { rank: 6, inputs: 11, outputs: 7 };
  const one = orthogonalMatrices(new Random(1, "a"), sizes);
  const other = orthogonalMatrices(new Random(2, "a"), sizes);
  expect(largest(product(one, 6), new Float64Array(77))).toBeLessThan(1e-7);
  expect(largest(one.down, other.down)).toBeGreaterThan(0.01);
  // Three directions of six, each a tenth of normal: the mean square of an entry is 3 / 6 / 100.
  const large = orthogonalMatrices(new Random(1, "a"), { rank: 6, inputs: 900, outputs: 700 });
  for (const matrix of [large.down, large.up]) {
    expect(norm(matrix) ** 2 / matrix.length).toBeCloseTo(0.005, 3);
  }
});
