/**
 * Comparisons that broke off by a reload, a crash or a closed tab: offered, gone on with, or
 * forgotten.
 */

import { messageOf } from "../../errors/message-of";
import type { Configuration } from "../../plan/configuration";
import { dataSettings } from "../../plan/data-configuration";
import type { InterruptedComparison } from "../../worker/api";
import { isOfWhatIsOpen } from "../store/comparable";
import { draftsFrom } from "../store/configuration";
import { inTurn, ownComparison } from "../store/own-comparison";
import {
  forgetComparison,
  forgetSources,
  hasCurves,
  loadComparison,
  loadSources,
  saveComparison,
} from "../store/session";
import type { Comparison, Interrupted } from "../store/state";
import { patch, useStudio } from "../store/store";
import { studio } from "../worker";
import { compare, continueInterrupted } from "./compare";
import { openSources, setData } from "./data";
import { openModel } from "./model";

/**
 * Lists what can go on: of this browser's comparisons those that no open tab has.
 * @param closed ids of those that were running when their page was closed
 */
export async function offerInterrupted(past: readonly Comparison[], closed: readonly string[]): Promise<void> {
  try {
    const { interrupted: kept, open } = await studio().listKept();
    const recordOf = (wanted: string) => past.find(({ id }) => id === wanted) ?? null;
    const found: Interrupted[] = [];
    for (const { id, configuration, runs } of kept) {
      // It may be older than those that the page has read.
      const record = recordOf(id) ?? (await loadComparison(id).catch(() => null));
      found.push({ id, configuration, record: record && withSteps(record, runs), step: leastStep(runs) });
    }
    for (const id of closed) {
      const record = recordOf(id);
      // Of these nothing was kept to go on from: they begin anew.
      if (!record || open.includes(id) || kept.some((one) => one.id === id)) continue;
      found.push({ id, configuration: record.configuration, record, step: 0 });
    }
    const { comparison } = useStudio.getState();
    patch("comparison", {
      interrupted: inTurn(
        found.filter(({ id }) => id !== comparison.current?.id),
        ownComparison(),
      ),
      // Those that another tab trains are that tab's to show.
      past: comparison.past.filter(({ id }) => !open.includes(id)),
    });
  } catch {
    // A browser that keeps nothing has nothing to offer.
  }
}

/** After the engine was started again runs can go on from the steps that were kept, no others. */
export async function agreeWithKept(): Promise<void> {
  const { current: asked } = useStudio.getState().comparison;
  const kept = await studio()
    .listKept(asked?.id)
    .catch(() => null);
  const { current } = useStudio.getState().comparison;
  if (!current || current.state === "finished") return;
  const runs = kept?.interrupted.find(({ id }) => id === current.id)?.runs ?? [];
  patch("comparison", { current: withSteps(current, runs) });
}

/** Opens a comparison's model and rows, takes its settings over, and goes on with it. */
export async function goOn(interrupted: Interrupted): Promise<void> {
  const { id, configuration, record, step } = interrupted;
  try {
    await openModelOf(configuration);
    await openRowsOf(id, configuration);
    const { methods, training } = useStudio.getState();
    patch("methods", { runs: draftsFrom(configuration.runs, methods.descriptions) });
    patch("training", { settings: { ...training.settings, ...configuration.training } });
    if (record && !isOfWhatIsOpen(record, useStudio.getState())) {
      throw new Error(`The rows that are open are not those of ${configuration.data.train} as it was.`);
    }
  } catch (error) {
    const text = `The comparison cannot go on yet. ${messageOf(error)}`;
    patch("ui", { notice: { kind: "error", text } });
    return;
  }
  patch("ui", { notice: null });
  if (step > 0) {
    await continueInterrupted(interrupted);
    return;
  }
  await forget(interrupted);
  await compare();
}

/** Removes what was kept to go on from; curves and finished adapters stay, as earlier ones. */
export async function forget({ id, record }: Interrupted): Promise<void> {
  try {
    await studio().dropInterrupted(id);
    await forgetSources(id);
    if (record && hasCurves(record)) await saveComparison(record, 0);
    else if (record) await forgetComparison(record);
  } catch {
    // What cannot be removed is offered again on the next visit.
  }
  // Not before: a page that is reloaded in between would offer it again.
  const { interrupted } = useStudio.getState().comparison;
  patch("comparison", { interrupted: interrupted.filter((other) => other.id !== id) });
}

async function openModelOf({ model, precision }: Configuration): Promise<void> {
  const open = useStudio.getState().model.summary;
  if (open?.source === model && open.precision === precision) return;
  if (model.startsWith("dir:") && open?.source !== model) {
    throw new Error(
      `Its base model was the folder ${model.slice("dir:".length)}: open it under Base model, then try again.`,
    );
  }
  await openModel(model, precision);
  const { summary, error } = useStudio.getState().model;
  if (summary?.source !== model) throw new Error(error ?? `${model} could not be opened.`);
}

async function openRowsOf(id: string, { data, training }: Configuration): Promise<void> {
  const sources = await loadSources(id).catch(() => null);
  if (sources) await openSources(sources, data);
  const { summary, error } = useStudio.getState().data;
  if (!summary || summary.train.file !== data.train) {
    throw new Error(error?.message ?? `Open ${data.train} (step 1), then try again.`);
  }
  const settings = useStudio.getState().training.settings;
  patch("training", { settings: { ...settings, ...training } });
  await setData(dataSettings(data), "settings");
}

type KeptSteps = InterruptedComparison["runs"];

/** The comparison with the steps that its runs can go on from. */
function withSteps(comparison: Comparison, kept: KeptSteps): Comparison {
  const stepOf = (name: string) => kept.find(({ run }) => run === name)?.step ?? null;
  return { ...comparison, runs: comparison.runs.map((run) => ({ ...run, lastGoodStep: stepOf(run.name) })) };
}

function leastStep(kept: KeptSteps): number {
  return kept.length === 0 ? 0 : Math.min(...kept.map(({ step }) => step));
}
