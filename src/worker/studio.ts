/** The studio's API as the worker answers it: opens device, model and data, and runs comparisons on them. */

import * as z from "zod";
import { dependencies, version } from "../../package.json";
import { checkBase, checkFits } from "../adapters/checks";
import type { AdapterFolder } from "../adapters/folder";
import { readAdapterZip } from "../adapters/read-folder";
import type { TrainingState } from "../adapters/training-state";
import { zipAdapter } from "../adapters/write-folder";
import { fingerprint } from "../data/fingerprint";
import { formats } from "../data/formats/registry";
import { wordsOf } from "../data/formats/token-classification";
import { encodePrompt } from "../data/language";
import type { Scale } from "../data/types";
import { generate } from "../generation/generate";
import { generationSchema } from "../generation/settings";
import { type OpenedDevice, openDevice } from "../gpu/device";
import { readConfig } from "../hub/config";
import type { NamedTensor } from "../hub/safetensors";
import type { Equality, ModelFacts } from "../methods/method";
import { methodOf, methods } from "../methods/registry";
import { familyOf } from "../models/registry";
import { shownMetrics } from "../tasks/metrics/shown";
import { tasks } from "../tasks/registry";
import { BaseModel } from "../training/base-model";
import { Comparison } from "../training/comparison";
import type { ComparisonData, ComparisonSetup, RunPlan } from "../training/comparison-setup";
import {
  type Configuration,
  configurationSchema,
  type RunConfiguration,
  trainingSchema,
} from "../training/configuration";
import { checkpointOf, continuationNotices } from "../training/continuation";
import { diagnose } from "../training/diagnosis";
import { createEngine, type Engine } from "../training/engine";
import { compareAtStart } from "../training/equality";
import { estimate } from "../training/estimate";
import { type ExportFacts, exportRun, originOf } from "../training/export";
import { chosenOptions, fitDevice, longestText } from "../training/fit";
import { importedTensors, withoutCarrier } from "../training/imported-tensors";
import { languageRefusal } from "../training/language-head";
import { mergedForms } from "../training/merge";
import { mergedRun, zipMerged } from "../training/merged-model";
import { frozenModel, NextToken } from "../training/next-token";
import type { Checkpoint } from "../training/parameters";
import type { PrecisionChoice } from "../training/precision";
import { parseOptions } from "../training/run";
import { peakLearningRate } from "../training/schedule";
import { selfTest } from "../training/self-test";
import { type Variant, variantsOf } from "../training/variants";
import type {
  Continuation,
  DataRole,
  DataSettings,
  DataSummary,
  DeviceReport,
  Diagnosis,
  EqualityClaim,
  Estimate,
  EvaluationEvent,
  GeneratedText,
  GenerationRequest,
  ImportedAdapter,
  MethodDescription,
  ModelDetails,
  ModelListing,
  ModelPlace,
  ModelSummary,
  Prediction,
  Proof,
  RunReport,
  SampleListing,
  SamplePrompt,
  SemanticPass,
  SettingEvaluation,
  StoredModelListing,
  StudioApi,
  StudioEvent,
  TokenPiece,
} from "./api";
import { cardTask } from "./card-task";
import { dropCheckpoints, keepCheckpoints, keptCheckpoints } from "./checkpoints";
import { DatasetStore } from "./dataset-store";
import { describeInspected, describeMethod, describeModel } from "./describe";
import { diagnosisFacts, History } from "./diagnosis";
import { EventBatches } from "./events";
import { describeGpuError, named } from "./failures";
import { Folders, recordedConfiguration } from "./folders";
import { checkLabels, checkScale, importedName, importedRun, importedScale, uniqueName } from "./imported-run";
import { Models } from "./models";
import { checkSameRun, continuedConfiguration, recordedSetup } from "./resumed-run";

const versions = { "onnxruntime-web": dependencies["onnxruntime-web"], studio: version };

/** A run's folder, and whether its training goes on or begins anew from its values. */
interface StartingFolder {
  readonly adapter: AdapterFolder;
  readonly resume: boolean;
}

interface OpenComparison {
  /** What runs started from, by name. */
  readonly folders: ReadonlyMap<string, StartingFolder>;
  readonly comparison: Comparison;
  readonly configuration: Configuration;
  readonly data: ComparisonData;
  readonly evaluations: EvaluationEvent[];
  readonly variants: readonly Variant[];
  readonly history: History;
  /** Resolves when nothing is training any more. */
  running: Promise<void>;
}

