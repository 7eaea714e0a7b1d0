/**
 * What a rule keeps of rows that were scored before: the same dispatches as in a training step, run
 * over arrays.
 */

import { EARLIER_LOSSES } from "../data/channels";
import type { LoopMemory } from "../kernels/kernel";
import { TOKEN_SCORES } from "../kernels/token-scores";
import { bind, type Place } from "../program/place";
import type { Tensor } from "../program/tensor";
import { prune } from "./prune";
import type { Pruning } from "./registry";

export interface ScoredBatch {
  readonly rows: number;
  /** Labels of each row: 1, or where tokens have labels the longest row's tokens. */
  readonly perRow: number;
  /** [rows · perRow], negative where there is none. */
  readonly labels: Int32Array;
  /** [rows · perRow], nats. */
  readonly losses: Float32Array;
  readonly entropies: Float32Array;
  /** The same of the untrained model, for rules that choose by how losses have changed; nats. */
  readonly earlier?: Float32Array;
  /** [rows, perRow, perRow]: the last layer's, for rules that go by it; 0 beyond a row's end. */
  readonly attention?: Float32Array;
  /** Seed and step, for rules that draw. */
  readonly seed: number;
  readonly step: number;
}

/** Whether each label would be learned from: [rows · perRow]. */
export function keptLabels(pruning: Pruning, batch: ScoredBatch): boolean[] {
  const { rows, perRow, labels, losses, entropies, earlier, attention, seed, step } = batch;
  const pieces: LoopMemory[] = [];
  const working = (elements: number): Place => ({ kind: "scratch", slot: pieces.push(memory(elements)) - 1 });
  const shares = working(rows * perRow);
  const cells = { shape: [rows, perRow, perRow], type: "float32", role: "activation" } as const;
  const probabilities: Tensor = { name: "attention", ...cells };
  const read = attention && { probabilities, firstQuery: 0, firstKey: 0 };
  const { scores, dispatches } = prune(pruning, { rows, perRow, shares, attention: read, working });
  const at = (place: Place): LoopMemory => {
    if (place.kind === "scratch") return pieces[place.slot]!;
    if (place.kind === "channel" && place.name === "labels")
      return { i32: labels, f32: new Float32Array(labels.buffer) };
    if (place.kind === "channel" && place.name === EARLIER_LOSSES && earlier) {
      return { f32: earlier, i32: new Int32Array(earlier.buffer) };
    }
    if (place.kind === "value" && attention) return { f32: attention, i32: new Int32Array(attention.buffer) };
    if (place.kind === "draw") return draw;
    return others;
  };
  // Step figures and lengths, which nothing reads here.
  const others = memory(Math.max(rows, 8));
  const draw = memory(4);
  draw.i32.set([seed, step, 1]);
  at(shares).f32.fill(1);
  for (let i = 0; i < labels.length; i++) {
    at(scores).f32.set([losses[i]!, entropies[i]!], i * TOKEN_SCORES);
    if (labels[i]! < 0) at(shares).f32[i] = 0;
  }
  for (const { kernel, bindings, sizes, options } of bind(dispatches, at)) {
    if (!("loop" in kernel.processor)) throw new Error(`${kernel.name} is no loop.`);
    kernel.processor.loop(bindings, sizes, options);
  }
  return Array.from(at(shares).f32.subarray(0, labels.length), (share) => share > 0);
}

function memory(elements: number): LoopMemory {
  const f32 = new Float32Array(elements);
  return { f32, i32: new Int32Array(f32.buffer) };
}
