/**
 * Starting the studio: worker, device, model, sample, what the address and the last session hold.
 */

import * as Comlink from "comlink";
import { messageOf } from "../../errors/message-of";
import { isEnded } from "../../plan/phase";
import type { Defaults, DeviceChoice, RunStateEvent, StudioEvent } from "../../worker/api";
import { draftRun, draftsFrom } from "../store/configuration";
import { chosenDevice, keepDevice } from "../store/device-choice";
import { damageOfEvent } from "../store/event-schema";
import { applyEvents, failUnfinished } from "../store/events";
import { fromFragment } from "../store/link";
import { loadLabels } from "../store/notebook";
import { hasCurves, loadRecent } from "../store/session";
import { heard, NO_SILENCE, tooSilent } from "../store/silence";
import { patch, useStudio } from "../store/store";
import { draftsWithSuggestion, NO_TEXT, runsThatFollow } from "../store/suggested-text";
import { applyProgress } from "../store/waits";
import { restartWorker, studio, watchWorker } from "../worker";
import { openSample, readNextAs, reopenData } from "./data";
import { readEntry } from "./entry";
import { agreeWithKept, offerInterrupted } from "./interrupted";
import { dropSources, keepAdapter, keepSession } from "./keeping";
import { reopenModel } from "./model";
import { isRemembered, openRemembered, recallFiles } from "./remembered";
import { suggestText } from "./suggested-text";
import { unfoldStep } from "./ui";
import { receiveTexts } from "./writing";

/** Chosen on arrival: the method of the house, its rival, and the two controls both must beat. */
const preselected = ["sk-prefix", "lora", "linear-probe", "hard-text"];

/** Of a first comparison: short, with a curve to see, and soon with its first point. */
const firstTraining = { steps: 200, evalEvery: 25, evalRows: 200 };

const INSECURE =
  "This page was opened by plain http from another computer, and browsers keep storage, threads and graphics cards for " +
  "secure pages. Open it by https, or on the computer that serves it as http://localhost.";

/** Starts everything; each part fails on its own and says so where it belongs. */
export async function start(): Promise<void> {
  if (!window.isSecureContext) {
    patch("device", { refused: INSECURE, starting: null });
    return;
  }
  watchWorker(deviceLost);
  // While the base model opens, so that nobody is asked for data meanwhile.
  const recalled = recallFiles();
  const openData = async () => {
    await recalled;
    await openWhatWasOpen();
  };
  await Promise.all([restoreSession(), startWorker(openData)]);
}

/**
 * After a lost device, or where the engine is stuck: a new worker with the same model and data; the
 * comparison can then go on from its checkpoints.
 * @param reason of calls that are not answered yet, and of runs that were training
 */
export async function restart(reason = "the engine was started again"): Promise<void> {
  const isSilent = tooSilent(useStudio.getState(), performance.now())?.answers === false;
  restartWorker(`${reason.charAt(0).toUpperCase()}${reason.slice(1)}.`, isSilent);
  // After whoever waited has heard of it.
  await new Promise((resolve) => setTimeout(resolve));
  const { device, comparison } = useStudio.getState();
  patch("comparison", failUnfinished(comparison, device.lost ?? reason, performance.now()));
  patch("device", { report: null, lost: null, starting: "model" });
  patch("silence", NO_SILENCE);
  patch("model", { summary: null, opening: null, error: null });
  patch("methods", { searching: false, searchError: null });
  endWaits();
  const { current } = useStudio.getState().comparison;
  patch("comparison", {
    current: current && { ...current, memoryBytes: null, detached: true },
    error: null,
    stopping: false,
    imported: [],
    inWorker: null,
  });
  await startWorker(async () => {
    // The worker before may have ended before it had opened anything.
    if (useStudio.getState().data.summary === null) await openWhatWasOpen();
    else await reopenData();
    await agreeWithKept();
  });
}

/** Starts the worker anew on what was chosen. Model and data stay, and a comparison's curves. */
export async function chooseDevice(choice: DeviceChoice): Promise<void> {
  keepDevice(choice);
  await restart();
}

async function startWorker(openData: () => Promise<void>): Promise<void> {
  try {
    await studio().subscribe(Comlink.proxy(receive));
    const [report] = await Promise.all([studio().openDevice(chosenDevice()), loadListings()]);
    patch("device", { report });
    await restoreRuns();
    if (report.status === "ready" || report.status === "software") {
      await reopenModel();
    }
    patch("device", { starting: "data" });
    await openData();
  } catch (error) {
    patch("device", { lost: messageOf(error) });
  } finally {
    patch("device", { starting: null });
  }
}

async function loadListings(): Promise<void> {
  const api = studio();
  await Promise.all([
    api.listModels().then(
      (listings) => patch("model", { listings }),
      (error) => patch("model", { error: messageOf(error) }),
    ),
    api.listMethods().then(
      (descriptions) => patch("methods", { descriptions, error: null }),
      (error) => patch("methods", { error: messageOf(error) }),
    ),
    api.readDefaults().then(takeDefaults),
    listSamples(),
  ]);
}

async function listSamples(): Promise<void> {
  await studio()
    .listSamples()
    .then(
      (samples) => patch("data", { samples }),
      (error) => patch("data", { error: { place: "train", message: messageOf(error) } }),
    );
}

/** Where the samples could not be listed: lists them, and opens what was to be opened then. */
export async function listSamplesAgain(): Promise<void> {
  patch("data", { error: null });
  await listSamples();
  await openWhatWasOpen();
}

/** Settings that were chosen, here or before a restart, stay. */
function takeDefaults({ training, generation }: Defaults): void {
  const state = useStudio.getState();
  if (!state.training.settings) patch("training", { settings: { ...training, ...firstTraining } });
  if (!state.writing.settings) patch("writing", { settings: generation });
}