export class Studio implements StudioApi {
  readonly #folders: Folders;
  readonly #events = new EventBatches();
  readonly #models: Models;
  readonly #data = new DatasetStore(this.#events.emit);
  readonly #imported: OpenComparison[] = [];
  #device: OpenedDevice | null = null;
  #engine: Engine | null = null;
  #tested: Promise<void> | null = null;
  #model: BaseModel | null = null;
  #current: OpenComparison | null = null;
  /** False once somebody has asked that what is being written should end. */
  #writing = false;

  /** `base`: where `models/` and `samples/` are served, with a slash at its end. */
  constructor(base: URL) {
    this.#folders = new Folders(base);
    this.#models = new Models(base, this.#events.emit);
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
    return this.#models.list();
  }

  async openModel(source: string, precision: PrecisionChoice = "auto"): Promise<ModelSummary> {
    const engine = this.#readyEngine();
    const emit = this.#events.emit;
    let model: BaseModel;
    try {
      const folder = await this.#models.open(source);
      model = await BaseModel.load(
        engine,
        folder,
        ({ tensor, done, total }) =>
          emit({ type: "progress", task: "loading weights", detail: tensor, done, total, unit: "bytes" }),
        precision,
      );
    } finally {
      // Before the answer: the wait is over.
      this.#events.flush();
    }
    await this.#closeComparisons();
    this.#model?.release();
    this.#model = model;
    await this.#data.setTokenizer(model.tokenizer);
    return describeModel(model, source, precision);
  }

