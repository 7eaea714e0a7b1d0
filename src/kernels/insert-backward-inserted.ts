/**
 * The gradient of inserting rows after every sequence's real ones, with respect to those rows,
 * which all share.
 */

import source from "../../shaders/insert-backward-inserted.wgsl?raw";
import { elementTypes } from "../onnx/writer";
import { grid } from "./grid";
import { defineKernel } from "./kernel";
import { add, reshape, sumOver } from "./nodes";

export const insertBackwardInserted = defineKernel({
  name: "insert-backward-inserted",
  source,
  bindings: { lengths: "read i32", outputGradient: "read", out: "read-write" },
  stored: { out: "Element" },
  sizes: { batch: "u32", tokens: "u32", count: "u32", width: "u32" },
  options: { ACCUMULATE: 0 },
  processor: {
    nodes(nodes, at, { batch, tokens, count, width }, { ACCUMULATE }) {
      const steps = nodes.literal(
        Array.from({ length: count }, (_, place) => place),
        "int32",
        [1, count],
      );
      const places = add(nodes, at.integers("lengths", [batch, 1]), steps);
      const rows = reshape(nodes, nodes.value("Cast", [places], { to: elementTypes.int64 }), batch, count, 1);
      const all = at.read("outputGradient", [batch, tokens + count, width]);
      const own = nodes.value("GatherND", [all, rows], { batch_dims: 1 });
      at.write("out", sumOver(nodes, own, 0), [count, width], ACCUMULATE);
    },
  },
  workgroups: ({ count, width }) => grid(count * width, 64),
});
