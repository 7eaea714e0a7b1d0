/** Looking: what is plotted, how, and the theme. */

import type { StepName, Theme } from "../store/state";
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

export function toggleStep(step: StepName): void {
  const { open } = useStudio.getState().ui;
  patch("ui", { open: { ...open, [step]: !open[step] } });
}

/** Unfolds a step, and brings it into sight where the page is narrow. */
export function showStep(step: StepName): void {
  patch("ui", { open: { ...useStudio.getState().ui.open, [step]: true } });
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
