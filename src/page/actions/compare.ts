/** Starting, holding, ending and going on with a comparison. */

import { messageOf } from "../../errors/message-of";
import type { Configuration } from "../../plan/configuration";
import { isEnded } from "../../plan/phase";
import { expandSweeps } from "../../plan/sweep";
import { type Variant, variantsOf } from "../../plan/variants";
import type { MetricName } from "../../tasks/metrics/names";
import type { Continuation, Estimate, ImportedAdapter } from "../../worker/api";
import { createCurves } from "../curves/run-curves";
import { dataFilesOf, partsOf } from "../store/comparable";
import { currentConfiguration, effectiveLearningRate, searchOf } from "../store/configuration";
import { elapsedOf, failUnfinished } from "../store/events";
import { keepOwn } from "../store/own-comparison";
import { forgetComparison, hasCurves, loadAdapter } from "../store/session";
import type { Comparison, DraftRun, Interrupted, RunRecord } from "../store/state";
import { patch, patchComparison, patchRun, useStudio } from "../store/store";
import { studio } from "../worker";
import { checkOpenData } from "./check";
import { keepSession, keepSources } from "./keeping";
import { showAlone } from "./ui";

/** Starts the runs as chosen. The one before joins the past. */
export async function compare(): Promise<void> {
  const state = useStudio.getState();
  const configuration = currentConfiguration(state);
  if (!configuration) return;
  const { estimate, estimating, runs } = state.methods;
  // The estimate may still be of the settings before.
  const steps = configuration.training.steps ?? estimate?.steps ?? 0;
  const id = begin(configuration, pointsToDraw(runs), steps, estimating ? null : estimate);
  await attempt(async () => {
    await studio().compare(configuration, id);
    await judge();
  });
  await keepSession(id);
}

/**
 * The look of every run that is trained: the points of a sweep take those that no chosen run has.
 */
function pointsToDraw(runs: readonly DraftRun[]): Pick<RunRecord, "slot" | "search">[] {
  const taken = new Set(runs.map(({ slot }) => slot));
  const drawn = new Set<string>();
  let free = 0;
  return expandSweeps<DraftRun>(runs).map(({ id, slot, ...run }) => {
    const search = searchOf(run);
    if (!drawn.has(id)) {
      drawn.add(id);
      return { slot, ...(search && { search }) };
    }
    while (taken.has(free)) free++;
    taken.add(free);
    return { slot: free };
  });
}

/** Goes on with the training of an imported adapter, in a comparison of its own. */
export async function continueImported(
  { run }: ImportedAdapter,
  more: number,
  { configuration, from }: Continuation,
): Promise<void> {
  const { settings } = useStudio.getState().training;
  if (!settings) return;
  const id = begin(configuration, [{ slot: 0 }], from + more, null);
  await attempt(async () => {
    await studio().continueImported(run, more, settings, id);
    await judge();
  });
  await keepSession(id);
}

/** The look of each run; the same run on other rows than the chosen ones has one of its own. */
function slotsWith(slots: readonly number[]): (run: number, rows: Variant["rows"]) => number {
  const taken = new Set(slots);
  const others = new Map<string, number>();
  return (run, rows) => {
    if (!rows) return slots[run]!;
    const key = `${run} ${rows}`;
    const known = others.get(key);
    if (known !== undefined) return known;
    let free = 0;
    while (taken.has(free)) free++;
    taken.add(free);
    others.set(key, free);
    return free;
  };
}

/**
 * Puts a comparison in place of the current one, which joins the past. `drafts`: what is known of
 * the configuration's runs beside it; `estimate`: of it, where it is known. Returns its id.
 */
function begin(
  configuration: Configuration,
  drafts: readonly Pick<RunRecord, "slot" | "search">[],
  steps: number,
  estimate: Estimate | null,
  id = `${Date.now().toString(36)}-${Math.random().toString(36).slice(2, 6)}`,
): string {
  const state = useStudio.getState();
  const slotOf = slotsWith(configuration.runs.map((_, index) => drafts[index]?.slot ?? index));
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
      slot: slotOf(index, variant.rows),
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
    since: performance.now(),
    configuration,
    modelName: state.model.summary?.name ?? configuration.model,
    dataTitle: state.data.sample?.title ?? configuration.data.train,
    ...(state.data.summary && {
      dataFiles: dataFilesOf(state.data),
      parts: partsOf(state.data.summary),
      dataNotices: state.data.summary.notices,
      dataLabels: state.data.summary.labels,
    }),
    state: "preparing",
    step: 0,
    steps,
    reason: null,
    ...(state.device.report && { executor: state.device.report.executor }),
    memoryBytes: null,
    runs,
  };
  show(comparison);
  keepOwn(id);
  patch("comparison", { imported: [], inWorker: id });
  void keepSession();
  void keepSources();
  if (estimate) describeRuns(estimate);
  void fillIn(id, estimate === null);
  return id;
}

/**
 * Fills in what takes the worker's time. Not before the first step: people wait for their first
 * points.
 */
async function fillIn(id: string, estimates: boolean): Promise<void> {
  await firstStep(id);
  if (estimates) await estimateRuns(id);
  await identifyFiles(id);
  await keepCheck(id);
}

/**
 * Makes a comparison the current one; the one before joins the past. What has been compared stays
 * with the worker until another is compared.
 */
