/**
 * DoRA (Liu et al. 2024) as PEFT does it: y = (m / ‖W + s·B·A‖) ∘ (W x + s·B·A·x) + b, one
 * magnitude m per output, started at ‖W‖; the norm is a constant for the gradient. With dropout the
 * base's product with the dropped input d takes x's place where it is scaled: y = W x + b − W d +
 * (m / ‖…‖) ∘ (W d + s·B·A·d).
 */

import { add } from "../../operations/add";
import { dropout } from "../../operations/dropout";
import { linear } from "../../operations/linear";
import { scaleColumns } from "../../operations/scale-columns";
import { magnitudeFactors, weightNorms } from "../../operations/weight-norms";
import { equalToFrozen } from "../equalities";
import { isUpdated, type LowRankOptions, loraForm, lowRankOptions, lowRankUpdate } from "../low-rank";
import { defineMethod } from "../method";

export const dora = defineMethod<LowRankOptions>({
  id: "dora",
  title: "DoRA",
  summary: "LoRA for the direction of chosen weights, and a trained length for each of their outputs",
  group: "weight delta",
  site: "linear",
  mainOptions: ["rank", "alpha", "targets"],
  learningRate: 2e-4,
  card: {
    trains: "LoRA's two thin matrices and one magnitude per output of each chosen linear layer, and the head.",
    attaches: "Beside the linear layers: their weight plus the low-rank update is brought to the trained magnitudes.",
    costs:
      "LoRA's parameters plus one per output; each step also forms the updated weight of every target to measure it. It " +
      "can be merged into the weights afterwards.",
    fails: "Where LoRA fails for lack of rank: the magnitudes alone change little.",
    paper: { title: "DoRA (Liu et al. 2024)", url: "https://arxiv.org/abs/2402.09353" },
  },
  options: lowRankOptions,
  attach: (program, options) => ({
    linear(path, x, y, { weight, bias, layout }) {
      if (!isUpdated(path, options)) return y;
      const input = dropout(program, `${path} lora dropout`, x, options.dropout);
      const product = bias || input !== x ? linear(program, `${y.name} without bias`, input, weight, { layout }) : y;
      const update = lowRankUpdate(program, path, x, product, options, input);
      const norms = weightNorms(program, `${y.name} norms`, { weight, layout });
      const magnitude = program.trainable(`${path}.lora_magnitude_vector.weight`, [y.shape[1]!], {
        initializer: {
          kind: "tensor",
          tensor: norms,
          refusesZero: `outputs of "${weight.name}" have weights of zero alone, and no direction to train. Leave it out of the targets`,
        },
        learningRateScale: options.learningRateRatio,
        // Its neutral value is the weights' own length.
        weightDecay: false,
      });
      const factors = magnitudeFactors(program, `${y.name} factors`, magnitude, { weight, layout }, update);
      if (input === x) return scaleColumns(program, `${y.name} dora`, update.sum, factors, bias);
      const scaled = scaleColumns(program, `${y.name} scaled`, update.sum, factors);
      return add(program, `${y.name} dora`, add(program, `${y.name} rest`, y, product, -1), scaled);
    },
  }),
  equalities: () => equalToFrozen("B starts at zero, and the magnitudes at the weights' own"),
  exportForm: (options) => ({ ...loraForm(options), dora: true }),
});
