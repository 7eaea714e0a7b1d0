/**
 * Carries out a method's controller: its kernels compiled once and replayed, the numbers that the
 * host sets, and what is read back now and then without waiting for it. What a controller is:
 * `methods/controller.ts`.
 */

import { leaves } from "../base/leaves";
import type { Costs } from "../executors/costs";
import type { Commands, CompiledDispatches, DeviceBuffer, Executor, ReadbackRing } from "../executors/executor";
import type { Controller, ControllerPhase, Dial, Observation } from "../methods/controller";
import { bind, type Place } from "../program/place";
import { tensorBytes } from "../program/tensor";
import type { Parameters } from "./parameters";

export interface ControllerRunnerOptions {
  readonly parameters: Parameters;
  /** [loss, gradient norm, penalty] */
  readonly stepFigures: DeviceBuffer;
  readonly owner: string;
  /** Called with what is watched, in order, some steps after `step`. */
  readonly onWatched?: (watched: Observation, step: number) => void;
}

interface CompiledPhase {
  readonly compiled: CompiledDispatches;
  readonly when: (step: number) => boolean;
}

/** Readbacks that may be on their way before the loop waits for the oldest. */
const SLOTS = 4;

/** Bytes that carrying a controller out takes beside the tensors that it keeps. */
export function controllerBytes(
  costs: Pick<Costs, "dispatches">,
  { beforeUpdate = [], afterUpdate = [], watch }: Controller,
): number {
  const phases = [...beforeUpdate, ...afterUpdate];
  const uniforms = phases.reduce((sum, { dispatches }) => sum + costs.dispatches(dispatches.length), 0);
  return uniforms + (watch ? SLOTS * tensorBytes(watch.tensor) : 0);
}

export class ControllerRunner {
  readonly #executor: Executor;
  readonly #controller: Controller;
  readonly #options: ControllerRunnerOptions;
  readonly #before: readonly CompiledPhase[];
  readonly #after: readonly CompiledPhase[];
  readonly #ring: ReadbackRing<number> | null;
  #setting: number;

  private constructor(
    executor: Executor,
    controller: Controller,
    options: ControllerRunnerOptions,
    phases: { before: readonly CompiledPhase[]; after: readonly CompiledPhase[] },
  ) {
    this.#executor = executor;
    this.#controller = controller;
    this.#options = options;
    this.#before = phases.before;
    this.#after = phases.after;
    this.#setting = controller.dial?.most ?? 0;
    const { watch } = controller;
    const { owner, onWatched } = options;
    this.#ring = watch
      ? executor.readbackRing(
          { slots: SLOTS, bytes: tensorBytes(watch.tensor), owner, label: `readback of ${watch.tensor.name}` },
          (data, step) => onWatched?.(watch.read(new Float32Array(data)), step),
        )
      : null;
  }

  /** Compiles every phase. The controller's tensors must be among the parameters. */
  static async create(
    executor: Executor,
    controller: Controller,
    options: ControllerRunnerOptions,
  ): Promise<ControllerRunner> {
    const { parameters, stepFigures, owner } = options;
    const leaf = leaves(parameters.leaf);
    const buffer = (place: Place): DeviceBuffer => {
      if (place.kind === "stepFigures") return stepFigures;
      if (place.kind !== "value" && place.kind !== "gradient") throw new Error(`A controller has no ${place.kind}.`);
      return place.kind === "gradient" ? parameters.gradient(place.tensor.name) : leaf(place.tensor);
    };
    const compile = (phases: readonly ControllerPhase[] = []) =>
      Promise.all(
        phases.map(async ({ dispatches, when = () => true }): Promise<CompiledPhase> => {
          return { compiled: await executor.compile(bind(dispatches, buffer), { owner }), when };
        }),
      );
    const before = await compile(controller.beforeUpdate);
    const after = await compile(controller.afterUpdate);
    return new ControllerRunner(executor, controller, options, { before, after });
  }

  /** What can be chosen after training, and what is chosen now. */
  get dial(): (Dial & { readonly setting: number }) | null {
    const { dial } = this.#controller;
    return dial ? { ...dial, setting: this.#setting } : null;
  }

  /**
   * Evaluations from now on are at this setting. Throws a RangeError with both limits if there is
   * no such setting.
   */
  turn(setting: number): void {
    const { dial } = this.#controller;
    if (!dial) throw new RangeError("This method has nothing to choose after training.");
    const { title, least, most } = dial;
    if (!Number.isInteger(setting) || setting < least || setting > most) {
      throw new RangeError(`${title}: ${setting} is not a whole number from ${least} to ${most}.`);
    }
    this.#setting = setting;
  }

  /** Queues what the host sets for a step, or for an evaluation (null). */
  set(step: number | null): void {
    for (const [state, values] of this.#controller.set?.(step, this.#setting) ?? []) {
      const buffer = this.#options.parameters.controllerState(state.name);
      this.#executor.write(buffer, values);
    }
  }

  /** Resolves when the step's readback, if one is due, has a place. */
  async ready(step: number): Promise<void> {
    if (this.#controller.watch?.due(step)) await this.#ring!.ready();
  }

  recordBefore(commands: Commands, step: number): void {
    for (const { compiled, when } of this.#before) if (when(step)) commands.run(compiled);
  }

  /** `kept`: what the step keeps of its forward pass, by name. */
  recordAfter(commands: Commands, step: number, kept: (name: string) => DeviceBuffer): void {
    for (const { compiled, when } of this.#after) if (when(step)) commands.run(compiled);
    const { watch } = this.#controller;
    if (!watch?.due(step)) return;
    const { tensor } = watch;
    const buffer = this.#options.parameters.leaf(tensor) ?? kept(tensor.name);
    this.#ring!.push(commands, buffer, tensorBytes(tensor), step);
  }

  /** To be called when the step's commands are submitted. */
  submitted(): void {
    this.#ring?.submitted();
  }

  /** Resolves when everything watched is delivered. */
  async drained(): Promise<void> {
    await this.#ring?.drained();
  }

  release(): void {
    for (const { compiled } of [...this.#before, ...this.#after]) compiled.release();
    this.#ring?.release();
  }
}
