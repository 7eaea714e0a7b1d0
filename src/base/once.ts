/**
 * Computing outputs of a Program now: a session is opened, run and released, and with it whatever
 * was put on the device for it. Not for what lives on to be run again (`runs/step.ts`,
 * `answers/next-token.ts`).
 */

import { type DeviceBuffer, type Executor, upload } from "../executors/executor";
import { writeGraph } from "../forward/graph";
import type { Constant, Program } from "../program/program";
import { elementCount, type Tensor, tensorBytes } from "../program/tensor";
import { held, type Layer, leaves } from "./leaves";

/** What is computed, and from what. */
export interface Computation {
  readonly program: Program;
  /** Values from the host for leaves: these come first. */
  readonly given?: (leaf: Tensor) => Float32Array | Int32Array | undefined;
  /**
   * Which buffers the other leaves are; default: only constants, which are uploaded, are read.
   * Dropout masks are all ones: nothing is trained here.
   */
  readonly leaves?: Layer;
}

const allocation = ({ name }: Tensor) => ({ label: name, category: "runtime", owner: "once" }) as const;

/**
 * `work` runs the computation into `outputs`, as often as it likes while leaves change; everything
 * but `outputs` is released afterwards. Rejects as `work` does, or with an Error naming a leaf that
 * nobody binds.
 */
export async function withSession<Result>(
  executor: Executor,
  { program, given, leaves: bound = () => undefined }: Computation,
  outputs: ReadonlyMap<Tensor, DeviceBuffer>,
  work: (run: () => Promise<void>) => Promise<Result>,
): Promise<Result> {
  const uploaded = new Map<Tensor, DeviceBuffer>();
  const uploading = (leaf: Tensor, values: Float32Array | Int32Array | undefined) => {
    if (!values) return undefined;
    const buffer = upload(executor, values, allocation(leaf));
    uploaded.set(leaf, buffer);
    return buffer;
  };
  const ones = (leaf: Tensor) =>
    leaf.role === "noise" ? new Float32Array(elementCount(leaf.shape)).fill(1) : undefined;
  const fromHost: Layer = (leaf) => uploading(leaf, given?.(leaf) ?? ones(leaf));
  const constants: Layer = (leaf) =>
    uploading(leaf, leaf.role === "constant" ? (leaf as Constant).values() : undefined);
  const buffer = leaves(held(outputs), held(uploaded), fromHost, bound, constants);
  try {
    const session = await executor.session(writeGraph(program, [...outputs.keys()]), buffer);
    const result = await work(() => session.run()).catch(async (error: unknown) => {
      await session.release().catch(() => {});
      throw error;
    });
    await session.release();
    return result;
  } finally {
    for (const own of uploaded.values()) executor.memory.release(own);
  }
}

/**
 * Computes straight into `outputs`; resolves when that is submitted. Rejects with an Error naming a
 * leaf that nobody binds.
 */
export function computeInto(
  executor: Executor,
  computation: Computation,
  outputs: ReadonlyMap<Tensor, DeviceBuffer>,
): Promise<void> {
  return withSession(executor, computation, outputs, (run) => run());
}

/**
 * Values of float32 tensors, row-major: those that operations give are computed, leaves are read
 * from the buffers that `leaves` has. Rejects with an Error naming a leaf that nobody binds.
 */
export async function computeValues(
  executor: Executor,
  computation: Computation,
  tensors: readonly Tensor[],
): Promise<ReadonlyMap<Tensor, Float32Array>> {
  const outputs = new Map<Tensor, DeviceBuffer>();
  try {
    for (const tensor of tensors) {
      if (tensor.role !== "activation") continue;
      outputs.set(tensor, executor.memory.allocate(tensorBytes(tensor), allocation(tensor)));
    }
    if (outputs.size > 0) await computeInto(executor, computation, outputs);
    const buffer = leaves(held(outputs), computation.leaves ?? (() => undefined));
    const read = tensors.map(async (tensor) => {
      const bytes = await executor.read(buffer(tensor), tensorBytes(tensor));
      return [tensor, new Float32Array(bytes)] as const;
    });
    return new Map(await Promise.all(read));
  } finally {
    for (const own of outputs.values()) executor.memory.release(own);
  }
}
