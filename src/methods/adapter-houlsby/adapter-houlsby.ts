/**
 * Houlsby's adapter (2019): a bottleneck module after both sub-layers of every block, y +
 * up(f(down(y))).
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
  places: ["attention", "mlp"],
  parallel: false,
  start: "small",
  reduction: 16,
  activation: "gelu",
  scale: 1,
  residual: false,
};

export const adapterHoulsby = defineMethod<BottleneckOptions>({
  id: "adapter-houlsby",
  title: "Adapter (Houlsby)",
  summary: "A small trained module after the attention and the feed-forward of every block",
  group: "module",
  site: "block",
  mainOptions: ["bottleneck", "reductionFactor"],
  learningRate: 1e-4,
  card: {
    trains: "Two thin matrices with biases after each of a block's two sub-layers, and the head.",
    attaches: "The module reads a sub-layer's output y and adds up(f(down(y))) to it, before the residual is added.",
    costs:
      "4 · hidden size · bottleneck parameters per block, and biases. It cannot be merged into the weights, so every " +
      "prediction computes it too.",
    fails: "At a learning rate of full fine-tuning it moves too slowly; with a wide bottleneck it overfits small data.",
    paper: {
      title: "Parameter-Efficient Transfer Learning for NLP (Houlsby et al. 2019)",
      url: "https://arxiv.org/abs/1902.00751",
    },
  },
  options: (model) => bottleneckOptions(design, model),
  attach: (program, options) => attachBottlenecks(program, design, options),
  equalities: (options) => bottleneckEqualities(design, options),
  exportForm: (options, model) => bottleneckForm(design, options, model),
});
