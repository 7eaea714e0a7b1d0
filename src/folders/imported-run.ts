/** From an adapter folder to a run that starts from it: which method it is, and whether it fits. */

import * as z from "zod";
import { checkBase } from "../adapters/checks";
import type { AdapterFolder } from "../adapters/folder";
import { formOf } from "../adapters/forms/registry";
import type { Calibration } from "../calibration/calibration";
import type { Scale, TaskId } from "../data/types";
import { beginning } from "../errors/shortened";
import type { ModelFolder } from "../hub/types";
import { type Pooling, poolings } from "../models/family";
import type { RunConfiguration } from "../plan/configuration";
import type { LayerStrategy } from "../plan/layer-rates";
import { usableRunName } from "../plan/run-name";
import { pruningSchema } from "../pruning/registry";
import { tasks } from "../tasks/registry";
import { checkSavedTables } from "./saved-tables";

const runRecord = z.looseObject({
  /** Left out where the folder holds a smaller rank or another form of what the run trained. */
  run: z
    .looseObject({
      name: z.string(),
      method: z.string(),
      options: z.record(z.string(), z.unknown()),
      learningRate: z.number().positive().optional(),
      weightDecay: z.number().min(0).optional(),
      frozenLayers: z.int().min(0).optional(),
      layerDecay: z.number().positive().max(1).optional(),
      pruning: pruningSchema.optional(),
    })
    .optional(),
  configuration: z.looseObject({ training: z.looseObject({ pooling: z.enum(poolings).nullable() }) }),
});

/**
 * The run that an adapter folder describes: from its run.json, else from PEFT's configuration
 * alone. What no run's name may hold is a dash in its name.
 */
export function importedRun(adapter: AdapterFolder, name: string): { run: RunConfiguration; pooling: Pooling | null } {
  const record = runRecord.safeParse(adapter.run);
  const pooling = record.data?.configuration.training.pooling ?? null;
  if (record.data?.run) {
    const {
      name: given,
      method,
      options,
      learningRate,
      weightDecay,
      frozenLayers,
      layerDecay,
      pruning,
    } = record.data.run;
    const optimiser = {
      ...(learningRate !== undefined && { learningRate }),
      ...(weightDecay !== undefined && { weightDecay }),
    };
    const strategy = withStrategy({ frozenLayers, layerDecay });
    const own = { method, options, ...optimiser, ...strategy, ...(pruning && { pruning }) };
    return { run: { name: usableRunName(given), ...own }, pooling };
  }
  const { config, tensors } = adapter;
  const { frozenLayers, ...run } = formOf(config.peft_type).run(config, tensors);
  return { run: { name: usableRunName(name), ...run, ...withStrategy({ frozenLayers }) }, pooling };
}

/** Without what does nothing. */
function withStrategy({ frozenLayers = 0, layerDecay = 1 }: LayerStrategy): LayerStrategy {
  return { ...(frozenLayers > 0 && { frozenLayers }), ...(layerDecay < 1 && { layerDecay }) };
}

const scaleRecord = z.object({ scale: z.object({ mean: z.number(), deviation: z.number().positive() }) });
const taskRecord = z.object({ configuration: z.object({ data: z.object({ task: z.string() }) }) });

/** How the numbers were scaled that an adapter was trained for; null where it does not say. */
export function importedScale(adapter: AdapterFolder): Scale | null {
  return scaleRecord.safeParse(adapter.run).data?.scale ?? null;
}

const calibrationRecord = z.object({
  calibration: z.object({
    temperature: z.number().positive(),
    thresholds: z.array(z.number().gt(0).lt(1)).nullable(),
    notes: z.array(z.string()),
  }),
});

/**
 * What an adapter's answers are read with; null where it does not say, or says it of other labels.
 */
export function importedCalibration(adapter: AdapterFolder, labels: readonly string[]): Calibration | null {
  const calibration = calibrationRecord.safeParse(adapter.run).data?.calibration ?? null;
  return (calibration?.thresholds?.length ?? labels.length) === labels.length ? calibration : null;
}

/**
 * An adapter that was made for the open model, with a notice where it names another one.
 * @throws Error with both sides, or what is wrong with a table saved beside the adapter.
 */
