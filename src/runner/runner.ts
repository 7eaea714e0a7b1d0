/**
 * The page side of the headless runner: hands what `bin/studio.mjs` asks to the same worker the
 * studio's page uses, and the worker's events back. Shows nothing; files, progress and results are
 * Node's.
 */

import { proxy, wrap } from "comlink";
import type { FormulaCells } from "../data/write-csv";
import { messageOf } from "../errors/message-of";
import type { Configuration, RunConfiguration } from "../plan/configuration";
import { trainingsProblem } from "../plan/limits";
import type {
  AdapterChoice,
  AdapterStart,
  DataCheck,
  DataRole,
  DataSummary,
  DeviceChoice,
  DeviceReport,
  Estimate,
  FilePredictions,
  FileScores,
  FileToScore,
  GeneratedText,
  Identity,
  ImportedAdapter,
  InstrumentResult,
  KeptFile,
  ModelSummary,
  RemoteStudio,
  SamplePrompt,
  ScoredFile,
  Slices,
  StudioApi,
  StudioEvent,
  SumRequest,
  Verdict,
} from "../worker/api";

/** A file of the configuration, served on this page's own origin. */
export interface ServedFile {
  url: string;
  name: string;
}

/** The files of a table, in order. */
export type ServedTable = readonly ServedFile[];

/** What is known before the first step. */
export interface Preparation {
  model: ModelSummary;
  data: DataSummary;
  estimate: Estimate;
  /** Those of the configuration, or of its preset. */
  runs: RunConfiguration[];
  /** Names of the configuration's runs whose method has a merged model. */
  mergeable: string[];
}

/** A text after a prompt; run null: the frozen model's. */
export interface WrittenSample extends SamplePrompt {
  run: string | null;
  /** Whether it is from before the run's first step. */
  before: boolean;
  text: string;
  ending: GeneratedText["ending"];
}

/** Validation rows that are written for, as on the page. */
const SAMPLES = 3;

/** Methods reject when the worker does, and when the worker itself breaks. */
export interface StudioRunner {
  /** The configuration, or what is wrong with it. */
  parseConfiguration(json: string): Promise<{ configuration: Configuration } | { problem: string }>;
  openDevice(choice: DeviceChoice): Promise<DeviceReport>;
  /** As it is now: which executor and how many threads is known once a model is open. */
  readDevice(): Promise<DeviceReport>;
  /** Hashes of the open rows and of the base model's files. */
  identify(): Promise<Identity>;
  /** What a person should know of the open rows. */
  checkData(): Promise<DataCheck>;
  prepare(
    configuration: Configuration,
    files: { train: ServedTable; validation: ServedTable | null; test: ServedTable | null },
  ): Promise<Preparation>;
  /** Resolves when every run has ended and every event has been handed over. */
  compare(configuration: Configuration): Promise<void>;
  /**
   * Takes up a comparison that was trained elsewhere: the runs' states, served on this page's own
   * origin, and the events of its metrics. `train`: goes on with it as `compare`; else its adapters
   * can be sent.
   */
  takeUp(
    configuration: Configuration,
    states: readonly { run: string; url: string }[],
    earlier: StudioEvent[],
    train: boolean,
  ): Promise<void>;
  stop(): Promise<void>;
  /** Which run is ahead, and whether that may be luck. */
  verdict(): Promise<Verdict>;
  /** The runs on each slice of the rows that decide, by a column of their file. */
  slices(column: string): Promise<Slices>;
  /** Evaluates a weighted sum of the runs, a run of its own from then on. */
  sum(request: SumRequest): Promise<ImportedAdapter>;
  /**
   * Predicts a file's rows, by one run or each by that of its value in a column; the file with what
   * was said, as CSV. `formulas`: of cells that a spreadsheet would compute.
   */
  predict(
    file: ServedFile,
    choice: AdapterChoice | { column: string },
    formulas: FormulaCells,
  ): Promise<FilePredictions>;
  /**
   * Scores every run on the file's rows with answers; null where the file has not the columns of
   * answers that were trained on.
   */
  score(file: ServedFile): Promise<FileScores | null>;
  /** Evaluates an adapter's zip beside what is there; its name as a run. */
  importRun(zip: ServedFile): Promise<string>;
  /** Scores the file's rows one by one; see `StudioApi.scoreFile`. */
  scoreFile(file: ServedFile, asked: Omit<FileToScore, "file">): Promise<ScoredFile>;
  /** What a run has forgotten of its base model's language, on the studio's general text. */
  forgetting(run: string): Promise<InstrumentResult<"forgetting">>;
  /**
   * What the frozen model and these runs write after the first validation prompts; nothing for
   * other tasks.
   */
  write(runs: readonly string[]): Promise<WrittenSample[]>;
  /** Sends a run's zip, perhaps in another form, to an address of this page's own server. */
  sendRun(run: string, address: string, conversion?: string | null): Promise<void>;
}

