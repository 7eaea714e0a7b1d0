/**
 * From a configuration, the rows and the folders that runs start from to a comparison that is set
 * up on the device.
 */

import { checkBase, checkFits } from "../adapters/checks";
import { type AdapterFolder, isHead } from "../adapters/folder";
import type { TrainingState } from "../adapters/training-state";
import { Comparison } from "../comparison/comparison";
import type { ComparisonSetup, RunPlan } from "../comparison/comparison-setup";
import { fingerprint } from "../data/fingerprint";
import type { Scale } from "../data/types";
import { checkpointOf, continuationNotices } from "../folders/continuation";
import { originOf } from "../folders/export";
import { checkLabels, checkScale, importedScale, labelMismatch } from "../folders/imported-run";
import { importedTensors, withoutCarrier } from "../folders/imported-tensors";
import { recordedSetup } from "../folders/resumed-run";
import { checkSavedTables } from "../folders/saved-tables";
import type { NamedTensor } from "../hub/write-safetensors";
import { History } from "../instruments/history";
import { approachOf } from "../methods/registry";
import type { Configuration, RunConfiguration } from "../plan/configuration";
import { peakLearningRate } from "../plan/schedule";
import { type Variant, variantsOf } from "../plan/variants";
import type { Checkpoint } from "../runs/parameters";
import { parseOptions } from "../runs/resolve";
import type { ComparisonData } from "../runs/rows";
import type { EvaluationEvent, StudioEvent } from "./api";
import type { Folders } from "./folders";
import type { Opened } from "./opened";

/** A run's folder, and whether its training goes on or begins anew from its values. */
interface StartingFolder {
  readonly adapter: AdapterFolder;
  readonly resume: boolean;
  /** How its labels differ, where the run takes all but its head. */
  readonly transferred?: string;
}

/** What runs start from, by name. */
export type StartingFolders = ReadonlyMap<string, StartingFolder>;

export interface OpenComparison {
  readonly folders: StartingFolders;
  readonly comparison: Comparison;
  readonly configuration: Configuration;
  readonly data: ComparisonData;
  readonly evaluations: EvaluationEvent[];
  readonly variants: readonly Variant[];
  readonly history: History;
  /** Resolves when nothing is training any more. */
  running: Promise<void>;
}

/**
 * Sets a comparison up on what is open; `scale`: of the numbers that an imported adapter says,
 * where they are its own. Rejects with an Error naming run and what does not fit; nothing stays
 * allocated then.
 */
export async function openComparison(
  { executor, model, comparisonData }: Opened,
  configuration: Configuration,
  folders: StartingFolders,
  listeners: Pick<ComparisonSetup, "emit" | "onCheckpoint">,
  scale: Scale | null = null,
): Promise<OpenComparison> {
  const data = scale && comparisonData.scale ? { ...comparisonData, scale } : comparisonData;
  const given = new Map<string, readonly NamedTensor[]>();
  const plans = configuration.runs.map((run): RunPlan => {
    const adapter = folders.get(run.name)?.adapter;
    if (!adapter) return run;
    const form = approachOf(run.method).exportForm(parseOptions(model, run), model);
    const { transferred } = folders.get(run.name)!;
    const imported = importedTensors(adapter, model.config.layers, originOf(form), model.config);
    const tensors = transferred === undefined ? imported : imported.filter(({ name }) => !isHead(name));
    given.set(run.name, tensors);
    return { ...run, initial: new Map(tensors.map(({ name, data }) => [name, data])) };
  });
  const variants = plans
    .flatMap((plan) => variantsOf(plan, configuration.training))
    .map((variant) => {
      const folder = folders.get(variant.run);
      if (!folder?.resume || !folder.adapter.state) return variant;
      const { seed, learningRateFactor } = folder.adapter.state.facts;
      return { ...variant, seed, learningRateFactor };
    });
  const runs = variants.map(({ name, run, seed, learningRateFactor }) => {
    const plan = plans.find((candidate) => candidate.name === run)!;
    return { ...plan, name, seed, learningRateFactor };
  });
  const evaluations: EvaluationEvent[] = [];
  const history = new History();
  const emit = (event: StudioEvent) => {
    history.add(event);
    if (event.type === "evaluation") evaluations.push(event);
    listeners.emit(event);
  };
  const { training } = configuration;
  const comparison = new Comparison({ executor, model, data, training, runs, ...listeners, emit });
  try {
    for (const { name, run } of variants) {
      const tensors = given.get(run);
      if (!tensors) continue;
      const { trainables } = comparison.run(name);
      const { adapter, resume, transferred } = folders.get(run)!;
      const taken = trainables.filter(({ part }) => transferred === undefined || part === "adapter");
      if (transferred !== undefined) sayTransferred(name, taken.length, transferred, emit);
      checkFits(name, withoutCarrier(adapter, tensors, trainables), taken);
      if (resume && adapter.state) comparison.adopt(name, resumed(comparison, name, adapter.state, tensors));
    }
  } catch (error) {
    await comparison.release();
    throw error;
  }
  return { comparison, configuration, folders, data, evaluations, variants, history, running: Promise.resolve() };
}

