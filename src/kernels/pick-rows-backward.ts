/** The gradient of picking the last real token of every sequence. */

import source from "../../shaders/pick-rows-backward.wgsl?raw";
import { grid } from "./grid";
import { defineKernel } from "./kernel";

export const pickRowsBackward = defineKernel({
  name: "pick-rows-backward",
  source,
  bindings: { lengths: "read", outputGradient: "read", out: "read-write" },
  sizes: { batch: "u32", tokens: "u32", front: "u32", width: "u32" },
  options: { ACCUMULATE: 0 },
  workgroups: ({ batch, tokens, width }) => grid(batch * tokens * width, 64),
});
