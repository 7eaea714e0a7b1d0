/** A dropout mask, the same for the same seed, step and salt. */

import source from "../../shaders/dropout-mask.wgsl?raw";
import { grid } from "./grid";
import { defineKernel } from "./kernel";

export const dropoutMask = defineKernel({
  name: "dropout-mask",
  source,
  bindings: { draw: "read i32", out: "read-write" },
  sizes: { count: "u32", salt: "u32", rate: "f32" },
  processor: {
    loop({ draw: { i32: draw }, out: { f32: out } }, { count, salt, rate }) {
      if (draw[2] !== 1) {
        out.fill(1, 0, count);
        return;
      }
      const kept = 1 / (1 - rate);
      const [seed, step] = [draw[0]!, draw[1]!];
      for (let i = 0; i < count; i++) out[i] = (hash(i, salt, seed, step) >>> 8) / 16777216 >= rate ? kept : 0;
    },
  },
  workgroups: ({ count }) => grid(count, 64),
});

/** pcg4d's first number, as unsigned 32-bit integers multiply and add. */
function hash(x: number, y: number, z: number, w: number): number {
  const spread = (v: number) => (Math.imul(v, 1664525) + 1013904223) | 0;
  let [a, b, c, d] = [spread(x), spread(y), spread(z), spread(w)];
  a = (a + Math.imul(b, d)) | 0;
  b = (b + Math.imul(c, a)) | 0;
  c = (c + Math.imul(a, b)) | 0;
  d = (d + Math.imul(b, c)) | 0;
  a ^= a >>> 16;
  b ^= b >>> 16;
  c ^= c >>> 16;
  d ^= d >>> 16;
  a = (a + Math.imul(b, d)) | 0;
  return a >>> 0;
}
