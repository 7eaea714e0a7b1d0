/** A mask that leaves out the smallest scores: ranks above a global threshold. */

import source from "../../shaders/keep-largest.wgsl?raw";
import { grid } from "./grid";
import { defineKernel } from "./kernel";

export const keepLargest = defineKernel({
  name: "keep-largest",
  source,
  bindings: { scores: "read f32", dropped: "read f32", mask: "read-write f32" },
  sizes: { count: "u32" },
  processor: {
    loop({ scores: { f32: scores }, dropped, mask: { f32: mask } }, { count }) {
      const sorted = scores.slice(0, count).sort();
      const goes = Math.min(count, dropped.f32[0]!);
      // Those that go with the last of them are as small.
      const last = goes > 0 ? sorted[goes - 1]! : Number.NEGATIVE_INFINITY;
      for (let i = 0; i < count; i++) mask[i] = goes > 0 && scores[i]! <= last ? 0 : 1;
    },
  },
  workgroups: ({ count }) => grid(count, 64),
});
