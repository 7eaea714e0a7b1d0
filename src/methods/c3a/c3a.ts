/**
 * C3A (Chen et al. 2025) as PEFT does it: inputs and outputs are cut into blocks, and every pair of
 * blocks has a trained kernel w that is convolved with the input's block around a circle: yᵢ gets
 * Σⱼ w₍ⱼ₋ᵢ₎ xⱼ / inputs.
 */

import * as z from "zod";
import { type C3aStart, c3aPlace, c3aStarts } from "../../adapters/forms/c3a";
import { isNamed, isTargeted } from "../../adapters/target-modules";
import { linear } from "../../operations/linear";
import { take } from "../../operations/take";
import type { Initializer } from "../../program/tensor";
import { largestDivisor } from "../divisors";
import { equalToFrozen } from "../equalities";
import { defineMethod, type ModelFacts } from "../method";
import { checkTargets, linearShapes, targetModules, targetOptions } from "../targets";

/** PEFT's. */
const STANDARD_SIZE = 256;

const options = (facts: ModelFacts) => {
  const standard = linearShapes(facts).filter(({ path }) => isNamed(path, facts.family.loraTargets));
  const sides = standard.flatMap(({ inputs, outputs }) => [inputs, outputs]);
  return z
    .strictObject({
      blockSize: z.int().min(1).max(65_536).default(largestDivisor(sides, STANDARD_SIZE)).meta({
        title: "Block size",
        description:
          "Inputs, and outputs, of a block. It divides those of all targets; a larger one has fewer parameters.",
      }),
      start: z.enum(c3aStarts).default("xavier_uniform").meta({
        title: "Start",
        description:
          "xavier_uniform, kaiming_uniform, gaussian: at random, a little off the frozen model. zero: the frozen model.",
      }),
      ...targetOptions(facts),
    })
    .superRefine((chosen, context) => {
      checkTargets(chosen, context, facts);
      const { blockSize: size } = chosen;
      const uneven = linearShapes(facts).find(
        ({ path, inputs, outputs }) =>
          (inputs % size !== 0 || outputs % size !== 0) && isTargeted(path, targetModules(chosen)),
      );
      if (!uneven) return;
      const { path, inputs, outputs } = uneven;
      const message = `${size} does not divide the ${inputs} inputs and ${outputs} outputs of ${path}`;
      context.addIssue({ code: "custom", path: ["blockSize"], message });
    });
};

export const c3a = defineMethod<z.infer<ReturnType<typeof options>>>({
  id: "c3a",
  title: "C3A",
  summary: "A trained circular convolution for each block of chosen linear layers' weights",
  group: "weight delta",
  site: "linear",
  mainOptions: ["blockSize", "start", "targets"],
  learningRate: 1e-2,
  card: {
    trains: "One kernel for each block of inputs and of outputs of the chosen linear layers, and the head.",
    attaches:
      "Beside the linear layers: their output gets, for each block, the circular convolution of the input's blocks with " +
      "the kernels added, divided by the number of inputs.",
    costs:
      "inputs · outputs / block size parameters per layer, for an update of up to full rank. Each step forms matrices as " +
      "large as the weight. It can be merged into the weights afterwards.",
    fails: "When the order of a layer's inputs means nothing: within a block all outputs share their weights in turn.",
    equals: "With blocks of one number: a change of the whole weight, divided by the number of inputs.",
    paper: {
      title: "Parameter-Efficient Fine-Tuning via Circular Convolution (Chen et al. 2025)",
      url: "https://arxiv.org/abs/2407.19342",
    },
  },
  options,
  attach: (program, chosen) => ({
    linear(path, x, y) {
      if (!isTargeted(path, targetModules(chosen))) return y;
      const { blockSize: size, start } = chosen;
      const [inputs, outputs] = [x.shape[1]!, y.shape[1]!];
      const columns = inputs / size;
      const kernel = program.trainable(`${path}.c3a_kernel`, [outputs / size, columns, size], {
        initializer: initializers[start](inputs, outputs),
      });
      const change = take(program, `${path} c3a`, kernel, {
        key: `c3a of ${outputs} · ${inputs} by ${size}`,
        shape: [outputs, inputs],
        times: size,
        from: (place) => c3aPlace(Math.floor(place / inputs), place % inputs, columns, size),
      });
      return linear(program, `${y.name} + c3a`, x, change, { addend: y, scale: 1 / inputs });
    },
  }),
  equalities: ({ start }) => (start === "zero" ? equalToFrozen("the kernels start at zero") : []),
  exportForm: ({ blockSize, start, ...chosen }) => ({ type: "C3A", blockSize, start, ...targetModules(chosen) }),
});

const initializers: Record<C3aStart, (inputs: number, outputs: number) => Initializer> = {
  xavier_uniform: (inputs, outputs) => ({ kind: "uniform", bound: Math.sqrt(6 / (inputs + outputs)) }),
  kaiming_uniform: (inputs) => ({ kind: "uniform", bound: inputs ** -0.5 }),
  gaussian: () => ({ kind: "normal", std: 1 }),
  zero: () => ({ kind: "zeros" }),
};
