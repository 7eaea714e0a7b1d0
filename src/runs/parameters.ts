/**
 * The trained tensors of one run on the device: values, gradients and AdamW's moments, and copies
 * of them on the host. Beside them what the method's controller keeps.
 */

import type { Layer } from "../base/leaves";
import { Random } from "../data/random";
import { type DeviceBuffer, type Executor, upload } from "../executors/executor";
import {
  type ControllerState,
  elementCount,
  type Initializer,
  type Tensor,
  type Trainable,
  tensorBytes,
} from "../program/tensor";

/** Values by tensor name, row-major. */
export type Values = ReadonlyMap<string, Float32Array>;

/** What a run answers with: the values, and what the method's controller keeps. */
export interface TrainedValues {
  readonly values: Values;
  /** Empty for methods without a controller. */
  readonly controllerStates: Values;
}

/** What it goes on with after a step: the optimiser's state as well. */
export interface ParameterState extends TrainedValues {
  readonly step: number;
  readonly firstMoments: Values;
  readonly secondMoments: Values;
}

/** Everything needed to go on with a run. */
export interface Checkpoint extends ParameterState {
  /** Real tokens, seconds and floating-point operations of training so far. */
  readonly tokens: number;
  /** Tokens that were learned from so far; default: 0, of a time before they were counted. */
  readonly keptTokens?: number | undefined;
  readonly seconds: number;
  readonly flops: number;
}

/** A number that is none, and whose it is in words. */
export interface NonFinite {
  readonly where: string;
  readonly value: number;
}

/**
 * The first number of these tensors that is not finite; null: there is none. `kind`: what they are,
 * before the tensor's name.
 */
function nonFiniteIn(tensors: Values, kind: "trained tensor" | "gradient of" | "second moment of"): NonFinite | null {
  for (const [tensor, values] of tensors) {
    for (let index = 0; index < values.length; index++) {
      const value = values[index]!;
      if (!Number.isFinite(value)) return { where: `the ${kind} "${tensor}"`, value };
    }
  }
  return null;
}

/** What of a state is no number; null: nothing. */
export function findNonFinite({ values, secondMoments }: ParameterState): NonFinite | null {
  return nonFiniteIn(values, "trained tensor") ?? nonFiniteIn(secondMoments, "second moment of");
}

export class Parameters {
  readonly trainables: readonly Trainable[];
  readonly #executor: Executor;
  readonly #values = new Map<string, DeviceBuffer>();
  readonly #gradients = new Map<string, DeviceBuffer>();
  readonly #firstMoments = new Map<string, DeviceBuffer>();
  readonly #secondMoments = new Map<string, DeviceBuffer>();
  readonly #controllerStates = new Map<string, DeviceBuffer>();
  /** What the method's controller keeps. */
  readonly controllerStates: readonly ControllerState[];
  #version = 0;

