/**
 * The (scaled) parallel adapter (He et al. 2021): a bottleneck module beside the feed-forward, y +
 * scale · up(f(down(x))).
 */

import {
  attachBottlenecks,
  type BottleneckDesign,
  type BottleneckOptions,
  bottleneckEqualities,
  bottleneckForm,
  bottleneckOptions,
} from "../bottleneck";
import { defineMethod } from "../method";

const design: BottleneckDesign = {
  places: ["mlp"],
  parallel: true,
  start: "silent",
  reduction: 2,
  activation: "relu",
  scale: 4,
  residual: true,
};

export const adapterParallel = defineMethod<BottleneckOptions>({
  id: "adapter-parallel",
  title: "Adapter (parallel)",
  summary: "A trained module beside the feed-forward of every block",
  group: "module",
  site: "block",
  mainOptions: ["bottleneck", "reductionFactor"],
  learningRate: 1e-4,
  card: {
    trains: "Two matrices with biases beside every feed-forward, and the head.",
    attaches:
      "The module reads the feed-forward's own input x and adds scale · up(f(down(x))) to its output. The second matrix " +
      "starts at zero: step 0 is the base model.",
    costs:
      "2 · hidden size · bottleneck parameters per block, and biases; the default bottleneck is wide. It cannot be merged " +
      "into the weights, so every prediction computes it too.",
    fails: "With few rows: at its default width it is the largest of the three bottleneck adapters.",
    paper: {
      title: "Towards a Unified View of Parameter-Efficient Transfer Learning (He et al. 2021)",
      url: "https://arxiv.org/abs/2110.04366",
    },
  },
  options: (model) => bottleneckOptions(design, model),
  attach: (program, options) => attachBottlenecks(program, design, options),
  equalities: (options) => bottleneckEqualities(design, options),
  exportForm: (options, model) => bottleneckForm(design, options, model),
});
