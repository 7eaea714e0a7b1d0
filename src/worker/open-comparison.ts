/**
 * From a configuration, the rows and the folders that runs start from to a comparison that is set
 * up on the device.
 */

import { checkBase, checkFits } from "../adapters/checks";
import { type AdapterFolder, isHead } from "../adapters/folder";
import type { TrainingState } from "../adapters/training-state";
import type { Calibration } from "../calibration/calibration";
import { Comparison } from "../comparison/comparison";
import type { ComparisonSetup, PlannedRun } from "../comparison/comparison-setup";
import { changesKey, countChanges } from "../data/changes";
import type { Dataset, DataTables } from "../data/dataset";
import type { Example } from "../data/examples";
import { fingerprint, tableFingerprint } from "../data/fingerprint";
import { splitsOf } from "../data/splits";
import type { Scale } from "../data/types";
import { checkpointOf, continuationNotices } from "../folders/continuation";
import { checkLabels, checkScale, importedScale, labelMismatch } from "../folders/imported-run";
import { startingTensors, withoutCarrier } from "../folders/imported-tensors";
import { recordedSetup } from "../folders/resumed-run";
import { checkSavedTables } from "../folders/saved-tables";
import type { NamedTensor } from "../hub/write-safetensors";
import { History } from "../instruments/history";
import { approachOf } from "../methods/registry";
import type { Configuration, RunConfiguration } from "../plan/configuration";
import { peakLearningRate } from "../plan/schedule";
import { type Variant, variantsOf } from "../plan/variants";
import type { Checkpoint } from "../runs/parameters";
import type { ComparisonData, DividedRows } from "../runs/rows";
import type { Verdict } from "../verdict/verdict";
import type { EvaluationEvent, StudioEvent } from "./api";
import type { Folders } from "./folders";
import { countLook } from "./looks";
import type { StudioSession } from "./studio-session";

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
  /** Of which each variant has one. */
  readonly divisions: readonly DividedRows[];
  /** The training rows of each division as they stand in the file. */
  readonly trainExamples: readonly (readonly Example[])[];
  readonly evaluations: EvaluationEvent[];
  readonly variants: readonly Variant[];
  readonly history: History;
  /** The files that its rows are from. */
  readonly tables: DataTables;
  /** Of the test rows that decide; left out where none is changed. */
  readonly testRowsChanged?: Verdict["testRowsChanged"];
  /** How many validation and test rows are among the rows of other parts; default: none. */
  readonly overlap?: Dataset["overlap"];
  /**
   * How often the test rows have been looked at, this comparison's last look included; null before
   * it has read them, and where nobody can tell.
   */
  readonly looks: number | null;
  /** Resolves when nothing is training any more. */
  running: Promise<void>;
}

/**
 * Sets a comparison up on what is open; `imported`: of an adapter that is not trained here the
 * scale of the numbers that it says, and what its answers are read with. Rejects with an Error
 * naming run and what does not fit; nothing stays allocated then.
 */
export async function openComparison(
  session: StudioSession,
  configuration: Configuration,
  folders: StartingFolders,
  listeners: Pick<ComparisonSetup, "emit" | "onCheckpoint">,
  imported: { readonly scale: Scale | null; readonly calibration: Calibration | null } | null = null,
): Promise<OpenComparison> {
  const { executor, model, comparisonData, divisions } = session;
  const { scale = null, calibration = null } = imported ?? {};
  const data = scale && comparisonData.scale ? { ...comparisonData, scale } : comparisonData;
  const given = new Map<string, readonly NamedTensor[]>();
  const planned = configuration.runs.map((run): PlannedRun => {
    const adapter = folders.get(run.name)?.adapter;
    if (!adapter) return run;
    const { transferred } = folders.get(run.name)!;
    const whole = startingTensors(adapter, run, model);
    const tensors = transferred === undefined ? whole : whole.filter(({ name }) => !isHead(name));
    given.set(run.name, tensors);
    return { ...run, initial: new Map(tensors.map(({ name, data }) => [name, data])) };
  });
  const variants = planned
    .flatMap((run) => variantsOf(run, configuration.training, configuration.data, approachOf(run.method).trains))
    .map((variant) => {
      const folder = folders.get(variant.run);
      if (!folder?.resume || !folder.adapter.state) return variant;
      const { seed, learningRateFactor } = folder.adapter.state.facts;
      return { ...variant, seed, learningRateFactor };
    });
  const runs = variants.map(({ name, run, seed, split, learningRateFactor }) => {
    const own = planned.find((candidate) => candidate.name === run)!;
    return { ...own, name, seed, split, learningRateFactor, calibration };
  });
  const evaluations: EvaluationEvent[] = [];
  const history = new History();
  const emit = (event: StudioEvent) => {
    history.add(event);
    if (event.type === "evaluation") evaluations.push(event);
    listeners.emit(event);
  };
  const { training } = configuration;
  let looks: number | null = null;
  let changedAfterLook = false;
  const { testedTable } = session.data;
  const { train, validation, test, dataset } = session.data.data;
  const { testChanges, overlap } = dataset;
  const tables = { train, validation, test };
  const trainExamples = dataset.divisions.map(({ train }) => train);
  const onTest = async () => {
    const look = await countLook(await tableFingerprint(testedTable), changesKey(testChanges));
    looks = look?.looks ?? null;
    changedAfterLook = look?.changedSince ?? false;
  };
  const comparison = new Comparison({ executor, model, data, divisions, training, runs, ...listeners, emit, onTest });
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
  return {
    ...{
      comparison,
      configuration,
      folders,
      data,
      divisions,
      tables,
      trainExamples,
      evaluations,
      variants,
      history,
      overlap,
    },
    get testRowsChanged() {
      return testChanges.length > 0 ? { ...countChanges(testChanges), afterLook: changedAfterLook } : undefined;
    },
    get looks() {
      return looks;
    },
    running: Promise.resolve(),
  };
}

/** The folders that runs start from. Rejects with an Error naming run and what does not fit. */
export async function startingFolders(
  { model, data }: StudioSession,
  folders: Folders,
  { runs, training, data: tested }: Configuration,
): Promise<StartingFolders> {
  const starting = new Map<string, StartingFolder>();
  for (const { name, initFrom, resume = false } of runs) {
    if (initFrom === undefined && resume)
      throw new Error(`Run "${name}": resume needs initFrom, the folder to go on from.`);
    if (initFrom === undefined) continue;
    if (resume && (training.seeds > 1 || training.learningRateFactors.length > 1)) {
      throw new Error(`Run "${name}": resume goes on with one seed and one learning rate; training asks for several.`);
    }
    const splits = splitsOf(tested.test ?? null);
    if (resume && splits) {
      throw new Error(
        `Run "${name}": resume goes on with one division of the rows; data.test asks for ${splits.count} ${splits.noun}s.`,
      );
    }
    const adapter = await folders.adapter(name, initFrom);
    const { settings, dataset } = data.data;
    checkBase(adapter, model.folder.name);
    await checkSavedTables(adapter, model.folder);
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
  { model, data }: StudioSession,
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