/**
 * What the address or this entry of the tab's history names, where the page can open it; of an
 * address that names none, what somebody had this browser remember, else the first sample. Files of
 * one's own that are not kept are awaited: nothing takes their place by itself.
 */
async function openWhatWasOpen(): Promise<void> {
  const { samples, summary, opening, awaited, remembered } = useStudio.getState().data;
  if (summary || opening) return;
  const named = awaited?.linked?.sample;
  const [first] = samples;
  if (awaited && awaited.files.length > 0) {
    const train = awaited.files.filter(({ role }) => role === "train");
    if (train.length > 0 && isRemembered(train, remembered ?? [])) await openRemembered();
    if (useStudio.getState().data.awaited) unfoldStep("data");
  } else if (named) await openSample(named);
  else if (named === undefined && !awaited && remembered) await openRemembered();
  else if (named === undefined && first) await openSample(first.id);
  // What is in the way is said there, and what to do.
  if (useStudio.getState().data.summary === null) unfoldStep("data");
}

/** Runs from the address, else those preselected; nothing when runs are there already. */
async function restoreRuns(): Promise<void> {
  const { methods, training } = useStudio.getState();
  if (methods.runs.length > 0 || methods.descriptions.length === 0) return;
  try {
    const content = fromFragment(window.location.hash);
    if (content && training.settings) {
      const link = await studio().readLink(content);
      const { files, folder, changes } = readEntry();
      if (link.data) {
        const linked = changes ? { ...link.data, changes } : link.data;
        readNextAs(linked);
        patch("data", { awaited: { linked, files: linked.sample ? [] : files } });
      }
      if (link.model !== undefined) patch("model", { awaited: { linked: link.model, folder } });
      const written = link.runs.map(({ run }) => run);
      const drafts = draftsFrom(runsThatFollow(written, methods.descriptions), methods.descriptions);
      const runs = drafts.map((draft, index) => ({ ...draft, problems: { ...link.runs[index]!.problems } }));
      patch("methods", { runs, suggested: NO_TEXT });
      patch("training", { settings: { ...training.settings, ...link.training } });
      if (link.leftOut.length > 0) patch("ui", { notice: { kind: "error", text: link.leftOut.join("\n") } });
      suggestText();
      return;
    }
  } catch (error) {
    patch("ui", { notice: { kind: "error", text: messageOf(error) } });
  }
  const runs = useStudio.getState().methods.runs.slice();
  for (const id of preselected) {
    const method = methods.descriptions.find((description) => description.id === id);
    if (method) runs.push(draftRun(method, runs));
  }
  patch("methods", {
    runs: draftsWithSuggestion(runs, { ...methods, suggested: NO_TEXT }),
    suggested: NO_TEXT,
  });
  suggestText();
}

async function restoreSession(): Promise<void> {
  try {
    const [{ past, closed, problem }, labels] = await Promise.all([loadRecent(), loadLabels()]);
    patch("notebook", { labels });
    const { comparison, ui } = useStudio.getState();
    const all = [...comparison.past, ...past.filter(hasCurves)];
    patch("comparison", { past: all });
    void offerInterrupted(past, closed);
    // The newest is shown until there is another.
    const older = comparison.current ? all : all.slice(1);
    patch("ui", { hidden: new Set([...ui.hidden, ...older.flatMap(({ runs }) => runs.map(({ key }) => key))]) });
    if (problem !== null) patch("ui", { notice: { kind: "error", text: problem } });
  } catch {
    // A browser that refuses storage (a private window) starts with an empty history.
  }
}

/**
 * Takes what can be read; one that cannot be must not take the others with it. Resolves when what
 * the worker waits for is kept.
 */
async function receive(events: StudioEvent[]): Promise<void> {
  // A worker whose own code broke may go on for a while: nothing of it counts any more.
  if (useStudio.getState().device.lost !== null) return;
  patch("silence", heard(useStudio.getState().silence));
  const readable = events.filter((event) => {
    const damage = damageOfEvent(event);
    if (damage === null) return true;
    const text = `Some news of the engine could not be read (${damage}); what it does goes on.`;
    patch("ui", { notice: { kind: "error", text } });
    return false;
  });
  take(readable);
  if (readable.some(({ type }) => type === "keeping")) await keepSession();
}

function take(events: readonly StudioEvent[]): void {
  const { comparison, waits } = useStudio.getState();
  const now = performance.now();
  const after = { comparison: applyEvents(comparison, events, now), waits: applyProgress(waits, events, now) };
  useStudio.setState(after);
  receiveTexts(events);
  let keeps = false;
  for (const event of events) {
    if (event.type === "device-lost") deviceLost(event.reason);
    if (event.type === "run-state" && hasAdapter(event)) void keepAdapter(event.run);
    if (event.type === "kept") patch("storage", { checkpoints: event.problem });
    if (event.type === "comparison-state" && (isEnded(event.state) || event.state === "paused")) keeps = true;
    if (event.type === "comparison-state" && event.state === "finished") void dropSources(after.comparison.current?.id);
  }
  if (keeps) void keepSession();
}

function hasAdapter(event: RunStateEvent): boolean {
  return isEnded(event.state) && (event.state !== "failed" || event.lastGoodStep !== null);
}

/** What a worker waited for ends with it, or with its device. */
function endWaits(): void {
  patch("waits", { open: [] });
}

function deviceLost(reason: string): void {
  patch("device", { lost: reason });
  patch("silence", NO_SILENCE);
  const { comparison } = useStudio.getState();
  patch("comparison", failUnfinished(comparison, reason, performance.now()));
  endWaits();
  void keepSession();
}
