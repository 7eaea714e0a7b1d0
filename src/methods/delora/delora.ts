/**
 * DeLoRA (Bini et al. 2025) as PEFT does it: y = W x + (λ / rank) · B Ξ A (n ∘ x). Ξ divides by the
 * lengths of A's rows and B's columns, at least 1e-4 each, so that only their directions count; n
 * is the norm of the frozen weight's column for every input; λ is trained. A is Kaiming-uniform, B
 * zero.
 */

import * as z from "zod";
import { LEAST_LENGTH } from "../../adapters/forms/delora";
import { isTargeted } from "../../adapters/target-modules";
import type { LinearSite } from "../../models/family";
import { dropout } from "../../operations/dropout";
import { inverseRoot } from "../../operations/inverse-root";
import { linear } from "../../operations/linear";
import { multiply } from "../../operations/multiply";
import { scaleColumns } from "../../operations/scale-columns";
import { view } from "../../operations/view";
import type { Program } from "../../program/program";
import type { Tensor } from "../../program/tensor";
import { equalToFrozen } from "../equalities";
import { dropoutOption, rankOption } from "../low-rank";
import { defineMethod, type ModelFacts } from "../method";
import { checkTargets, targetModules, targetOptions } from "../targets";

const options = (facts: ModelFacts) =>
  z
    .strictObject({
      rank: rankOption(8),
      strength: z.number().positive().default(15).meta({
        title: "Strength at the start",
        description: "What λ begins as. The update's length is at most λ times the weight's, however far B and A move.",
      }),
      ...targetOptions(facts),
      dropout: dropoutOption(),
    })
    .superRefine((chosen, context) => checkTargets(chosen, context, facts));

export const delora = defineMethod<z.infer<ReturnType<typeof options>>>({
  id: "delora",
  title: "DeLoRA",
  summary: "A low-rank update whose strength is trained apart from its directions",
  group: "weight delta",
  site: "linear",
  mainOptions: ["rank", "strength", "targets"],
  learningRate: 1e-3,
  card: {
    trains: "Two thin matrices A and B and one strength λ per chosen linear layer, and the head.",
    attaches:
      "Beside the linear layers: their output gets the input, scaled by the norms of the weight's columns, through A and " +
      "B added. Of A's rows and B's columns only the directions count; λ / rank is how strongly each pair of them does.",
    costs:
      "rank · (inputs + outputs) + 1 parameters per layer; the norms are kept beside them. It can be merged into the " +
      "weights afterwards.",
    fails:
      "At a high λ: the first step gives B's columns a direction, whatever its size, and with it their whole strength.",
    equals: "With rank 1: LoRA of rank 1 whose update has a length of its own.",
    paper: {
      title: "Decoupling Angles and Strength in Low-rank Adaptation (Bini et al. 2025)",
      url: "https://arxiv.org/abs/2503.18225",
    },
  },
  options,
  attach: (program, chosen) => ({
    linear(path, x, y, site) {
      if (!isTargeted(path, targetModules(chosen))) return y;
      const { rank, strength } = chosen;
      const [inputs, outputs] = [x.shape[1]!, y.shape[1]!];
      const down = program.trainable(`${path}.delora_A`, [rank, inputs], {
        initializer: { kind: "uniform", bound: inputs ** -0.5 },
      });
      const up = program.trainable(`${path}.delora_B`, [outputs, rank], { initializer: { kind: "zeros" } });
      const lambda = program.trainable(`${path}.delora_lambda`, [1], {
        initializer: { kind: "values", values: Float32Array.of(strength) },
      });
      const read = dropout(program, `${path} delora dropout`, x, chosen.dropout);
      const scaled = scaleColumns(program, `${path} delora input`, read, columnNorms(program, path, x, site));
      const inner = linear(program, `${path} delora_A out`, scaled, down);
      const factors = strengths(program, path, { down, up, lambda });
      const weighed = scaleColumns(program, `${path} delora strength`, inner, factors);
      return linear(program, `${y.name} + delora`, weighed, up, { addend: y, scale: 1 / rank });
    },
  }),
  equalities: () => equalToFrozen("B starts at zero"),
  exportForm: ({ rank, strength, dropout: rate, ...chosen }) => ({
    ...({ type: "DELORA", rank, strength, dropout: rate } as const),
    ...targetModules(chosen),
  }),
});

/** The norms of the frozen weight's columns, one for each input; the adapter's, as in PEFT. */
function columnNorms(program: Program, path: string, x: Tensor, { weight, layout }: LinearSite): Tensor {
  const inputs = x.shape[1]!;
  return program.frozen(`${path}.delora_w_norm`, [inputs], {
    kind: "weight",
    weight,
    values: (stored) => {
      const squares = new Float64Array(inputs);
      const outputs = stored.length / inputs;
      for (let at = 0; at < stored.length; at++) {
        squares[layout === "out-in" ? at % inputs : Math.floor(at / outputs)]! += stored[at]! ** 2;
      }
      return Float32Array.from(squares, Math.sqrt);
    },
  });
}

/** λ / (length of A's row · length of B's column), [rank]. */
function strengths(
  program: Program,
  path: string,
  { down, up, lambda }: { readonly down: Tensor; readonly up: Tensor; readonly lambda: Tensor },
): Tensor {
  const [rank] = down.shape as [number];
  const inverseLengths = (name: string, matrix: Tensor, layout: "out-in" | "in-out") => {
    const count = matrix.shape[layout === "out-in" ? 1 : 0]!;
    const ones = program.constant(`${count} ones`, [1, count], () => new Float32Array(count).fill(1));
    const squares = multiply(program, `${path} ${name} squares`, matrix, matrix);
    const sums = linear(program, `${path} ${name} squared lengths`, ones, squares, { layout });
    return inverseRoot(program, `${path} ${name} inverse lengths`, sums, LEAST_LENGTH);
  };
  const both = multiply(
    program,
    `${path} inverse lengths`,
    inverseLengths("delora_A", down, "out-in"),
    inverseLengths("delora_B", up, "in-out"),
  );
  const one = view(program, `${path} lambda`, lambda, [1, 1]);
  const factors = linear(program, `${path} strengths`, one, both, { layout: "in-out" });
  return view(program, `${path} strengths of rank`, factors, [rank]);
}
