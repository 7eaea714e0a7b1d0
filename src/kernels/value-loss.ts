/** Losses against float32 values: binary cross-entropy with logits, or the squared error; and their gradient. */

import source from "../../shaders/value-loss.wgsl?raw";
import { grid } from "./grid";
import { defineKernel } from "./kernel";

export const valueLoss = defineKernel({
  name: "value-loss",
  source,
  bindings: { logits: "read", values: "read", labels: "read", rowLoss: "read-write", out: "read-write" },
  sizes: { rows: "u32", classes: "u32" },
  options: { SQUARED: 0 },
  workgroups: ({ rows }) => grid(rows, 64),
});
