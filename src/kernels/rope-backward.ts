/** The gradient of the rotary position embedding: the rotation back. */

import source from "../../shaders/rope-backward.wgsl?raw";
import { grid } from "./grid";
import { defineKernel } from "./kernel";
import { add, cut, multiply, reshape, shape, subtract } from "./nodes";

export const ropeBackward = defineKernel({
  name: "rope-backward",
  source,
  bindings: { cosine: "read f32", sine: "read f32", outputGradient: "read", out: "read-write" },
  sizes: { rows: "u32", tokens: "u32", heads: "u32", headSize: "u32", rotarySize: "u32", offset: "u32" },
  options: { ACCUMULATE: 0 },
  processor: {
    nodes(nodes, at, { rows, tokens, heads, headSize, rotarySize, offset }, { ACCUMULATE }) {
      const [half, rest] = [rotarySize / 2, headSize - rotarySize];
      const turned = (binding: "cosine" | "sine") => {
        const table = cut(nodes, at.read(binding, [offset + tokens, half]), 0, offset, offset + tokens);
        return reshape(nodes, table, 1, tokens, 1, half);
      };
      const [cosine, sine] = [turned("cosine"), turned("sine")];
      const dims = [rows / tokens, tokens, heads, headSize];
      const parts = rest > 0 ? [half, half, rest] : [half, half];
      const gradient = at.read("outputGradient", dims);
      const split = nodes.node("Split", [gradient, shape(nodes, ...parts)], { axis: 3 }, { outputCount: parts.length });
      const [first, second, ...others] = split as [string, string, ...string[]];
      const low = add(nodes, multiply(nodes, first, cosine), multiply(nodes, second, sine));
      const high = subtract(nodes, multiply(nodes, second, cosine), multiply(nodes, first, sine));
      at.write("out", nodes.value("Concat", [low, high, ...others], { axis: 3 }), dims, ACCUMULATE);
    },
  },
  workgroups: ({ rows, heads, headSize }) => grid(rows * heads * headSize, 64),
});
