/**
 * What the graphics card's executor takes for itself. First of all the GPU buffers that onnxruntime
 * makes when it runs a Program: planned as it plans them (WebGPU provider of 1.30, one stream, no
 * graph optimisation, `simple` buffer cache), from shapes alone. Not for buffers of ours.
 *
 * 1. Nodes run in reverse depth-first order from the graph's leaves.
 * 2. A value lives in a buffer of its own, unless it is its input under another shape, or a dead
 *    value of the same size can be overwritten. Graph outputs are bound to buffers of ours.
 * 3. What is released can be taken again, at exactly its size, when the dispatches that used it
 *    have been submitted: after every 16th. The cache is never emptied while a session lives, and
 *    all sessions of a device share it.
 */

import { ProgramSizes } from "../../forward/sizes";
import { executionOrder } from "../../onnx/execution-order";
import type { Value } from "../../onnx/node-shapes";
import type { SizedNode } from "../../onnx/sizing-nodes";
import type { Program } from "../../program/program";
import { elementCount, type Tensor } from "../../program/tensor";
import type { Costs, StepCosts } from "../costs";
import { uniformBytes } from "./dispatches";

/** How many buffers of how many bytes. */
export type BufferCounts = ReadonlyMap<number, number>;

/** Dispatches that onnxruntime collects before it submits them. */
const SUBMITTED_TOGETHER = 16;
/** onnxruntime's attention works on so many keys at a time. */
const KEY_TILE = 64;
/** Fewer queries than this take the attention that splits the keys and reduces afterwards. */
const SPLIT_QUERIES = 32;

/** Operators that read their inputs but the first on the host: shapes and axes. */
const HOST_OPERANDS = new Set(["Reshape", "Expand", "Unsqueeze", "Split", "Slice", "ReduceL2"]);
/** Outputs that are their input under another shape. */
const VIEWS = new Set(["Reshape", "Unsqueeze"]);

type Node = SizedNode;

const pad = (bytes: number) => Math.max(16, Math.ceil(bytes / 16) * 16);
const bytesOf = ({ shape, width }: Value) => pad(elementCount(shape) * width);

/** What one session takes. */
export interface RuntimeMemory extends StepCosts {
  /** In the cache that all sessions share. */
  readonly pool: BufferCounts;
  /** Bytes of the graph's literals, the session's own. */
  readonly literals: number;
}

/**
 * Of the sizes that onnxruntime's kernels read: one small buffer for each of the dispatches that it
 * collects.
 */
const RUNTIME_UNIFORMS = 1024;

export const webgpuCosts: Costs<RuntimeMemory> = {
  dispatches: uniformBytes,
  step: ({ program, outputs }) => runtimeMemory(program, outputs),
  runtime(steps, variants) {
    if (steps.length === 0) return 0;
    const literals = steps.reduce((sum, step) => sum + step.literals, 0);
    return bufferBytes(sharedBuffers(steps.map(({ pool }) => pool))) + variants * literals + RUNTIME_UNIFORMS;
  },
};

/** What the session of a Program takes that computes these outputs. */
export function runtimeMemory(program: Program, outputs: readonly Tensor[]): RuntimeMemory {
  const { nodes, values, leaves } = new ProgramSizes(program, outputs);
  const bound = new Set(outputs.map(({ name }) => name));
  const uploaded = uploadedLiterals(nodes, values);
  const order = executionOrder(nodes.map((node) => ({ ...node, inputs: onDevice(node) })));
  const pool = new Pool();
  const buffers = planBuffers(order, values, bound);
  const lastUse = new Map<number, number>();
  order.forEach(({ inputs, outputs }, index) => {
    for (const name of [...inputs, ...outputs]) {
      const buffer = buffers.get(name);
      if (buffer !== undefined) lastUse.set(buffer, index);
    }
  });
  const dying = order.map((): number[] => []);
  for (const [buffer, last] of lastUse) dying[last]!.push(buffer);
  const live = new Set<number>();
  const valueUnder = (name: string) => values.get(name)!;
  order.forEach((node, index) => {
    for (const name of node.outputs) {
      const buffer = buffers.get(name);
      if (buffer === undefined || live.has(buffer)) continue;
      live.add(buffer);
      pool.take(bytesOf(valueUnder(name)), buffer);
    }
    if (!VIEWS.has(node.operator)) {
      const { dispatches, scratch } = workOf(node, valueUnder);
      const places = scratch.map((bytes) => pool.take(pad(bytes)));
      pool.dispatched(dispatches);
      for (const place of places) pool.release(place);
    }
    for (const buffer of dying[index]!) if (live.has(buffer)) pool.release(buffer);
  });
  const literals = [...uploaded].reduce((sum, name) => sum + bytesOf(valueUnder(name)), 0);
  return { pool: pool.made, literals, leaves, largest: Math.max(0, ...pool.made.keys()) };
}

/** What a node reads on the device: not the shapes and axes that onnxruntime reads on the host. */
const onDevice = ({ operator, inputs }: Node) =>
  inputs.filter((name, index) => name !== "" && !(index > 0 && HOST_OPERANDS.has(operator)));