  async inspectModel(place: ModelPlace, configuration: Configuration | null): Promise<ModelDetails> {
    const inspected = await this.#models.inspect(place);
    const planned = configuration && this.#model && this.#data.isReadable ? configuration : null;
    return describeInspected(inspected, (model) => {
      if (!planned) return null;
      const { training, runs } = configurationSchema.parse(planned);
      const current = this.#readyModel();
      return fitDevice({
        // Its own tokenizer is not there yet; texts count about as many tokens in the open one.
        model: { ...model, tokenizer: current.tokenizer },
        task: tasks[this.#data.data.settings.task],
        classes: this.#data.data.dataset.labels.length,
        labels: this.#data.data.dataset.labels,
        maxLength: this.#data.data.settings.maxLength,
        training,
        runs: runs.map((run) => ({ ...run, options: chosenOptions(run, current) })),
        allowedBuffer: this.#allowedBuffer(),
      });
    });
  }

  async downloadModel(source: string): Promise<void> {
    try {
      await this.#models.download(source);
    } finally {
      // Before the answer: the wait is over.
      this.#events.flush();
    }
  }

  async cancelDownload(): Promise<void> {
    this.#models.cancelDownload();
  }

  listStored(): Promise<StoredModelListing[]> {
    return this.#models.stored();
  }

  removeStored(source: string): Promise<void> {
    return this.#models.removeStored(source);
  }

  async listMethods(): Promise<MethodDescription[]> {
    const facts = this.#model ?? (await this.#firstBundledFacts());
    return methods.map((method) => describeMethod(method, facts));
  }

  async listSamples(): Promise<SampleListing[]> {
    return (await this.#folders.sample("index.json")).json();
  }

  async openSample(id: string): Promise<DataSummary> {
    const response = await this.#folders.sample(`${id}.csv`);
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

  async readData(): Promise<DataSummary | null> {
    return this.#data.summary;
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
      task: tasks[settings.task],
      classes: dataset.labels.length,
      labels: dataset.labels,
      trainLengths: trainTokens.map(({ ids }) => ids.length),
      validationLengths: validationTokens.map(({ ids }) => ids.length),
      maxLength: settings.maxLength,
      training,
      runs,
      allowedBuffer: this.#allowedBuffer(),
    });
  }

  async equalities(run: RunConfiguration): Promise<EqualityClaim[]> {
    return this.#equalities(run).map(({ statement, method, options }) => ({
      statement,
      method: methodOf(method).title,
      options: { ...options },
    }));
  }

  async prove(given: Configuration, name: string, equality: number): Promise<Proof> {
    const { runs, training } = configurationSchema.parse(given);
    const plan = runs.find((run) => run.name === name);
    const claim = plan && this.#equalities(plan)[equality];
    if (!claim) throw new Error(`Run "${name}" has no equality ${equality + 1}. Choose its options again.`);
    this.#tested ??= selfTest(this.#readyEngine());
    await this.#tested;
    const [engine, model, data] = [this.#readyEngine(), this.#readyModel(), this.#comparisonData()];
    const other = { name: `${name} =`, method: claim.method, options: claim.options };
    return compareAtStart({ engine, model, data, training }, [plan, other]);
  }

  async semanticPasses(): Promise<SemanticPass[]> {
    return this.#readyModel().semanticPasses.map((pass) => ({ ...pass }));
  }

  #equalities(run: RunConfiguration): readonly Equality[] {
    const model = this.#readyModel();
    return methodOf(run.method).equalities?.(parseOptions(model, run), model) ?? [];
  }

  async longestText(configuration: Configuration): Promise<number> {
    const { training, runs } = configurationSchema.parse(configuration);
    const { dataset, settings } = this.#data.data;
    const { maxLength } = settings;
    return longestText({
      model: this.#readyModel(),
      task: tasks[settings.task],
      classes: dataset.labels.length,
      labels: dataset.labels,
      maxLength,
      training,
      runs,
      allowedBuffer: this.#allowedBuffer(),
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
    if (!result.success) {
      const issues = result.error.issues.map(
        ({ path, message }) => `${z.core.toDotPath(path) || "the file"}: ${message}`,
      );
      throw new Error(`The configuration does not fit.\n${issues.join("\n")}`);
    }
    for (const { method } of result.data.runs) methodOf(method);
    return result.data;
  }

  async compare(configuration: Configuration): Promise<void> {
    await this.#closeComparisons();
    await this.#start(await this.#open(configuration, await this.#startingFolders(configuration)));
  }

  async continuation(run: string, more: number, training: Configuration["training"]): Promise<Continuation> {
    const { adapter, configuration } = this.#importedFolder(run);
    const [plan] = configuration.runs;
    const { settings, dataset } = this.#data.data;
    // The data may be others than those it was imported beside.
    checkLabels(adapter, settings.task, dataset.labels);
    checkScale(run, importedScale(adapter), dataset.scale);
    const { model, precision } = configuration;
    const place = { model, precision, ...this.#dataConfiguration(), run: plan! };
    const continued = continuedConfiguration(
      adapter,
      place,
      z.int().min(1).parse(more),
      trainingSchema.parse(training),
    );
    return {
      configuration: continued,
      from: adapter.state?.facts.step ?? 0,
      learningRate: peakLearningRate(plan!, continued.training, this.#readyModel()),
      notices: await this.#notices(adapter, plan!, continued.training, continued.training.steps!),
    };
  }

  async continueImported(run: string, more: number, training: Configuration["training"]): Promise<void> {
    const { configuration } = await this.continuation(run, more, training);
    const { adapter } = this.#importedFolder(run);
    await this.#closeComparisons();
    await this.#start(await this.#open(configuration, new Map([[run, { adapter, resume: true }]])));
  }

  #importedFolder(run: string): { adapter: AdapterFolder; configuration: Configuration } {
    const open = this.#imported.find(({ folders }) => folders.has(run));
    if (!open) throw new Error(`There is no imported run "${run}". Import its folder again.`);
    return { adapter: open.folders.get(run)!.adapter, configuration: open.configuration };
  }

  /** Trains from the start, or where the runs were left. */
  #start(open: OpenComparison): Promise<void> {
    const { comparison, folders } = open;
    return this.#guard(open, async () => {
      await comparison.prepare();
      if ([...folders.values()].some(({ resume }) => resume)) await comparison.continue(true);
      else await comparison.train();
    });
  }

  /** What keeps a folder's training from going on as it was planned. */
  async #notices(
    adapter: AdapterFolder,
    run: RunConfiguration,
    training: Configuration["training"],
    steps: number,
  ): Promise<string[]> {
    const rows = this.#data.data.trainTokens;
    return continuationNotices(adapter, recordedSetup(adapter, this.#readyModel()), {
      training,
      steps,
      learningRate: peakLearningRate(run, training, this.#readyModel()),
      trainRows: rows.length,
      dataFingerprint: await fingerprint(rows),
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
    const open = await this.#open(kept.configuration, new Map());
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
    const predictions: Prediction[] = [];
    for (const [index, { comparison, data }] of all.entries()) {
      const words = wordsOf(text);
      const asked = { text, textPair, label: 0, words, tags: words.map(() => 0), response: "", row: 0 };
      const encoded = formats[comparison.task.id].encode(asked, model.tokenizer, data.maxLength);
      if (text.trim() === "" || encoded.fullLength === 0) throw new Error("The text is empty. Type at least one word.");
      const said = await comparison.predict(encoded, words);
      predictions.push(...(index === 0 ? said : said.slice(1)));
    }
    return predictions;
  }

  async samplePrompts(count: number): Promise<SamplePrompt[]> {
    const { dataset, settings } = this.#data.data;
    if (settings.task !== "causal-lm") return [];
    return dataset.validation
      .slice(0, count)
      .map(({ row, text: prompt, response = "" }) => ({ row, prompt, response }));
  }

  async generate(request: GenerationRequest): Promise<GeneratedText[] | null> {
    const [engine, model] = [this.#readyEngine(), this.#readyModel()];
    const { run, before, prompts } = request;
    const settings = generationSchema.parse(request.settings);
    const refusal = languageRefusal(model.family, model.languageHead);
    if (refusal) throw new Error(refusal);
    const ids = prompts.map((prompt) => Int32Array.from(encodePrompt(model.tokenizer, prompt)));
    this.#writing = true;
    const options = {
      onText: (prompt: number, text: string) =>
        this.#events.emit({ type: "generation", writer: run, before, prompt, text }),
      cancelled: () => !this.#writing,
    };
    try {
      if (run !== null) return await this.#owner(run).comparison.generate(run, before, ids, settings, options);
      const next = new NextToken(engine, model, frozenModel(model), ids.length);
      try {
        return await generate(ids, settings, next.foreteller, options);
      } finally {
        await next.release();
      }
    } finally {
      this.#events.flush();
    }
  }

  async cancelGeneration(): Promise<void> {
    this.#writing = false;
  }

  async report(run: string): Promise<RunReport> {
    return this.#owner(run).comparison.report(run);
  }

  async diagnose(run: string): Promise<Diagnosis> {
    const { comparison, history } = this.#owner(run);
    const [engine, model] = [this.#readyEngine(), this.#readyModel()];
    const facts = await diagnosisFacts({ engine, model, comparison, history, data: this.#data.data }, run);
    return { findings: diagnose(facts), gradients: [...facts.gradients] };
  }

  turn(run: string, setting: number): Promise<SettingEvaluation> {
    return this.#owner(run).comparison.turn(run, setting);
  }

  async exportRun(run: string, conversion: string | null = null): Promise<Blob> {
    const { comparison, configuration, data, evaluations, variants } = this.#owner(run);
    const variant = variants.find(({ name }) => name === run)!;
    const own = evaluations.filter((event) => event.run === run);
    const held = comparison.heldStep(run);
    const last = own.findLast(({ step }) => step === held) ?? null;
    const { train, validation } = this.#data.summary!;
    const recorded = recordedConfiguration(configuration, this.#readyModel().folder.source);
    const facts: ExportFacts = {
      task: cardTask(comparison.task.id, data.scale ?? null),
      labels: data.labels,
      maxLength: data.maxLength,
      pairs: (configuration.data.columns.textPair ?? null) !== null,
      data: {
        file: validation ? `${train.file}, ${validation.file}` : train.file,
        trainRows: data.train.length,
        validationRows: data.validation.length,
      },
      steps: last?.step ?? 0,
      metrics: last && { step: last.step, loss: last.loss, shown: shownMetrics(last, comparison.task.id) },
      versions,
      droppedLeadingTokens: comparison.dropsLeadingToken(run) ? 1 : 0,
      record: {
        run: recorded.runs.find(({ name }) => name === variant.run),
        variant,
        labels: data.labels,
        ...(data.scale && { scale: data.scale }),
        configuration: recorded,
        evaluations: own,
        device: this.#device && "adapter" in this.#device ? this.#device.adapter : null,
        versions,
      },
    };
    const model = this.#readyModel();
    const merged = mergedForms.find(({ id }) => id === conversion);
    if (merged) {
      const told = { labels: data.labels, steps: facts.steps, file: facts.data.file };
      const whole = await comparison.snapshot(run, () => mergedRun(model, comparison.run(run), told));
      return zipMerged(whole, merged.type, run);
    }
    const { seed, learningRateFactor } = variant;
    const state = {
      ...{ seed, learningRateFactor, steps: comparison.steps },
      ...{ trainRows: data.train.length, dataFingerprint: await fingerprint(data.train) },
    };
    const folder = await comparison.snapshot(run, (checkpoint) =>
      exportRun(model, comparison.run(run), { ...facts, state: { checkpoint, facts: state } }, conversion),
    );
    return zipAdapter(folder, run);
  }

  async importAdapter(file: File): Promise<ImportedAdapter> {
    const model = this.#readyModel();
    const adapter = await readAdapterZip(file);
    const base = model.folder.name;
    checkBase(adapter, base);
    const { settings, dataset } = this.#data.data;
    checkLabels(adapter, settings.task, dataset.labels);
    const { run, pooling } = importedRun(adapter, file.name.replace(/\.zip$/i, ""));
    const taken = [this.#current, ...this.#imported].flatMap((open) => open?.comparison.runNames ?? []);
    const name = uniqueName(importedName(run.name), taken);
    const training = { ...this.#defaultTraining(), pooling, steps: 1 };
    const plan = { ...run, name };
    const open = await this.#create(
      { ...this.#dataConfiguration(), model: model.folder.source, precision: model.precision, training, runs: [plan] },
      new Map([[name, { adapter, resume: false }]]),
      {
        // Its states are not those of the comparison that is on the page.
        emit: (event) => {
          if (event.type === "progress") this.#events.emit(event);
        },
      },
      importedScale(adapter),
    );
    try {
      await open.comparison.prepare();
      await open.comparison.evaluate();
    } catch (error) {
      await open.comparison.release();
      throw error;
    } finally {
      // The wait is over, whatever it was for.
      this.#events.emit({ type: "progress", task: "evaluating", detail: name, done: 1, total: 1, unit: "batches" });
    }
    this.#imported.push(open);
    const { step, steps } = adapter.state?.facts ?? { step: null, steps: null };
    return { run: name, method: run.method, base, evaluation: open.evaluations.at(-1) ?? null, step, steps };
  }

  async #firstBundledFacts(): Promise<ModelFacts> {
    const [first] = await this.listModels();
    const config = await readConfig(await this.#models.glance(first!.source));
    const family = familyOf(config);
    return { family, config: family.readConfig(config) };
  }

  #readyEngine(): Engine {
    if (!this.#engine) throw new Error(this.#device?.message || "The GPU device is not open yet.");
    return this.#engine;
  }

  /** Bytes that one buffer may have. */
  #allowedBuffer(): number {
    const { maxStorageBufferBindingSize, maxBufferSize } = this.#readyEngine().device.limits;
    return Math.min(maxStorageBufferBindingSize, maxBufferSize);
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
  async #open(given: Configuration, folders: ReadonlyMap<string, StartingFolder>): Promise<OpenComparison> {
    const configuration = configurationSchema.parse(given);
    this.#tested ??= selfTest(this.#readyEngine());
    await this.#tested;
    for (const [name, { adapter, resume }] of folders) {
      if (resume) checkSameRun(adapter, configuration.runs.find((run) => run.name === name)!, this.#readyModel());
    }
    const open = await this.#create(configuration, folders, {
      emit: this.#events.emit,
      onCheckpoint: (checkpoints) => {
        // A browser without storage loses only the way back after a crash.
        keepCheckpoints({ configuration, checkpoints }).catch(() => {});
      },
    });
    this.#current = open;
    for (const [name, { adapter, resume }] of folders) {
      if (!resume) continue;
      const run = configuration.runs.find((one) => one.name === name)!;
      for (const message of await this.#notices(adapter, run, configuration.training, open.comparison.steps)) {
        this.#events.emit({ type: "notice", run: name, message });
      }
    }
    return open;
  }

  /** The folders that runs start from. Rejects with an Error naming run and what does not fit. */
  async #startingFolders({ runs, training }: Configuration): Promise<Map<string, StartingFolder>> {
    const folders = new Map<string, StartingFolder>();
    for (const { name, initFrom, resume = false } of runs) {
      if (initFrom === undefined && resume)
        throw new Error(`Run "${name}": resume needs initFrom, the folder to go on from.`);
      if (initFrom === undefined) continue;
      if (resume && (training.seeds > 1 || training.learningRateFactors.length > 1)) {
        throw new Error(
          `Run "${name}": resume goes on with one seed and one learning rate; training asks for several.`,
        );
      }
      const adapter = await this.#folders.adapter(name, initFrom);
      checkBase(adapter, this.#readyModel().folder.name);
      const { settings, dataset } = this.#data.data;
      checkLabels(adapter, settings.task, dataset.labels);
      checkScale(name, importedScale(adapter), dataset.scale);
      folders.set(name, { adapter, resume });
    }
    return folders;
  }

  async #create(
    configuration: Configuration,
    folders: ReadonlyMap<string, StartingFolder>,
    listeners: Pick<ComparisonSetup, "emit" | "onCheckpoint">,
    scale: Scale | null = null,
  ): Promise<OpenComparison> {
    const model = this.#readyModel();
    const opened = this.#comparisonData();
    // An adapter from elsewhere says numbers on its own scale.
    const data = scale && opened.scale ? { ...opened, scale } : opened;
    const given = new Map<string, readonly NamedTensor[]>();
    const plans = configuration.runs.map((run): RunPlan => {
      const adapter = folders.get(run.name)?.adapter;
      if (!adapter) return run;
      const form = methodOf(run.method).exportForm(parseOptions(model, run), model);
      const tensors = importedTensors(adapter, model.config.layers, originOf(form), model.config);
      given.set(run.name, tensors);
      return { ...run, initial: new Map(tensors.map(({ name, data }) => [name, data])) };
    });
    const variants = plans
      .flatMap((plan) => variantsOf(plan, configuration.training))
      .map((variant) => {
        const folder = folders.get(variant.run);
        if (!folder?.resume || !folder.adapter.state) return variant;
        const { seed, learningRateFactor } = folder.adapter.state.facts;
        return { ...variant, seed, learningRateFactor };
      });
    const runs = variants.map(({ name, run, seed, learningRateFactor }) => {
      const plan = plans.find((candidate) => candidate.name === run)!;
      return { ...plan, name, seed, learningRateFactor };
    });
    const evaluations: EvaluationEvent[] = [];
    const history = new History();
    const emit = (event: StudioEvent) => {
      history.add(event);
      if (event.type === "evaluation") evaluations.push(event);
      listeners.emit(event);
    };
    const comparison = new Comparison({
      engine: this.#readyEngine(),
      model,
      data,
      training: configuration.training,
      runs,
      ...listeners,
      emit,
    });
    try {
      for (const { name, run } of variants) {
        const tensors = given.get(run);
        const { trainables } = comparison.run(name);
        if (!tensors) continue;
        checkFits(name, withoutCarrier(tensors, trainables), trainables);
        const { adapter, resume } = folders.get(run)!;
        if (resume && adapter.state) comparison.adopt(name, this.#resumed(comparison, name, adapter.state, tensors));
      }
    } catch (error) {
      await comparison.release();
      throw error;
    }
    return { comparison, configuration, folders, data, evaluations, variants, history, running: Promise.resolve() };
  }

  /** The checkpoint that a run goes on from. Throws an Error if it does not fit the run or leaves nothing to do. */
  #resumed(comparison: Comparison, name: string, state: TrainingState, held: readonly NamedTensor[]): Checkpoint {
    const { step } = state.facts;
    if (step >= comparison.steps) {
      throw new Error(
        `Run "${name}": its training has made ${step} steps, and ${comparison.steps} are asked for in all. Raise ` +
          "training.steps above the first number.",
      );
    }
    const { trainables, parameters } = comparison.run(name);
    return checkpointOf(name, { trainables, controls: parameters.controls }, state, held);
  }

  /** The open rows as a comparison reads them. */
  #comparisonData(): ComparisonData {
    const { dataset, trainTokens, validationTokens, settings } = this.#data.data;
    return {
      task: settings.task,
      labels: dataset.labels,
      scale: dataset.scale,
      train: trainTokens,
      validation: validationTokens,
      validationTexts: dataset.validation.map(({ text, textPair }) =>
        textPair === null ? text : `${text} | ${textPair}`,
      ),
      maxLength: settings.maxLength,
    };
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
