/**
 * How far a Gram matrix is from the identity, added to the penalty, and the factor of its gradient.
 */

import source from "../../shaders/orthogonality.wgsl?raw";
import shared from "../../shaders/row-reduction.wgsl?raw";
import { defineKernel } from "./kernel";

export const orthogonality = defineKernel({
  name: "orthogonality",
  source: shared + source,
  bindings: { gram: "read-write f32", stepFigures: "read-write f32" },
  sizes: { rank: "u32", weight: "f32" },
  options: { ACCUMULATE: 0, WORKGROUP_WIDTH: 64 },
  processor: {
    loop({ gram: { f32: gram }, stepFigures: { f32: stepFigures } }, { rank, weight }, { ACCUMULATE }) {
      let sum = 0;
      for (let i = 0; i < rank * rank; i++) {
        if (i % (rank + 1) === 0) gram[i]! -= 1;
        sum += gram[i]! * gram[i]!;
      }
      const norm = Math.sqrt(sum);
      const factor = norm > 0 ? (2 * weight) / norm : 0;
      for (let i = 0; i < rank * rank; i++) gram[i]! *= factor;
      stepFigures[2] = (ACCUMULATE === 1 ? stepFigures[2]! : 0) + weight * norm;
    },
  },
  workgroups: () => [1, 1, 1],
});