declare global {
  interface Window {
    studioRunner: StudioRunner;
    /** Provided by Node before this page loads. */
    deliverEvents(events: StudioEvent[]): Promise<void>;
    /** Provided by Node: where a run's state is to be sent; null where none is kept now. */
    placeForState(run: string): Promise<string | null>;
    /** Provided by Node: what kept a run's state from being written. */
    reportState(run: string, problem: string): Promise<void>;
  }
}

const worker = new Worker(new URL("../worker/worker.ts", import.meta.url), { type: "module", name: "studio" });
const api = wrap<StudioApi>(worker) as RemoteStudio;

const broken = new Promise<never>((_, reject) => {
  worker.addEventListener("error", (event) => {
    reject(new Error(`The worker broke: ${event.message || "its script could not be loaded"}.`));
  });
  worker.addEventListener("messageerror", () => reject(new Error("A message of the worker could not be read.")));
});
// Each call below reports it; without a call in flight it is not an unhandled rejection.
broken.catch(() => undefined);

let delivered: Promise<void> = Promise.resolve();
const subscribed = api.subscribe(
  proxy((events: StudioEvent[]) => {
    delivered = delivered.then(() => window.deliverEvents(events));
  }),
);
subscribed.catch(() => undefined);

// The states of runs lie outside of the browser, so that they outlive it.
const keeping = api.keepWith(
  proxy(async (files: KeptFile[]) => {
    for (const { run, file } of files) {
      const place = await window.placeForState(run);
      if (place === null) continue;
      await send(place, file).catch((error: unknown) => window.reportState(run, messageOf(error)));
    }
  }),
);
keeping.catch(() => undefined);

/** The answer of the worker, or its breakdown. */
async function ask<T>(call: () => Promise<T>): Promise<T> {
  return Promise.race([Promise.all([subscribed, keeping]).then(call), broken]);
}

async function fetchServed(file: ServedFile): Promise<File> {
  const response = await fetch(file.url);
  if (!response.ok) throw new Error(`${file.name} could not be fetched: ${response.status} ${response.statusText}.`);
  return new File([await response.blob()], file.name);
}

/** Puts a file where Node takes it. Rejects with what Node, or its disk, says. */
async function send(address: string, body: Blob): Promise<void> {
  const response = await fetch(address, { method: "PUT", body });
  if (!response.ok) throw new Error((await response.text()) || `The runner's server answered ${response.status}.`);
}

async function openServed(table: ServedTable, role: DataRole, read: Configuration["data"]): Promise<DataSummary> {
  const opened = await Promise.all(table.map(fetchServed));
  const { header, encoding, validationEncoding, testEncoding } = read;
  const own = { train: encoding, validation: validationEncoding, test: testEncoding };
  return ask(() => api.openData(opened, role, undefined, { header, encoding: own[role] }));
}

