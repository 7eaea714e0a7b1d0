/**
 * From a configuration, the rows and the folders that runs start from to a comparison that is set
 * up on the device.
 */

import type { AdapterFolder } from "../adapters/folder";
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
import type { EstimateInput } from "../estimate/estimate";
import { checkpointOf, continuationNotices } from "../folders/continuation";
import { checkLabels, checkScale, importedScale, labelMismatch, madeFor } from "../folders/imported-run";
import { recordedSetup } from "../folders/resumed-run";
import { checkStart, givenTensors, type StartingFolder } from "../folders/starting-run";
import type { NamedTensor } from "../hub/write-safetensors";
import { History } from "../instruments/history";
import { approachOf } from "../methods/registry";
import type { Configuration, RunConfiguration } from "../plan/configuration";
import { peakLearningRate } from "../plan/schedule";
import { type Variant, variantsOf } from "../plan/variants";
import type { HeldTensor } from "../program/tensor";
import type { Checkpoint } from "../runs/parameters";
import type { ComparisonData, DividedRows } from "../runs/rows";
import type { Verdict } from "../verdict/verdict";
import type { EvaluationEvent, StudioEvent } from "./api";
import { chosenDivisions } from "./chosen-rows";
import { type Folders, folderName } from "./folders";
import { countLook } from "./looks";
import type { StudioSession } from "./studio-session";

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
  /** Takes in what runs said before they were taken up here. */
  add(event: StudioEvent): void;
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
  const { executor, model, comparisonData } = session;
  const { divisions, trainExamples } = await chosenDivisions(session, configuration);
  const { train: chosen } = divisions[0]!;
  const { scale = null, calibration = null } = imported ?? {};
  const data = { ...comparisonData, train: chosen, ...(scale && comparisonData.scale && { scale }) };
  const given = new Map<string, readonly NamedTensor[]>();
  const planned = configuration.runs.map((run): PlannedRun => {
    const folder = folders.get(run.name);
    if (!folder) return run;
    const tensors = givenTensors(folder, run, model);
    given.set(run.name, tensors);
    const initial = new Map(tensors.map(({ name, data }) => [name, data]));
    return { ...run, initial, checkStart: (held) => checkStart(folder, run, model, held) };
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
  const add = (event: StudioEvent) => {
    history.add(event);
    if (event.type === "evaluation") evaluations.push(event);
  };
  const emit = (event: StudioEvent) => {
    add(event);
    listeners.emit(event);
  };
  const { training } = configuration;
  let looks: number | null = null;
  let changedAfterLook = false;
  const { testedTable } = session.data;
  const { train, validation, test, dataset } = session.data.data;
  const { testChanges, overlap } = dataset;
  const tables = { train, validation, test };
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
      const { adapter, resume, transferred } = folders.get(run)!;
      for (const message of adapter.notices ?? []) emit({ type: "notice", run: name, message });
      if (transferred !== undefined) {
        const message = `${transferred} Its head is left out: the run starts from the rest of the adapter, with a new head.`;
        emit({ type: "notice", run: name, message });
      }
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
      add,
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
  session: StudioSession,
  folders: Folders,
  configuration: Configuration,
): Promise<StartingFolders> {
  const starting = new Map<string, StartingFolder>();
  for (const run of configuration.runs) {
    const folder = await startingFolder(session, folders, run, configuration);
    if (folder) starting.set(run.name, folder);
  }
  return starting;
}

/**
 * For an estimate: of every run that starts from a folder a check of what it trains. Where the
 * folder itself cannot be used, the check says so.
 */
export async function startChecks(
  session: StudioSession,
  folders: Folders,
  configuration: Configuration,
): Promise<NonNullable<EstimateInput["startChecks"]>> {
  const checks = new Map<string, (held: readonly HeldTensor[]) => void>();
  for (const run of configuration.runs) {
    try {
      const folder = await startingFolder(session, folders, run, configuration);
      if (folder) checks.set(run.name, (held) => checkStart(folder, run, session.model, held));
    } catch (error) {
      checks.set(run.name, () => {
        throw error;
      });
    }
  }
  return checks;
}

/** The folder that a run starts from, if any; rejects as `startingFolders`. */
async function startingFolder(
  { model, data }: StudioSession,
  folders: Folders,
  { name, initFrom, resume = false }: RunConfiguration,
  { training, data: tested }: Configuration,
): Promise<StartingFolder | null> {
  if (initFrom === undefined && resume)
    throw new Error(`Run "${name}": resume needs initFrom, the folder to go on from.`);
  if (initFrom === undefined) return null;
  if (resume && (training.seeds > 1 || training.learningRateFactors.length > 1)) {
    throw new Error(`Run "${name}": resume goes on with one seed and one learning rate; training asks for several.`);
  }
  if (resume && tested.selection) {
    throw new Error(`Run "${name}": resume goes on with the rows of its training; data.selection chooses others.`);
  }
  const splits = splitsOf(tested.test ?? null);
  if (resume && splits) {
    throw new Error(
      `Run "${name}": resume goes on with one division of the rows; data.test asks for ${splits.count} ${splits.noun}s.`,
    );
  }
  const adapter = await madeFor(await folders.adapter(name, initFrom), model.folder);
  const { settings, dataset } = data.data;
  const { task } = settings;
  const mismatch = resume ? null : labelMismatch(adapter, task, dataset.labels);
  if (resume) checkLabels(adapter, task, dataset.labels);
  if (!mismatch) checkScale(name, importedScale(adapter), dataset.scale);
  return { adapter, name: folderName(initFrom), resume, ...(mismatch && { transferred: mismatch.what }) };
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
