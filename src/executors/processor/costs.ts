/**
 * What the processor's executor takes for itself: the working memory of onnxruntime's sessions
 * while they run, and the sessions. A run gives back what it took, so of all sessions only the
 * neediest counts.
 */

import { ProgramSizes } from "../../forward/sizes";
import { executionOrder } from "../../onnx/execution-order";
import type { Value } from "../../onnx/node-shapes";
import type { SizedNode } from "../../onnx/sizing-nodes";
import { elementCount } from "../../program/tensor";
import type { Costs, PlannedStep, StepCosts } from "../costs";
import { sizeDispatches } from "./dispatch-sizes";

export interface SessionCosts extends StepCosts {
  /** Bytes that live at once within a run of the neediest of the step's graphs. */
  readonly working: number;
  /** Nodes of all the step's graphs. */
  readonly nodes: number;
}

/** Bytes of the module before any session: code's data, threads' stacks, onnxruntime's tables. */
const MODULE = 16 * 2 ** 20;
/**
 * Bytes of a session for each node of its graph, about: measured, optimised graphs of 100 to 2,000
 * nodes.
 */
const NODE = 3000;
/**
 * Working memory over the values that live at once: what is given back is not always where the next
 * value fits.
 */
const SCATTERED = 1.3;

export const processorCosts: Costs<SessionCosts> = {
  // Loops are bound to buffers and nothing else.
  dispatches: () => 0,
  step({ program, outputs, backward }) {
    const { nodes, values, leaves } = new ProgramSizes(program, outputs);
    const forward = peakOf(nodes, values, new Set(outputs.map(({ name }) => name)));
    const back = backwardCosts(backward);
    return {
      leaves,
      largest: Math.max(forward.largest, back.largest),
      working: Math.max(forward.working, back.working),
      nodes: nodes.length + back.nodes,
    };
  },
  runtime(steps) {
    if (steps.length === 0) return 0;
    // Runs with the same graphs share sessions, so variants cost nothing; graphs of the same sizes
    // are taken for the same.
    const distinct = new Map(steps.map((step) => [`${step.nodes} ${step.working} ${step.largest}`, step]));
    const sessions = [...distinct.values()].reduce((sum, { nodes }) => sum + nodes * NODE, 0);
    return MODULE + sessions + Math.ceil(SCATTERED * Math.max(...steps.map(({ working }) => working)));
  },
};

function backwardCosts(list: PlannedStep["backward"]) {
  const { sizing, outputs } = sizeDispatches(list, ({ kind }) => kind === "gradient");
  const bound = new Set(outputs.map(({ name }) => name));
  return { ...peakOf(sizing.nodes, sizing.values, bound), nodes: sizing.nodes.length };
}

/** Outputs that are their input under another shape. */
const VIEWS = new Set(["Reshape", "Unsqueeze", "Identity"]);

/** Bytes that live at once when nodes run in order and a value dies with its last reader. */
function peakOf(
  written: readonly SizedNode[],
  values: ReadonlyMap<string, Value>,
  bound: ReadonlySet<string>,
): { working: number; largest: number } {
  const nodes = executionOrder(written);
  const root = new Map<string, string>();
  const rootOf = (name: string): string => root.get(name) ?? name;
  for (const { operator, inputs, outputs } of written) {
    if (VIEWS.has(operator)) root.set(outputs[0]!, rootOf(inputs[0]!));
  }
  const last = new Map<string, number>();
  nodes.forEach(({ inputs, outputs }, index) => {
    for (const name of [...inputs, ...outputs]) last.set(rootOf(name), index);
  });
  const dying = nodes.map((): string[] => []);
  for (const [name, index] of last) dying[index]!.push(name);
  const bytes = (name: string) => elementCount(values.get(name)!.shape) * values.get(name)!.width;
  const live = new Set<string>();
  let [now, working, largest] = [0, 0, 0];
  nodes.forEach(({ outputs }, index) => {
    for (const name of outputs) {
      if (rootOf(name) !== name || bound.has(name)) continue;
      live.add(name);
      now += bytes(name);
      largest = Math.max(largest, bytes(name));
    }
    working = Math.max(working, now + ownBytes(nodes[index]!, values));
    for (const name of dying[index]!) if (live.delete(name)) now -= bytes(name);
  });
  return { working, largest };
}

/**
 * What a kernel of onnxruntime takes while it runs: attention lays queries, keys and values out by
 * head, and keeps all scores.
 */
function ownBytes({ operator, inputs, attributes }: SizedNode, values: ReadonlyMap<string, Value>): number {
  if (operator !== "MultiHeadAttention") return 0;
  const [batch, queries, width] = values.get(inputs[0]!)!.shape as [number, number, number];
  const keys = values.get(inputs[1]!)!.shape[1]!;
  return 4 * batch * (2 * queries * width + 2 * keys * width + (attributes.num_heads as number) * queries * keys);
}
