/** Choosing methods, their options and the training; the estimate follows by itself. */

import { messageOf } from "../../errors/message-of";
import type { Configuration, TrainingConfiguration } from "../../plan/configuration";
import { dataSettings } from "../../plan/data-configuration";
import { currentConfiguration, draftRun, draftsFrom, freeName, isSearchable } from "../store/configuration";
import type { DraftRun } from "../store/state";
import { patch, useStudio } from "../store/store";
import { draftsWithSuggestion } from "../store/suggested-text";
import { studio, WorkerEndedError } from "../worker";
import { couldHave, setData } from "./data";
import { refusesWhileRunning } from "./while-running";

/** Adds a run of each method, with its defaults and the text that the data suggest. */
export function addRuns(methodIds: readonly string[]): void {
  const { methods } = useStudio.getState();
  const { descriptions, runs } = methods;
  const added = [...runs];
  for (const id of methodIds) {
    const method = descriptions.find((description) => description.id === id);
    if (method) added.push(draftRun(method, added));
  }
  patch("methods", { runs: [...runs, ...draftsWithSuggestion(added.slice(runs.length), methods)] });
}

/** Puts a preset's runs in place of those chosen, which can be had back. */
export async function choosePreset(preset: string): Promise<void> {
  try {
    const chosen = await studio().presetRuns(preset);
    const { runs, descriptions } = useStudio.getState().methods;
    patch("methods", { runs: draftsFrom(chosen, descriptions), replaced: runs, removed: null });
  } catch (error) {
    patch("ui", { notice: { kind: "error", text: messageOf(error) } });
  }
}

/** Brings back the runs that a preset took the place of. */
export function restoreReplaced(): void {
  const { replaced } = useStudio.getState().methods;
  if (replaced) patch("methods", { runs: replaced, replaced: null });
}

/** Until the next one is removed, it can be had back. */
export function removeRun(id: string): void {
  const { runs } = useStudio.getState().methods;
  const index = runs.findIndex((run) => run.id === id);
  const run = runs[index];
  if (run) patch("methods", { runs: runs.toSpliced(index, 1), removed: { run, index } });
}

export function restoreRemoved(): void {
  const { runs, removed } = useStudio.getState().methods;
  if (!removed) return;
  const { run, index } = removed;
  const taken = runs.map(({ name }) => name);
  patch("methods", { runs: runs.toSpliced(index, 0, { ...run, name: freeName(run.name, taken) }), removed: null });
}

/** A copy with its own name, right after the original. */
export function duplicateRun(id: string): void {
  const { methods } = useStudio.getState();
  const index = methods.runs.findIndex((run) => run.id === id);
  const source = methods.runs[index];
  const method = methods.descriptions.find((description) => description.id === source?.method);
  if (!source || !method) return;
  patch("methods", {
    runs: methods.runs.toSpliced(index + 1, 0, draftRun(method, methods.runs, { ...source, initFrom: undefined })),
  });
}

export function changeRun(id: string, fields: Partial<DraftRun>): void {
  const { runs } = useStudio.getState().methods;
  patch("methods", { runs: runs.map((run) => (run.id === id ? { ...run, ...fields } : run)) });
}

/**
 * Sets one option; `problem` marks the field as unusable instead and keeps the value that was
 * there.
 */
export function changeOption(id: string, key: string, value: unknown, problem: string | null): void {
  const run = useStudio.getState().methods.runs.find((candidate) => candidate.id === id);
  if (!run) return;
  // What an address said of the run as a whole is settled once somebody sets it.
  const { [key]: _, "": __, ...problems } = run.problems;
  if (problem !== null) changeRun(id, { problems: { ...problems, [key]: problem } });
  else changeRun(id, { options: { ...run.options, [key]: value }, problems });
}

/**
 * Marks a field of a run that is not one of its method's options as unusable, or as usable again.
 */
export function markRun(id: string, key: string, problem: string | null): void {
  const run = useStudio.getState().methods.runs.find((candidate) => candidate.id === id);
  if (!run) return;
  const { [key]: _, ...problems } = run.problems;
  changeRun(id, { problems: problem === null ? problems : { ...problems, [key]: problem } });
}

/** Renames a run; a name that is taken gets a number. */
export function renameRun(id: string, name: string): void {
  const others = useStudio.getState().methods.runs.filter((run) => run.id !== id);
  changeRun(id, {
    name: freeName(
      name,
      others.map((run) => run.name),
    ),
  });
}

/**
 * Searches the learning rates of these runs, or of all whose rate can be searched, and gives them
 * what was found.
 */
