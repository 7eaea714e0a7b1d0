/**
 * What a method does in the training loop beside computing gradients: masks before an update,
 * projections and budgets after it, ranks drawn before a step. A controller is a plan like the
 * backward pass: kernels on named places, made once and replayed, and a few numbers that the host
 * sets. Not for touching a device: `runs/controller-runner.ts` carries it out.
 */

import type { Dispatch } from "../kernels/kernel";
import type { Place } from "../program/place";
import type { Program } from "../program/program";
import type { ControllerState, Tensor, Trainable } from "../program/tensor";
import type { ModelFacts } from "./model-facts";

/**
 * Kernels on trained tensors, their gradients, the controller's tensors and the step figures, that
 * run together; steps count updates, 0 is the first.
 */
export interface ControllerPhase {
  readonly dispatches: readonly Dispatch<Place>[];
  /** In which steps; default: in all. */
  readonly when?: (step: number) => boolean;
}

/** How many ranks of a module's update are in use. */
export interface ModuleRank {
  /** Path of the linear in the model. */
  readonly module: string;
  readonly rank: number;
}

/** What a method lets be seen while it trains. */
export type Observation =
  /** How many ranks of each module are in use; `full`: what every module started with. */
  | { readonly type: "ranks"; readonly ranks: readonly ModuleRank[]; readonly full: number }
  /** Parts of one whole, such as the weights of a gate: they sum to 1. */
  | {
      readonly type: "shares";
      readonly title: string;
      readonly names: readonly string[];
      readonly shares: readonly number[];
    }
  /** How far each word of a prompt has moved from where it began, and how far it may. */
  | { readonly type: "distances"; readonly distances: readonly number[]; readonly limit: number };

/** Something that is read back now and then and shown; the loop does not wait for it. */
export interface Watch {
  /**
   * A controller's or a trained tensor, after the update; or one that the backward pass keeps, as
   * the step computed it.
   */
  readonly tensor: Tensor;
  readonly due: (step: number) => boolean;
  readonly read: (values: Float32Array) => Observation;
}

/** About a hundred of so many steps, the first and the last among them. */
export const nowAndThen = (steps: number) => (step: number) =>
  step % Math.ceil(steps / 100) === 0 || step === steps - 1;

/**
 * Something that can be chosen anew after training without training again, such as DyLoRA's rank.
 */
export interface Dial {
  readonly title: string;
  readonly least: number;
  readonly most: number;
}

/** A training in parts that train different tensors, each with a fresh optimiser. */
export interface Rounds {
  readonly count: number;
  /** Updates in each; the last may have fewer. */
  readonly steps: number;
  /** Whether a tensor is trained in a round. */
  readonly trains: (tensor: Trainable, round: number) => boolean;
}

export interface Controller {
  /** Without it every tensor is trained in every step. */
  readonly rounds?: Rounds;
  /** Kept on the device beside those that the Program reads, and part of checkpoints. */
  readonly states?: readonly ControllerState[];
  /**
   * What the host sets before a step, or, with null, before an evaluation at the dial's setting
   * (its most unless turned). Small: it is uploaded. What is left out keeps its value.
   */
  readonly set?: (step: number | null, setting: number) => readonly (readonly [ControllerState, Float32Array])[];
  /** Between the backward pass and the update; the gradient norm is taken after it. */
  readonly beforeUpdate?: readonly ControllerPhase[];
  readonly afterUpdate?: readonly ControllerPhase[];
  /**
   * Whether the method adds to the loss: the sum that its kernels leave in the third of the step
   * figures is reported.
   */
  readonly penalty?: boolean;
  readonly watch?: Watch;
  readonly dial?: Dial;
}

/** What a controller may know of its run. */
export interface ControllerContext {
  /** Updates the run will make. */
  readonly steps: number;
  /** The largest gradient norm that an update uses; null: any. */
  readonly gradClip: number | null;
  readonly model: ModelFacts;
  /** A number in [0, 1) for a step: the same for the same seed and step. */
  readonly draw: (step: number) => number;
}

export type ControllerOf<Options> = (program: Program, options: Options, context: ControllerContext) => Controller;
