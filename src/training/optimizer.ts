/** AdamW (Loshchilov and Hutter 2019) as PyTorch computes it, in place on the GPU, with clipping by the global norm. */

import { type CompiledDispatches, compileDispatches, uniformBytes } from "../gpu/dispatches";
import { adamw } from "../kernels/adamw";
import { gradientNorm } from "../kernels/gradient-norm";
import { type Dispatch, dispatch } from "../kernels/kernel";
import { squareSum } from "../kernels/square-sum";
import { elementCount, type Trainable } from "../program/tensor";
import type { Engine } from "./engine";
import type { Parameters } from "./parameters";

export interface OptimizerOptions {
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
  /** Largest global gradient norm; null for none. */
  readonly gradClip: number | null;
  /** Decoupled weight decay of a tensor. */
  readonly weightDecay: (tensor: Trainable) => number;
}

export const adamDefaults = { beta1: 0.9, beta2: 0.999, epsilon: 1e-8 } as const;

const PARTIALS = 256;
/** Values in the kernel's `schedule`. */
const SCHEDULE = 8;

/** Bytes that the update of so many tensors takes beside their gradients and moments. */
export const optimizerBytes = (tensors: number): number => SCHEDULE * 4 + PARTIALS * 4 + uniformBytes(2 * tensors + 1);

export class Optimizer {
  readonly #engine: Engine;
  readonly #options: OptimizerOptions;
  readonly #schedule: GPUBuffer;
  readonly #values = new Float32Array(SCHEDULE);
  readonly #update: CompiledDispatches;

  private constructor(engine: Engine, options: OptimizerOptions, schedule: GPUBuffer, update: CompiledDispatches) {
    this.#engine = engine;
    this.#options = options;
    this.#schedule = schedule;
    this.#update = update;
  }

  /** `trained` are the tensors with a gradient; `metrics` is [loss, gradient norm], the norm written by the update. */
  static async create(
    engine: Engine,
    parameters: Parameters,
    trained: readonly Trainable[],
    metrics: GPUBuffer,
    owner: string,
    options: OptimizerOptions,
  ): Promise<Optimizer> {
    const schedule = engine.memory.allocate(SCHEDULE * 4, { label: "schedule", category: "runtime", owner });
    const partials = engine.memory.allocate(PARTIALS * 4, { label: "squared norms", category: "runtime", owner });
    const list: Dispatch<GPUBuffer>[] = trained.map((tensor, index) =>
      dispatch(
        squareSum,
        { x: parameters.gradient(tensor.name), partials },
        { count: elementCount(tensor.shape) },
        { ACCUMULATE: index === 0 ? 0 : 1 },
      ),
    );
    list.push(dispatch(gradientNorm, { partials, metrics }, {}));
    for (const tensor of trained) {
      const { first, second } = parameters.moments(tensor.name);
      list.push(
        dispatch(
          adamw,
          {
            parameter: parameters.value(tensor.name),
            gradient: parameters.gradient(tensor.name),
            firstMoment: first,
            secondMoment: second,
            schedule,
            metrics,
          },
          {
            count: elementCount(tensor.shape),
            weightDecay: options.weightDecay(tensor),
            learningRateScale: tensor.learningRateScale,
          },
        ),
      );
    }
    const update = await compileDispatches(engine, list, { owner });
    return new Optimizer(engine, options, schedule, update);
  }

  /** Update number `step` (0 is the first) with this learning rate, from the gradients just computed. */
  encode(encoder: GPUCommandEncoder, step: number, learningRate: number): void {
    const { beta1, beta2, epsilon, gradClip } = this.#options;
    this.#values.set([
      learningRate,
      beta2,
      1 - beta1,
      1 - beta2,
      epsilon,
      1 - beta1 ** (step + 1),
      1 - beta2 ** (step + 1),
      gradClip ?? 0,
    ]);
    this.#engine.device.queue.writeBuffer(this.#schedule, 0, this.#values);
    this.#update.encode(encoder);
  }
}
