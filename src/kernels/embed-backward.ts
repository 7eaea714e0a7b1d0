/** The gradient of an embedding table: every row sums up what arrived where its word stood. */

import source from "../../shaders/embed-backward.wgsl?raw";
import { grid } from "./grid";
import { defineKernel } from "./kernel";

export const embedBackward = defineKernel({
  name: "embed-backward",
  source,
  bindings: { ids: "read", outputGradient: "read", out: "read-write" },
  stored: { out: "Element" },
  sizes: { rows: "u32", vocabulary: "u32", width: "u32" },
  options: { TRANSPOSED: 0, ACCUMULATE: 0 },
  workgroups: ({ vocabulary, width }) => grid(vocabulary * width, 64),
});
