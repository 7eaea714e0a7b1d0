/**
 * From what is chosen on the page to the configuration the worker takes, and back. Checking a file
 * is the worker's.
 */

import { weightedTasks } from "../../data/class-weights";
import { beginning } from "../../errors/shortened";
import type { Configuration, TrainingConfiguration, WrittenRun } from "../../plan/configuration";
import { dataConfiguration } from "../../plan/data-configuration";
import { foundRateOf } from "../../plan/found-rate";
import { expandSweeps, foldSweeps } from "../../plan/sweep";
import { taskMetrics } from "../../tasks/metrics/names";
import type { DataSummary, MethodDescription, RateSearch, TaskId } from "../../worker/api";
import type { DraftRun, StudioState } from "./state";

/** The configuration as chosen, or null while model or data are missing or no run is chosen. */
export function currentConfiguration(state: StudioState): Configuration | null {
  return state.methods.runs.length === 0 ? null : configurationOf(state, state.methods.runs);
}

/** The same of other runs than those that are chosen. */
export function configurationOf(
  state: Pick<StudioState, "model" | "data" | "training">,
  runs: readonly DraftRun[],
): Configuration | null {
  const model = state.model.summary;
  const data = state.data.summary;
  const { settings: training } = state.training;
  if (!model || !data || !training || data.problem !== null) return null;
  return {
    model: model.source,
    precision: model.precision,
    data: dataConfiguration(data),
    training: withCalibrationOf(data, withWeightsOf(data, withMetricOf(data.settings.task, training))),
    runs: expandSweeps<DraftRun>(runs).map((run) => ({
      name: run.name,
      method: run.method,
      ...ownRate(run),
      options: run.options,
      ...ownSettings(run),
      ...(run.initFrom === undefined ? {} : { initFrom: run.initFrom }),
      ...(run.sweptAs && { sweptAs: { run: run.sweptAs.run, over: [...run.sweptAs.over] } }),
    })),
  };
}

/** The training without a metric that was chosen for another task. */
function withMetricOf(task: TaskId, { metric, ...training }: TrainingConfiguration): TrainingConfiguration {
  return metric !== undefined && taskMetrics[task].includes(metric) ? { ...training, metric } : training;
}

/** The training without weights of labels that the open data have not. */
function withWeightsOf(data: DataSummary, { classWeights: given, ...training }: TrainingConfiguration) {
  if (given === undefined || !weightedTasks.includes(data.settings.task)) return training;
  const classWeights = typeof given === "string" ? given : weightsByName(given, data).known;
  return { ...training, classWeights };
}

/** The training without a calibration of chances that the open data's answers have not. */
function withCalibrationOf({ answer }: DataSummary, { calibrate, ...training }: TrainingConfiguration) {
  return calibrate && (answer === "label" || answer === "labels") ? { ...training, calibrate } : training;
}

/** Weights by hand of the data's labels, and names of others: of another file, or misspelt. */
export function weightsByName(given: Readonly<Record<string, number>>, { labels }: Pick<DataSummary, "labels">) {
  const names = new Set(labels.map(({ name }) => name));
  const known = Object.fromEntries(Object.entries(given).filter(([name]) => names.has(name)));
  return { known, unknown: Object.keys(given).filter((name) => !names.has(name)) };
}

/** A run's learning rate, where it has one of its own, and how it was found. */
export function ownRate(
  run: Pick<DraftRun, "learningRate" | "foundRate">,
): Pick<Configuration["runs"][number], "learningRate" | "foundRate"> {
  const foundRate = foundRateOf(run);
  return { ...(run.learningRate !== null && { learningRate: run.learningRate }), ...(foundRate && { foundRate }) };
}

type OwnSettings = Pick<Configuration["runs"][number], "weightDecay" | "frozenLayers" | "layerDecay" | "pruning">;

/** What a run sets of its weight decay, layers and batches: only what does something. */
export function ownSettings({ weightDecay, frozenLayers = 0, layerDecay = 1, pruning }: OwnSettings): OwnSettings {
  return {
    ...(weightDecay !== undefined && { weightDecay }),
    ...(frozenLayers > 0 && { frozenLayers }),
    ...(layerDecay < 1 && { layerDecay }),
    ...(pruning && { pruning }),
  };
}

/** The learning rate a run gets; null where nothing is trained. */
export function effectiveLearningRate(
  run: { learningRate?: number | "search" | null },
  training: RateSettings,
  method: MethodDescription | undefined,
): number | null {
  if (method?.learningRate === null) return null;
  const own = run.learningRate ?? null;
  if (own === "search") return rateWithoutOwn({ ...training, learningRate: undefined }, method);
  return own ?? rateWithoutOwn(training, method);
}

