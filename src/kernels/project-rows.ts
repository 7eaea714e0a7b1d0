/** Rows brought back into a ball around zero, in place. */

import source from "../../shaders/project-rows.wgsl?raw";
import { defineKernel } from "./kernel";

export const projectRows = defineKernel({
  name: "project-rows",
  source,
  bindings: { x: "read-write" },
  sizes: { rows: "u32", width: "u32", limit: "f32" },
  workgroups: ({ rows }) => [Math.ceil(rows / 64), 1, 1],
});
