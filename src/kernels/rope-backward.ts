/** The gradient of the rotary position embedding: the rotation back. */

import source from "../../shaders/rope-backward.wgsl?raw";
import { grid } from "./grid";
import { defineKernel } from "./kernel";

export const ropeBackward = defineKernel({
  name: "rope-backward",
  source,
  bindings: { cosine: "read", sine: "read", outputGradient: "read", out: "read-write" },
  sizes: { rows: "u32", tokens: "u32", heads: "u32", headSize: "u32", rotarySize: "u32", offset: "u32" },
  options: { ACCUMULATE: 0 },
  workgroups: ({ rows, heads, headSize }) => grid(rows * heads * headSize, 64),
});
