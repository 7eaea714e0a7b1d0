/** AdaLoRA's importance of a module's triplets. */

import source from "../../shaders/triplet-scores.wgsl?raw";
import { grid } from "./grid";
import { defineKernel } from "./kernel";

export const tripletScores = defineKernel({
  name: "triplet-scores",
  source,
  bindings: {
    sensitivityA: "read",
    uncertaintyA: "read",
    sensitivityE: "read",
    uncertaintyE: "read",
    sensitivityB: "read",
    uncertaintyB: "read",
    scores: "read-write",
  },
  sizes: { rank: "u32", inputs: "u32", outputs: "u32", start: "u32" },
  workgroups: ({ rank }) => grid(rank, 64),
});
