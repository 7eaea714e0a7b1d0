/** The gradient of inserting rows behind every sequence's real ones, with respect to the sequences. */

import source from "../../shaders/insert-backward-rows.wgsl?raw";
import { grid } from "./grid";
import { defineKernel } from "./kernel";

export const insertBackwardRows = defineKernel({
  name: "insert-backward-rows",
  source,
  bindings: { lengths: "read", outputGradient: "read", out: "read-write" },
  sizes: { batch: "u32", tokens: "u32", count: "u32", width: "u32" },
  options: { ACCUMULATE: 0 },
  workgroups: ({ batch, tokens, width }) => grid(batch * tokens * width, 64),
});
