/** AdaLoRA's importance of a module's triplets. */

import source from "../../shaders/triplet-scores.wgsl?raw";
import { grid } from "./grid";
import { defineKernel } from "./kernel";

export const tripletScores = defineKernel({
  name: "triplet-scores",
  source,
  bindings: {
    sensitivityA: "read f32",
    uncertaintyA: "read f32",
    sensitivityE: "read f32",
    uncertaintyE: "read f32",
    sensitivityB: "read f32",
    uncertaintyB: "read f32",
    scores: "read-write f32",
  },
  sizes: { rank: "u32", inputs: "u32", outputs: "u32", start: "u32" },
  processor: {
    loop(at, { rank, inputs, outputs, start }) {
      const [sensitivityA, uncertaintyA] = [at.sensitivityA.f32, at.uncertaintyA.f32];
      const [sensitivityB, uncertaintyB] = [at.sensitivityB.f32, at.uncertaintyB.f32];
      for (let j = 0; j < rank; j++) {
        let [row, column] = [0, 0];
        for (let i = j * inputs; i < (j + 1) * inputs; i++) row += sensitivityA[i]! * uncertaintyA[i]!;
        for (let i = j; i < outputs * rank; i += rank) column += sensitivityB[i]! * uncertaintyB[i]!;
        const own = at.sensitivityE.f32[j]! * at.uncertaintyE.f32[j]!;
        at.scores.f32[start + j] = own + (row / inputs + column / outputs);
      }
    },
  },
  workgroups: ({ rank }) => grid(rank, 64),
});
