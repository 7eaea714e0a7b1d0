/**
 * The bottleneck module that Houlsby's, Pfeiffer's and the parallel adapter share: y + scale ·
 * up(f(down(x))). Their folders say after which sub-layers it stands, what it reads and how it
 * starts.
 */

import * as z from "zod";
import type { BottleneckSettings } from "../adapters/forms/bottleneck";
import type { Attachments, SubLayer, SubLayerKind } from "../models/family";
import { type ActivationKind, activation } from "../operations/activation";
import { add } from "../operations/add";
import { linear } from "../operations/linear";
import { scaleColumns } from "../operations/scale-columns";
import { view } from "../operations/view";
import type { Program } from "../program/program";
import { elementCount, type Initializer, type Tensor } from "../program/tensor";
import { equalToFrozen } from "./equalities";
import type { Equality, ModelFacts } from "./method";

export const activations = ["relu", "gelu", "gelu-tanh", "silu", "tanh", "none"] as const satisfies readonly (
  | ActivationKind
  | "none"
)[];
/** As AdapterHub starts a module, or so that the first step is the frozen model's. */
const starts = ["adapterhub", "frozen model"] as const;

export interface BottleneckOptions {
  readonly bottleneck: number;
  /**
   * In place of the bottleneck: the hidden size divided by this, rounded down, as AdapterHub says
   * it.
   */
  readonly reductionFactor?: number | null;
  readonly activation: (typeof activations)[number];
  readonly scale: number;
  /** Whether the scale is trained, one number per module, from `scale`. */
  readonly learnedScale: boolean;
  readonly residual: boolean;
  /** Only of designs that AdapterHub does not start silently. */
  readonly start?: (typeof starts)[number];
}

/** What a kind of bottleneck adapter fixes. */
export interface BottleneckDesign {
  /** The sub-layers that get a module. */
  readonly places: readonly SubLayerKind[];
  /** Whether the module reads what the sub-layer reads, instead of what it gives. */
  readonly parallel: boolean;
  /**
   * `small`: both matrices N(0, 0.02). `silent`: the second is zero, so that step 0 is the base
   * model.
   */
  readonly start: "small" | "silent";
  /** Defaults; the bottleneck's is the hidden size divided by `reduction`. */
  readonly reduction: number;
  readonly activation: (typeof activations)[number];
  readonly scale: number;
  readonly residual: boolean;
}

/** The options' schema of an adapter of this design. */
export function bottleneckOptions(design: BottleneckDesign, { config }: ModelFacts) {
  const standard = Math.max(1, Math.floor(config.hiddenSize / design.reduction));
  const schema = z.strictObject({
    bottleneck: z
      .int()
      .min(1)
      .max(config.hiddenSize)
      .default(standard)
      .meta({
        title: "Bottleneck",
        description:
          `Inner width of each module: the hidden size ${config.hiddenSize} divided by a reduction factor, here ` +
          `${design.reduction}.`,
      }),
    reductionFactor: z
      .number()
      .min(1)
      .max(config.hiddenSize)
      .nullable()
      .default(null)
      .meta({
        title: "Reduction factor",
        description:
          `AdapterHub's way of saying the inner width: the hidden size ${config.hiddenSize} divided by it, rounded down. ` +
          "Empty: the bottleneck above.",
      }),
    activation: z
      .enum(activations)
      .default(design.activation)
      .meta({
        title: "Activation",
        description:
          "The non-linearity between the two matrices; gelu is the exact one, gelu-tanh its approximation; none: there is " +
          "none, and the module is a low-rank linear map.",
      }),
    scale: z.number().min(0).default(design.scale).meta({
      title: "Scale",
      description: "What the module's output is multiplied with before it is added; with 0 it adds nothing.",
    }),
    learnedScale: z.boolean().default(false).meta({
      title: "Learned scale",
      description: "Train the scale, one number per module, from the value above.",
    }),
    residual: z
      .boolean()
      .default(design.residual)
      .meta({
        title: "Reads the residual",
        description: design.parallel
          ? "Read the residual stream before the sub-layer's norm, as AdapterHub does; off: what the sub-layer reads."
          : "Read the sub-layer's output plus the residual stream; off: the output alone.",
      }),
  });
  if (design.start === "silent") return schema;
  return schema.extend({
    start: z
      .enum(starts)
      .default("adapterhub")
      .meta({
        title: "Start",
        description:
          "adapterhub: both matrices N(0, 0.02), so that the first step is a little off the frozen model. frozen model: the " +
          "second matrix zero, so that the modules add nothing at first.",
      }),
  });
}

