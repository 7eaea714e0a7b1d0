/**
 * A list of dispatches on the processor: neighbours that are nodes become one graph each, the
 * others loops over our buffers. What is bound stays bound; running allocates nothing of ours.
 */

import type { Dispatch, LoopMemory } from "../../kernels/kernel";
import { OnnxWriter } from "../../onnx/writer";
import { checkDispatch } from "../check-dispatch";
import type { CompiledDispatches, CompileOptions, DeviceBuffer } from "../executor";
import { GraphPart, type PlacedValue } from "./graph-part";
import type { HeapBuffer, HeapMemory } from "./heap";
import type { BoundSession, BoundValue, Sessions } from "./sessions";

/** A part that is written as it is added to. */
class WrittenPart {
  readonly #writer = new OnnxWriter();
  readonly #part = new GraphPart<HeapBuffer>(this.#writer, (name, shape, type) =>
    this.#writer.input(name, type, shape),
  );

  add(dispatch: Dispatch<HeapBuffer>): void {
    this.#part.add(dispatch);
  }

  finish(isWanted: (buffer: HeapBuffer) => boolean): {
    graph: Uint8Array;
    inputs: readonly BoundValue[];
    outputs: readonly BoundValue[];
  } {
    const { inputs, outputs } = this.#part.finish(isWanted);
    for (const { name, type, shape } of outputs) this.#writer.output(name, type, shape);
    const bound = ({ place: buffer, ...value }: PlacedValue<HeapBuffer>): BoundValue => ({ ...value, buffer });
    return { graph: this.#writer.bytes(), inputs: inputs.map(bound), outputs: outputs.map(bound) };
  }
}

type Step = () => void | Promise<void>;

export class ProcessorDispatches implements CompiledDispatches {
  readonly #steps: readonly Step[];
  readonly #sessions: readonly BoundSession[];
  readonly #copies: readonly HeapBuffer[];
  readonly #memory: HeapMemory;

  private constructor(
    memory: HeapMemory,
    steps: readonly Step[],
    sessions: readonly BoundSession[],
    copies: readonly HeapBuffer[],
  ) {
    this.#memory = memory;
    this.#steps = steps;
    this.#sessions = sessions;
    this.#copies = copies;
  }

  /**
   * Rejects with an Error that names the kernel if a dispatch does not fit it
   * (`check-dispatch.ts`).
   */
  static async compile(
    memory: HeapMemory,
    sessions: Sessions,
    list: readonly Dispatch<DeviceBuffer>[],
    { owner, category = "runtime", progress, results }: CompileOptions,
  ): Promise<ProcessorDispatches> {
    const parts = partsOf(list as readonly Dispatch<HeapBuffer>[]);
    const wanted = results && new Set(results as readonly HeapBuffer[]);
    const steps: Step[] = [];
    const bound: BoundSession[] = [];
    const copies: HeapBuffer[] = [];
    const made = () => new ProcessorDispatches(memory, steps, bound, copies);
    // Backwards: what a part must give out is what those after it read.
    for (const [index, part] of [...parts.entries()].reverse()) {
      progress?.(parts.length - index, parts.length);
      if (!(part instanceof WrittenPart)) {
        steps.unshift(loopOf(part));
        for (const buffer of Object.values(part.bindings)) wanted?.add(buffer);
        continue;
      }
      const { graph, inputs, outputs } = part.finish((buffer) => wanted?.has(buffer) ?? true);
      for (const { buffer } of inputs) wanted?.add(buffer);
      const own = apart(memory, inputs, outputs, { owner, category });
      copies.push(...own.copies.map(({ to }) => to));
      const session = await sessions.bind(graph, own.inputs, outputs).catch((error: unknown) => {
        made().release();
        throw error;
      });
      bound.push(session);
      steps.unshift(() => {
        for (const { from, to } of own.copies) to.bytes.set(from.bytes.subarray(0, to.size));
        return session.run();
      });
    }
    return made();
  }

  async run(): Promise<void> {
    for (const step of this.#steps) await step();
  }

  release(): void {
    for (const session of this.#sessions) session.release();
    for (const buffer of this.#copies) this.#memory.release(buffer);
  }
}

function partsOf(list: readonly Dispatch<HeapBuffer>[]): (WrittenPart | Dispatch<HeapBuffer>)[] {
  const parts: (WrittenPart | Dispatch<HeapBuffer>)[] = [];
  for (const dispatch of list) {
    checkDispatch(dispatch);
    const { kernel, sizes, options } = dispatch;
    // A dispatch of nothing, as on a graphics card.
    if (kernel.workgroups(sizes, { ...kernel.options, ...options }).includes(0)) continue;
    if ("loop" in kernel.processor) {
      parts.push(dispatch);
      continue;
    }
    const last = parts.at(-1);
    const graph = last instanceof WrittenPart ? last : new WrittenPart();
    if (graph !== last) parts.push(graph);
    graph.add(dispatch);
  }
  return parts;
}

function loopOf({ kernel, bindings, sizes, options }: Dispatch<HeapBuffer>): Step {
  if (!("loop" in kernel.processor)) throw new Error(`Kernel "${kernel.name}" is no loop.`);
  const { loop } = kernel.processor;
  const all = { ...kernel.options, ...options };
  const at: Readonly<Record<string, LoopMemory>> = bindings;
  return () => loop(at, sizes, all);
}

/**
 * onnxruntime does not know that an input and an output may be the same memory, and may write one
 * before it has read the other: such inputs are copies.
 */
function apart(
  memory: HeapMemory,
  inputs: readonly BoundValue[],
  outputs: readonly BoundValue[],
  { owner, category }: Required<Pick<CompileOptions, "owner" | "category">>,
): { inputs: readonly BoundValue[]; copies: { from: HeapBuffer; to: HeapBuffer }[] } {
  const written = new Set(outputs.map(({ buffer }) => buffer));
  const copies = new Map<HeapBuffer, HeapBuffer>();
  const moved = inputs.map((input) => {
    const { buffer } = input;
    if (!written.has(buffer)) return input;
    let copy = copies.get(buffer);
    if (!copy) {
      copy = memory.allocate(buffer.size, { label: `${buffer.label}, before`, category, owner });
      copies.set(buffer, copy);
    }
    return { ...input, buffer: copy };
  });
  return { inputs: moved, copies: [...copies].map(([from, to]) => ({ from, to })) };
}
