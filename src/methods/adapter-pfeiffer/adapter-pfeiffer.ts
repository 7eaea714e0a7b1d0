/** Pfeiffer's adapter (2020): one bottleneck module per block, after the feed-forward. */

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
  parallel: false,
  start: "small",
  reduction: 16,
  activation: "relu",
  scale: 1,
  residual: true,
};

export const adapterPfeiffer = defineMethod<BottleneckOptions>({
  id: "adapter-pfeiffer",
  title: "Adapter (Pfeiffer)",
  summary: "A small trained module after the feed-forward of every block",
  group: "module",
  site: "block",
  mainOptions: ["bottleneck", "reductionFactor"],
  learningRate: 1e-4,
  card: {
    trains: "Two thin matrices with biases after every feed-forward, and the head.",
    attaches:
      "The module reads the feed-forward's output plus the residual stream (or the output alone) and adds " +
      "up(f(down(·))) to the output.",
    costs:
      "2 · hidden size · bottleneck parameters per block, and biases: half of Houlsby's. It cannot be merged into the " +
      "weights, so every prediction computes it too.",
    fails: "When the attention itself has to change: nothing is trained there.",
    paper: { title: "AdapterFusion (Pfeiffer et al. 2020)", url: "https://arxiv.org/abs/2005.00247" },
  },
  options: (model) => bottleneckOptions(design, model),
  attach: (program, options) => attachBottlenecks(program, design, options),
  equalities: (options) => bottleneckEqualities(design, options),
  exportForm: (options, model) => bottleneckForm(design, options, model),
});
