/** The gradient of prepending rows with respect to the rows in front, which every sequence shares. */

import source from "../../shaders/prepend-backward-front.wgsl?raw";
import { grid } from "./grid";
import { defineKernel } from "./kernel";

export const prependBackwardFront = defineKernel({
  name: "prepend-backward-front",
  source,
  bindings: { outputGradient: "read", out: "read-write" },
  stored: { out: "Element" },
  sizes: { batch: "u32", front: "u32", tokens: "u32", width: "u32" },
  options: { ACCUMULATE: 0 },
  workgroups: ({ front, width }) => grid(front * width, 64),
});