export async function madeFor(adapter: AdapterFolder, model: ModelFolder): Promise<AdapterFolder> {
  const notice = checkBase(adapter, model.name);
  await checkSavedTables(adapter, model);
  return notice === null ? adapter : { ...adapter, notices: [...(adapter.notices ?? []), notice] };
}

/**
 * Throws an Error with both sides if the adapter was trained for another task, or other classes,
 * than the open data has.
 */
export function checkLabels(adapter: AdapterFolder, task: TaskId, labels: readonly string[]): void {
  const mismatch = labelMismatch(adapter, task, labels);
  if (mismatch) throw new Error(`${mismatch.what} ${mismatch.fix}`);
}

/**
 * How the adapter's task or classes differ from the open data's, with both sides, and what could be
 * opened instead; null where they do not, as far as the folder says.
 */
export function labelMismatch(
  adapter: AdapterFolder,
  task: TaskId,
  labels: readonly string[],
): { readonly what: string; readonly fix: string } | null {
  const { peftType } = tasks[task];
  const { task_type: kind = peftType } = adapter.config;
  const recorded = taskRecord.safeParse(adapter.run).data?.configuration.data.task ?? task;
  if (recorded !== task || kind !== peftType) {
    return {
      what: `The adapter was trained for ${recorded === task ? kind : recorded}; the open data is read for ${task}.`,
      fix: "Choose the adapter's task for the data first.",
    };
  }
  const trained = z.object({ labels: z.array(z.string()) }).safeParse(adapter.run);
  if (trained.success) {
    if (trained.data.labels.join("\n") === labels.join("\n")) return null;
    return {
      what: `The adapter was trained for the labels ${trained.data.labels.join(", ")}; the open data has ${labels.join(", ")}.`,
      fix: "Open data with the adapter's labels first.",
    };
  }
  // Without their names only their number is known.
  const [rows] =
    adapter.tensors.find(({ name }) => /^(score|classifier(\.out_proj)?)\.weight$/.test(name))?.shape ?? [];
  const outputs = tasks[task].outputs(labels.length);
  if (rows === undefined || rows === outputs || tasks[task].head !== "own") return null;
  return {
    what: `The adapter's head gives ${rows} numbers; the open data needs ${outputs}.`,
    fix: "Open the data that the adapter was trained on first.",
  };
}

/**
 * Throws an Error with both if a run would go on from an adapter whose numbers were scaled
 * otherwise.
 */
export function checkScale(run: string, trained: Scale | null, open: Scale | null): void {
  if (!trained || !open) return;
  const near = (a: number, b: number) => Math.abs(a - b) <= 1e-6 * open.deviation;
  if (near(trained.mean, open.mean) && near(trained.deviation, open.deviation)) return;
  const said = ({ mean, deviation }: Scale) => `mean ${mean} and standard deviation ${deviation}`;
  throw new Error(
    `Run "${run}": the adapter it starts from was trained for numbers of ${said(trained)}; the training rows have ` +
      `${said(open)}. Use the rows and the seed it was trained with, or start anew.`,
  );
}

/**
 * What an imported run is called, however often it was imported before; short enough for a
 * configuration.
 */
export function importedName(name: string): string {
  return `${beginning(name.replace(/ \(imported\)( \d+)?$/, ""), 44)} (imported)`;
}

/**
 * What a weighted sum of runs is called: `0.5 · LoRA + 0.5 · LoRA 2`, short enough for a
 * configuration.
 */
export function sumName(parts: readonly { readonly run: string; readonly weight: number }[]): string {
  const said = parts.map(({ run, weight }, index) => {
    const sign = weight < 0 ? "− " : index > 0 ? "+ " : "";
    return `${sign}${Math.abs(weight)} · ${run}`;
  });
  const whole = said.join(" ");
  return whole.length <= 56 ? whole : `sum of ${parts.length} runs`;
}

/** The name, or the name with the first number after it that is not taken. */
export function uniqueName(name: string, taken: readonly string[]): string {
  if (!taken.includes(name)) return name;
  return uniqueName(
    name.replace(/( \d+)?$/, (number) => ` ${Number(number || 1) + 1}`),
    taken,
  );
}
