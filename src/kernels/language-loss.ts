/** Cross-entropy over a vocabulary for some of the labelled rows, with the gradient in place of the logits. */

import source from "../../shaders/language-loss.wgsl?raw";
import { defineKernel } from "./kernel";

export const languageLoss = defineKernel({
  name: "language-loss",
  source,
  bindings: {
    logits: "read-write",
    indexes: "read",
    labels: "read",
    losses: "read-write",
    predictions: "read-write",
  },
  sizes: { start: "u32", rows: "u32", vocabulary: "u32", tokens: "u32", cap: "f32" },
  workgroups: ({ rows }) => [rows, 1, 1],
});
