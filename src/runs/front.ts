/** What a run puts in front of its input, computed with its present values. */

import type { BaseModel } from "../base/base-model";
import type { DeviceBuffer, Executor } from "../executors/executor";
import { writeGraph } from "../forward/graph";
import { type Tensor, tensorBytes } from "../program/tensor";
import type { Parameters } from "./parameters";
import type { TunedProgram } from "./tuned-program";

/** What stands in front of the input with the run's present values: the prompt, or every layer's keys and values. */
export async function evaluateFront(
  executor: Executor,
  model: Pick<BaseModel, "buffer">,
  { parameters, semantic }: { parameters: Parameters; semantic: ReadonlyMap<string, DeviceBuffer> },
  { program, front }: TunedProgram,
): Promise<ReadonlyMap<Tensor, Float32Array>> {
  const wanted = [...(front.prompt ? [front.prompt] : []), ...front.keys, ...front.values];
  const computed = wanted.filter(({ role }) => role === "activation");
  const owner = "front";
  const outputs = new Map<Tensor, DeviceBuffer>();
  for (const tensor of computed) {
    const allocation = { label: tensor.name, category: "runtime", owner } as const;
    outputs.set(tensor, executor.memory.allocate(tensorBytes(tensor), allocation));
  }
  const buffer = (tensor: Tensor) => {
    if (tensor.role === "trainable") return parameters.value(tensor.name);
    return outputs.get(tensor) ?? semantic.get(tensor.name) ?? model.buffer(tensor);
  };
  if (computed.length > 0) {
    const session = await executor.session(writeGraph(program, computed), buffer);
    await session.run();
    await session.release();
  }
  const read = wanted.map(async (tensor) => {
    const bytes = await executor.read(buffer(tensor), tensorBytes(tensor));
    return [tensor, new Float32Array(bytes)] as const;
  });
  const values = new Map(await Promise.all(read));
  executor.memory.releaseOwner(owner);
  return values;
}
