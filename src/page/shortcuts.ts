/** Single keys that work wherever no text is being typed. Listed in the help. */

import { compare, pause, resume } from "./actions/compare";
import { toggleRun } from "./actions/ui";
import { offeredAxes } from "./compare/axes";
import { whyNot } from "./compare/obstacle";
import type { AxisUnit, RunRecord } from "./store/state";
import { isBusy, patch, useStudio } from "./store/store";

/** Starts listening; returns what ends it. */
export function listenToKeys(): () => void {
  const onKey = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
    const target = event.target as HTMLElement;
    if (
      target.closest?.(
        "input:not([type=checkbox], [type=radio], [type=range]), textarea, select, [role=menu], [role=dialog]",
      )
    )
      return;
    if (press(event.key)) event.preventDefault();
  };
  window.addEventListener("keydown", onKey);
  return () => window.removeEventListener("keydown", onKey);
}

/** Does what a key means; false when it means nothing. */
function press(key: string): boolean {
  const state = useStudio.getState();
  const { ui, comparison } = state;
  if (key === "Escape" && ui.crosshair !== null) {
    patch("ui", { crosshair: null });
    return true;
  }
  if (key === "?") {
    patch("ui", { help: true });
    return true;
  }
  if (!ui.shortcuts) return false;
  const run = /^[1-9]$/.test(key) ? comparison.current?.runs[Number(key) - 1] : undefined;
  if (run) {
    toggleRun(run.key);
    return true;
  }
  switch (key) {
    case "c":
      if (isBusy(state) || whyNot(state) !== null) return false;
      void compare();
      return true;
    case "p":
      if (comparison.current?.state === "running") void pause();
      else if (comparison.current?.state === "paused") void resume();
      else return false;
      return true;
    case "n":
      patch("ui", { notebook: true });
      return true;
    case "x":
      patch("ui", { axis: nextAxis(ui.axis, comparison.current?.runs ?? []), crosshair: null });
      return true;
    case "l":
      patch("ui", { logLoss: !ui.logLoss });
      return true;
    case "[":
    case "]":
      return moveCrosshair(key === "]" ? 1 : -1);
    default:
      return false;
  }
}

function moveCrosshair(direction: 1 | -1): boolean {
  const { ui, comparison } = useStudio.getState();
  const newest = comparison.current ?? comparison.past[0];
  const end = Math.max(0, ...(newest?.runs.map((run) => run.curves.steps.last(ui.axis) ?? 0) ?? []));
  if (end === 0) return false;
  const moved = (ui.crosshair ?? (direction === 1 ? 0 : end)) + (direction * end) / 50;
  patch("ui", { crosshair: Math.min(end, Math.max(0, ui.axis === "seconds" ? moved : Math.round(moved))) });
  return true;
}

function nextAxis(axis: AxisUnit, runs: readonly RunRecord[]): AxisUnit {
  const axes = offeredAxes(runs, axis).map(({ value }) => value);
  return axes[(axes.indexOf(axis) + 1) % axes.length] ?? "step";
}
