/** Looking: what is plotted, how, and the theme. */

import type { Comparison, StepName, Theme } from "../store/state";
import { patch, useStudio } from "../store/store";

/** Plots a run or hides it. */
export function toggleRun(key: string): void {
  const hidden = new Set(useStudio.getState().ui.hidden);
  if (!hidden.delete(key)) hidden.add(key);
  patch("ui", { hidden });
}

/** Hides or shows several runs at once. */
export function showRuns(keys: readonly string[], shown: boolean): void {
  const hidden = new Set(useStudio.getState().ui.hidden);
  for (const key of keys) {
    if (shown) hidden.delete(key);
    else hidden.add(key);
  }
  patch("ui", { hidden });
}

/** Leaves the charts to one comparison; the others are drawn behind it when asked for. */
export function showAlone({ runs }: Comparison, others: readonly Comparison[]): void {
  const { hidden } = useStudio.getState().ui;
  const left = new Set([...hidden, ...others.flatMap((other) => other.runs.map(({ key }) => key))]);
  for (const { key } of runs) left.delete(key);
  patch("ui", { hidden: left, crosshair: null });
}

/** The pointer or the focus is on a run, or on none any more. */
export function pointAt(key: string | null): void {
  if (useStudio.getState().ui.pointed !== key) patch("ui", { pointed: key });
}

export function toggleStep(step: StepName): void {
  const { open } = useStudio.getState().ui;
  patch("ui", { open: { ...open, [step]: !open[step] } });
}

export function foldSteps(): void {
  patch("ui", { open: { data: false, methods: false, training: false } });
}

/** Unfolds a step, by itself: nothing moves that somebody may be about to press. */
export function unfoldStep(step: StepName): void {
  patch("ui", { open: { ...useStudio.getState().ui.open, [step]: true } });
}

/** Unfolds a step that somebody asked for, and brings it into sight. */
export function showStep(step: StepName): void {
  unfoldStep(step);
  requestAnimationFrame(() => document.getElementById(`step-${step}`)?.scrollIntoView({ block: "start" }));
}

export function setTheme(theme: Theme): void {
  patch("ui", { theme });
  const { dataset } = document.documentElement;
  if (theme === "system") delete dataset.theme;
  else dataset.theme = theme;
  try {
    if (theme === "system") localStorage.removeItem("theme");
    else localStorage.setItem("theme", theme);
  } catch {
    // The theme then lasts until the page closes.
  }
}
