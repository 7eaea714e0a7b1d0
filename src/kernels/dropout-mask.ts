/** A dropout mask, the same for the same seed, step and salt. */

import source from "../../shaders/dropout-mask.wgsl?raw";
import shared from "../../shaders/uniform-hash.wgsl?raw";
import { grid } from "./grid";
import { defineKernel } from "./kernel";
import { uniform } from "./uniform-hash";

export const dropoutMask = defineKernel({
  name: "dropout-mask",
  source: shared + source,
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
      for (let i = 0; i < count; i++) out[i] = uniform(i, salt, seed, step) >= rate ? kept : 0;
    },
  },
  workgroups: ({ count }) => grid(count, 64),
});
