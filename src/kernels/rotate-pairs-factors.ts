/** The gradient of the factors that pairs of columns are rotated and scaled with. */

import columns from "../../shaders/column-reduction.wgsl?raw";
import shared from "../../shaders/rotate-pairs.wgsl?raw";
import source from "../../shaders/rotate-pairs-factors.wgsl?raw";
import { grid } from "./grid";
import { defineKernel } from "./kernel";
import { cut, multiply, sumOver } from "./nodes";

export const rotatePairsFactors = defineKernel({
  name: "rotate-pairs-factors",
  source: columns + shared + source,
  bindings: { x: "read", outputGradient: "read", out: "read-write" },
  stored: { out: "Element" },
  sizes: { rows: "u32", width: "u32", half: "u32" },
  options: { ACCUMULATE: 0, SHARED: 0, TURNED: 0, WORKGROUP_WIDTH: 64 },
  processor: {
    nodes(nodes, at, { rows, width, half }, { ACCUMULATE, SHARED, TURNED }) {
      const groups = width / (2 * half);
      const dims = [rows, groups, 2, half];
      const [x, gradient] = [at.read("x", dims), at.read("outputGradient", dims)];
      const turned = () => {
        const [first, second] = [0, 1].map((start) => cut(nodes, x, 2, start, start + 1)) as [string, string];
        return nodes.value("Concat", [nodes.value("Neg", [second]), first], { axis: 2 });
      };
      const sums = sumOver(nodes, multiply(nodes, TURNED ? turned() : x, gradient), 0);
      const factors = SHARED ? sumOver(nodes, sums, 1, 1) : sums;
      at.write("out", factors, [groups, SHARED ? 1 : 2, half], ACCUMULATE);
    },
  },
  workgroups: ({ width }, { SHARED, WORKGROUP_WIDTH }) =>
    grid(SHARED ? width / 2 : width, WORKGROUP_WIDTH === 1 ? 64 : 16),
});
