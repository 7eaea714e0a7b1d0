/**
 * Bytes the studio holds in the device's memory, or will: what all runs share once, and what is
 * each run's own. Together they are the total. Drawing them is `charts/MemoryChart.tsx`.
 */

import type { TrainingConfiguration } from "../../plan/configuration";
import { isEnded } from "../../plan/phase";
import { expandSweeps } from "../../plan/sweep";
import { variantsOf } from "../../plan/variants";
import type { DataSettings, MemoryBytes } from "../../worker/api";
import type { Comparison, DraftRun, MethodsSlice, StudioState } from "./state";

/** What no other run uses: the workspace of a step and a text that was read serve all runs. */
export const OWN = ["adapter", "gradients", "optimizer", "runtime"] as const;
export type OwnCategory = (typeof OWN)[number];

export function ownBytes(bytes: MemoryBytes): number {
  return OWN.reduce((sum, category) => sum + bytes[category], 0);
}

/** What a run needs where it is the only one: its own, and what it uses of what is shared. */
export function bytesAlone(bytes: MemoryBytes): number {
  return bytes.total - bytes.weights - bytes.onnxruntime;
}

export interface RunBytes {
  key: string;
  name: string;
  slot: number;
  /** Of all its seeds, splits and rates. */
  own: Record<OwnCategory, number>;
  /** The most that a step of it uses of the workspace. */
  activations: number;
}

export interface MemoryBars {
  /** Used by all runs, each held once; without those that are 0 or not known. */
  shared: { name: string; bytes: number }[];
  runs: RunBytes[];
  /** The sum of all that is above. */
  total: number;
}

/**
 * As measured; null before a run has told. `weights`: of its base model where that is known, for
 * comparisons of which the whole is not told any more; else 0.
 */
export function measuredBars({ runs, memoryBytes }: Comparison, weights: number): MemoryBars | null {
  const groups = new Map<string, RunBytes>();
  for (const { key, variant, slot, bytes } of runs) {
    if (!bytes) continue;
    const group = groups.get(variant.group) ?? { key, name: variant.group, slot, own: none(), activations: 0 };
    addOwn(group, bytes, 1);
    groups.set(variant.group, group);
  }
  if (groups.size === 0) return null;
  return barsOf([...groups.values()], memoryBytes, weights);
}

/**
 * What the chart shows: of a comparison what was measured; where there is none yet, or it has not
 * told, the estimate of what is chosen. One that has ended without a measurement shows nothing:
 * what is chosen by now is none of it.
 */
export function shownBars(
  newest: Comparison | null,
  { methods, training, data, model }: Pick<StudioState, "methods" | "training" | "data" | "model">,
): { readonly bars: MemoryBars; readonly measured: boolean } | null {
  const isOpen = newest !== null && newest.configuration.model === model.summary?.source;
  const measured = newest && measuredBars(newest, isOpen ? (model.summary?.memoryBytes ?? 0) : 0);
  if (measured) return { bars: measured, measured: true };
  if (newest && isEnded(newest.state)) return null;
  const settings = data.summary?.settings;
  const estimated = training.settings && settings ? estimatedBars(methods, training.settings, settings) : null;
  return estimated && { bars: estimated, measured: false };
}

type Chosen = Pick<MethodsSlice, "runs" | "estimate" | "descriptions">;

/** As estimated for what is chosen; null before there is an estimate. */
export function estimatedBars(
  { runs, estimate, descriptions }: Chosen,
  training: TrainingConfiguration,
  data: Pick<DataSettings, "test">,
): MemoryBars | null {
  if (!estimate) return null;
  const known = expandSweeps<DraftRun>(runs).flatMap(({ id, name, method, slot, sweptAs }): RunBytes[] => {
    const entry = estimate.runs.find(({ run, problem }) => run === name && problem === null);
    if (!entry) return [];
    const trains = descriptions.find((one) => one.id === method)?.learningRate !== null;
    const bytes: RunBytes = { key: sweptAs ? `${id}/${name}` : id, name, slot, own: none(), activations: 0 };
    addOwn(bytes, entry.bytes, variantsOf({ name }, training, data, trains).length);
    return [bytes];
  });
  return known.length === 0 ? null : barsOf(known, estimate.total, estimate.total.weights);
}

function none(): Record<OwnCategory, number> {
  return { adapter: 0, gradients: 0, optimizer: 0, runtime: 0 };
}

function addOwn(to: RunBytes, bytes: MemoryBytes, times: number): void {
  for (const category of OWN) to.own[category] += times * bytes[category];
  to.activations = Math.max(to.activations, bytes.activations);
}

function barsOf(runs: RunBytes[], all: MemoryBytes | null, weights: number): MemoryBars {
  const own = runs.reduce((sum, run) => sum + OWN.reduce((inner, category) => inner + run.own[category], 0), 0);
  // Batches, tables of Programs, and what is held for runs that make no steps.
  const rest = all ? Math.max(0, ownBytes(all) - own) : 0;
  const shared = [
    { name: "Base weights", bytes: all?.weights ?? weights },
    { name: "Workspace", bytes: all?.activations ?? 0 },
    { name: "Texts read", bytes: all?.cache ?? 0 },
    { name: "Batches", bytes: rest },
    { name: "onnxruntime", bytes: all?.onnxruntime ?? 0 },
  ].filter(({ bytes }) => bytes > 0);
  return { shared, runs, total: shared.reduce((sum, { bytes }) => sum + bytes, own) };
}

/**
 * Everything, once a comparison was set up; before that the weights alone are known, without what
 * onnxruntime takes.
 */
export function bytesHeld({ comparison, model }: StudioState): { bytes: number; what: "in use" | "of weights" } | null {
  const all = comparison.current?.memoryBytes?.total;
  if (all !== undefined) return { bytes: all, what: "in use" };
  return model.summary && { bytes: model.summary.memoryBytes, what: "of weights" };
}
