/** Which of every so many scores are the highest share of them. */

import source from "../../shaders/keep-share.wgsl?raw";
import { grid } from "./grid";
import { defineKernel } from "./kernel";

/** Scores of what is kept in any case, or left out in any case, and not counted. */
export const ALWAYS_KEPT = Math.fround(3e38);
export const NEVER_KEPT = -ALWAYS_KEPT;

/** `share` is rounded to f32: what is a whole number must not be rounded up. */
const SLACK = 1e-3;

export const keepShare = defineKernel({
  name: "keep-share",
  source,
  bindings: { scores: "read f32", kept: "read-write f32" },
  sizes: { count: "u32", span: "u32", share: "f32" },
  processor: {
    loop({ scores: { f32: scores }, kept: { f32: kept } }, { count, span, share }) {
      for (let first = 0; first < count; first += span) {
        const end = Math.min(first + span, count);
        const candidates: number[] = [];
        for (let i = first; i < end; i++) {
          kept[i] = scores[i]! >= ALWAYS_KEPT ? 1 : 0;
          if (Math.abs(scores[i]!) < ALWAYS_KEPT) candidates.push(i);
        }
        // Sorting is stable: of equals the first comes first.
        candidates.sort((i, j) => scores[j]! - scores[i]!);
        const most = Math.ceil(share * candidates.length - SLACK);
        for (const i of candidates.slice(0, most)) kept[i] = 1;
      }
    },
  },
  workgroups: ({ count }) => grid(count, 64),
});
