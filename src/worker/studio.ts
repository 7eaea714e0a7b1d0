/** The studio's API as the worker answers it: opens device, model and data, and runs comparisons on them. */

import * as z from "zod";
import { dependencies, version } from "../../package.json";
import type { BottleneckConfig } from "../adapters/adapter-hub";
import {
  ADAPTER_FILES,
  type AdapterFolder,
  checkAdapter,
  readAdapterFiles,
  readAdapterZip,
  zipAdapter,
} from "../adapters/folder";
import { cutTokens } from "../data/tokens";
import { type OpenedDevice, openDevice } from "../gpu/device";
import { OutOfMemoryError } from "../gpu/memory";
import { readConfig } from "../hub/config";
import { bundledFolder, listBundled, servedFolder, servedFolderName } from "../hub/sources";
import type { ModelFolder } from "../hub/types";
import type { Method, ModelFacts } from "../methods/method";
import { methodOf, methods } from "../methods/registry";
import { familyOf } from "../models/registry";
import { BaseModel } from "../training/base-model";
import { Comparison, type ComparisonData, type RunPlan } from "../training/comparison";
import { type Configuration, configurationSchema, type RunConfiguration } from "../training/configuration";
import { createEngine, type Engine } from "../training/engine";
import { estimate } from "../training/estimate";
import { exportRun, importedValues, originOf } from "../training/export";
import type { Values } from "../training/parameters";
import { parseOptions, type Run } from "../training/run";
import { selfTest } from "../training/self-test";
import type {
  DataRole,
  DataSettings,
  DataSummary,
  DeviceReport,
  Estimate,
  EvaluationEvent,
  ImportedAdapter,
  MethodDescription,
  ModelListing,
  ModelSummary,
  Prediction,
  RunReport,
  SampleListing,
  StudioApi,
  StudioEvent,
  TokenPiece,
} from "./api";
import { dropCheckpoints, keepCheckpoints, keptCheckpoints } from "./checkpoints";
import { DatasetStore } from "./dataset-store";
import { EventBatches } from "./events";

const versions = { "onnxruntime-web": dependencies["onnxruntime-web"], studio: version };

interface OpenComparison {
  readonly comparison: Comparison;
  readonly configuration: Configuration;
  readonly data: ComparisonData;
  readonly evaluations: EvaluationEvent[];
  /** Resolves when nothing is training any more. */
  running: Promise<void>;
}

export class Studio implements StudioApi {
  readonly #base: URL;
  readonly #events = new EventBatches();
  readonly #data = new DatasetStore(this.#events.emit);
  readonly #imported: OpenComparison[] = [];
  #device: OpenedDevice | null = null;
  #engine: Engine | null = null;
  #tested: Promise<void> | null = null;
  #model: BaseModel | null = null;
  #current: OpenComparison | null = null;

  /** `base`: where `models/` and `samples/` are served, with a slash at its end. */
  constructor(base: URL) {
    this.#base = base;
  }

  async subscribe(listener: (events: StudioEvent[]) => void): Promise<void> {
    this.#events.subscribe(listener);
  }

