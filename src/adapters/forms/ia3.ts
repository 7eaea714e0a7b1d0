/**
 * (IA)³: trained factors on the outputs of the targets, and on the inputs of those that are
 * feed-forward.
 */

import * as z from "zod";
import type { NamedTensor } from "../../hub/write-safetensors";
import { type Change, type MergedBase, replacementOf, type TensorChange } from "../base-change";
import { CONFIG } from "../folder";
import { checkShape, checkTargets, modulesOf } from "../module-checks";
import { commonConfig, HEADS, type PeftConfig, sortedNames } from "../peft-config";
import { peftLayout } from "../peft-layout";
import { isNamed } from "../target-modules";
import { injectedNames } from "../tensor-names";
import type { AdapterForm } from "./form";

export interface Ia3Settings {
  readonly type: "IA3";
  readonly targets: readonly string[];
  /** Those of the targets whose input is scaled instead of their output. */
  readonly feedForward: readonly string[];
}

const schema = z.looseObject({
  target_modules: z.array(z.string()).min(1),
  feedforward_modules: z.array(z.string()),
  fan_in_fan_out: z.boolean().default(false),
});

export type Ia3Config = PeftConfig & z.infer<typeof schema>;

const names = injectedNames("IA3", { parameters: "ia3_l" });
const FACTORS = /\.ia3_l$/;

export const ia3: AdapterForm<Ia3Settings, Ia3Config> = {
  type: "IA3",
  sentence: "factors on the columns of frozen linear layers (`IA3`)",
  layout: peftLayout<Ia3Config>({ type: "IA3", names, schema, check }),
  config: ({ targets, feedForward }, site) => ({
    ...commonConfig("IA3", site),
    exclude_modules: null,
    fan_in_fan_out: site.fanInFanOut,
    feedforward_modules: sortedNames(feedForward),
    init_ia3_weights: true,
    modules_to_save: HEADS,
    target_modules: sortedNames(targets),
  }),
  // PEFT leaves what a folder does not hold as the base model has it.
  above: (settings) => settings,
  change: () => (tensor, _, base) => changeOf(tensor, base),
  run: ({ target_modules: targets, feedforward_modules: feedForward }) => ({
    method: "ia3",
    options: { targets, feedForward },
  }),
};

/** One column or row of factors for every target. */
function check({ target_modules: targets, feedforward_modules: inputs }: Ia3Config, tensors: readonly NamedTensor[]) {
  const stray = inputs.find((name) => !targets.includes(name));
  if (stray) throw new Error(`${CONFIG}: the feed-forward module "${stray}" is not among the target modules.`);
  const modules = modulesOf(names, tensors, FACTORS, "a factor of (IA)³");
  checkTargets(modules, { targets });
  for (const tensor of tensors) {
    const module = tensor.name.replace(FACTORS, "");
    if (!modules.has(module)) continue;
    const size = tensor.data.length;
    const [shape, which] = isNamed(module, inputs) ? [[1, size], "inputs"] : [[size, 1], "outputs"];
    checkShape(names, tensor, shape as number[], `a module whose ${which} are scaled`);
  }
}

/** A linear's weight by its inputs or outputs, with the outputs its bias too. */
function changeOf(tensor: NamedTensor, { names: known, fanInFanOut }: MergedBase): ReturnType<TensorChange> {
  const { name, shape, data } = tensor;
  if (!FACTORS.test(name)) return replacementOf(tensor);
  const path = name.replace(FACTORS, "");
  const [outputs, inputs] = shape as [number, number];
  if (outputs === 1) return [[`${path}.weight`, scale(data, inputs, "inputs", fanInFanOut)]];
  const bias: [string, Change] = [
    `${path}.bias`,
    (values) =>
      data.forEach((factor, out) => {
        values[out]! *= factor;
      }),
  ];
  return [[`${path}.weight`, scale(data, outputs, "outputs", fanInFanOut)], ...(known.has(bias[0]) ? [bias] : [])];
}

/** The weight with every row (outputs) or column (inputs) times its factor. */
function scale(factors: Float32Array, count: number, side: "inputs" | "outputs", fanInFanOut: boolean): Change {
  // Factors of the dimension that is stored last repeat with every element.
  const last = (side === "inputs") !== fanInFanOut;
  return (values) => {
    const run = last ? 1 : values.length / count;
    for (let index = 0; index < values.length; index++) values[index]! *= factors[Math.floor(index / run) % count]!;
  };
}
