/** The same row added to every row, in place: the bias of a head over the vocabulary. */

import source from "../../shaders/add-row.wgsl?raw";
import { grid } from "./grid";
import { defineKernel } from "./kernel";

export const addRow = defineKernel({
  name: "add-row",
  source,
  bindings: { row: "read f32", out: "read-write f32" },
  sizes: { rows: "u32", width: "u32" },
  processor: {
    loop({ row: { f32: row }, out: { f32: out } }, { rows, width }) {
      for (let start = 0; start < rows * width; start += width) {
        for (let c = 0; c < width; c++) out[start + c]! += row[c]!;
      }
    },
  },
  workgroups: ({ rows, width }) => grid(rows * width, 64),
});
