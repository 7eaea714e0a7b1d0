/** The gradient of picking the last real token of every sequence. */

import source from "../../shaders/pick-rows-backward.wgsl?raw";
import { grid } from "./grid";
import { defineKernel } from "./kernel";
import { multiply, toNumber } from "./nodes";

export const pickRowsBackward = defineKernel({
  name: "pick-rows-backward",
  source,
  bindings: { lengths: "read i32", outputGradient: "read", out: "read-write" },
  sizes: { batch: "u32", tokens: "u32", prefixLength: "u32", width: "u32" },
  options: { ACCUMULATE: 0 },
  processor: {
    nodes(nodes, at, { batch, tokens, prefixLength, width }, { ACCUMULATE }) {
      // The last real token is at prefixLength + length − 1.
      const lengths = Array.from({ length: tokens }, (_, token) => token - prefixLength + 1);
      const ends = nodes.literal(lengths, "int32", [1, tokens, 1]);
      const isPicked = toNumber(nodes, nodes.value("Equal", [ends, at.integers("lengths", [batch, 1, 1])]));
      const gradient = at.read("outputGradient", [batch, 1, width]);
      at.write("out", multiply(nodes, isPicked, gradient), [batch, tokens, width], ACCUMULATE);
    },
  },
  workgroups: ({ batch, tokens, width }) => grid(batch * tokens * width, 64),
});