/** With these options. */
function designOf(design: BottleneckDesign, { start }: BottleneckOptions): BottleneckDesign {
  return start === "frozen model" ? { ...design, start: "silent" } : design;
}

/** Modules that add nothing at first leave the frozen model as it is. */
export const bottleneckEqualities = (design: BottleneckDesign, options: BottleneckOptions): Equality[] =>
  designOf(design, options).start === "silent" ? equalToFrozen("its modules add zero") : [];

/** Declares the modules and puts them into the blocks. */
export function attachBottlenecks(program: Program, design: BottleneckDesign, options: BottleneckOptions): Attachments {
  const started = designOf(design, options);
  return {
    subLayer: (path, kind, site) =>
      design.places.includes(kind)
        ? bottleneck(program, `${path}.adapter`, reads(program, design, options, path, site), site, started, options)
        : site.output,
  };
}

/** How adapters of this design are written. */
export function bottleneckForm(
  design: BottleneckDesign,
  options: BottleneckOptions,
  { config }: Pick<ModelFacts, "config">,
): BottleneckSettings {
  const { places, parallel, start } = designOf(design, options);
  return {
    type: "BOTTLENECK",
    places,
    parallel,
    ...options,
    start,
    bottleneck: innerWidth(options, config.hiddenSize),
  };
}

function innerWidth({ bottleneck, reductionFactor = null }: BottleneckOptions, hiddenSize: number): number {
  return reductionFactor === null ? bottleneck : Math.floor(hiddenSize / reductionFactor);
}

function reads(
  program: Program,
  { parallel }: BottleneckDesign,
  { residual }: BottleneckOptions,
  path: string,
  site: SubLayer,
): Tensor {
  if (parallel) return residual ? site.residual : site.input;
  return residual ? add(program, `${path} with residual`, site.output, site.residual) : site.output;
}

function bottleneck(
  program: Program,
  path: string,
  x: Tensor,
  { output }: SubLayer,
  { start }: BottleneckDesign,
  options: BottleneckOptions,
): Tensor {
  const { activation: kind, scale, learnedScale } = options;
  const width = x.shape[1]!;
  const inner = innerWidth(options, width);
  const small: Initializer = { kind: "normal", std: 0.02 };
  const matrix = (part: string, shape: readonly number[], initializer: Initializer) =>
    program.trainable(`${path}.${part}.weight`, shape, { initializer });
  const shift = (part: string, size: number) =>
    program.trainable(`${path}.${part}.bias`, [size], { initializer: { kind: "zeros" }, weightDecay: false });
  const down = matrix("down", [inner, width], start === "small" ? small : { kind: "uniform", bound: width ** -0.5 });
  const hidden = linear(program, `${path} down`, x, down, { bias: shift("down", inner) });
  const activated = kind === "none" ? hidden : activation(program, `${path} activated`, hidden, kind);
  const up = matrix("up", [width, inner], start === "small" ? small : { kind: "zeros" });
  const y = linear(program, `${path} up`, activated, up, { bias: shift("up", width) });
  if (!learnedScale) return add(program, `${path} added`, output, y, scale);
  const factor = program.trainable(`${path}.scale`, [1], {
    initializer: { kind: "values", values: Float32Array.of(scale) },
    weightDecay: false,
  });
  const column = view(program, `${path} as a column`, y, [elementCount(y.shape), 1]);
  const scaled = view(program, `${path} scaled`, scaleColumns(program, `${path} times scale`, column, factor), y.shape);
  return add(program, `${path} added`, output, scaled);
}