/** The folders that runs start from. Rejects with an Error naming run and what does not fit. */
export async function startingFolders(
  { model, data }: Opened,
  folders: Folders,
  { runs, training }: Configuration,
): Promise<StartingFolders> {
  const starting = new Map<string, StartingFolder>();
  for (const { name, initFrom, resume = false } of runs) {
    if (initFrom === undefined && resume)
      throw new Error(`Run "${name}": resume needs initFrom, the folder to go on from.`);
    if (initFrom === undefined) continue;
    if (resume && (training.seeds > 1 || training.learningRateFactors.length > 1)) {
      throw new Error(`Run "${name}": resume goes on with one seed and one learning rate; training asks for several.`);
    }
    const adapter = await folders.adapter(name, initFrom);
    checkBase(adapter, model.folder.name);
    await checkSavedTables(adapter, model.folder);
    const { settings, dataset } = data.data;
    const { task } = settings;
    const mismatch = resume ? null : labelMismatch(adapter, task, dataset.labels);
    if (resume) checkLabels(adapter, task, dataset.labels);
    if (!mismatch) checkScale(name, importedScale(adapter), dataset.scale);
    starting.set(name, { adapter, resume, ...(mismatch && { transferred: mismatch.what }) });
  }
  return starting;
}

/** Throws an Error if nothing was taken. */
function sayTransferred(run: string, taken: number, what: string, emit: ComparisonSetup["emit"]): void {
  if (taken === 0) {
    throw new Error(
      `Run "${run}": ${what} Its head does not fit, and it trains nothing else. Leave initFrom out, or choose a method ` +
        "that trains more.",
    );
  }
  const message = `${what} Its head is left out: the run starts from the rest of the adapter, with a new head.`;
  emit({ type: "notice", run, message });
}

/** What keeps a folder's training from going on as it was planned. */
export async function notices(
  { model, data }: Opened,
  adapter: AdapterFolder,
  run: RunConfiguration,
  training: Configuration["training"],
  steps: number,
): Promise<string[]> {
  const rows = data.data.trainTokens;
  return continuationNotices(adapter, recordedSetup(adapter, model), {
    training,
    steps,
    learningRate: peakLearningRate(run, training, model),
    trainRows: rows.length,
    dataFingerprint: await fingerprint(rows),
  });
}

/**
 * The checkpoint that a run goes on from. Throws an Error if it does not fit the run or leaves
 * nothing to do.
 */
function resumed(comparison: Comparison, name: string, state: TrainingState, held: readonly NamedTensor[]): Checkpoint {
  const { step } = state.facts;
  if (step >= comparison.steps) {
    throw new Error(
      `Run "${name}": its training has made ${step} steps, and ${comparison.steps} are asked for in all. Raise ` +
        "training.steps above the first number.",
    );
  }
  const { trainables, parameters } = comparison.run(name);
  return checkpointOf(name, { trainables, controllerStates: parameters.controllerStates }, state, held);
}