export async function findRates(ids?: readonly string[]): Promise<void> {
  const state = useStudio.getState();
  const configuration = currentConfiguration(state);
  const { settings } = state.training;
  const { runs, descriptions } = state.methods;
  if (!configuration || !settings) return;
  const wanted = runs.filter((run) => {
    const method = descriptions.find(({ id }) => id === run.method);
    return (!ids || ids.includes(run.id)) && isSearchable(run, settings, method);
  });
  patch("methods", { searching: true, searchError: null });
  try {
    const names = wanted.map(({ name }) => name);
    const searched = configuration.runs.filter(({ name }) => names.includes(name));
    const found = await studio().searchRates({
      ...configuration,
      runs: searched.map((run) => ({ ...run, learningRate: "search" })),
    });
    for (const search of found) {
      // A run may have been renamed or removed meanwhile.
      const id = wanted.find(({ name }) => name === search.run)!.id;
      changeRun(id, { learningRate: search.chosen, foundRate: search.found ?? undefined, search });
    }
  } catch (error) {
    patch("methods", { searchError: messageOf(error) });
  } finally {
    patch("methods", { searching: false });
    patch("comparison", { stopping: false });
  }
}

export function changeTraining(fields: Partial<TrainingConfiguration>): void {
  const { settings } = useStudio.getState().training;
  if (!settings) return;
  patch("training", { settings: { ...settings, ...fields } });
  // The split is drawn with this seed.
  if (fields.seed !== undefined) void setData({}, "settings");
}

export function markTraining(key: string, problem: string | null): void {
  const { [key]: _, ...problems } = useStudio.getState().training.problems;
  patch("training", { problems: problem === null ? problems : { ...problems, [key]: problem } });
}

/**
 * Opens a configuration file: runs and training are taken over; model and data where they are here.
 */
export async function openConfiguration(file: File): Promise<void> {
  if (refusesWhileRunning(file.name)) return;
  try {
    const configuration = await studio().parseConfiguration(file);
    const { preset, runs } = configuration;
    const said = [`Opened ${file.name}: ${preset === undefined ? `${runs.length} runs` : `the preset ${preset}`}.`];
    said.push(...(await takeConfiguration(configuration)));
    patch("ui", { notice: { kind: "info", text: said.join(" ") } });
  } catch (error) {
    patch("ui", { notice: { kind: "error", text: `${file.name} was not opened. ${messageOf(error)}` } });
  }
}

/**
 * Takes runs and training over, and how rows are read where the open file could have its columns.
 * Resolves to sentences on what of data and base model is another; rejects with an Error for a
 * method that this studio does not have.
 */
export async function takeConfiguration(configuration: Configuration): Promise<string[]> {
  const said: string[] = [];
  const state = useStudio.getState();
  const { preset, runs } = configuration;
  if (preset === undefined) patch("methods", { runs: draftsFrom(runs, state.methods.descriptions) });
  patch("training", { settings: configuration.training, problems: {} });
  const { summary } = state.data;
  if (!summary || !couldHave(summary, configuration.data)) {
    said.push(`It was made for ${configuration.data.train}; open that file to use its columns.`);
  } else {
    await setData(dataSettings(configuration.data), "columns");
    if (summary.train.file !== configuration.data.train) said.push(`The data stays ${summary.train.file}.`);
  }
  // Its texts are about the data that is open now.
  if (preset !== undefined) await choosePreset(preset);
  if (state.model.summary && state.model.summary.source !== configuration.model) {
    said.push(`It was made for ${configuration.model}; the base model stays ${state.model.summary.name}.`);
  }
  return said;
}

const STUCK =
  "The engine did not come back from looking at these runs, so it was not asked again. Change or remove the run that " +
  "was added last.";

/** Keeps the estimate in step with what is chosen. Returns what ends it. */
export function followDrafts(): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let asked = 0;
  /** What the engine did not come back from. */
  let stuck: string | null = null;
  const ask = async () => {
    const configuration = currentConfiguration(useStudio.getState());
    if (!configuration) {
      patch("methods", { estimate: null, estimateError: null, estimating: false });
      return;
    }
    asked++;
    const mine = asked;
    const asking = JSON.stringify([configuration.runs, configuration.training]);
    if (asking === stuck) {
      patch("methods", { estimate: null, estimateError: STUCK, estimating: false });
      return;
    }
    try {
      const estimate = await studio().estimate(configuration);
      if (mine === asked) patch("methods", { estimate, estimateError: null, estimating: false });
    } catch (error) {
      if (error instanceof WorkerEndedError && error.silent) stuck = asking;
      if (mine === asked) patch("methods", { estimate: null, estimateError: messageOf(error), estimating: false });
    }
  };
  const end = useStudio.subscribe((state, before) => {
    const same =
      state.methods.runs === before.methods.runs &&
      state.training.settings === before.training.settings &&
      state.data.summary === before.data.summary &&
      state.model.summary === before.model.summary;
    if (same) return;
    clearTimeout(timer);
    timer = setTimeout(ask, 300);
    if (!state.methods.estimating) patch("methods", { estimating: true });
  });
  return () => {
    clearTimeout(timer);
    end();
  };
}