  /**
   * `given` values replace initial ones; a shape that differs throws an Error naming tensor and
   * both sizes.
   */
  constructor(
    executor: Executor,
    trainables: readonly Trainable[],
    owner: string,
    seed: number,
    given: Values = new Map(),
    controllerStates: readonly ControllerState[] = [],
  ) {
    this.#executor = executor;
    this.controllerStates = controllerStates;
    const startOf = (tensor: Startable): Float32Array => {
      const { name, shape } = tensor;
      const values = given.get(name) ?? initialValues(tensor, seed);
      if (values.length === elementCount(shape)) return values;
      throw new Error(`"${name}" has ${values.length} values; its shape [${shape}] needs ${elementCount(shape)}.`);
    };
    for (const { name, shape, initial, inAdapter } of controllerStates) {
      const values =
        typeof initial === "number"
          ? new Float32Array(elementCount(shape)).fill(initial)
          : startOf({ name, shape, initializer: initial });
      const category = inAdapter ? "adapter" : "optimizer";
      this.#controllerStates.set(name, upload(executor, values, { label: name, category, owner }));
    }
    this.trainables = trainables;
    for (const tensor of trainables) {
      const { name } = tensor;
      const values = startOf(tensor);
      const bytes = tensorBytes(tensor);
      this.#values.set(name, upload(executor, values, { label: name, category: "adapter", owner }));
      const label = (what: string) => `${what} of ${name}`;
      this.#gradients.set(
        name,
        executor.memory.allocate(bytes, { label: label("gradient"), category: "gradients", owner }),
      );
      for (const [moments, what] of [
        [this.#firstMoments, "first moment"],
        [this.#secondMoments, "second moment"],
      ] as const) {
        moments.set(name, executor.memory.allocate(bytes, { label: label(what), category: "optimizer", owner }));
      }
    }
  }

  /**
   * Of a trained tensor its value, of a controller's what it keeps. Throws an Error naming one that
   * is not there.
   */
  readonly leaf: Layer = ({ name, role }) => {
    if (role === "trainable") return this.value(name);
    return role === "controller" ? this.controllerState(name) : undefined;
  };

  /** Another number whenever what a run answers with may have become another. */
  get version(): number {
    return this.#version;
  }

  /** To be called by whoever writes into the buffers. */
  changed(): void {
    this.#version++;
  }

  value(name: string): DeviceBuffer {
    return found(this.#values, name);
  }

  gradient(name: string): DeviceBuffer {
    return found(this.#gradients, name);
  }

  moments(name: string): { first: DeviceBuffer; second: DeviceBuffer } {
    return { first: found(this.#firstMoments, name), second: found(this.#secondMoments, name) };
  }

  /** What the method's controller keeps under that name. */
  controllerState(name: string): DeviceBuffer {
    return found(this.#controllerStates, name);
  }

  /** The values as they are now; waits for the device. */
  read(): Promise<Values> {
    return this.#read(this.#values);
  }

  /** What the controller keeps, as it is now; waits for the device. */
  readControllerStates(): Promise<Values> {
    return this.#read(this.#controllerStates, this.controllerStates);
  }

  /** Both, as they are now; waits for the device. */
  async readTrained(): Promise<TrainedValues> {
    return { values: await this.read(), controllerStates: await this.readControllerStates() };
  }

  /** The gradients of the last step; waits for the device. */
  readGradients(): Promise<Values> {
    return this.#read(this.#gradients);
  }

  /**
   * What is no number on the device: of the trained tensors, else of the last step's gradients;
   * null: nothing. Waits for the device.
   */
  async findNonFinite(): Promise<NonFinite | null> {
    return nonFiniteIn(await this.read(), "trained tensor") ?? nonFiniteIn(await this.readGradients(), "gradient of");
  }

  async checkpoint(step: number): Promise<ParameterState> {
    const [trained, firstMoments, secondMoments] = await Promise.all([
      this.readTrained(),
      this.#read(this.#firstMoments),
      this.#read(this.#secondMoments),
    ]);
    return { step, ...trained, firstMoments, secondMoments };
  }

  restore(checkpoint: ParameterState): void {
    this.changed();
    for (const [buffers, values] of [
      [this.#values, checkpoint.values],
      [this.#firstMoments, checkpoint.firstMoments],
      [this.#secondMoments, checkpoint.secondMoments],
      [this.#controllerStates, checkpoint.controllerStates],
    ] as const) {
      for (const [name, buffer] of buffers) {
        const kept = found(values, name);
        this.#executor.write(buffer, kept);
      }
    }
  }

  async #read(
    buffers: ReadonlyMap<string, DeviceBuffer>,
    tensors: readonly Tensor[] = this.trainables,
  ): Promise<Values> {
    const entries = tensors.map(async (tensor) => {
      const bytes = await this.#executor.read(found(buffers, tensor.name), tensorBytes(tensor));
      return [tensor.name, new Float32Array(bytes)] as const;
    });
    return new Map(await Promise.all(entries));
  }
}

/** What has values at the start of a run. */
export type Startable = Pick<Trainable, "name" | "shape" | "initializer">;

/**
 * The same for the same seed and tensor name, whatever else a run trains: every run's head starts
 * alike.
 */
export function initialValues({ name, shape, initializer }: Startable, seed: number): Float32Array {
  const values = new Float32Array(elementCount(shape));
  const random = new Random(seed, `initial/${name}`);
  const fill: { [Kind in Initializer["kind"]]: (how: Extract<Initializer, { kind: Kind }>) => void } = {
    zeros: () => {},
    ones: () => values.fill(1),
    identity: () => {
      const width = shape.at(-1)!;
      for (let row = 0; row < width; row++) values[row * width + row] = 1;
    },
    normal: ({ std }) => {
      for (let index = 0; index < values.length; index++) values[index] = std * random.normal();
    },
    uniform: ({ bound }) => {
      for (let index = 0; index < values.length; index++) values[index] = bound * (2 * random.next() - 1);
    },
    values: (given) => values.set(given.values),
    drawn: (given) => values.set(given.values(new Random(seed, `initial/${given.stream}`))),
    // Computed before the first step: see `computed-start.ts`.
    tensor: () => {},
    weight: () => {},
  };
  (fill[initializer.kind] as (how: Initializer) => void)(initializer);
  return values;
}

function found<Item>(items: ReadonlyMap<string, Item>, name: string): Item {
  const item = items.get(name);
  if (!item) throw new Error(`There is no trained tensor "${name}".`);
  return item;
}
