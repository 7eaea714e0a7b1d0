/** FourierFT: some coefficients of the discrete Fourier transform of a linear's change. */

import * as z from "zod";
import { entries } from "../base-change";
import { CONFIG } from "../folder";
import { fourierPlaces, waves } from "../fourier-places";
import type { LinearShape, TargetModules } from "../target-modules";
import { noPattern } from "../target-settings";
import { targetForm } from "./target-form";

export interface FourierftSettings extends TargetModules {
  readonly type: "FOURIERFT";
  readonly frequencies: number;
  readonly scaling: number;
  readonly seed: number;
  /** Whether the coefficients start at zero. */
  readonly startsAtZero: boolean;
  /** The model's linears: the spectrum does not tell how large its weight is. */
  readonly linears: readonly LinearShape[];
}

const schema = {
  n_frequency: z.int().min(1).default(1000),
  scaling: z.number().default(150),
  random_loc_seed: z.int().min(0).default(777),
  init_weights: z.boolean().default(false),
  n_frequency_pattern: noPattern("numbers of frequencies", "FourierFT"),
  bias: z.literal("none", "trained biases cannot be read beside FourierFT").default("none"),
};

export const fourierft = targetForm<FourierftSettings, typeof schema>({
  type: "FOURIERFT",
  method: "fourierft",
  title: "FourierFT",
  what: "a spectrum of FourierFT",
  sentence: "some frequencies of a change of each frozen linear layer's weight (`FOURIERFT`)",
  tensors: "fourierft_spectrum",
  first: "fourierft_spectrum",
  schema,
  floats: ["scaling"],
  check({ n_frequency: count }, module) {
    module.shaped("fourierft_spectrum", [count], `n_frequency ${count} (${CONFIG})`);
  },
  written: ({ frequencies, scaling, seed, startsAtZero }, { fanInFanOut }) => ({
    bias: "none",
    exclude_modules: null,
    fan_in_fan_out: fanInFanOut,
    init_weights: startsAtZero,
    n_frequency: frequencies,
    n_frequency_pattern: {},
    random_loc_seed: seed,
    scaling,
  }),
  options: ({ n_frequency: frequencies, scaling, random_loc_seed: seed, init_weights: isZero }) => ({
    ...{ frequencies, scaling, seed },
    start: isZero ? "zero" : "random",
  }),
  change({ frequencies, scaling, seed, linears }, { path, part }, { fanInFanOut }) {
    const { inputs, outputs } = linears.find((linear) => linear.path === path)!;
    const { rows, columns } = fourierPlaces(seed, outputs, inputs, frequencies);
    const [outCosine, outSine] = [waves(rows, outputs, "cosine"), waves(rows, outputs, "sine")];
    const [inCosine, inSine] = [waves(columns, inputs, "cosine"), waves(columns, inputs, "sine")];
    const { data: spectrum } = part("fourierft_spectrum");
    return entries(outputs, fanInFanOut, (value, output, input) => {
      let sum = 0;
      for (let f = 0; f < frequencies; f++) {
        const [row, column] = [output * frequencies + f, input * frequencies + f];
        sum += spectrum[f]! * (outCosine[row]! * inCosine[column]! - outSine[row]! * inSine[column]!);
      }
      return value + (scaling / (outputs * inputs)) * sum;
    });
  },
});
