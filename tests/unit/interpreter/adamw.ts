/**
 * AdamW in float64, by PyTorch's definition. Not for clipping, nor for what the kernel does with
 * numbers that are none.
 */

import type { Trainable } from "../../../src/program/tensor";

const [beta1, beta2, epsilon] = [0.9, 0.999, 1e-8];

export class AdamW {
  readonly #trainables: readonly Trainable[];
  readonly #moments: ReadonlyMap<string, { first: Float64Array; second: Float64Array }>;
  readonly #options: { learningRate: number; weightDecay: number };
  #updates = 0;

  constructor(trainables: readonly Trainable[], options: { learningRate: number; weightDecay: number }) {
    this.#trainables = trainables;
    this.#options = options;
    const zeros = ({ shape }: Trainable) => new Float64Array(shape.reduce((a, b) => a * b, 1));
    this.#moments = new Map(
      trainables.map((tensor) => [tensor.name, { first: zeros(tensor), second: zeros(tensor) }] as const),
    );
  }

  /** Changes `values` in place; a tensor without a gradient stays. */
  update(values: ReadonlyMap<string, Float64Array>, gradients: ReadonlyMap<string, Float64Array>): void {
    const { learningRate, weightDecay } = this.#options;
    const step = ++this.#updates;
    for (const { name, learningRateScale, weightDecay: decays } of this.#trainables) {
      const gradient = gradients.get(name);
      if (!gradient) continue;
      const value = values.get(name)!;
      const { first, second } = this.#moments.get(name)!;
      const rate = learningRate * learningRateScale;
      gradient.forEach((g, i) => {
        first[i] = beta1 * first[i]! + (1 - beta1) * g;
        second[i] = beta2 * second[i]! + (1 - beta2) * g * g;
        const mean = first[i]! / (1 - beta1 ** step);
        const spread = Math.sqrt(second[i]! / (1 - beta2 ** step)) + epsilon;
        value[i] = value[i]! * (1 - (decays ? rate * weightDecay : 0)) - (rate * mean) / spread;
      });
    }
  }
}
