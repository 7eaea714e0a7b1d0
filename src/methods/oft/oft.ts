/**
 * OFT (Qiu et al. 2023, Liu et al. 2024) as PEFT does it by default: y = W (x R) + b. R is
 * block-diagonal; each block is the Cayley-Neumann series of a skew-symmetric Q that is trained
 * from zero, close to a rotation.
 */

import * as z from "zod";
import { cayleyFactors, skewPlace, triangle } from "../../adapters/oft-rotation";
import { isNamed, isTargeted } from "../../adapters/target-modules";
import { linear } from "../../operations/linear";
import { multiply } from "../../operations/multiply";
import { take } from "../../operations/take";
import type { Program } from "../../program/program";
import type { Tensor } from "../../program/tensor";
import { largestDivisor } from "../divisors";
import { equalToFrozen } from "../equalities";
import { defineMethod, type ModelFacts } from "../method";
import { checkTargets, linearShapes, targetModules, targetOptions } from "../targets";

/** PEFT's. */
const STANDARD_SIZE = 32;

const options = (facts: ModelFacts) => {
  const standard = linearShapes(facts).filter(({ path }) => isNamed(path, facts.family.loraTargets));
  return z
    .strictObject({
      blockSize: z
        .int()
        .min(2)
        .max(1024)
        .default(
          largestDivisor(
            standard.map(({ inputs }) => inputs),
            STANDARD_SIZE,
          ),
        )
        .meta({
          title: "Block size",
          description: "Inputs that are rotated together. It divides those of all targets.",
        }),
      terms: z.int().min(2).max(20).default(5).meta({
        title: "Terms of the series",
        description: "More of them come closer to a rotation, and cost more. 3 and 4 are the same in PEFT.",
      }),
      ...targetOptions(facts),
    })
    .superRefine((chosen, context) => {
      checkTargets(chosen, context, facts);
      const uneven = linearShapes(facts).find(
        ({ path, inputs }) => inputs % chosen.blockSize !== 0 && isTargeted(path, targetModules(chosen)),
      );
      if (!uneven) return;
      const message = `${chosen.blockSize} does not divide the ${uneven.inputs} inputs of ${uneven.path}`;
      context.addIssue({ code: "custom", path: ["blockSize"], message });
    });
};

export const oft = defineMethod<z.infer<ReturnType<typeof options>>>({
  id: "oft",
  title: "OFT",
  summary: "Trained rotations of blocks of what chosen linear layers read",
  group: "weight delta",
  site: "linear",
  mainOptions: ["blockSize", "terms", "targets"],
  learningRate: 1e-3,
  card: {
    trains:
      "For each block of a chosen linear layer's inputs the numbers above the diagonal of a matrix, and the head.",
    attaches:
      "Before the linear layers: each block of their inputs is rotated, so lengths and angles within the weight stay as " +
      "they are, nearly. The rotations start at none.",
    costs:
      "inputs · (block size − 1) / 2 parameters per layer. Each step forms matrices of inputs × inputs. It can be merged " +
      "into the weights afterwards.",
    fails: "When a layer's inputs should count more or less: a rotation leaves their length as it is.",
    equals: "With blocks of two: an angle for every pair of inputs.",
    paper: {
      title: "Parameter-Efficient Orthogonal Finetuning via Butterfly Factorization (Liu et al. 2024)",
      url: "https://arxiv.org/abs/2311.06243",
    },
  },
  options,
  attach: (program, chosen) => ({
    linear(path, x, y, { weight, layout }) {
      if (!isTargeted(path, targetModules(chosen))) return y;
      const { blockSize: size, terms } = chosen;
      const inputs = x.shape[1]!;
      const upper = program.trainable(`${path}.oft_R.weight`, [inputs / size, triangle(size)], {
        initializer: { kind: "zeros" },
      });
      const turned = linear(program, `${y.name} turned`, x, turning(program, path, upper, size, terms), {
        layout: "in-out",
      });
      return linear(program, `${y.name} + oft`, turned, weight, { layout, addend: y });
    },
  }),
  equalities: () => equalToFrozen("the rotations start at none"),
  exportForm: ({ blockSize, terms, ...chosen }) => ({ type: "OFT", blockSize, terms, ...targetModules(chosen) }),
});

/** R − I, [inputs, inputs]. `upper`: [blocks, numbers above a block's diagonal]. */
function turning(program: Program, path: string, upper: Tensor, size: number, terms: number): Tensor {
  const [blocks, numbers] = upper.shape as [number, number];
  const inputs = blocks * size;
  const key = `oft of ${inputs} by ${size}`;
  /** Where a row and a column lie in one block, and which; null where they lie in two. */
  const within = (place: number) => {
    const [row, column] = [Math.floor(place / inputs), place % inputs];
    const block = Math.floor(row / size);
    if (block !== Math.floor(column / size)) return null;
    return { row, inBlock: column % size, block, skew: skewPlace(row % size, column % size, size) };
  };
  const unsigned = take(program, `${path} oft unsigned`, upper, {
    key,
    shape: [inputs, inputs],
    times: 2,
    from(place) {
      const found = within(place);
      return found?.skew ? found.block * numbers + found.skew.at : null;
    },
  });
  const signs = program.constant(`${key}: signs`, [inputs, inputs], () =>
    Float32Array.from({ length: inputs ** 2 }, (_, place) => within(place)?.skew?.sign ?? 0),
  );
  const skew = multiply(program, `${path} oft skew`, unsigned, signs);
  /** Blocks one below the other, each a multiple of the identity. */
  const identities = (factor: number) =>
    program.constant(`${key}: ${factor} · identity`, [inputs, size], () =>
      Float32Array.from({ length: inputs * size }, (_, at) =>
        Math.floor(at / size) % size === at % size ? factor : 0,
      ),
    );
  // c₁ Q + c₂ Q² + … = Q (c₁ + Q (c₂ + …)), of all blocks at once.
  const factors = cayleyFactors(terms);
  const inner = factors
    .slice(0, -1)
    .reduceRight(
      (sum: Tensor, factor, index) =>
        linear(program, `${path} oft ${index + 1}`, skew, sum, { layout: "in-out", addend: identities(factor) }),
      identities(factors.at(-1)!),
    );
  const stacked = linear(program, `${path} oft series`, skew, inner, { layout: "in-out" });
  return take(program, `${path} oft`, stacked, {
    key: `${key}: stacked`,
    shape: [inputs, inputs],
    times: 1,
    from(place) {
      const found = within(place);
      return found ? found.row * size + found.inBlock : null;
    },
  });
}
