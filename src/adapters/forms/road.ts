/** RoAd: angles and lengths by which pairs of a frozen linear's outputs are rotated and scaled. */

import * as z from "zod";
import type { NamedTensor } from "../../hub/write-safetensors";
import { type Change, type MergedBase, replacementOf, type TensorChange } from "../base-change";
import { CONFIG, MODEL } from "../folder";
import { checkShape, checkTargets, modulesOf, tensorNamed } from "../module-checks";
import { commonConfig, HEADS, type PeftConfig, sortedNames } from "../peft-config";
import { peftLayout } from "../peft-layout";
import type { TargetModules } from "../target-modules";
import { settleTargets, targetOptions, targetSettings, targetsIn, targetsOf, writtenPaths } from "../target-settings";
import { injectedNames } from "../tensor-names";
import type { AdapterForm } from "./form";
import type { StudioSettings } from "./studio";

/**
 * PEFT's names, by what has an angle and a length of its own: a pair, an output, an entry of a
 * pair's 2 × 2 matrix.
 */
export const roadVariants = ["road_1", "road_2", "road_4"] as const;
export type RoadVariant = (typeof roadVariants)[number];

/** Angles, and as many lengths, for each output. */
export const roadShare: Readonly<Record<RoadVariant, number>> = { road_1: 1 / 2, road_2: 1, road_4: 2 };

export interface RoadSettings extends TargetModules {
  readonly type: "ROAD";
  readonly variant: RoadVariant;
  /**
   * Outputs of a group: in it, output i is paired with i + groupSize / 2. Even, and divides the
   * outputs.
   */
  readonly groupSize: number;
}

const schema = z.looseObject({
  ...targetSettings,
  variant: z.enum(roadVariants).default("road_1"),
  group_size: z.int().min(2).multipleOf(2).default(64),
});

export type RoadConfig = PeftConfig & z.infer<typeof schema>;

const names = injectedNames("ROAD", { parameters: "road_(?:theta|alpha)" });
const PART = /\.road_(?:theta|alpha)$/;
const ANGLES = /\.road_theta$/;

export const road: AdapterForm<RoadSettings, RoadConfig, RoadSettings | StudioSettings> = {
  type: "ROAD",
  sentence: "rotations of pairs of what frozen linear layers give (`ROAD`)",
  layout: peftLayout<RoadConfig>({
    type: "ROAD",
    names,
    schema,
    settle: (config, tensors) => settleTargets(config, tensors, PART),
    check,
  }),
  config: (settings, site) => ({
    ...commonConfig("ROAD", site),
    group_size: settings.groupSize,
    init_weights: true,
    modules_to_save: HEADS,
    target_modules: sortedNames(writtenPaths(settings, site)),
    variant: settings.variant,
  }),
  above: targetsIn,
  writtenAs: (settings, { fanInFanOut }) =>
    fanInFanOut ? { type: "STUDIO", why: "its RoAd is for torch's Linear alone, not for GPT-2's Conv1D." } : settings,
  run: (config) => ({
    method: "road",
    options: { ...targetOptions(config), variant: config.variant, groupSize: config.group_size },
  }),
  change: (settings) => (tensor, all, base) => changeOf(settings, tensor, all, base),
};

/** As many angles as lengths for every target, and as many as whole groups have. */
function check(config: RoadConfig, tensors: readonly NamedTensor[]): void {
  const { variant, group_size: group } = config;
  const modules = modulesOf(names, tensors, PART, "an angle or a length of RoAd");
  checkTargets(modules, targetsOf(config));
  const byName = new Map(tensors.map((tensor) => [tensor.name, tensor]));
  const inGroup = roadShare[variant] * group;
  for (const module of modules) {
    const [angles, lengths] = ["theta", "alpha"].map((part) => tensorNamed(names, byName, `${module}.road_${part}`));
    const count = angles!.data.length;
    checkShape(names, angles!, [count], "a module's angles");
    checkShape(names, lengths!, [count], "as many lengths as angles");
    if (count % inGroup === 0) continue;
    throw new Error(
      `${MODEL}: tensor "${names.toFile(angles!.name)}" has ${count} angles, but groups of ${group} outputs ` +
        `(${CONFIG}) have ${inGroup} each in ${variant}.`,
    );
  }
}

/**
 * The angles take the lengths in. R · W and R · b for R, which is block-diagonal: one 2 × 2 matrix
 * for each pair.
 */
function changeOf(
  settings: RoadSettings,
  tensor: NamedTensor,
  all: ReadonlyMap<string, NamedTensor>,
  { names: known, fanInFanOut }: MergedBase,
): ReturnType<TensorChange> {
  const { name, data: angles } = tensor;
  if (!PART.test(name)) return replacementOf(tensor);
  if (!ANGLES.test(name)) return [];
  const path = name.replace(ANGLES, "");
  const lengths = all.get(`${path}.road_alpha`)?.data;
  if (!lengths) throw new Error(`"${name}" has no "${path}.road_alpha" beside it.`);
  const factors = factorsOf(settings, angles, lengths);
  const bias = `${path}.bias`;
  return [
    [`${path}.weight`, rotate(factors, fanInFanOut)],
    ...(known.has(bias) ? [[bias, rotate(factors, false)] as const] : []),
  ];
}

/**
 * Of every output: what it is multiplied by, and what its partner is before it is added or
 * subtracted.
 */
interface Factors {
  readonly along: Float64Array;
  readonly across: Float64Array;
  readonly half: number;
}

function factorsOf({ variant, groupSize }: RoadSettings, angles: Float32Array, lengths: Float32Array): Factors {
  const [outputs, half] = [angles.length / roadShare[variant], groupSize / 2];
  /** Where the angle and the length are of an output's own factor (0) and of its partner's (1). */
  const place = (output: number, which: 0 | 1) => {
    const group = Math.floor(output / groupSize);
    if (variant === "road_1") return group * half + (output % half);
    return variant === "road_2" ? output : (2 * group + which) * groupSize + (output % groupSize);
  };
  const each = (which: 0 | 1, part: (angle: number) => number) =>
    Float64Array.from({ length: outputs }, (_, output) => {
      const at = place(output, which);
      return lengths[at]! * part(angles[at]!);
    });
  return { along: each(0, Math.cos), across: each(1, Math.sin), half };
}

/** A matrix whose rows (or with `inColumns` columns) are the outputs, or a vector of them. */
function rotate({ along, across, half }: Factors, inColumns: boolean): Change {
  const outputs = along.length;
  return (values) => {
    const inputs = values.length / outputs;
    const [stepOut, stepIn] = inColumns ? [1, outputs] : [inputs, 1];
    for (let first = 0; first < outputs; first++) {
      if (first % (2 * half) >= half) continue;
      const second = first + half;
      for (let i = 0; i < inputs; i++) {
        const [at, other] = [first * stepOut + i * stepIn, second * stepOut + i * stepIn];
        const [one, two] = [values[at]!, values[other]!];
        values[at] = along[first]! * one - across[first]! * two;
        values[other] = along[second]! * two + across[second]! * one;
      }
    }
  };
}
