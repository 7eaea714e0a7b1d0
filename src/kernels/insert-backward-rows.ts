/**
 * The gradient of inserting rows after every sequence's real ones, with respect to the sequences.
 */

import source from "../../shaders/insert-backward-rows.wgsl?raw";
import { grid } from "./grid";
import { defineKernel } from "./kernel";
import { cut } from "./nodes";

export const insertBackwardRows = defineKernel({
  name: "insert-backward-rows",
  source,
  bindings: { lengths: "read i32", outputGradient: "read", out: "read-write" },
  sizes: { batch: "u32", tokens: "u32", count: "u32", width: "u32" },
  options: { ACCUMULATE: 0 },
  processor: {
    nodes(nodes, at, { batch, tokens, count, width }, { ACCUMULATE }) {
      const all = at.read("outputGradient", [batch, tokens + count, width]);
      const [before, after] = [cut(nodes, all, 1, 0, tokens), cut(nodes, all, 1, count, count + tokens)];
      const places = nodes.literal(
        Array.from({ length: tokens }, (_, token) => token),
        "int32",
        [1, tokens, 1],
      );
      const isBefore = nodes.value("Less", [places, at.integers("lengths", [batch, 1, 1])]);
      at.write("out", nodes.value("Where", [isBefore, before, after]), [batch, tokens, width], ACCUMULATE);
    },
  },
  workgroups: ({ batch, tokens, width }) => grid(batch * tokens * width, 64),
});
