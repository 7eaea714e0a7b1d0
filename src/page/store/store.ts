/** The one store of the page. It holds; the files beside it change it. */

import { create } from "zustand";
import { isUnfinished } from "../../plan/phase";
import { DEFAULT_TASK, type MetricName, taskMetrics } from "../../tasks/metrics/names";
import type { ColumnRoles, TaskId } from "../../worker/api";
import { NO_SILENCE } from "./silence";
import type { Comparison, RunRecord, StudioState, Theme } from "./state";

function storedTheme(): Theme {
  try {
    const theme = localStorage.getItem("theme");
    return theme === "light" || theme === "dark" ? theme : "system";
  } catch {
    return "system";
  }
}

export const useStudio = create<StudioState>()(() => ({
  device: { report: null, lost: null, refused: null, starting: "model" },
  model: {
    listings: [],
    summary: null,
    opening: null,
    awaited: null,
    error: null,
    choosing: false,
    place: "ready",
    looking: null,
    details: null,
    lookError: null,
    downloading: null,
    stored: [],
  },
  data: {
    samples: [],
    summary: null,
    fingerprints: {},
    awaited: null,
    remembered: null,
    sample: null,
    hub: {},
    opening: null,
    error: null,
    check: null,
  },
  methods: {
    descriptions: [],
    error: null,
    runs: [],
    replaced: null,
    removed: null,
    suggested: null,
    estimate: null,
    estimating: false,
    estimateError: null,
    pace: null,
    pacing: false,
    searching: false,
    searchError: null,
  },
  training: { settings: null, problems: {} },
  comparison: {
    current: null,
    inWorker: null,
    past: [],
    revision: 0,
    error: null,
    progress: null,
    stopping: false,
    imported: [],
    interrupted: [],
  },
  waits: { open: [] },
  silence: NO_SILENCE,
  writing: {
    settings: null,
    prompts: [],
    texts: {},
    busy: false,
    stopped: false,
    error: null,
  },
  storage: { checkpoints: null, results: {} },
  notebook: { labels: {}, entries: null, unreadable: [], storage: null, error: null },
  offline: { kept: false, isNewerReady: false },
  ui: {
    theme: storedTheme(),
    axis: "step",
    logLoss: false,
    metric: null,
    smoothing: null,
    hidden: new Set(),
    pointed: null,
    open: { data: false, methods: true, training: false },
    help: false,
    guide: false,
    notebook: false,
    shortcuts: true,
    notify: false,
    crosshair: null,
    lossTarget: null,
    notice: null,
    formulas: "text",
  },
}));

/** Changes some fields of one slice. */
export function patch<Slice extends keyof StudioState>(slice: Slice, fields: Partial<StudioState[Slice]>): void {
  useStudio.setState((state) => ({ [slice]: { ...state[slice], ...fields } }) as Partial<StudioState>);
}

/** The current comparison's runs, then those of past ones, newest first. */
export function allComparisons(state: StudioState): Comparison[] {
  const { current, past } = state.comparison;
  return current ? [current, ...past] : past;
}

/** Changes a comparison of this page, whether it is the current one or an earlier one. */
export function patchComparison(id: string | null, change: (comparison: Comparison) => Comparison): void {
  const { current, past } = useStudio.getState().comparison;
  const changed = (one: Comparison) => (one.id === id ? change(one) : one);
  patch("comparison", { current: current && changed(current), past: past.map(changed) });
}

/** Changes one run of the current comparison; the curves are kept in place. */
export function patchRun(name: string, fields: Partial<RunRecord>): void {
  const { current } = useStudio.getState().comparison;
  if (!current) return;
  patch("comparison", {
    current: { ...current, runs: current.runs.map((run) => (run.name === name ? { ...run, ...fields } : run)) },
  });
}

/** Whether the worker is training or about to, or searches learning rates. */
export function isBusy(state: StudioState): boolean {
  return state.methods.searching || isUnfinished(state.comparison.current?.state ?? "idle");
}

/** Task and columns of the comparison that is shown, or of the open data while there is none. */
function shownData(state: StudioState): { task: TaskId; columns: ColumnRoles } | undefined {
  const { current, past } = state.comparison;
  return (current ?? past[0])?.configuration.data ?? state.data.summary?.settings;
}

export function shownTask(state: StudioState): TaskId {
  return shownData(state)?.task ?? DEFAULT_TASK;
}

/** Whether that task is answered by writing: then it has neither texts nor words to be read out. */
export function isWriting(state: StudioState): boolean {
  const columns = shownData(state)?.columns;
  return columns !== undefined && !columns.text && !columns.tokens;
}

/**
 * What the next comparison goes by: what is chosen, or the task's first metric; null without data.
 */
export function nextMetric({ data, training }: StudioState): MetricName | null {
  if (!data.summary) return null;
  const metrics = taskMetrics[data.summary.settings.task];
  return metrics.find((metric) => metric === training.settings?.metric) ?? metrics[0];
}
