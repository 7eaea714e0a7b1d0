/**
 * Initial values that the frozen model computes: a text's word embeddings, its keys and values.
 * They are written on the device straight into the trained tensors' buffers. Values that need no
 * model: `parameters.ts`.
 */

import type { Leaves } from "../base/leaves";
import { computeInto } from "../base/once";
import type { DeviceBuffer, Executor } from "../executors/executor";
import type { Operation } from "../program/operation";
import { Program } from "../program/program";
import { type Tensor, type Trainable, tensorBytes } from "../program/tensor";

/**
 * Fills the buffer of every one of `trainables` that starts as another tensor's value. `target`
 * gives a trainable's buffer,
 * `source` a weight's or constant's. Throws an Error naming the tensor if shapes differ, or where
 * zeros are refused.
 */
export async function computeStart(
  executor: Executor,
  program: Program,
  trainables: readonly Trainable[],
  target: (trainable: Trainable) => DeviceBuffer,
  source: Leaves,
): Promise<void> {
  const computed = new Map<Tensor, DeviceBuffer>();
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
  await widen(executor, copies, target, source);
  if (computed.size > 0) await computeInto(executor, { program, leaves: source }, computed);
  const commands = executor.commands();
  for (const { from, to } of copies) {
    if (isNarrow(from, to, source)) continue;
    commands.copy(computed.get(from) ?? source(from), 0, target(to), 0, tensorBytes(to));
  }
  await commands.submit();
  for (const trainable of trainables) await refuseZeros(executor, trainable, target(trainable));
}

async function refuseZeros(executor: Executor, trainable: Trainable, buffer: DeviceBuffer): Promise<void> {
  const { initializer } = trainable;
  if (initializer.kind !== "tensor" || initializer.refusesZero === undefined) return;
  const values = new Float32Array(await executor.read(buffer, tensorBytes(trainable)));
  const zeros = values.filter((value) => value === 0).length;
  if (zeros > 0) throw new Error(`${zeros} of the ${values.length} ${initializer.refusesZero}.`);
}

/** Whether a frozen tensor lies on the device in half the bytes of what starts from it. */
function isNarrow(from: Tensor, to: Trainable, source: Leaves): boolean {
  return from.role === "weight" && source(from).size < tensorBytes(to);
}

/** Float32 copies of frozen float16 matrices. */
async function widen(
  executor: Executor,
  copies: readonly { from: Tensor; to: Trainable }[],
  target: (trainable: Trainable) => DeviceBuffer,
  source: Leaves,
): Promise<void> {
  const program = new Program("float16");
  const outputs = new Map<Tensor, DeviceBuffer>();
  for (const { from, to } of copies) {
    if (!isNarrow(from, to, source)) continue;
    const narrow = program.weight(from.name, from.shape);
    const wide = program.activation(`${from.name} widened`, from.shape);
    const forward: Operation["forward"] = (graph) => graph.define(wide, "Identity", [graph.use(narrow)]);
    program.append({ kind: "widen", inputs: [narrow], outputs: [wide], forward, backward: () => {} });
    outputs.set(wide, target(to));
  }
  if (outputs.size > 0) await computeInto(executor, { program, leaves: source }, outputs);
}
