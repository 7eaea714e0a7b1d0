/**
 * Initial values that the frozen model computes: a text's word embeddings, its keys and values. They are written on the
 * device straight into the trained tensors' buffers. Values that need no model: `parameters.ts`.
 */

import { writeGraph } from "../forward/graph";
import type { Program } from "../program/program";
import { type Tensor, type Trainable, tensorBytes } from "../program/tensor";
import type { Engine } from "./engine";

/**
 * Fills the buffer of every one of `trainables` that starts as another tensor's value. `target` gives a trainable's buffer,
 * `source` a weight's or constant's. Throws an Error naming the tensor if shapes differ.
 */
export async function computeStart(
  engine: Engine,
  program: Program,
  trainables: readonly Trainable[],
  target: (trainable: Trainable) => GPUBuffer,
  source: (leaf: Tensor) => GPUBuffer,
): Promise<void> {
  const computed = new Map<Tensor, GPUBuffer>();
  const copies: { from: Tensor; to: Trainable }[] = [];
  for (const trainable of trainables) {
    if (trainable.initializer.kind !== "tensor") continue;
    const { tensor } = trainable.initializer;
    if (tensor.shape.join() !== trainable.shape.join()) {
      throw new Error(`"${trainable.name}" [${trainable.shape}] cannot start as "${tensor.name}" [${tensor.shape}].`);
    }
    if (tensor.type !== trainable.type) {
      throw new Error(
        `"${trainable.name}" cannot start as "${tensor.name}", which is kept as ${tensor.type}: choose float32.`,
      );
    }
    if (tensor.role === "activation" && !computed.has(tensor)) computed.set(tensor, target(trainable));
    else copies.push({ from: tensor, to: trainable });
  }
  if (computed.size > 0) {
    const graph = writeGraph(program, [...computed.keys()]);
    const session = await engine.runtime.session(graph, (tensor) => computed.get(tensor) ?? source(tensor));
    await session.run();
    await session.release();
  }
  const encoder = engine.device.createCommandEncoder();
  for (const { from, to } of copies) {
    encoder.copyBufferToBuffer(computed.get(from) ?? source(from), 0, target(to), 0, tensorBytes(to));
  }
  engine.device.queue.submit([encoder.finish()]);
}
