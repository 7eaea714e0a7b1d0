/** What the worker's events do to the comparison that is running. */

import { isEnded, isUnfinished } from "../../plan/phase";
import type { StudioEvent } from "../../worker/api";
import { addEvaluation, addStep } from "../curves/run-curves";
import { withShares } from "../curves/share-history";
import type { Comparison, ComparisonSlice, RunRecord } from "./state";
import { goneOn } from "./training-progress";

/**
 * The slice after a batch of events. Curves grow in place; everything else is a new object where it
 * changed.
 * @param now milliseconds by `performance.now()`: a clock that is set back must not count
 */
export function applyEvents(slice: ComparisonSlice, events: readonly StudioEvent[], now: number): ComparisonSlice {
  let { stopping } = slice;
  let current = slice.current;
  let grown = false;
  const changes = new Map<string, Partial<RunRecord>>();
  const change = (run: string, fields: Partial<RunRecord>) => changes.set(run, { ...changes.get(run), ...fields });
  const find = (name: string) => current?.runs.find((run) => run.name === name);

  for (const event of events) {
    switch (event.type) {
      case "step": {
        const run = find(event.run);
        if (!run) break;
        addStep(run.curves, event);
        change(run.name, { bytes: event.memoryBytes });
        grown = true;
        break;
      }
      case "evaluation": {
        const run = find(event.run);
        if (!run) break;
        if (event.split === "test") change(run.name, { test: event });
        else if (event.complete) change(run.name, { complete: event });
        else addEvaluation(run.curves, event);
        grown = true;
        break;
      }
      case "ranks":
        change(event.run, { ranks: event });
        break;
      case "shares": {
        const before = changes.get(event.run)?.shares ?? find(event.run)?.shares;
        change(event.run, { shares: withShares(before, event) });
        break;
      }
      case "distances":
        change(event.run, { distances: event });
        break;
      case "notice": {
        const said = changes.get(event.run)?.notices ?? find(event.run)?.notices ?? [];
        // A run that goes on may say the same again.
        if (!said.includes(event.message)) change(event.run, { notices: [...said, event.message] });
        break;
      }
      case "run-state":
        {
          const { state, reason, lastGoodStep, heldStep } = event;
          // What goes on is not what was tested.
          const ended = state === "running" ? { test: undefined, complete: undefined } : {};
          change(event.run, { state, reason, lastGoodStep, heldStep, ...ended });
        }
        break;
      case "comparison-state":
        if (!current) break;
        {
          const { state, step, steps, reason, memoryBytes } = event;
          current = { ...current, state, step, steps, reason, memoryBytes };
        }
        if (isEnded(event.state)) {
          current.endedAt = endOf(current, now);
          stopping = false;
        }
        break;
      case "rate-search":
        for (const run of current?.runs ?? []) {
          const { search } = event;
          if (run.variant.run !== search.run) continue;
          const learningRate = Number((search.chosen * run.variant.learningRateFactor).toPrecision(12));
          const rate = { learningRate: search.chosen, ...(search.found && { foundRate: search.found }) };
          const configuration = { ...run.configuration, ...rate };
          change(run.name, { learningRate, configuration, search });
        }
        break;
      case "selection":
        if (!current?.configuration.data.selection) break;
        {
          const { data } = current.configuration;
          const selection = { ...data.selection!, chosen: event.chosen };
          current = { ...current, configuration: { ...current.configuration, data: { ...data, selection } } };
        }
        break;
      // Told again in the run's report.
      case "calibration":
      case "keeping":
      case "kept":
      case "progress":
      case "generation":
      case "device-lost":
        break;
    }
  }

  if (current && changes.size > 0) {
    current = { ...current, runs: current.runs.map((run) => ({ ...run, ...changes.get(run.name) })) };
  }
  const step = current ? Math.max(current.step, slowestStep(current)) : 0;
  if (current && step !== current.step) current = { ...current, step };
  const progress = current ? goneOn(slice.progress, current, now) : slice.progress;
  return { ...slice, current, progress, stopping, revision: slice.revision + (grown ? 1 : 0) };
}

/**
 * The slice after the worker or its device went away: what was still training has failed and can go
 * on later.
 */
export function failUnfinished(slice: ComparisonSlice, reason: string, now: number): ComparisonSlice {
  const { current } = slice;
  if (!current || !isUnfinished(current.state)) return slice;
  const runs = current.runs.map((run): RunRecord => {
    if (!isUnfinished(run.state)) return run;
    // The worker keeps the adapters of every evaluation; those of step 0 are the untrained ones.
    return { ...run, state: "failed", reason, lastGoodStep: run.curves.evaluations.last("step") || null };
  });
  return {
    ...slice,
    stopping: false,
    current: { ...current, state: "failed", reason, endedAt: endOf(current, now), runs },
  };
}

/** When a comparison has ended that ends now, by the clock that it began by. */
function endOf({ startedAt, since }: Comparison, now: number): number {
  return startedAt + (since === undefined ? 0 : now - since);
}

/** Milliseconds that a comparison has taken until now, breaks left out. */
export function elapsedOf({ startedAt, endedAt, since }: Comparison, now: number): number {
  if (endedAt !== null) return endedAt - startedAt;
  return since === undefined ? 0 : now - since;
}

/** The step every run that still trains has done. */
function slowestStep(comparison: Comparison): number {
  const training = comparison.runs.filter((run) => run.state === "running");
  const steps = training.map((run) => run.curves.steps.last("step") ?? 0);
  return steps.length === 0 ? 0 : Math.min(...steps);
}
