/**
 * LoHa (Hyeon-Woo et al. 2022, as LyCORIS names it) as PEFT does it: y = W x + s · (B₁A₁ ∘ B₂A₂) x
 * with s = alpha / rank; A and B start Kaiming-uniform, A₂ at zero.
 */

import * as z from "zod";
import { isTargeted } from "../../adapters/target-modules";
import { linear } from "../../operations/linear";
import { multiply } from "../../operations/multiply";
import { equalToFrozen } from "../equalities";
import { alphaOption, rankOption } from "../low-rank";
import { defineMethod, type ModelFacts } from "../method";
import { checkTargets, targetModules, targetOptions } from "../targets";

const options = (facts: ModelFacts) =>
  z
    .strictObject({
      rank: rankOption(8).meta({ title: "Rank", description: "Inner width of both products." }),
      alpha: alphaOption(8),
      ...targetOptions(facts),
    })
    .superRefine((chosen, context) => checkTargets(chosen, context, facts));

export const loha = defineMethod<z.infer<ReturnType<typeof options>>>({
  id: "loha",
  title: "LoHa",
  summary: "The product, number by number, of two low-rank matrices beside chosen linear layers",
  group: "weight delta",
  site: "linear",
  mainOptions: ["rank", "alpha", "targets"],
  learningRate: 3e-4,
  card: {
    trains: "Two pairs of thin matrices per chosen linear layer, and the head.",
    attaches:
      "Beside the linear layers: their output gets (alpha / rank) · (B₁A₁ ∘ B₂A₂) x added, the products multiplied number " +
      "by number.",
    costs:
      "2 · rank · (inputs + outputs) parameters per layer, for an update of rank up to rank². Each step forms matrices as " +
      "large as the weight. It can be merged into the weights afterwards.",
    fails: "Early: all three gradients but one are zero at first, and small for long. It wants more steps than LoRA.",
    equals: "With B₁A₁ all ones: LoRA of B₂ and A₂.",
    paper: {
      title:
        "FedPara: Low-Rank Hadamard Product for Communication-Efficient Federated Learning (Hyeon-Woo et al. 2022)",
      url: "https://arxiv.org/abs/2108.06098",
    },
  },
  options,
  attach: (program, chosen) => ({
    linear(path, x, y) {
      if (!isTargeted(path, targetModules(chosen))) return y;
      const { rank, alpha } = chosen;
      const [inputs, outputs] = [x.shape[1]!, y.shape[1]!];
      const factor = (name: string, shape: readonly [number, number]) =>
        program.trainable(`${path}.${name}`, shape, {
          initializer: name === "hada_w2_b" ? { kind: "zeros" } : { kind: "uniform", bound: shape[1] ** -0.5 },
        });
      const product = (which: 1 | 2) => {
        const up = factor(`hada_w${which}_a`, [outputs, rank]);
        const down = factor(`hada_w${which}_b`, [rank, inputs]);
        return linear(program, `${path} loha ${which}`, up, down, { layout: "in-out" });
      };
      const change = multiply(program, `${path} loha`, product(1), product(2));
      return linear(program, `${y.name} + loha`, x, change, { addend: y, scale: alpha / rank });
    },
  }),
  equalities: () => equalToFrozen("one factor of the second product starts at zero"),
  exportForm: ({ rank, alpha, ...chosen }) => ({ type: "LOHA", rank, alpha, ...targetModules(chosen) }),
});
