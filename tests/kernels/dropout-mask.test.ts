import { describe, expect, it } from "vitest";
import { dropoutMask } from "../../src/kernels/dropout-mask";
import { ELEMENTWISE, expectClose, runKernel } from "./harness";

/** pcg4d (Jarzynski & Olano 2020) on unsigned 32-bit numbers. */
function hash(key: readonly [number, number, number, number]): number {
  const v = key.map((part) => (Math.imul(part, 1664525) + 1013904223) >>> 0) as [number, number, number, number];
  const mix = () => {
    v[0] = (v[0] + Math.imul(v[1], v[3])) >>> 0;
    v[1] = (v[1] + Math.imul(v[2], v[0])) >>> 0;
    v[2] = (v[2] + Math.imul(v[0], v[1])) >>> 0;
    v[3] = (v[3] + Math.imul(v[1], v[2])) >>> 0;
  };
  mix();
  v.forEach((part, i) => {
    v[i] = (part ^ (part >>> 16)) >>> 0;
  });
  mix();
  return v[0];
}

const count = 10_007;

async function mask(seed: number, step: number, rate: number, salt = 77, training = 1) {
  const draw = Int32Array.from([seed, step, training, 0]);
  const { out } = await runKernel(dropoutMask, { draw, out: new Float32Array(count) }, { count, salt, rate });
  return out;
}

describe("dropout-mask", () => {
  it("is the hash's numbers against the rate", async () => {
    const rate = 0.3;
    const out = await mask(-5, 12, rate);
    const expected = Float64Array.from({ length: count }, (_, i) =>
      (hash([i, 77, -5, 12]) >>> 8) / 2 ** 24 >= Math.fround(rate) ? 1 / (1 - rate) : 0,
    );
    expectClose(out, expected, ELEMENTWISE);
  });

  it("drops the share it is asked to, independently of neighbours, seed, step and name", async () => {
    for (const rate of [0.1, 0.5, 0.9]) {
      const out = await mask(1, 2, rate);
      const dropped = out.filter((value) => value === 0).length / count;
      // Four standard deviations of a binomial share.
      expect(Math.abs(dropped - rate)).toBeLessThan(4 * Math.sqrt((rate * (1 - rate)) / count));
    }
    const first = await mask(1, 2, 0.5);
    for (const other of [await mask(2, 2, 0.5), await mask(1, 3, 0.5), await mask(1, 2, 0.5, 78), shifted(first)]) {
      const alike = other.filter((value, i) => value === first[i]).length / count;
      expect(Math.abs(alike - 0.5)).toBeLessThan(4 * Math.sqrt(0.25 / count));
    }
    expect(await mask(1, 2, 0.5)).toEqual(first);
  });

  it("is all ones in evaluation", async () => {
    expect((await mask(1, 2, 0.5, 77, 0)).every((value) => value === 1)).toBe(true);
  });
});

function shifted(values: Float32Array): Float32Array {
  return Float32Array.from(values, (_, i) => values[(i + 1) % values.length]!);
}
