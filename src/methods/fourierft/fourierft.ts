/**
 * FourierFT (Gao et al. 2024) as PEFT does it: y = W x + s · Re(F⁻¹(E)) x with the inverse
 * two-dimensional discrete Fourier transform of a spectrum E [outputs, inputs], trained at places
 * that are drawn from a seed and zero elsewhere.
 */

import * as z from "zod";
import { fourierPlaces, waves } from "../../adapters/fourier-places";
import { isTargeted } from "../../adapters/target-modules";
import { linear } from "../../operations/linear";
import { scaleColumns } from "../../operations/scale-columns";
import { equalToFrozen } from "../equalities";
import { defineMethod, type ModelFacts } from "../method";
import { checkTargets, linearShapes, targetModules, targetOptions } from "../targets";

/** PEFT's. */
const STANDARD_FREQUENCIES = 1000;

const options = (facts: ModelFacts) => {
  const least = Math.min(...linearShapes(facts).map(({ inputs, outputs }) => inputs * outputs));
  return z
    .strictObject({
      frequencies: z.int().min(1).max(100_000).default(Math.min(STANDARD_FREQUENCIES, least)).meta({
        title: "Frequencies",
        description: "Coefficients that are trained of each layer's spectrum, at places drawn from the seed.",
      }),
      scaling: z.number().positive().default(150).meta({
        title: "Scaling",
        description: "Factor on the update. The transform divides it by the number of the weight's entries.",
      }),
      start: z.enum(["random", "zero"]).default("random").meta({
        title: "Start",
        description: "random: N(0, 1), so the model is another one from the start, as in PEFT. zero: the frozen model.",
      }),
      ...targetOptions(facts),
      seed: z
        .int()
        .min(0)
        .max(2 ** 32 - 1)
        .default(777)
        .meta({
          title: "Seed of the places",
          description: "The seed PEFT draws the frequencies' places from (random_loc_seed).",
        }),
    })
    .superRefine((chosen, context) => {
      checkTargets(chosen, context, facts);
      const { frequencies } = chosen;
      const small = linearShapes(facts).find(
        ({ path, inputs, outputs }) => inputs * outputs < frequencies && isTargeted(path, targetModules(chosen)),
      );
      if (!small) return;
      const message = `${frequencies} are more than the ${small.inputs * small.outputs} numbers of ${small.path}`;
      context.addIssue({ code: "custom", path: ["frequencies"], message });
    });
};

export const fourierft = defineMethod<z.infer<ReturnType<typeof options>>>({
  id: "fourierft",
  title: "FourierFT",
  summary: "A few frequencies of a change of chosen linear layers' weights",
  group: "weight delta",
  site: "linear",
  mainOptions: ["frequencies", "scaling", "start"],
  learningRate: 3e-4,
  card: {
    trains: "Some coefficients of the Fourier transform of each chosen linear layer's change, and the head.",
    attaches:
      "Beside the linear layers: their output gets the update's product with the input added. The update is a sum of waves " +
      "over outputs and inputs, one for each trained coefficient.",
    costs:
      "As many parameters per layer as frequencies, however wide the layer. Each step forms matrices as large as the weight " +
      "and multiplies by them as often as there are frequencies. It can be merged into the weights afterwards.",
    fails:
      "From its random start on narrow models: the scaling is for widths of a thousand, and the noise that it makes is " +
      "larger than their weights. Start at zero there, or scale less.",
    equals: "Where all places lie in few rows of the spectrum: an update of as low a rank.",
    paper: {
      title: "Parameter-Efficient Fine-Tuning with Discrete Fourier Transform (Gao et al. 2024)",
      url: "https://arxiv.org/abs/2405.03003",
    },
  },
  options,
  attach: (program, chosen) => ({
    linear(path, x, y) {
      if (!isTargeted(path, targetModules(chosen))) return y;
      const { frequencies, scaling, seed, start } = chosen;
      const [inputs, outputs] = [x.shape[1]!, y.shape[1]!];
      const places = () => fourierPlaces(seed, outputs, inputs, frequencies);
      const wave = (side: "rows" | "columns", part: "cosine" | "sine") => {
        const size = side === "rows" ? outputs : inputs;
        const name = `fourierft ${seed}: ${part}s of ${frequencies} ${side} of ${outputs} · ${inputs}`;
        return program.constant(name, [size, frequencies], () => waves(places()[side], size, part));
      };
      const spectrum = program.trainable(`${path}.fourierft_spectrum`, [frequencies], {
        initializer: start === "zero" ? { kind: "zeros" } : { kind: "normal", std: 1 },
      });
      // cos(a + b) = cos a cos b − sin a sin b: the real part of a wave over outputs and inputs.
      const [cosines, sines] = (["cosine", "sine"] as const).map((part) => ({
        outputs: scaleColumns(program, `${path} ${part}s`, wave("rows", part), spectrum),
        inputs: wave("columns", part),
      }));
      const along = linear(program, `${path} fourierft cosines`, cosines!.outputs, cosines!.inputs);
      const change = linear(program, `${path} fourierft`, sines!.outputs, sines!.inputs, { addend: along, scale: -1 });
      return linear(program, `${y.name} + fourierft`, x, change, { addend: y, scale: scaling / (outputs * inputs) });
    },
  }),
  equalities: ({ start }) => (start === "zero" ? equalToFrozen("the coefficients start at zero") : []),
  exportForm: ({ frequencies, scaling, seed, start, ...chosen }, facts) => ({
    ...({ type: "FOURIERFT", frequencies, scaling, seed, startsAtZero: start === "zero" } as const),
    linears: linearShapes(facts),
    ...targetModules(chosen),
  }),
});
