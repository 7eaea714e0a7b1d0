/** The gradient of an embedding table: every row sums up what arrived where its word stood. */

import source from "../../shaders/embed-backward.wgsl?raw";
import { elementTypes } from "../onnx/writer";
import { grid } from "./grid";
import { defineKernel } from "./kernel";
import { scalar, shape, transpose } from "./nodes";

export const embedBackward = defineKernel({
  name: "embed-backward",
  source,
  bindings: { ids: "read i32", outputGradient: "read", out: "read-write" },
  stored: { out: "Element" },
  sizes: { rows: "u32", vocabulary: "u32", width: "u32" },
  options: { TRANSPOSED: 0, ACCUMULATE: 0 },
  processor: {
    nodes(nodes, at, { rows, vocabulary, width }, { TRANSPOSED, ACCUMULATE }) {
      const zeros = nodes.value("Expand", [scalar(nodes, 0), shape(nodes, vocabulary, width)]);
      const ids = nodes.value("Cast", [at.integers("ids", [rows, 1])], { to: elementTypes.int64 });
      const gradient = at.read("outputGradient", [rows, width]);
      const table = nodes.value("ScatterND", [zeros, ids, gradient], { reduction: "add" });
      if (TRANSPOSED === 1) at.write("out", transpose(nodes, table, 1, 0), [width, vocabulary], ACCUMULATE);
      else at.write("out", table, [vocabulary, width], ACCUMULATE);
    },
  },
  workgroups: ({ vocabulary, width }) => grid(vocabulary * width, 64),
});
