/** Starting, holding and ending a comparison, and keeping what it left. */

import { messageOf } from "../../errors/message-of";
import type { Configuration } from "../../plan/configuration";
import { variantsOf } from "../../plan/variants";
import type { MetricName } from "../../tasks/metrics/names";
import type { Continuation, ImportedAdapter } from "../../worker/api";
import { createCurves } from "../curves/run-curves";
import { dataFilesOf, partsOf } from "../store/comparable";
import { currentConfiguration, effectiveLearningRate, searchOf } from "../store/configuration";
import { failUnfinished } from "../store/events";
import { forgetComparison, keptComparisons, loadAdapter, saveAdapter, saveComparison } from "../store/session";
import type { Comparison, RunRecord } from "../store/state";
import { patch, patchRun, useStudio } from "../store/store";
import { studio } from "../worker";

/** Starts the runs as chosen. The one before joins the past. */
export async function compare(): Promise<void> {
  const state = useStudio.getState();
  const configuration = currentConfiguration(state);
  if (!configuration) return;
  // The estimate may still be of the settings before.
  const steps = configuration.training.steps ?? state.methods.estimate?.steps ?? 0;
  const drafts = state.methods.runs.map((run) => ({ slot: run.slot, search: searchOf(run) }));
  begin(configuration, drafts, steps);
  await attempt(async () => {
    await studio().compare(configuration);
    await judge();
  });
  await keepSession();
}

/** Goes on with the training of an imported adapter, in a comparison of its own. */
export async function continueImported(
  { run }: ImportedAdapter,
  more: number,
  { configuration, from }: Continuation,
): Promise<void> {
  const { settings } = useStudio.getState().training;
  if (!settings) return;
  begin(configuration, [{ slot: 0 }], from + more);
  await attempt(async () => {
    await studio().continueImported(run, more, settings);
    await judge();
  });
  await keepSession();
}

/**
 * Puts a comparison in place of the current one, which joins the past. `drafts`: what is known of
 * the configuration's runs beside it.
 */
function begin(
  configuration: Configuration,
  drafts: readonly Pick<RunRecord, "slot" | "search">[],
  steps: number,
): void {
  const state = useStudio.getState();
  const { current, past } = state.comparison;
  const id = `${Date.now().toString(36)}-${Math.random().toString(36).slice(2, 6)}`;
  const runs = configuration.runs.flatMap((run, index): RunRecord[] => {
    const method = state.methods.descriptions.find((description) => description.id === run.method);
    const learningRate = effectiveLearningRate(run, configuration.training, method);
    const trains = method?.learningRate !== null;
    return variantsOf(run, configuration.training, configuration.data, trains).map((variant) => ({
      key: `${id}/${variant.name}`,
      name: variant.name,
      variant,
      methodTitle: method?.title ?? run.method,
      control: method?.group === "control",
      slot: drafts[index]?.slot ?? index,
      ...(drafts[index]?.search && { search: drafts[index].search }),
      configuration: run,
      // 3e-5 rather than 3.0000000000000004e-5.
      learningRate: learningRate && Number((learningRate * variant.learningRateFactor).toPrecision(12)),
      state: "waiting",
      reason: null,
      lastGoodStep: null,
      heldStep: null,
      trainable: null,
      bytes: null,
      curves: createCurves(),
      saved: false,
    }));
  });
  const comparison: Comparison = {
    id,
    startedAt: Date.now(),
    endedAt: null,
    configuration,
    modelName: state.model.summary?.name ?? configuration.model,
    dataTitle: state.data.sample?.title ?? configuration.data.train,
    ...(state.data.summary && {
      dataFiles: dataFilesOf(state.data.summary),
      parts: partsOf(state.data.summary),
      dataNotices: state.data.summary.notices,
    }),
    state: "preparing",
    step: 0,
    steps,
    reason: null,
    ...(state.device.report && { executor: state.device.report.executor }),
    memoryBytes: null,
    runs,
  };
  const kept = current && hasCurves(current) ? [current, ...past] : past;
  patch("comparison", {
    current: comparison,
    past: kept.slice(0, keptComparisons - 1),
    error: null,
    pace: [],
    stopping: false,
    imported: [],
  });
  // A new comparison has the charts to itself; earlier ones are drawn behind it when asked for.
  const hidden = new Set([...state.ui.hidden, ...kept.flatMap(({ runs }) => runs.map(({ key }) => key))]);
  patch("ui", { open: { data: false, methods: state.ui.open.methods, training: false }, hidden, crosshair: null });
  void describeRuns(configuration);
}

