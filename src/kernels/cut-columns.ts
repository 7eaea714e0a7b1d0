/** Takes some columns out of a matrix. */

import source from "../../shaders/cut-columns.wgsl?raw";
import { grid } from "./grid";
import { defineKernel } from "./kernel";
import { cut } from "./nodes";

export const cutColumns = defineKernel({
  name: "cut-columns",
  source,
  bindings: { x: "read", out: "read-write" },
  sizes: { rows: "u32", width: "u32", inWidth: "u32", start: "u32" },
  processor: {
    nodes(nodes, at, { rows, width, inWidth, start }) {
      at.write("out", cut(nodes, at.read("x", [rows, inWidth]), 1, start, start + width), [rows, width]);
    },
  },
  workgroups: ({ rows, width }) => grid(rows * width, 64),
});
