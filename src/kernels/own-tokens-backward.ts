/** The gradient of taking the input's own tokens out of a batch. */

import source from "../../shaders/own-tokens-backward.wgsl?raw";
import { grid } from "./grid";
import { defineKernel } from "./kernel";

export const ownTokensBackward = defineKernel({
  name: "own-tokens-backward",
  source,
  bindings: { outputGradient: "read", out: "read-write" },
  sizes: { batch: "u32", all: "u32", front: "u32", tokens: "u32", width: "u32" },
  options: { ACCUMULATE: 0 },
  workgroups: ({ batch, all, width }) => grid(batch * all * width, 64),
});
