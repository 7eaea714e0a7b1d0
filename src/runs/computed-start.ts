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
import { type Initializer, type Tensor, tensorBytes } from "../program/tensor";

/** A tensor of a run, trained or frozen, and how it starts. */
export interface Started extends Tensor {
  readonly initializer: Initializer;
}

/**
 * Fills the buffer of every one of `tensors` that starts as another tensor's value. `target` gives
 * its buffer, `source` a weight's or constant's. Throws an Error naming the tensor if shapes
 * differ, or where zeros are refused.
 */
export async function computeStart(
  executor: Executor,
  program: Program,
  tensors: readonly Started[],
  target: (tensor: Started) => DeviceBuffer,
  source: Leaves,
): Promise<void> {
  const computed = new Map<Tensor, DeviceBuffer>();
  const copies: { from: Tensor; to: Started }[] = [];
  for (const started of tensors) {
    if (started.initializer.kind !== "tensor") continue;
    const { tensor } = started.initializer;
    if (tensor.shape.join() !== started.shape.join()) {
      throw new Error(`"${started.name}" [${started.shape}] cannot start as "${tensor.name}" [${tensor.shape}].`);
    }
    if (tensor.type !== started.type) {
      throw new Error(
        `"${started.name}" cannot start as "${tensor.name}", which is kept as ${tensor.type}: choose float32.`,
      );
    }
    if (tensor.role === "activation" && !computed.has(tensor)) computed.set(tensor, target(started));
    else copies.push({ from: tensor, to: started });
  }
  await widen(executor, copies, target, source);
  if (computed.size > 0) await computeInto(executor, { program, leaves: source }, computed);
  const commands = executor.commands();
  for (const { from, to } of copies) {
    if (isNarrow(from, to, source)) continue;
    commands.copy(computed.get(from) ?? source(from), 0, target(to), 0, tensorBytes(to));
  }
  await commands.submit();
  for (const started of tensors) await refuseZeros(executor, started, target(started));
}

async function refuseZeros(executor: Executor, started: Started, buffer: DeviceBuffer): Promise<void> {
  const { initializer } = started;
  if (initializer.kind !== "tensor" || initializer.refusesZero === undefined) return;
  const values = new Float32Array(await executor.read(buffer, tensorBytes(started)));
  const zeros = values.filter((value) => value === 0).length;
  if (zeros > 0) throw new Error(`${zeros} of the ${values.length} ${initializer.refusesZero}.`);
}

/** Whether a frozen tensor lies on the device in half the bytes of what starts from it. */
function isNarrow(from: Tensor, to: Started, source: Leaves): boolean {
  return from.role === "weight" && source(from).size < tensorBytes(to);
}

/** Float32 copies of frozen float16 matrices. */
async function widen(
  executor: Executor,
  copies: readonly { from: Tensor; to: Started }[],
  target: (tensor: Started) => DeviceBuffer,
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