function show(comparison: Comparison): void {
  const { comparison: slice, ui } = useStudio.getState();
  const { current } = slice;
  const past = slice.past.filter(({ id }) => id !== comparison.id);
  const kept = current && hasCurves(current) ? [current, ...past] : past;
  if (current && !hasCurves(current)) void forgetComparison(current).catch(() => {});
  patch("comparison", {
    current: comparison,
    past: kept.sort((a, b) => b.startedAt - a.startedAt),
    error: null,
    progress: null,
    stopping: false,
    interrupted: slice.interrupted.filter(({ id }) => id !== comparison.id),
  });
  showAlone(comparison, kept);
  patch("ui", { open: { data: false, methods: ui.open.methods, training: false } });
}

/**
 * Shows one that has ended in place of the current one. Its runs can be asked where the worker
 * still has them; else only what is kept of it is shown.
 */
export function showEnded({ detached: _, ...comparison }: Comparison): void {
  const isThere = useStudio.getState().comparison.inWorker === comparison.id;
  show(isThere ? comparison : { ...comparison, detached: true });
}

/** As `describeRuns`; a comparison does without when that fails. */
async function estimateRuns(id: string): Promise<void> {
  const { current } = useStudio.getState().comparison;
  if (current?.id !== id) return;
  const estimate = await studio()
    .estimate(current.configuration)
    .catch(() => null);
  if (estimate && useStudio.getState().comparison.current?.id === id) describeRuns(estimate);
}

/** Fills in how many parameters each run trains, and what is not equal between runs. */
function describeRuns(estimate: Estimate): void {
  const { current } = useStudio.getState().comparison;
  if (!current) return;
  patch("comparison", { current: { ...current, unequal: estimate.unequal } });
  for (const { run, trainable, mostFitted } of estimate.runs) {
    // How many numbers it fits to texts, its fit says.
    if (mostFitted !== null) continue;
    for (const { name, variant } of current.runs) if (variant.run === run) patchRun(name, { trainable });
  }
}

/** Fills in what tells the comparison's rows and model from others; it does without otherwise. */
async function identifyFiles(id: string): Promise<void> {
  const identity = await studio()
    .identify()
    .catch(() => null);
  const { current } = useStudio.getState().comparison;
  if (identity && current?.id === id) patch("comparison", { current: { ...current, identity } });
}

/** Nothing is kept of it where it cannot be asked for. */
async function keepCheck(id: string): Promise<void> {
  const check = await checkOpenData().catch(() => null);
  const { current } = useStudio.getState().comparison;
  if (!check || current?.id !== id) return;
  const dataCheck = check.lines.map(({ id, isGood, said }) => ({ id, isGood, said }));
  patch("comparison", { current: { ...current, dataCheck } });
}

/**
 * Resolves when a step of this comparison has been made, or it will make none as the current one.
 */
function firstStep(id: string): Promise<void> {
  return new Promise((resolve) => {
    const end = useStudio.subscribe(({ comparison: { current } }) => {
      if (current?.id === id && current.step === 0 && !isEnded(current.state)) return;
      end();
      resolve();
    });
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
  if (!current) return;
  const now = performance.now();
  const since = now - elapsedOf(current, now);
  const going: Comparison = { ...current, state: "preparing", since, endedAt: null };
  delete going.verdict;
  delete going.outcomes;
  delete going.detached;
  patch("comparison", { current: going, inWorker: current.id, error: null, progress: null, stopping: false });
  void keepSources();
  await attempt(async () => {
    await studio().continue(current.id);
    await judge();
  });
  await keepSession(current.id);
}

/**
 * Goes on with a comparison that broke off in an earlier visit, once its model and rows are open
 * and its settings chosen.
 */
export async function continueInterrupted({ id, configuration, record, step }: Interrupted): Promise<void> {
  const { runs } = useStudio.getState().methods;
  patch("comparison", { imported: [] });
  if (record) show(record);
  else begin(configuration, pointsToDraw(runs), configuration.training.steps ?? step, null, id);
  await continueComparison();
}

/** Judges the comparison that has ended by another metric than was fixed; the verdict says so. */
export async function judgeBy(metric: MetricName): Promise<void> {
  await attempt(() => judge(metric));
  await keepSession();
}

/** Keeps with a comparison that has ended who is ahead; `metric`: default: as was fixed. */
async function judge(metric?: MetricName): Promise<void> {
  const { inWorker } = useStudio.getState().comparison;
  const [verdict, outcomes] = await Promise.all([studio().verdict(metric), studio().outcomes(metric)]);
  // Another may be shown by now.
  patchComparison(inWorker, ({ outcomes: _, ...comparison }) => ({
    ...comparison,
    verdict,
    ...(outcomes && { outcomes }),
  }));
}

/**
 * The zip of a run: from the worker while it has it, else the saved one; conversions are the
 * worker's alone.
 */
export async function runZip(run: RunRecord, conversion: string | null = null): Promise<Blob> {
  const { current } = useStudio.getState().comparison;
  if (current && !current.detached && current.runs.some((candidate) => candidate.key === run.key)) {
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

async function attempt(work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    const message = messageOf(error);
    const failed = failUnfinished(useStudio.getState().comparison, message, performance.now());
    patch("comparison", { ...failed, error: message, stopping: false });
  }
}