type RateSettings = Pick<Configuration["training"], "learningRate" | "headLearningRate">;

/**
 * What a run learns at that sets no rate: where it trains its head alone the one of all heads, else
 * the one for all, or its method's default.
 */
export function rateWithoutOwn(training: RateSettings, method: MethodDescription | undefined): number {
  const { headLearningRate } = training;
  if (method?.headOnly && headLearningRate !== "adapter") return headLearningRate;
  const shared = training.learningRate === "search" ? undefined : training.learningRate;
  return shared ?? method?.learningRate ?? Number.NaN;
}

/**
 * Whether a run's rate can be searched: not where only its head is trained, at the rate of all
 * heads, nor where a sweep tries values.
 */
export function isSearchable(
  run: Pick<DraftRun, "initFrom" | "sweep">,
  training: RateSettings,
  method: MethodDescription | undefined,
): boolean {
  if (!method || method.learningRate === null || run.initFrom !== undefined || run.sweep) return false;
  return !method.headOnly || training.headLearningRate === "adapter";
}

/**
 * What was tried for a run's present rate; undefined where it was not searched, or not in this
 * page.
 */
export function searchOf({ learningRate, search }: Pick<DraftRun, "learningRate" | "search">): RateSearch | undefined {
  return search?.chosen === learningRate ? search : undefined;
}

/** `LoRA`, then `LoRA 2`, `LoRA 3` where the name is taken. */
export function freeName(wanted: string, taken: readonly string[]): string {
  const base = beginning(wanted.trim(), 56) || "Run";
  if (!taken.includes(base)) return base;
  const stem = base.replace(/ \d+$/, "");
  for (let n = 2; ; n++) {
    const name = `${stem} ${n}`;
    if (!taken.includes(name)) return name;
  }
}

/** The lowest appearance no run uses yet. */
function freeSlot(runs: readonly { slot: number }[]): number {
  let slot = 0;
  while (runs.some((run) => run.slot === slot)) slot++;
  return slot;
}

let made = 0;

/** A run of a method with its defaults, overridden by `fields`. */
export function draftRun(
  method: MethodDescription,
  runs: readonly DraftRun[],
  fields: Partial<
    Pick<
      DraftRun,
      | "name"
      | "options"
      | "learningRate"
      | "foundRate"
      | "weightDecay"
      | "frozenLayers"
      | "layerDecay"
      | "pruning"
      | "sweep"
      | "initFrom"
    >
  > = {},
): DraftRun {
  made++;
  return {
    id: `run-${made}`,
    name: freeName(
      fields.name ?? method.title,
      runs.map((run) => run.name),
    ),
    method: method.id,
    options: { ...method.defaults, ...fields.options },
    learningRate: fields.learningRate ?? null,
    ...(fields.foundRate && { foundRate: fields.foundRate }),
    slot: freeSlot(runs),
    ...ownSettings(fields),
    ...(fields.sweep && { sweep: fields.sweep }),
    initFrom: fields.initFrom,
    problems: {},
  };
}

/**
 * The runs for another base model: an option that stands at its method's default takes the default
 * it has there, for example other linears. What was chosen stays; where the new model does not know
 * it, the estimate says so.
 */
export function draftsForModel(
  runs: readonly DraftRun[],
  before: readonly MethodDescription[],
  after: readonly MethodDescription[],
): DraftRun[] {
  const same = (a: unknown, b: unknown) => JSON.stringify(a) === JSON.stringify(b);
  return runs.map((run) => {
    const old = before.find(({ id }) => id === run.method)?.defaults ?? {};
    const fresh = after.find(({ id }) => id === run.method)?.defaults ?? {};
    const options = { ...fresh };
    for (const [key, value] of Object.entries(run.options)) {
      if (!(key in fresh) || !same(value, old[key])) options[key] = value;
    }
    return { ...run, options };
  });
}

/**
 * Runs of a configuration as drafts, the points of a sweep as one; a method this studio does not
 * have throws an error that names it.
 */
export function draftsFrom(runs: readonly WrittenRun[], methods: readonly MethodDescription[]): DraftRun[] {
  const drafts: DraftRun[] = [];
  for (const run of foldSweeps(runs)) {
    const method = methods.find((candidate) => candidate.id === run.method);
    if (!method) {
      throw new Error(
        `Run "${run.name}" uses the method "${run.method}", which this studio does not have. ` +
          `It has: ${methods.map((candidate) => candidate.id).join(", ")}.`,
      );
    }
    // Files of earlier versions may give a rate to what trains nothing.
    const learningRate = method.learningRate === null ? null : (run.learningRate ?? null);
    drafts.push(draftRun(method, drafts, { ...run, learningRate }));
  }
  return drafts;
}
