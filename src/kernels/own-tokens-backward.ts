/** The gradient of taking the input's own tokens out of a batch. */

import source from "../../shaders/own-tokens-backward.wgsl?raw";
import { grid } from "./grid";
import { defineKernel } from "./kernel";
import { shape } from "./nodes";

export const ownTokensBackward = defineKernel({
  name: "own-tokens-backward",
  source,
  bindings: { outputGradient: "read", out: "read-write" },
  sizes: { batch: "u32", all: "u32", prefixLength: "u32", tokens: "u32", width: "u32" },
  options: { ACCUMULATE: 0 },
  processor: {
    nodes(nodes, at, { batch, all, prefixLength, tokens, width }, { ACCUMULATE }) {
      const ends = shape(nodes, 0, prefixLength, 0, 0, all - prefixLength - tokens, 0);
      const padded = nodes.value("Pad", [at.read("outputGradient", [batch, tokens, width]), ends]);
      at.write("out", padded, [batch, all, width], ACCUMULATE);
    },
  },
  workgroups: ({ batch, all, width }) => grid(batch * all * width, 64),
});
