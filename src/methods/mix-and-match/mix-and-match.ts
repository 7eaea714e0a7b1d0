/**
 * Mix-And-Match (He et al. 2021): a small prefix in the attention and a scaled parallel adapter
 * beside the feed-forward.
 */

import * as z from "zod";
import { attachBottlenecks, type BottleneckDesign, bottleneckOptions } from "../bottleneck";
import { defineMethod, type ModelFacts } from "../method";
import { virtualTokensOption } from "../options";
import { prefix } from "../prefix/prefix";

const design: BottleneckDesign = {
  places: ["mlp"],
  parallel: true,
  start: "silent",
  reduction: 2,
  activation: "relu",
  scale: 4,
  residual: false,
};

const options = (model: ModelFacts) =>
  z.strictObject({ virtualTokens: virtualTokensOption(30), ...bottleneckOptions(design, model).shape });

export const mixAndMatch = defineMethod<z.infer<ReturnType<typeof options>>>({
  id: "mix-and-match",
  title: "Mix-And-Match",
  summary: "A short prefix in the attention and a wide module beside the feed-forward",
  group: "module",
  site: "block",
  mainOptions: ["virtualTokens", "bottleneck", "reductionFactor"],
  learningRate: 1e-3,
  card: {
    trains: "Keys and values of virtual tokens in every layer, two matrices beside every feed-forward, and the head.",
    attaches:
      "The prefix comes before the input's keys and values; the module reads what the feed-forward reads and adds " +
      "scale · up(f(down(x))) to what it gives.",
    costs:
      "A prefix's parameters plus a parallel adapter's: most of them in the feed-forward, where the paper found them useful.",
    fails: "With few rows: two parts with one learning rate, of which the random prefix first has to unlearn noise.",
    equals:
      "Without virtual tokens' columns it is the scaled parallel adapter, without the modules it is prefix tuning.",
    paper: {
      title: "Towards a Unified View of Parameter-Efficient Transfer Learning (He et al. 2021)",
      url: "https://arxiv.org/abs/2110.04366",
    },
  },
  options,
  attach: (program, chosen, context) => ({
    ...prefix.attach(program, prefix.options(context).parse({ virtualTokens: chosen.virtualTokens }), context),
    ...attachBottlenecks(program, design, chosen),
  }),
  exportForm: () => ({
    type: "STUDIO",
    why: "PEFT has neither module beside the feed-forward nor two methods in one folder.",
  }),
});
