/** Starting the studio: worker, device, model, sample, what the address and the last session hold. */

import * as Comlink from "comlink";
import type { DeviceChoice, RunStateEvent, StudioEvent } from "../../worker/api";
import { engine, restartEngine, watchEngine } from "../engine";
import { standardText } from "../methods/suggested-text";
import { draftRun, draftsFrom } from "../store/configuration";
import { chosenDevice, keepDevice } from "../store/device-choice";
import { applyEvents, failUnfinished } from "../store/events";
import { fromFragment, type LinkedConfiguration } from "../store/link";
import { loadComparisons } from "../store/session";
import { messageOf, patch, useStudio } from "../store/store";
import { keepAdapter, keepSession } from "./compare";
import { openSample, readNextAs, reopenData } from "./data";
import { reopenModel } from "./model";
import { suggestText } from "./suggested-text";
import { receiveTexts } from "./writing";

/** Chosen on arrival: the method of the house, its rival, and the two controls both must beat. */
const preselected = ["sk-prefix", "lora", "linear-probe", "hard-text"];

/** Starts everything; each part fails on its own and says so where it belongs. */
export async function start(): Promise<void> {
  watchEngine(deviceLost);
  await Promise.all([restoreSession(), startEngine(() => openFirstSample())]);
}

/** After a lost device: a new worker with the same model and data; the comparison can then go on from its checkpoints. */
export async function restart(): Promise<void> {
  restartEngine();
  patch("device", { report: null, lost: null });
  patch("model", { summary: null, error: null });
  const { current } = useStudio.getState().comparison;
  patch("comparison", {
    current: current && { ...current, gpuBytes: null },
    progress: null,
    error: null,
    stopping: false,
    imported: [],
  });
  await startEngine(reopenData);
}

/** Starts the engine anew on what was chosen. Model and data stay, and a comparison's curves. */
export async function chooseDevice(choice: DeviceChoice): Promise<void> {
  keepDevice(choice);
  await restart();
}

async function startEngine(openData: () => Promise<void>): Promise<void> {
  try {
    await engine().subscribe(Comlink.proxy(receive));
    const [report] = await Promise.all([engine().openDevice(chosenDevice()), loadListings()]);
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
  const api = engine();
  await Promise.all([
    api.listModels().then(
      (listings) => patch("model", { listings }),
      (error) => patch("model", { error: messageOf(error) }),
    ),
    api.listMethods().then(
      (descriptions) => patch("methods", { descriptions, error: null }),
      (error) => patch("methods", { error: messageOf(error) }),
    ),
    api.listSamples().then(
      (samples) => patch("data", { samples }),
      (error) => patch("data", { error: { place: "train", message: messageOf(error) } }),
    ),
  ]);
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
    if (linked) {
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
    patch("comparison", { past: [...useStudio.getState().comparison.past, ...past] });
    if (problem !== null) patch("ui", { notice: { kind: "error", text: problem } });
  } catch {
    // A browser that refuses storage (a private window) starts with an empty history.
  }
}

function receive(events: StudioEvent[]): void {
  const before = useStudio.getState().comparison;
  patch("comparison", applyEvents(before, events, Date.now()));
  receiveTexts(events);
  for (const event of events) {
    if (event.type === "device-lost") deviceLost(event.reason);
    if (event.type === "run-state" && hasAdapter(event)) void keepAdapter(event.run);
    if (event.type === "comparison-state" && ["finished", "stopped", "failed", "paused"].includes(event.state)) {
      void keepSession();
    }
  }
}

function hasAdapter(event: RunStateEvent): boolean {
  return ["finished", "stopped"].includes(event.state) || (event.state === "failed" && event.lastGoodStep !== null);
}

function deviceLost(reason: string): void {
  patch("device", { lost: reason });
  const { comparison } = useStudio.getState();
  patch("comparison", { ...failUnfinished(comparison, reason, Date.now()), progress: null });
  void keepSession();
}