/** Literals that lie on the GPU: those that are no shapes or axes. */
function uploadedLiterals(nodes: readonly Node[], values: ReadonlyMap<string, Value>): ReadonlySet<string> {
  return new Set(nodes.flatMap(onDevice).filter((name) => values.get(name)!.host));
}

/**
 * What the sessions of several Programs, run one after the other, leave in the cache that they
 * share.
 */
export function sharedBuffers(sessions: Iterable<BufferCounts>): BufferCounts {
  const most = new Map<number, number>();
  for (const session of sessions) {
    for (const [size, count] of session) most.set(size, Math.max(most.get(size) ?? 0, count));
  }
  return most;
}

export function bufferBytes(counts: BufferCounts): number {
  return [...counts].reduce((sum, [size, count]) => sum + size * count, 0);
}

/** onnxruntime's cache of released buffers. */
class Pool {
  /** Buffers made so far, by size. */
  readonly made = new Map<number, number>();
  readonly #free = new Map<number, number>();
  readonly #sizes = new Map<number, number>();
  #released: number[] = [];
  #dispatches = 0;
  #anonymous = -1;

  /** A buffer of that size under a number (default: its own); a free one if there is any. */
  take(bytes: number, key = this.#anonymous--): number {
    const free = this.#free.get(bytes) ?? 0;
    if (free > 0) this.#free.set(bytes, free - 1);
    else this.made.set(bytes, (this.made.get(bytes) ?? 0) + 1);
    this.#sizes.set(key, bytes);
    return key;
  }

  release(key: number): void {
    this.#released.push(this.#sizes.get(key)!);
  }

  dispatched(count: number): void {
    this.#dispatches += count;
    if (this.#dispatches < SUBMITTED_TOGETHER) return;
    this.#dispatches %= SUBMITTED_TOGETHER;
    for (const bytes of this.#released) this.#free.set(bytes, (this.#free.get(bytes) ?? 0) + 1);
    this.#released = [];
  }
}

/** Which buffer each value lives in; none for leaves and for what is bound to buffers of ours. */
function planBuffers(
  order: readonly Node[],
  values: ReadonlyMap<string, Value>,
  bound: ReadonlySet<string>,
): ReadonlyMap<string, number> {
  const uses = new Map<string, number>();
  for (const { inputs } of order) for (const name of inputs) uses.set(name, (uses.get(name) ?? 0) + 1);
  /** What a view is a view of. */
  const root = new Map<string, string>();
  const rootOf = (name: string) => root.get(name) ?? name;
  const buffers = new Map<string, number>();
  const size = (name: string) => bytesOf(values.get(name)!);
  /** Readers that are left of everything that is the same value. */
  const left = new Map<string, number>();
  const dead: { buffer: number; bytes: number }[] = [];
  let count = 0;
  for (const { operator, inputs, outputs } of order) {
    for (const output of outputs) {
      left.set(output, uses.get(output) ?? 0);
      if (bound.has(output)) continue;
      if (VIEWS.has(operator)) {
        const own = rootOf(inputs[0]!);
        root.set(output, own);
        // A view keeps what it shows alive.
        left.set(own, (left.get(own) ?? Number.POSITIVE_INFINITY) + (uses.get(output) ?? 0));
        const buffer = buffers.get(own);
        if (buffer !== undefined) buffers.set(output, buffer);
        continue;
      }
      const again = dead.findIndex(({ bytes }) => bytes === size(output));
      if (again >= 0) buffers.set(output, dead.splice(again, 1)[0]!.buffer);
      else buffers.set(output, count++);
    }
    for (const name of inputs) {
      const own = rootOf(name);
      const readers = (left.get(own) ?? Number.POSITIVE_INFINITY) - 1;
      left.set(own, readers);
      const buffer = buffers.get(own);
      if (readers === 0 && buffer !== undefined) dead.unshift({ buffer, bytes: size(own) });
    }
  }
  return buffers;
}

/** Dispatches of a node, and the bytes of what only its kernels use. */
function workOf(
  { operator, inputs, outputs, attributes }: Node,
  value: (name: string) => Value,
): { dispatches: number; scratch: number[] } {
  if (operator === "ReduceL2") {
    // Along any axis but the last it works on a transposed copy.
    const [copied] = inputs;
    return { dispatches: 2, scratch: [bytesOf(value(copied!))] };
  }
  if (operator !== "MultiHeadAttention") return { dispatches: 1, scratch: [] };
  const [batch, queries, width] = value(outputs[0]!).shape as [number, number, number];
  const keys = value(inputs[1]!).shape[1]!;
  const heads = attributes.num_heads as number;
  const whole = 4 * batch * keys * width;
  if ((width / heads) % 4 !== 0) {
    const scores = 4 * batch * heads * queries * keys;
    return { dispatches: 6, scratch: [4 * batch * queries * width, whole, whole, scores] };
  }
  // Keys and values by head.
  if (queries >= SPLIT_QUERIES) return { dispatches: 2, scratch: [whole, whole] };
  const tiles = Math.ceil(keys / KEY_TILE);
  const parts = 4 * batch * queries * tiles;
  return { dispatches: 3, scratch: [whole, whole, parts * heads * 2, parts * width] };
}
