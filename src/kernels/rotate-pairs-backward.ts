/** The gradient of pairs of columns that were rotated and scaled: every pair's matrix, transposed. */

import shared from "../../shaders/rotate-pairs.wgsl?raw";
import source from "../../shaders/rotate-pairs-backward.wgsl?raw";
import { grid } from "./grid";
import { defineKernel } from "./kernel";
import { add, cut, multiply, subtract } from "./nodes";

export const rotatePairsBackward = defineKernel({
  name: "rotate-pairs-backward",
  source: shared + source,
  bindings: { along: "read", across: "read", outputGradient: "read", out: "read-write" },
  sizes: { rows: "u32", width: "u32", half: "u32" },
  options: { ACCUMULATE: 0, SHARED: 0 },
  processor: {
    nodes(nodes, at, { rows, width, half }, { ACCUMULATE, SHARED }) {
      const groups = width / (2 * half);
      const halves = (binding: "along" | "across") => {
        const factors = at.read(binding, [groups, SHARED ? 1 : 2, half]);
        return SHARED ? [factors, factors] : [0, 1].map((start) => cut(nodes, factors, 1, start, start + 1));
      };
      const [along, across] = [halves("along"), halves("across")] as [[string, string], [string, string]];
      const dims = [rows, groups, 2, half];
      const gradient = at.read("outputGradient", dims);
      const [first, second] = [0, 1].map((start) => cut(nodes, gradient, 2, start, start + 1)) as [string, string];
      const low = add(nodes, multiply(nodes, first, along[0]), multiply(nodes, second, across[1]));
      const high = subtract(nodes, multiply(nodes, second, along[1]), multiply(nodes, first, across[0]));
      at.write("out", nodes.value("Concat", [low, high], { axis: 2 }), dims, ACCUMULATE);
    },
  },
  workgroups: ({ rows, width }) => grid(rows * width, 64),
});