/**
 * Fills in how many parameters each run trains, and what is not equal between runs; a comparison
 * does without when that fails.
 */
async function describeRuns(configuration: Configuration): Promise<void> {
  await quietly(async () => {
    const { runs, unequal } = await studio().estimate(configuration);
    const { current } = useStudio.getState().comparison;
    if (current?.configuration !== configuration) return;
    patch("comparison", { current: { ...current, unequal } });
    const records = useStudio.getState().comparison.current?.runs ?? [];
    for (const { run, trainable, mostFitted } of runs) {
      // How many numbers it fits to texts, its fit says.
      if (mostFitted !== null) continue;
      for (const { name, variant } of records) if (variant.run === run) patchRun(name, { trainable });
    }
  });
}

export const pause = () => attempt(async () => await studio().pause());
export const resume = () => attempt(async () => await studio().resume());

/** Says so at once: the worker hears of it when the pass in flight is done. */
export async function stop(): Promise<void> {
  patch("comparison", { stopping: true });
  await attempt(async () => await studio().stop());
}

/** Goes on from each run's last good adapter. */
export async function continueComparison(): Promise<void> {
  const { current } = useStudio.getState().comparison;
  const going = current && { ...current, verdict: undefined };
  patch("comparison", { current: going, error: null, pace: [], stopping: false });
  await attempt(async () => {
    await studio().continue();
    await judge();
  });
  await keepSession();
}

/** Judges the comparison that has ended by another metric than was fixed; the verdict says so. */
export async function judgeBy(metric: MetricName): Promise<void> {
  await attempt(() => judge(metric));
  await keepSession();
}

/** Keeps with a comparison that has ended who is ahead; `metric`: default: as was fixed. */
async function judge(metric?: MetricName): Promise<void> {
  const verdict = await studio().verdict(metric);
  const { current } = useStudio.getState().comparison;
  if (current) patch("comparison", { current: { ...current, verdict } });
}

/** Removes a past comparison and its saved adapters. */
export async function forget(comparison: Comparison): Promise<void> {
  const { past } = useStudio.getState().comparison;
  patch("comparison", { past: past.filter((other) => other.id !== comparison.id) });
  await quietly(() => forgetComparison(comparison));
}

/** Writes the current comparison to this browser's storage. */
export async function keepSession(): Promise<void> {
  const { current } = useStudio.getState().comparison;
  if (current && hasCurves(current)) await quietly(() => saveComparison(current));
}

/**
 * Keeps the adapter of a run that has ended, so that it can be downloaded after a reload or another
 * comparison.
 * @param own the zip where there is one already; null: what the worker exports
 */
export async function keepAdapter(name: string, own: Blob | null = null): Promise<void> {
  const run = useStudio.getState().comparison.current?.runs.find((candidate) => candidate.name === name);
  if (!run) return;
  await quietly(async () => {
    const zip = own ?? (await studio().exportRun(name));
    if (!(await saveAdapter(run.key, zip))) return;
    const { current } = useStudio.getState().comparison;
    if (current?.runs.some((candidate) => candidate.key === run.key)) patchRun(name, { saved: true });
    await keepSession();
  });
}

/**
 * The zip of a run: from the worker while it has it, else the saved one; conversions are the
 * worker's alone.
 */
export async function runZip(run: RunRecord, conversion: string | null = null): Promise<Blob> {
  const { current } = useStudio.getState().comparison;
  if (current?.runs.some((candidate) => candidate.key === run.key)) {
    try {
      return await studio().exportRun(run.name, conversion);
    } catch (error) {
      if (conversion !== null) throw error;
      const saved = run.saved ? await loadAdapter(run.key) : null;
      if (saved) return saved;
      throw error;
    }
  }
  const saved = await loadAdapter(run.key);
  if (!saved) throw new Error(`The adapter of "${run.name}" was not kept in this browser.`);
  return saved;
}

function hasCurves(comparison: Comparison): boolean {
  return comparison.runs.some((run) => run.curves.steps.length > 0 || run.curves.evaluations.length > 0);
}

async function attempt(work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    const message = messageOf(error);
    const failed = failUnfinished(useStudio.getState().comparison, message, Date.now());
    patch("comparison", { ...failed, error: message, stopping: false });
  }
}

/** Storage is a convenience: a browser that refuses it loses only the history. */
async function quietly(work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch {
    // Nothing to do: the run itself is untouched.
  }
}
