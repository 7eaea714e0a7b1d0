/** Choosing a base model: looking it up, storing it, opening it. */

import { messageOf } from "../../errors/message-of";
import type { Configuration } from "../../plan/configuration";
import type { LocalFile, ModelPlace, ModelSummary } from "../../worker/api";
import { currentConfiguration, draftsForModel } from "../store/configuration";
import { localFiles } from "../store/local-files";
import type { AwaitedModel } from "../store/state";
import { patch, useStudio } from "../store/store";
import { suitableModel } from "../store/suitable-model";
import { studio } from "../worker";
import { setData } from "./data";
import { changeTraining } from "./drafts";
import { refusesWhileRunning } from "./while-running";

/** What is open, to open it again after a restart; files where they were dropped. */
let opened: { source: string; files: LocalFile[] | null } | null = null;
/** Of the folder that was looked at last. */
let droppedFiles: LocalFile[] | null = null;

/**
 * Opens a base model, in the given precision (default: that of the open one); the one that was open
 * stays named until the new one is there. The data stays and is tokenised again; options that were
 * a method's defaults become its defaults on the new model.
 */
export async function openModel(
  source: string,
  precision: Configuration["precision"] = useStudio.getState().model.summary?.precision ?? "auto",
): Promise<void> {
  if (refusesWhileRunning(useStudio.getState().model.listings.find((one) => one.source === source)?.name ?? source)) {
    return;
  }
  patch("model", { opening: source, error: null });
  try {
    const summary = await studio().openModel(source, precision);
    opened = { source, files: source.startsWith("dir:") ? droppedFiles : null };
    patch("device", { report: await studio().readDevice() });
    const { descriptions: before, runs } = useStudio.getState().methods;
    const descriptions = await studio().listMethods();
    patch("methods", { descriptions, runs: draftsForModel(runs, before, descriptions) });
    const data = await studio().readData();
    if (data) patch("data", { summary: data, check: null });
    patch("model", { summary, awaited: null, choosing: false, details: null, lookError: null });
    // After a restart the rows are opened after the model.
    if (data) await shortenTexts(summary);
    // What the last model's head read may be nothing that this one has.
    const pooling = useStudio.getState().training.settings?.pooling ?? null;
    if (pooling !== null && !summary.poolings.includes(pooling)) changeTraining({ pooling: null });
  } catch (error) {
    patch("model", { error: messageOf(error) });
  } finally {
    patch("model", { opening: null });
    void refreshModels();
  }
}

/** Lowers the longest text to what the new model reads, and says so. */
async function shortenTexts({ name, contextLength }: ModelSummary): Promise<void> {
  const configuration = currentConfiguration(useStudio.getState());
  if (!configuration) return;
  const longest = await studio().longestText(configuration);
  if (configuration.data.maxLength <= longest) return;
  await setData({ maxLength: longest }, "settings");
  const text =
    `${name} reads ${contextLength} tokens, virtual tokens included: texts are now cut at ${longest} tokens instead of ` +
    `${configuration.data.maxLength} (step 1).`;
  patch("ui", { notice: { kind: "info", text } });
}

/**
 * After the worker was restarted or the page loaded: what was open before, where it is here, else
 * what suits the device. One that is not here is awaited: no other takes its place by itself.
 */
export async function reopenModel(): Promise<void> {
  const { awaited } = useStudio.getState().model;
  if (awaited) {
    await openAwaited(awaited);
    return;
  }
  if (opened?.files) await studio().inspectModel({ kind: "files", files: opened.files }, null);
  const suited = () => {
    const { device, model } = useStudio.getState();
    return suitableModel(model.listings, device.report);
  };
  const isChosen = opened !== null;
  const source = opened?.source ?? suited();
  if (source !== undefined) await openModel(source);
  // The trial with that model may have given it to a processor that is too slow for it.
  const smaller = suited();
  if (!isChosen && smaller !== undefined && smaller !== source) await openModel(smaller);
}

async function openAwaited({ linked }: AwaitedModel): Promise<void> {
  const isHere = useStudio.getState().model.listings.some(({ source }) => source === linked?.source);
  if (linked && isHere) await openModel(linked.source, linked.precision);
}

/** Looks a model of the Hub up: the first requests that leave the page. */
export async function lookUpModel(name: string, token: string | null, address: string): Promise<void> {
  await inspect({ kind: "hub", name, token, address }, name);
}

/** Looks at dropped or chosen files, with the chooser open. */
export async function inspectFiles(files: readonly File[]): Promise<void> {
  droppedFiles = localFiles(files);
  patch("model", { choosing: true, place: "computer" });
  await inspect({ kind: "files", files: droppedFiles }, "the files");
}

async function inspect(place: ModelPlace, what: string): Promise<void> {
  patch("model", { looking: what, lookError: null, details: null });
  try {
    const configuration = currentConfiguration(useStudio.getState());
    patch("model", { details: await studio().inspectModel(place, configuration) });
  } catch (error) {
    patch("model", { lookError: messageOf(error) });
  } finally {
    patch("model", { looking: null });
  }
}

/** Stores a model that was looked up and opens it. */
export async function downloadAndOpen(source: string): Promise<void> {
  // Asks the browser not to clear the storage by itself; without a yes it may, and the model is
  // downloaded again.
  void navigator.storage?.persist?.().catch(() => {});
  patch("model", { downloading: source, lookError: null });
  try {
    await studio().downloadModel(source);
  } catch (error) {
    patch("model", { lookError: messageOf(error) });
    return;
  } finally {
    patch("model", { downloading: null });
    await refreshModels();
  }
  await openModel(source);
}

export async function cancelDownload(): Promise<void> {
  await studio().cancelDownload();
}

/** Lists what can be opened and what is stored anew. */
export async function refreshModels(): Promise<void> {
  try {
    const [listings, stored] = await Promise.all([studio().listModels(), studio().listStored()]);
    patch("model", { listings, stored });
    const { details } = useStudio.getState().model;
    if (details?.source.startsWith("hf:")) {
      const storedBytes = stored.find(({ source }) => source === details.source)?.storedBytes ?? 0;
      patch("model", { details: { ...details, storedBytes } });
    }
  } catch (error) {
    patch("model", { lookError: messageOf(error) });
  }
}

export async function removeStored(source: string): Promise<void> {
  try {
    await studio().removeStored(source);
  } catch (error) {
    patch("model", { lookError: messageOf(error) });
  }
  await refreshModels();
}
