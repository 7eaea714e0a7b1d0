/**
 * The gradient of the mean over the real tokens of every sequence; with `COUNT_PREFIX` over the
 * virtual tokens before them too.
 */

import source from "../../shaders/mean-rows-backward.wgsl?raw";
import { grid } from "./grid";
import { defineKernel } from "./kernel";
import { divide, multiply, toNumber } from "./nodes";

export const meanRowsBackward = defineKernel({
  name: "mean-rows-backward",
  source,
  bindings: { lengths: "read i32", outputGradient: "read", out: "read-write" },
  sizes: { batch: "u32", tokens: "u32", prefixLength: "u32", width: "u32" },
  options: { ACCUMULATE: 0, COUNT_PREFIX: 0 },
  processor: {
    nodes(nodes, at, { batch, tokens, prefixLength, width }, { ACCUMULATE, COUNT_PREFIX }) {
      const places = Array.from({ length: tokens }, (_, token) => token - prefixLength);
      const place = nodes.literal(places, "int32", [1, tokens, 1]);
      const lengths = at.integers("lengths", [batch, 1, 1]);
      const mayCount = nodes.literal(
        places.map((at) => (at >= 0 || COUNT_PREFIX === 1 ? 1 : 0)),
        "float32",
        [1, tokens, 1],
      );
      const counts = multiply(nodes, mayCount, toNumber(nodes, nodes.value("Less", [place, lengths])));
      const before = nodes.literal([COUNT_PREFIX === 1 ? prefixLength : 0], "int32", [1, 1, 1]);
      const share = divide(nodes, counts, toNumber(nodes, nodes.value("Add", [lengths, before])));
      const gradient = at.read("outputGradient", [batch, 1, width]);
      at.write("out", multiply(nodes, share, gradient), [batch, tokens, width], ACCUMULATE);
    },
  },
  workgroups: ({ batch, tokens, width }) => grid(batch * tokens * width, 64),
});
