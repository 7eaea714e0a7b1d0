/**
 * AdamW (Loshchilov and Hutter 2019) as PyTorch computes it, in place on the device, with clipping
 * by the global norm.
 */

import type { Costs } from "../executors/costs";
import type { Commands, CompiledDispatches, DeviceBuffer, Executor } from "../executors/executor";
import { adamw } from "../kernels/adamw";
import { gradientNorm } from "../kernels/gradient-norm";
import { type Dispatch, dispatch } from "../kernels/kernel";
import { squareSum } from "../kernels/square-sum";
import type { Rounds } from "../methods/controller";
import { elementCount, type Trainable } from "../program/tensor";
import type { Parameters } from "./parameters";

export interface OptimizerOptions {
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
  /** Largest global gradient norm; null for none. */
  readonly gradClip: number | null;
  /** Decoupled weight decay of a tensor. */
  readonly weightDecay: (tensor: Trainable) => number;
  /** Parts of the training that train different tensors; default: one that trains all. */
  readonly rounds?: Rounds;
}

export const adamDefaults = { beta1: 0.9, beta2: 0.999, epsilon: 1e-8 } as const;

const PARTIALS = 256;
/** Values in the kernel's `schedule`. */
const SCHEDULE = 8;

/** Bytes that the update of these tensors takes beside their gradients and moments. */
export function optimizerBytes(
  { dispatches }: Pick<Costs, "dispatches">,
  trained: readonly Trainable[],
  rounds?: Rounds,
): number {
  const uniforms = activeTensors(trained, rounds).map((active) => dispatches(2 * active.length + 1));
  return SCHEDULE * 4 + PARTIALS * 4 + uniforms.reduce((sum, bytes) => sum + bytes, 0);
}

/** The tensors each round updates. */
function activeTensors(trained: readonly Trainable[], rounds?: Rounds): (readonly Trainable[])[] {
  if (!rounds) return [trained];
  return Array.from({ length: rounds.count }, (_, round) => trained.filter((tensor) => rounds.trains(tensor, round)));
}

/** The update of a round's tensors, and their moments, which it begins without. */
interface Round {
  readonly update: CompiledDispatches;
  readonly moments: readonly DeviceBuffer[];
}

export class Optimizer {
  readonly #executor: Executor;
  readonly #options: OptimizerOptions;
  readonly #schedule: DeviceBuffer;
  readonly #values = new Float32Array(SCHEDULE);
  readonly #rounds: readonly Round[];

  private constructor(executor: Executor, options: OptimizerOptions, schedule: DeviceBuffer, rounds: readonly Round[]) {
    this.#executor = executor;
    this.#options = options;
    this.#schedule = schedule;
    this.#rounds = rounds;
  }

  /**
   * `trained` are the tensors with a gradient; `stepFigures` is [loss, gradient norm], the norm
   * written by the update.
   */
  static async create(
    executor: Executor,
    parameters: Parameters,
    trained: readonly Trainable[],
    stepFigures: DeviceBuffer,
    owner: string,
    options: OptimizerOptions,
  ): Promise<Optimizer> {
    const schedule = executor.memory.allocate(SCHEDULE * 4, { label: "schedule", category: "runtime", owner });
    const partials = executor.memory.allocate(PARTIALS * 4, { label: "squared norms", category: "runtime", owner });
    const updates = activeTensors(trained, options.rounds).map(async (active): Promise<Round> => {
      const list = updateOf(active, parameters, { schedule, partials, stepFigures }, options);
      const moments = active.flatMap(({ name }) => Object.values(parameters.moments(name)));
      return { update: await executor.compile(list, { owner }), moments };
    });
    return new Optimizer(executor, options, schedule, await Promise.all(updates));
  }

  /**
   * Update number `step` (0 is the first) with this learning rate, from the gradients just
   * computed.
   */
  record(commands: Commands, step: number, learningRate: number): void {
    const { beta1, beta2, epsilon, gradClip } = this.#options;
    const { rounds } = this.#options;
    const round = rounds ? Math.min(rounds.count - 1, Math.floor(step / rounds.steps)) : 0;
    const { update, moments } = this.#rounds[round]!;
    const own = step - round * (rounds?.steps ?? 0);
    if (own === 0) for (const buffer of moments) commands.clear(buffer);
    this.#values.set([
      learningRate,
      beta2,
      1 - beta1,
      1 - beta2,
      epsilon,
      1 - beta1 ** (own + 1),
      1 - beta2 ** (own + 1),
      gradClip ?? 0,
    ]);
    this.#executor.write(this.#schedule, this.#values);
    commands.run(update);
  }
}

/** Norm of the gradients, then AdamW, of these tensors. */
function updateOf(
  active: readonly Trainable[],
  parameters: Parameters,
  { schedule, partials, stepFigures }: Record<"schedule" | "partials" | "stepFigures", DeviceBuffer>,
  options: Pick<OptimizerOptions, "weightDecay">,
): Dispatch<DeviceBuffer>[] {
  const list: Dispatch<DeviceBuffer>[] = active.map((tensor, index) =>
    dispatch(
      squareSum,
      { x: parameters.gradient(tensor.name), partials },
      { count: elementCount(tensor.shape) },
      { ACCUMULATE: index === 0 ? 0 : 1 },
    ),
  );
  list.push(dispatch(gradientNorm, { partials, stepFigures }, {}));
  for (const tensor of active) {
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
          stepFigures,
        },
        {
          count: elementCount(tensor.shape),
          weightDecay: options.weightDecay(tensor),
          learningRateScale: tensor.learningRateScale,
        },
      ),
    );
  }
  return list;
}
