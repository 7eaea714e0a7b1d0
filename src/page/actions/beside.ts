/**
 * Adapters that are evaluated without being trained here: imported folders, and weighted sums of
 * runs.
 */

import { messageOf } from "../../errors/message-of";
import { beginning } from "../../errors/shortened";
import type { AdapterStart, ImportedAdapter, SumRequest } from "../../worker/api";
import { addEvaluation, createCurves } from "../curves/run-curves";
import { areComparable, dataFilesOf } from "../store/comparable";
import { currentConfiguration, draftRun } from "../store/configuration";
import type { Comparison, RunRecord, StudioState } from "../store/state";
import { patch, useStudio } from "../store/store";
import { studio } from "../worker";
import { keepAdapter } from "./keeping";

/**
 * Resolves to what a run may start from where the adapter is one of other labels, else to null.
 * Rejects with an Error that names the file and what is wrong with it.
 */
export async function importAdapter(file: File): Promise<AdapterStart | null> {
  try {
    const adapter = await studio().importAdapter(file);
    if ("differs" in adapter) return adapter;
    await keep(adapter, file);
    return null;
  } catch (error) {
    throw new Error(`${file.name} was not imported. ${messageOf(error)}`);
  }
}

/**
 * Adds a run that starts from a folder to those that are chosen, and the same from its own start.
 */
export function addStart({ run }: AdapterStart): void {
  const { methods } = useStudio.getState();
  const method = methods.descriptions.find(({ id }) => id === run.method);
  if (!method) return;
  const { initFrom, ...fields } = { ...run, learningRate: run.learningRate ?? null };
  const named = (name: string) => ({ ...fields, name: `${beginning(run.name, 36)}, ${name}` });
  const transferred = draftRun(method, methods.runs, { ...named("transferred"), initFrom });
  const beside = draftRun(method, [...methods.runs, transferred], named("its own start"));
  patch("methods", { runs: [...methods.runs, transferred, beside] });
}

export async function sumRuns(request: SumRequest): Promise<void> {
  await keep(await studio().sum(request), null);
}

/**
 * Lists an adapter; beside an ended comparison it gets a level line and a row of its own, too.
 * @param zip what was imported, in whichever spelling: that is what its owner has, and what is kept
 */
async function keep(adapter: ImportedAdapter, zip: Blob | null): Promise<void> {
  const state = useStudio.getState();
  const { comparison, data } = state;
  const { current } = comparison;
  const open = currentConfiguration(state);
  const dataFiles = dataFilesOf(data);
  const alike = current && open && areComparable(current, { configuration: open, dataFiles });
  const drawn = alike && adapter.evaluation ? withLevel(current, adapter, state) : current;
  patch("comparison", {
    imported: [...comparison.imported, adapter],
    current: drawn,
    revision: comparison.revision + 1,
  });
  if (drawn !== current) await keepAdapter(adapter.run, zip);
}

/**
 * The comparison with the adapter as a run that had its one evaluation from the first step to the
 * last.
 */
function withLevel(current: Comparison, adapter: ImportedAdapter, { methods }: StudioState): Comparison {
  const { run: name, method, evaluation, complete, configuration } = adapter;
  const curves = createCurves();
  const lengths = current.runs.map(({ curves }) => curves.evaluations);
  const furthest = (axis: "tokens" | "keptTokens" | "seconds" | "flops") =>
    Math.max(0, ...lengths.map((table) => table.last(axis) || 0));
  addEvaluation(curves, { ...evaluation!, step: 0, tokens: 0, keptTokens: 0, seconds: 0, flops: 0 });
  if (current.step > 0) {
    addEvaluation(curves, {
      ...evaluation!,
      step: current.step,
      tokens: furthest("tokens"),
      keptTokens: furthest("keptTokens"),
      seconds: furthest("seconds"),
      flops: furthest("flops"),
    });
  }
  const { seed } = current.configuration.training;
  const record: RunRecord = {
    key: `${current.id}/${name}`,
    name,
    variant: { name, run: name, group: name, seed, split: 0, learningRateFactor: 1 },
    methodTitle: methods.descriptions.find(({ id }) => id === method)?.title ?? method,
    control: false,
    slot: Math.max(-1, ...current.runs.map(({ slot }) => slot)) + 1,
    configuration,
    learningRate: 0,
    state: "finished",
    reason: null,
    lastGoodStep: null,
    heldStep: null,
    trainable: adapter.trainable,
    bytes: null,
    curves,
    ...(complete && { complete }),
    saved: false,
    beside: true,
  };
  return { ...current, runs: [...current.runs, record] };
}