  async openDevice(): Promise<DeviceReport> {
    this.#device ??= await openDevice();
    const opened = this.#device;
    if (!("device" in opened)) {
      return { ...opened, limits: { maxBufferSize: 0, maxStorageBufferBindingSize: 0 }, features: [] };
    }
    const { device, software, status, message, adapter, limits, features } = opened;
    if (!this.#engine) {
      this.#engine = createEngine(device, { software });
      device.addEventListener("uncapturederror", ({ error }) => this.#broken(describeGpuError(error)));
      void device.lost.then(({ message: reason }) => this.#lost(reason || "the browser gave no reason"));
      // Fetched while the person looks at the data; whoever needs it first reports a failure.
      this.#engine.runtime.load().catch(() => {});
    }
    return { status, message, adapter: { ...adapter }, limits: { ...limits }, features: [...features] };
  }

  listModels(): Promise<ModelListing[]> {
    return listBundled(this.#modelsUrl);
  }

  async openModel(source: string): Promise<ModelSummary> {
    const engine = this.#readyEngine();
    const folder = await this.#folder(source);
    const emit = this.#events.emit;
    const model = await BaseModel.load(engine, folder, ({ tensor, done, total }) =>
      emit({ type: "progress", task: "loading weights", detail: tensor, done, total, unit: "bytes" }),
    );
    await this.#closeComparisons();
    this.#model?.release();
    this.#model = model;
    await this.#data.setTokenizer(model.tokenizer);
    const { config, family } = model;
    return {
      source,
      name: folder.name,
      family: family.title,
      parameters: model.parameters,
      fileBytes: model.fileBytes,
      gpuBytes: model.gpuBytes,
      elementType: "float32",
      layers: config.layers,
      hiddenSize: config.hiddenSize,
      heads: config.heads,
      keyValueHeads: config.keyValueHeads,
      vocabulary: config.vocabulary,
      contextLength: config.contextLength,
      linearNames: [...family.linearNames(config)],
    };
  }

  async listMethods(): Promise<MethodDescription[]> {
    const facts = this.#model ?? (await this.#firstBundledFacts());
    return methods.map((method) => describeMethod(method, facts));
  }

  async listSamples(): Promise<SampleListing[]> {
    const response = await fetch(new URL("samples/index.json", this.#base));
    if (!response.ok) throw new Error(`The list of samples could not be fetched: ${response.status}.`);
    return response.json();
  }

  async openSample(id: string): Promise<DataSummary> {
    const response = await fetch(new URL(`samples/${id}.csv`, this.#base));
    if (!response.ok) throw new Error(`The sample "${id}" could not be fetched: ${response.status}.`);
    return this.openData(new File([await response.blob()], `${id}.csv`), "train");
  }

  openData(file: File, role: DataRole): Promise<DataSummary> {
    return this.#data.openFile(file, role);
  }

  closeValidation(): Promise<DataSummary> {
    return this.#data.closeValidation();
  }

  setData(settings: DataSettings): Promise<DataSummary> {
    return this.#data.setSettings(settings);
  }

  async tokenize(text: string): Promise<TokenPiece[]> {
    return this.#readyModel().tokenizer.pieces(text);
  }

  async estimate(configuration: Configuration): Promise<Estimate> {
    const model = this.#readyModel();
    const { training, runs } = configurationSchema.parse(configuration);
    const { dataset, trainTokens, validationTokens, settings } = this.#data.data;
    return estimate({
      model,
      classes: dataset.labels.length,
      trainLengths: trainTokens.map(({ ids }) => ids.length),
      validationLengths: validationTokens.map(({ ids }) => ids.length),
      maxLength: settings.maxLength,
      training,
      runs,
      allowedBuffer: Math.min(
        this.#readyEngine().device.limits.maxStorageBufferBindingSize,
        this.#readyEngine().device.limits.maxBufferSize,
      ),
    });
  }

  async parseConfiguration(json: string): Promise<Configuration> {
    let value: unknown;
    try {
      value = JSON.parse(json);
    } catch (error) {
      throw new Error(`The configuration is not valid JSON: ${(error as Error).message}.`);
    }
    const result = configurationSchema.safeParse(value);
    if (!result.success) throw new Error(`The configuration does not fit. ${z.prettifyError(result.error)}`);
    for (const { method } of result.data.runs) methodOf(method);
    return result.data;
  }

  async compare(configuration: Configuration): Promise<void> {
    await this.#closeComparisons();
    const open = await this.#open(configuration);
    await this.#guard(open, async () => {
      await open.comparison.prepare();
      await open.comparison.train();
    });
  }

  async pause(): Promise<void> {
    this.#current?.comparison.pause();
  }

  async resume(): Promise<void> {
    this.#current?.comparison.resume();
  }

  async stop(): Promise<void> {
    this.#current?.comparison.stop();
  }

  async continue(): Promise<void> {
    if (this.#current) {
      const open = this.#current;
      return this.#guard(open, () => open.comparison.continue());
    }
    const kept = await keptCheckpoints();
    if (!kept) throw new Error("There is no comparison to continue.");
    const open = await this.#open(kept.configuration);
    for (const [run, checkpoint] of kept.checkpoints) open.comparison.adopt(run, checkpoint);
    await this.#guard(open, async () => {
      await open.comparison.prepare();
      await open.comparison.continue();
    });
  }

  async predict(text: string, textPair: string | null): Promise<Prediction[]> {
    const model = this.#readyModel();
    const all = [...(this.#current ? [this.#current] : []), ...this.#imported];
    if (all.length === 0) throw new Error("There is no trained run yet. Press Compare first, or import an adapter.");
    const ids = model.tokenizer.encode(text, textPair);
    if (ids.length === 0) throw new Error("The text is empty. Type at least one word.");
    const predictions: Prediction[] = [];
    for (const [index, { comparison, data }] of all.entries()) {
      const cut = cutTokens(ids, data.maxLength, model.tokenizer.trailingSpecials);
      const said = await comparison.predict(cut, cut.length < ids.length);
      predictions.push(...(index === 0 ? said : said.slice(1)));
    }
    return predictions;
  }

  async report(run: string): Promise<RunReport> {
    return this.#owner(run).comparison.report(run);
  }

  async exportRun(run: string): Promise<Blob> {
    const { comparison, configuration, data, evaluations } = this.#owner(run);
    const own = evaluations.filter((event) => event.run === run);
    const last = own.at(-1) ?? null;
    const { train, validation } = this.#data.data.summary;
    const recorded = recordedConfiguration(configuration, this.#readyModel().folder.source);
    const folder = await exportRun(this.#readyEngine(), this.#readyModel(), comparison.run(run), {
      labels: data.labels,
      maxLength: data.maxLength,
      pairs: configuration.data.columns.textPair !== null,
      data: {
        file: validation ? `${train.file}, ${validation.file}` : train.file,
        trainRows: data.train.length,
        validationRows: data.validation.length,
      },
      steps: last?.step ?? 0,
      metrics: last && { step: last.step, loss: last.loss, accuracy: last.accuracy, f1: last.f1 },
      versions,
      droppedLeadingTokens: comparison.dropsLeadingToken(run) ? 1 : 0,
      record: {
        run: recorded.runs.find(({ name }) => name === run),
        labels: data.labels,
        configuration: recorded,
        evaluations: own,
        device: this.#device && "adapter" in this.#device ? this.#device.adapter : null,
        versions,
      },
    });
    return zipAdapter(folder, run);
  }

  async importAdapter(file: File): Promise<ImportedAdapter> {
    const model = this.#readyModel();
    const adapter = await readAdapterZip(file);
    const base = model.folder.name;
    checkAdapter(adapter, { baseModel: base });
    const { run, pooling } = importedRun(adapter, file.name.replace(/\.zip$/i, ""));
    const taken = [this.#current, ...this.#imported].flatMap((open) => open?.comparison.runNames ?? []);
    const name = uniqueName(`${run.name} (imported)`, taken);
    const training = { ...this.#defaultTraining(), pooling, steps: 1 };
    const plan = { ...run, name };
    const open = await this.#create(
      { ...this.#dataConfiguration(), model: model.folder.source, training, runs: [plan] },
      new Map([[name, adapter]]),
    );
    checkLabels(adapter, open.data.labels);
    await open.comparison.prepare();
    await open.comparison.evaluate();
    this.#imported.push(open);
    return { run: name, method: run.method, base, evaluation: open.evaluations.at(-1) ?? null };
  }

  get #modelsUrl(): URL {
    return new URL("models/", this.#base);
  }

  async #folder(source: string): Promise<ModelFolder> {
    const [scheme, name] = [source.slice(0, source.indexOf(":")), source.slice(source.indexOf(":") + 1)];
    if (scheme === "bundled") return bundledFolder(name, this.#modelsUrl);
    if (scheme === "dir" && URL.canParse(name)) return servedFolder(new URL(name), this.#base.origin);
    throw new Error(`The page opens bundled models ("bundled:NAME") for now; "${source}" cannot be opened.`);
  }

  /** An adapter folder that this page's own server offers: what the headless runner makes of `initFrom`. */
  async #servedAdapter(run: string, place: string): Promise<AdapterFolder> {
    if (!URL.canParse(place)) {
      throw new Error(
        `Run "${run}": initFrom "${place}" can only be read by the headless runner. Import the adapter instead.`,
      );
    }
    const folder = servedFolder(new URL(place), this.#base.origin);
    const files: Record<string, Uint8Array> = {};
    for (const name of ADAPTER_FILES) {
      const file = await folder.open(name);
      if (file) files[name] = await file.read(0, file.size);
    }
    return readAdapterFiles(files);
  }

  async #firstBundledFacts(): Promise<ModelFacts> {
    const [first] = await this.listModels();
    const config = await readConfig(await this.#folder(first!.source));
    const family = familyOf(config);
    return { family, config: family.readConfig(config) };
  }

  #readyEngine(): Engine {
    if (!this.#engine) throw new Error(this.#device?.message || "The GPU device is not open yet.");
    return this.#engine;
  }

  #readyModel(): BaseModel {
    if (!this.#model) throw new Error("No base model is open.");
    return this.#model;
  }

  #owner(run: string): OpenComparison {
    const open = [this.#current, ...this.#imported].find((candidate) => candidate?.comparison.runNames.includes(run));
    if (!open) throw new Error(`There is no run "${run}".`);
    return open;
  }

  /** Sets up and compiles a comparison that becomes the current one. */
  async #open(given: Configuration): Promise<OpenComparison> {
    const configuration = configurationSchema.parse(given);
    this.#tested ??= selfTest(this.#readyEngine());
    await this.#tested;
    const initial = new Map<string, AdapterFolder>();
    for (const { name, initFrom } of configuration.runs) {
      if (initFrom === undefined) continue;
      const adapter = await this.#servedAdapter(name, initFrom);
      checkAdapter(adapter, { baseModel: this.#readyModel().folder.name });
      checkLabels(adapter, this.#data.data.dataset.labels);
      initial.set(name, adapter);
    }
    const open = await this.#create(configuration, initial);
    this.#current = open;
    return open;
  }

  async #create(configuration: Configuration, initial: ReadonlyMap<string, AdapterFolder>): Promise<OpenComparison> {
    const model = this.#readyModel();
    const { dataset, trainTokens, validationTokens, settings } = this.#data.data;
    const data: ComparisonData = {
      labels: dataset.labels,
      train: trainTokens,
      validation: validationTokens,
      validationTexts: dataset.validation.map(({ text, textPair }) =>
        textPair === null ? text : `${text} | ${textPair}`,
      ),
      maxLength: settings.maxLength,
    };
    const runs = configuration.runs.map((run): RunPlan => {
      const adapter = initial.get(run.name);
      if (!adapter) return run;
      const form = methodOf(run.method).exportForm(parseOptions(model, run), model);
      return { ...run, initial: importedValues(adapter, model.config.layers, originOf(form)) };
    });
    const evaluations: EvaluationEvent[] = [];
    const emit = (event: StudioEvent) => {
      if (event.type === "evaluation") evaluations.push(event);
      this.#events.emit(event);
    };
    const comparison = new Comparison({
      engine: this.#readyEngine(),
      model,
      data,
      training: configuration.training,
      runs,
      emit,
      onCheckpoint: (checkpoints) => {
        // A browser without storage loses only the way back after a crash.
        keepCheckpoints({ configuration, checkpoints }).catch(() => {});
      },
    });
    try {
      for (const { name, initial: given } of runs) if (given) checkComplete(given, comparison.run(name));
    } catch (error) {
      await comparison.release();
      throw error;
    }
    return { comparison, configuration, data, evaluations, running: Promise.resolve() };
  }

  /** Trains; what goes wrong ends the comparison with a named reason instead of rejecting. */
  #guard(open: OpenComparison, train: () => Promise<void>): Promise<void> {
    const { comparison } = open;
    open.running = train()
      .then(async () => {
        if (comparison.finished) await dropCheckpoints().catch(() => {});
      })
      .catch((error: unknown) => comparison.fail(named(error)))
      .finally(() => this.#events.flush());
    return open.running;
  }

  #broken(error: Error): void {
    this.#current?.comparison.fail(error);
    this.#events.flush();
  }

  #lost(reason: string): void {
    this.#broken(new Error(`device lost: ${reason}. The adapters of the last evaluation are kept.`));
    this.#events.emit({ type: "device-lost", reason });
    this.#events.flush();
  }

  async #closeComparisons(): Promise<void> {
    const all = [this.#current, ...this.#imported.splice(0)];
    this.#current = null;
    for (const open of all) {
      open?.comparison.abandon();
      await open?.running;
      await open?.comparison.release();
    }
  }

  #defaultTraining(): Configuration["training"] {
    return configurationSchema.shape.training.parse({});
  }

  #dataConfiguration(): Pick<Configuration, "data"> {
    const { train, validation, settings } = this.#data.data;
    const { task, columns, maxLength, validationFraction } = settings;
    return {
      data: { task, train: train.file, validation: validation?.file ?? validationFraction, columns, maxLength },
    };
  }
}

function describeMethod(method: Method, facts: ModelFacts): MethodDescription {
  const { id, title, summary, group, site, learningRate, card } = method;
  const schema = method.options(facts);
  return {
    id,
    title,
    summary,
    group,
    site,
    learningRate,
    card: { ...card },
    optionsSchema: z.toJSONSchema(schema, { io: "output" }) as Record<string, unknown>,
    defaults: schema.parse({}) as Record<string, unknown>,
  };
}

const runRecord = z.looseObject({
  run: z.looseObject({ name: z.string(), method: z.string(), options: z.record(z.string(), z.unknown()) }),
  configuration: z.looseObject({ training: z.looseObject({ pooling: z.enum(["last", "mean"]) }) }),
});

/** The run that an adapter folder describes: from its run.json, else from PEFT's configuration alone. */
function importedRun(adapter: AdapterFolder, name: string): { run: RunConfiguration; pooling: "last" | "mean" } {
  const record = runRecord.safeParse(adapter.run);
  if (record.success) {
    const { run, configuration } = record.data;
    return {
      run: { name: run.name, method: run.method, options: run.options },
      pooling: configuration.training.pooling,
    };
  }
  const { config } = adapter;
  const prompt = adapter.tensors.find((tensor) => tensor.name === "prompt_embeddings");
  const virtualTokens = prompt?.shape[0];
  const forms: Record<string, RunConfiguration> = {
    LORA: {
      name,
      method: config.use_dora ? "dora" : "lora",
      options: {
        rank: config.r,
        alpha: config.lora_alpha,
        targets: config.target_modules,
        rankStabilised: config.use_rslora,
      },
    },
    IA3: {
      name,
      method: "ia3",
      options: { targets: config.target_modules, feedForward: config.feedforward_modules },
    },
    LN_TUNING: { name, method: "ln-tuning", options: { targets: config.target_modules } },
    PREFIX_TUNING: { name, method: "prefix", options: { virtualTokens } },
    PROMPT_TUNING: { name, method: "prompt", options: { virtualTokens } },
    P_TUNING: { name, method: "prompt", options: { virtualTokens } },
  };
  if (config.peft_type === "BOTTLENECK") return { run: bottleneckRun(config, name), pooling: "last" };
  // Beside trained biases the reader accepts idle factors only.
  const run = config.bias === "all" ? { name, method: "bitfit", options: {} } : forms[config.peft_type]!;
  return { run, pooling: "last" };
}

/** The method of AdapterHub's modules: by where they stand. */
function bottleneckRun(config: AdapterFolder["config"], name: string): RunConfiguration {
  const { places, parallel, bottleneck, activation, scale, residual } = config as unknown as BottleneckConfig;
  const serial = places.includes("attention") ? "adapter-houlsby" : "adapter-pfeiffer";
  const options = { bottleneck, activation, scale, residual };
  return { name, method: parallel ? "adapter-parallel" : serial, options };
}

/** A configuration as it is kept beside an adapter: folders by their names, since their addresses do not last. */
function recordedConfiguration(configuration: Configuration, model: string): Configuration {
  const runs = configuration.runs.map((run) => {
    if (run.initFrom === undefined || !URL.canParse(run.initFrom)) return run;
    return { ...run, initFrom: servedFolderName(new URL(run.initFrom)) };
  });
  return { ...configuration, model, runs };
}

/** Throws an Error naming the tensor if an adapter leaves out one that a run trains: another method, or other options. */
function checkComplete(given: Values, { setup, trainables }: Run): void {
  const missing = trainables.find(({ name }) => !given.has(name));
  if (!missing) return;
  throw new Error(
    `Run "${setup.name}" (${setup.method.id}): the adapter it starts from has no "${missing.name}". ` +
      "Start from an adapter of the same method with the same options.",
  );
}

/** Throws an Error with both lists if the adapter was trained for other classes than the open data has. */
function checkLabels(adapter: AdapterFolder, labels: readonly string[]): void {
  const trained = z.object({ labels: z.array(z.string()) }).safeParse(adapter.run);
  if (!trained.success || trained.data.labels.join("\n") === labels.join("\n")) return;
  throw new Error(
    `The adapter was trained for the labels ${trained.data.labels.join(", ")}; the open data has ${labels.join(", ")}. ` +
      "Open data with the adapter's labels first.",
  );
}

function uniqueName(name: string, taken: readonly string[]): string {
  if (!taken.includes(name)) return name;
  return uniqueName(
    name.replace(/( \d+)?$/, (number) => ` ${Number(number || 1) + 1}`),
    taken,
  );
}

function describeGpuError(error: GPUError): Error {
  if (error instanceof GPUOutOfMemoryError) return new Error(`out of memory: ${error.message}`);
  const kind = error instanceof GPUValidationError ? "GPU validation error" : "internal GPU error";
  return new Error(`${kind}: ${error.message}`);
}

/** Puts the kind of failure in front of its message. */
function named(error: unknown): Error {
  if (error instanceof OutOfMemoryError) return new Error(`out of memory: ${error.message}`);
  return error instanceof Error ? error : new Error(String(error));
}
