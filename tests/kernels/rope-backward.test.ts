import { describe, it } from "vitest";
import { ropeBackward } from "../../src/kernels/rope-backward";
import { accumulated, ELEMENTWISE, expectClose, random, runKernel } from "./harness";

interface Sizes {
  rows: number;
  tokens: number;
  heads: number;
  headSize: number;
  rotarySize: number;
  offset: number;
}

/**
 * The transpose of the rotation's matrix, built from its definition y = x · cos + rotateHalf(x) ·
 * sin.
 */
function reference(cosine: Float32Array, sine: Float32Array, dy: Float32Array, sizes: Sizes): Float64Array {
  const { rows, tokens, heads, headSize, rotarySize, offset } = sizes;
  const half = rotarySize / 2;
  const dx = new Float64Array(dy.length);
  const add = (place: number, value: number) => {
    dx[place] = dx[place]! + value;
  };
  for (let row = 0; row < rows; row++) {
    for (let head = 0; head < heads; head++) {
      const start = (row * heads + head) * headSize;
      for (let e = 0; e < headSize; e++) {
        const gradient = dy[start + e]!;
        if (e >= rotarySize) {
          add(start + e, gradient);
          continue;
        }
        const angle = (offset + (row % tokens)) * half + (e % half);
        add(start + e, gradient * cosine[angle]!);
        // rotateHalf(x)[e] is −x[e + half] in the first half and x[e − half] in the second.
        if (e < half) add(start + e + half, -gradient * sine[angle]!);
        else add(start + e - half, gradient * sine[angle]!);
      }
    }
  }
  return dx;
}

describe("rope-backward", () => {
  it.each([
    { rows: 6, tokens: 3, heads: 3, headSize: 6, rotarySize: 6, offset: 0 },
    { rows: 10, tokens: 5, heads: 2, headSize: 9, rotarySize: 4, offset: 7 },
  ])("$rows rows, $rotarySize of $headSize elements, offset $offset", async (sizes) => {
    const positions = sizes.offset + sizes.tokens;
    const angles = random(positions * (sizes.rotarySize / 2), 1, 3);
    const [cosine, sine] = [angles.map(Math.cos), angles.map(Math.sin)];
    const count = sizes.rows * sizes.heads * sizes.headSize;
    const [outputGradient, out] = [random(count, 2), random(count, 3)];
    for (const ACCUMULATE of [0, 1]) {
      const result = await runKernel(ropeBackward, { cosine, sine, outputGradient, out }, sizes, { ACCUMULATE });
      const expected = reference(cosine, sine, outputGradient, sizes);
      expectClose(result.out, accumulated(out, expected, ACCUMULATE), ELEMENTWISE);
    }
  });
});
