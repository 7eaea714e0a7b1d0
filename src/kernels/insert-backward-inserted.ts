/** The gradient of inserting rows behind every sequence's real ones, with respect to those rows, which all share. */

import source from "../../shaders/insert-backward-inserted.wgsl?raw";
import { grid } from "./grid";
import { defineKernel } from "./kernel";

export const insertBackwardInserted = defineKernel({
  name: "insert-backward-inserted",
  source,
  bindings: { lengths: "read", outputGradient: "read", out: "read-write" },
  stored: { out: "Element" },
  sizes: { batch: "u32", tokens: "u32", count: "u32", width: "u32" },
  options: { ACCUMULATE: 0 },
  workgroups: ({ count, width }) => grid(count * width, 64),
});