window.studioRunner = {
  async parseConfiguration(json) {
    const parsed = ask(() =>
      api.parseConfiguration(json).then(
        (configuration) => ({ configuration }),
        (error: unknown) => ({ problem: messageOf(error) }),
      ),
    );
    return parsed;
  },

  openDevice: (choice) => ask(() => api.openDevice(choice)),

  readDevice: () => ask(() => api.readDevice()),

  identify: () => ask(() => api.identify()),

  checkData: () => ask(() => api.checkData()),

  async prepare(given, { train, validation, test }) {
    const model = await ask(() => api.openModel(given.model, given.precision));
    await openServed(train, "train", given.data);
    if (validation) await openServed(validation, "validation", given.data);
    if (test) await openServed(test, "test", given.data);
    const { task, columns, maxLength, group, header = true, changes = [], validation: held, test: tested } = given.data;
    const { labelNames, taskText, encoding, validationEncoding, testEncoding, weights, transforms, selection } =
      given.data;
    const settings = {
      ...{ task, columns, maxLength, group, changes, header },
      ...(labelNames && { labelNames }),
      ...{ encoding, validationEncoding, testEncoding },
      ...(taskText !== undefined && { taskText }),
      ...(weights && { weights }),
      ...(transforms && { transforms }),
      ...(selection && { selection }),
      validationFraction: typeof held === "number" ? held : 0,
      test: typeof tested === "string" ? null : tested,
    };
    const data = await ask(() => api.setData(settings, given.training.seed));
    if (data.problem !== null) throw new Error(data.problem);
    const { preset, ...rest } = given;
    const runs = preset === undefined ? given.runs : await ask(() => api.presetRuns(preset));
    const tooMany = preset === undefined ? null : trainingsProblem(runs.length, rest.training, rest.data.test);
    if (tooMany !== null) throw new Error(`training.seeds: ${tooMany}.`);
    const configuration = { ...rest, runs };
    const estimate = await ask(() => api.estimate(configuration));
    const methods = await ask(() => api.listMethods());
    const merges = new Set(
      methods.filter(({ conversions }) => conversions.some(({ merged }) => merged)).map(({ id }) => id),
    );
    const mergeable = runs.filter(({ method }) => merges.has(method)).map(({ name }) => name);
    return { model, data, estimate, runs, mergeable };
  },

  async compare(configuration) {
    await ask(() => api.compare(configuration));
    await delivered;
  },

  async takeUp(configuration, states, earlier, train) {
    const files = await Promise.all(
      states.map(async ({ run, url }) => ({
        run,
        file: await fetchServed({ url, name: `The checkpoint of "${run}"` }),
      })),
    );
    await ask(() => api.takeUp(configuration, files, earlier, train));
    await delivered;
  },

  stop: () => ask(() => api.stop()),

  verdict: () => ask(() => api.verdict()),

  slices: (column) => ask(() => api.slices(column)),

  sum: (request) => ask(() => api.sum(request)),

  async predict(file, choice, formulas) {
    const opened = await fetchServed(file);
    const { chosen, values } = await ask(() => api.inspectRows(opened));
    // A column's values are the runs' own names.
    const names =
      "runs" in choice || "run" in choice ? [] : (values.find(({ column }) => column === choice.column)?.values ?? []);
    const runs = Object.fromEntries(names.map(({ value }) => [value, value]));
    return ask(() => api.predictRows(opened, chosen, "column" in choice ? { runs, ...choice } : choice, formulas));
  },

  async score(file) {
    const opened = await fetchServed(file);
    const { chosen, answers } = await ask(() => api.inspectRows(opened));
    return answers && ask(() => api.scoreRows(opened, { ...chosen, ...answers }));
  },

  async importRun(zip) {
    const imported = await ask(async () => api.importAdapter(await fetchServed(zip)));
    if ("run" in imported && typeof imported.run === "string") return imported.run;
    throw new Error(`${zip.name}: ${(imported as AdapterStart).differs} Its answers are of other labels.`);
  },

  scoreFile: (file, asked) => ask(async () => api.scoreFile({ ...asked, file: await fetchServed(file) })),

  forgetting: (run) => ask(() => api.measure("forgetting", run, { text: null })),

  async write(runs) {
    const samples = await ask(() => api.samplePrompts(SAMPLES));
    if (samples.length === 0) return [];
    const prompts = samples.map(({ prompt }) => prompt);
    const written: WrittenSample[] = [];
    const order = [
      { run: null, before: false },
      ...runs.flatMap((run) => [true, false].map((before) => ({ run, before }))),
    ];
    for (const writer of order) {
      const said = await ask(() => api.generate({ ...writer, prompts, settings: {} }));
      for (const [index, { text, ending }] of (said ?? []).entries()) {
        written.push({ ...samples[index]!, ...writer, text, ending });
      }
    }
    return written;
  },

  async sendRun(run, address, conversion = null) {
    await send(address, await ask(() => api.exportRun(run, conversion)));
  },
};
