/**
 * GraLoRA (Jung et al. 2025) as PEFT does it: inputs and outputs are cut into k blocks, each pair
 * of which has a low-rank update of its own. A block of inputs gives r = k · rank numbers, of which
 * every block of outputs reads `rank`; all is scaled by alpha / r.
 */

import * as z from "zod";
import { isTargeted } from "../../adapters/target-modules";
import { dropout } from "../../operations/dropout";
import { linear } from "../../operations/linear";
import { multiply } from "../../operations/multiply";
import { view } from "../../operations/view";
import type { Program } from "../../program/program";
import type { Tensor } from "../../program/tensor";
import { equalToFrozen } from "../equalities";
import { alphaOption, dropoutOption, rankOption } from "../low-rank";
import { defineMethod, type ModelFacts } from "../method";
import { checkTargets, linearShapes, targetModules, targetOptions } from "../targets";

const options = (facts: ModelFacts) =>
  z
    .strictObject({
      rank: rankOption(16).meta({
        title: "Rank",
        description: "Inner width of each block's update. PEFT's r is so many times the blocks.",
      }),
      alpha: alphaOption(64),
      blocks: z.int().min(1).max(64).default(2).meta({
        title: "Blocks",
        description: "Of inputs and of outputs (k). They divide the inputs and outputs of all targets.",
      }),
      ...targetOptions(facts),
      dropout: dropoutOption(),
    })
    .superRefine((chosen, context) => {
      checkTargets(chosen, context, facts);
      const { blocks } = chosen;
      const uneven = linearShapes(facts).find(
        ({ path, inputs, outputs }) =>
          (inputs % blocks !== 0 || outputs % blocks !== 0) && isTargeted(path, targetModules(chosen)),
      );
      if (!uneven) return;
      const { path, inputs, outputs } = uneven;
      const message = `${blocks} does not divide the ${inputs} inputs and ${outputs} outputs of ${path}`;
      context.addIssue({ code: "custom", path: ["blocks"], message });
    });

export const gralora = defineMethod<z.infer<ReturnType<typeof options>>>({
  id: "gralora",
  title: "GraLoRA",
  summary: "A low-rank update of its own for each block of chosen linear layers' weights",
  group: "weight delta",
  site: "linear",
  mainOptions: ["rank", "alpha", "blocks"],
  learningRate: 3e-4,
  card: {
    trains: "Two thin matrices for each block of inputs and of outputs of the chosen linear layers, and the head.",
    attaches:
      "Beside the linear layers: their output gets (alpha / (k · rank)) times the update added, whose k · k blocks are " +
      "low-rank products of their own. The matrices of outputs start at zero.",
    costs:
      "As many parameters as LoRA of rank k · rank, for an update of k times that rank. It can be merged into the weights " +
      "afterwards.",
    fails: "With many blocks and a small rank: each block has few directions of its own.",
    equals: "With one block: LoRA.",
    paper: {
      title: "GraLoRA: Granular Low-Rank Adaptation for Parameter-Efficient Fine-Tuning (Jung et al. 2025)",
      url: "https://arxiv.org/abs/2505.20355",
    },
  },
  options,
  attach: (program, chosen) => ({
    linear(path, x, y) {
      if (!isTargeted(path, targetModules(chosen))) return y;
      const { rank: share, alpha, blocks } = chosen;
      const rank = share * blocks;
      const [inputs, outputs] = [x.shape[1]! / blocks, y.shape[1]! / blocks];
      const down = program.trainable(`${path}.gralora_A`, [blocks, inputs, rank], {
        initializer: { kind: "uniform", bound: inputs ** -0.5 },
      });
      const up = program.trainable(`${path}.gralora_B`, [blocks, rank, outputs], { initializer: { kind: "zeros" } });
      const read = dropout(program, `${path} gralora dropout`, x, chosen.dropout);
      // Of input block n, number m · share + s goes to output block m, as its number n · share + s.
      const toOutputs = (n: number, r: number) => Math.floor(r / share) * rank + n * share + (r % share);
      const inner = linear(program, `${y.name} gralora_A`, read, inBlocks(program, path, down, toOutputs), {
        layout: "in-out",
      });
      const spread = inBlocks(program, path, up, (m, output) => m * outputs + output);
      return linear(program, `${y.name} + gralora`, inner, spread, {
        ...({ layout: "in-out", addend: y } as const),
        scale: alpha / rank,
      });
    },
  }),
  equalities: () => equalToFrozen("the matrices of outputs start at zero"),
  exportForm: ({ rank, alpha, blocks, dropout: rate, ...chosen }) => ({
    ...({ type: "GRALORA", rank: rank * blocks, alpha, blocks, dropout: rate } as const),
    ...targetModules(chosen),
  }),
});

/**
 * `matrices` [blocks, rows, columns] in one matrix [blocks · rows, blocks · columns], which is zero
 * elsewhere. `place`: the column that a block's column becomes.
 */
function inBlocks(
  program: Program,
  path: string,
  matrices: Tensor,
  place: (block: number, column: number) => number,
): Tensor {
  const [blocks, rows, columns] = matrices.shape as [number, number, number];
  const [height, width] = [blocks * rows, blocks * columns];
  const name = `${matrices.name.slice(path.length + 1)} of ${matrices.shape.join(" · ")}`;
  const placed = Array.from({ length: blocks }, (_, block) =>
    Array.from({ length: columns }, (_, column) => place(block, column)),
  );
  const copies = program.constant(`${name}: copies of columns`, [columns, width], () => {
    const ones = new Float32Array(columns * width);
    for (const own of placed) for (const [column, at] of own.entries()) ones[column * width + at] = 1;
    return ones;
  });
  const mask = program.constant(`${name}: own columns`, [height, width], () => {
    const ones = new Float32Array(height * width);
    for (let row = 0; row < height; row++) for (const at of placed[Math.floor(row / rows)]!) ones[row * width + at] = 1;
    return ones;
  });
  const stacked = view(program, `${matrices.name} stacked`, matrices, [height, columns]);
  const copied = linear(program, `${matrices.name} copied`, stacked, copies, { layout: "in-out" });
  return multiply(program, `${matrices.name} in blocks`, copied, mask);
}
