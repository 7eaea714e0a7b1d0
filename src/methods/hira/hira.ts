/**
 * HiRA (Huang et al. 2025) as PEFT does it: y = W x + (W ∘ B·A) x, A Kaiming-uniform, B zero: the
 * product scales each entry of the weight, so the change has a high rank. It reads the weight
 * whole, and so refuses those that one buffer cannot hold as float32.
 */

import * as z from "zod";
import { isTargeted, type LinearShape } from "../../adapters/target-modules";
import { dropout } from "../../operations/dropout";
import { linear } from "../../operations/linear";
import { multiply } from "../../operations/multiply";
import type { Program } from "../../program/program";
import { elementBytes, type Tensor } from "../../program/tensor";
import { equalToFrozen } from "../equalities";
import { dropoutOption, rankOption } from "../low-rank";
import { defineMethod, type ModelFacts } from "../method";
import { checkTargets, linearShapes, targetModules, targetOptions } from "../targets";

const options = (facts: ModelFacts) =>
  z
    .strictObject({
      rank: rankOption(32),
      ...targetOptions(facts),
      dropout: dropoutOption(),
    })
    .superRefine((chosen, context) => {
      checkTargets(chosen, context, facts);
      const { largestBuffer = Number.POSITIVE_INFINITY } = facts;
      const bytes = ({ inputs, outputs }: LinearShape) => inputs * outputs * elementBytes("float32");
      const large = linearShapes(facts).find(
        (shape) => bytes(shape) > largestBuffer && isTargeted(shape.path, targetModules(chosen)),
      );
      if (!large) return;
      const message =
        `name ${large.path}, whose weight HiRA reads whole: it needs ${bytes(large)} bytes in one buffer, and this device ` +
        `allows ${largestBuffer}. Leave that layer out, or choose another method`;
      context.addIssue({ code: "custom", path: [chosen.pattern === null ? "targets" : "pattern"], message });
    });

export const hira = defineMethod<z.infer<ReturnType<typeof options>>>({
  id: "hira",
  title: "HiRA",
  summary: "A low-rank product that scales each weight of chosen linear layers",
  group: "weight delta",
  site: "linear",
  mainOptions: ["rank", "targets"],
  learningRate: 3e-4,
  card: {
    trains: "Two thin matrices A and B per chosen linear layer, and the head.",
    attaches: "Each weight w of the linear layers becomes w · (1 + the number of B·A in its place). B starts at zero.",
    costs:
      "rank · (inputs + outputs) parameters per layer, for a change of up to full rank. Each step forms matrices as large " +
      "as the weight, which is read whole: one buffer must hold it. It can be merged into the weights afterwards.",
    fails: "Where weights near zero should grow: it changes each weight in proportion to its size.",
    equals: "Where A and B are rows and columns of equal numbers: the linear layer's output times one trained factor.",
    paper: {
      title: "HiRA: Parameter-Efficient Hadamard High-Rank Adaptation for Large Language Models (Huang et al. 2025)",
      url: "https://openreview.net/forum?id=TwJrTz9cRS",
    },
  },
  options,
  attach: (program, chosen) => ({
    linear(path, x, y, { weight, layout }) {
      if (!isTargeted(path, targetModules(chosen))) return y;
      const { rank } = chosen;
      const [inputs, outputs] = [x.shape[1]!, y.shape[1]!];
      const down = program.trainable(`${path}.hira_A`, [rank, inputs], {
        initializer: { kind: "uniform", bound: inputs ** -0.5 },
      });
      const up = program.trainable(`${path}.hira_B`, [outputs, rank], { initializer: { kind: "zeros" } });
      const product =
        layout === "out-in"
          ? linear(program, `${path} hira`, up, down, { layout: "in-out" })
          : linear(program, `${path} hira`, transposed(program, `${path} hira_A transposed`, down), up);
      const change = multiply(program, `${path} hira change`, product, weight);
      const read = dropout(program, `${path} hira dropout`, x, chosen.dropout);
      return linear(program, `${y.name} + hira`, read, change, { layout, addend: y });
    },
  }),
  equalities: () => equalToFrozen("B starts at zero"),
  exportForm: ({ rank, dropout: rate, ...chosen }) => ({
    type: "HIRA",
    rank,
    dropout: rate,
    ...targetModules(chosen),
  }),
});

/** [rows, columns] → [columns, rows], as the product of the identity with the transposed matrix. */
function transposed(program: Program, name: string, matrix: Tensor): Tensor {
  const [, columns] = matrix.shape as [number, number];
  const identity = program.constant(`identity of ${columns}`, [columns, columns], () =>
    Float32Array.from({ length: columns ** 2 }, (_, at) => (at % (columns + 1) === 0 ? 1 : 0)),
  );
  return linear(program, name, identity, matrix);
}
