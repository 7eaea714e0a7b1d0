/**
 * Starting the studio: worker, device, model, sample, what the address and the last session hold.
 */

import * as Comlink from "comlink";
import { messageOf } from "../../errors/message-of";
import { isEnded } from "../../plan/phase";
import type { Defaults, DeviceChoice, RunStateEvent, StudioEvent } from "../../worker/api";
import { draftRun, draftsFrom } from "../store/configuration";
import { chosenDevice, keepDevice } from "../store/device-choice";
import { applyEvents, failUnfinished } from "../store/events";
import { fromFragment, type LinkedConfiguration } from "../store/link";
import { loadComparisons } from "../store/session";
import { patch, useStudio } from "../store/store";
import { standardText } from "../store/suggested-text";
import { applyProgress } from "../store/waits";
import { restartWorker, studio, watchWorker } from "../worker";
import { keepAdapter, keepSession } from "./compare";
import { openSample, readNextAs, reopenData } from "./data";
import { reopenModel } from "./model";
import { suggestText } from "./suggested-text";
import { receiveTexts } from "./writing";

/** Chosen on arrival: the method of the house, its rival, and the two controls both must beat. */
const preselected = ["sk-prefix", "lora", "linear-probe", "hard-text"];

/** Of a first comparison: short, with a curve to see. */
const firstTraining = { steps: 200, evalEvery: 25 };

/** Starts everything; each part fails on its own and says so where it belongs. */
export async function start(): Promise<void> {
  watchWorker(deviceLost);
  await Promise.all([restoreSession(), startWorker(() => openFirstSample())]);
}

/**
 * After a lost device: a new worker with the same model and data; the comparison can then go on
 * from its checkpoints.
 */
export async function restart(): Promise<void> {
  restartWorker();
  patch("device", { report: null, lost: null });
  patch("model", { summary: null, error: null });
  endWaits();
  const { current } = useStudio.getState().comparison;
  patch("comparison", {
    current: current && { ...current, memoryBytes: null },
    error: null,
    stopping: false,
    imported: [],
  });
  await startWorker(reopenData);
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
    restoreRuns();
    if (report.status === "ready" || report.status === "software") {
      await reopenModel();
    }
    await openData();
  } catch (error) {
    patch("device", { lost: messageOf(error) });
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
    api.listSamples().then(
      (samples) => patch("data", { samples }),
      (error) => patch("data", { error: { place: "train", message: messageOf(error) } }),
    ),
  ]);
}

/** Settings that were chosen, here or before a restart, stay. */
function takeDefaults({ training, generation }: Defaults): void {
  const state = useStudio.getState();
  if (!state.training.settings) patch("training", { settings: { ...training, ...firstTraining } });
  if (!state.writing.settings) patch("writing", { settings: generation });
}

async function openFirstSample(): Promise<void> {
  const { samples, summary, opening } = useStudio.getState().data;
  const first = samples[0];
  if (first && !summary && !opening) await openSample(first.id);
}

/** Runs from the address, else those preselected; nothing when runs are there already. */
function restoreRuns(): void {
  const { methods, training } = useStudio.getState();
  if (methods.runs.length > 0 || methods.descriptions.length === 0) return;
  let linked: LinkedConfiguration | null = null;
  try {
    linked = fromFragment(window.location.hash);
    if (linked && training.settings) {
      if (linked.data) readNextAs(linked.data);
      patch("methods", { runs: draftsFrom(linked.runs, methods.descriptions) });
      patch("training", { settings: { ...training.settings, ...linked.training } });
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
  patch("methods", { runs, suggested: standardText(methods.descriptions) });
  suggestText();
}

async function restoreSession(): Promise<void> {
  try {
    const { past, problem } = await loadComparisons();
    const { comparison, ui } = useStudio.getState();
    const all = [...comparison.past, ...past];
    patch("comparison", { past: all });
    // The newest is shown until there is another.
    const older = comparison.current ? all : all.slice(1);
    patch("ui", { hidden: new Set([...ui.hidden, ...older.flatMap(({ runs }) => runs.map(({ key }) => key))]) });
    if (problem !== null) patch("ui", { notice: { kind: "error", text: problem } });
  } catch {
    // A browser that refuses storage (a private window) starts with an empty history.
  }
}

function receive(events: StudioEvent[]): void {
  const { comparison, waits } = useStudio.getState();
  const now = Date.now();
  useStudio.setState({
    comparison: applyEvents(comparison, events, now),
    waits: applyProgress(waits, events, now),
  });
  receiveTexts(events);
  for (const event of events) {
    if (event.type === "device-lost") deviceLost(event.reason);
    if (event.type === "run-state" && hasAdapter(event)) void keepAdapter(event.run);
    if (event.type === "comparison-state" && (isEnded(event.state) || event.state === "paused")) {
      void keepSession();
    }
  }
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
  const { comparison } = useStudio.getState();
  patch("comparison", failUnfinished(comparison, reason, Date.now()));
  endWaits();
  void keepSession();
}
