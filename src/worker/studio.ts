/**
 * The studio's API as the worker answers it: opens device, model and data, and runs comparisons on
 * them.
 */

import { frozenModel, NextToken } from "../answers/next-token";
import { BaseModel } from "../base/base-model";
import { languageRefusal } from "../base/language-head";
import type { PrecisionChoice } from "../base/precision";
import { lastExchange } from "../data/chat";
import type { CheckId } from "../data/check/check";
import { type PossibleEncoding, possibleEncodings } from "../data/files/possible-encodings";
import { formats } from "../data/formats/registry";
import { encodePrompt } from "../data/language";
import { openTable } from "../data/open-table";
import { splitsOf } from "../data/splits";
import { suggestedText } from "../data/suggested-text";
import type { TableOptions } from "../data/table";
import type { TransformOutcome } from "../data/types";
import { type VocabularyFit, vocabularyFit, wordsOf } from "../data/vocabulary-fit";
import type { FormulaCells } from "../data/write-csv";
import { estimate } from "../estimate/estimate";
import { chosenOptions, fitDevice, longestText } from "../estimate/fit";
import { inspectRun } from "../estimate/inspect-run";
import { matchSize } from "../estimate/match-size";
import { generate } from "../generation/generate";
import { generationSchema } from "../generation/settings";
import { readConfig } from "../hub/config";
import type { ModelFolder } from "../hub/types";
import { listInstruments, measure } from "../instruments/registry";
import { contextLabels } from "../methods/cpt/token-types";
import type { Equality, ModelFacts } from "../methods/method";
import { approaches, approachOf, methodOf } from "../methods/registry";
import { familyOf } from "../models/registry";
import {
  type Configuration,
  type RunConfiguration,
  runSchema,
  type TrainingConfiguration,
  trainingSchema,
} from "../plan/configuration";
import { checkConfigurationSize } from "../plan/configuration-text";
import { foundRateOf } from "../plan/found-rate";
import type { Pace } from "../plan/pace";
import { presetRuns } from "../plan/presets/registry";
import { checkedConfiguration, readConfiguration } from "../plan/read-configuration";
import { type CheckedLink, readLink } from "../plan/read-link";
import { controlsOf } from "../plan/variants";
import { withProgress } from "../plan/waiting";
import { compareAtStart } from "../proofs/equality";
import { type OfferedPruning, offeredPrunings } from "../pruning/registry";
import { parseOptions } from "../runs/resolve";
import { bracketedIds } from "../runs/text-ids";
import { keptCount } from "../selection/quota";
import type { MetricName } from "../tasks/metrics/names";
import { compareKept } from "../verdict/kept-outcomes";
import type {
  AdapterChoice,
  AdapterStart,
  CheckedRow,
  ColumnRoles,
  ComparedKept,
  Continuation,
  DataCheck,
  DataRole,
  DataSettings,
  DataSummary,
  DatasetListing,
  Defaults,
  DeviceChoice,
  DeviceReport,
  EqualityClaim,
  Estimate,
  ExampleRow,
  ExampleToken,
  FilePredictions,
  FileScores,
  FileToPredict,
  FileToScore,
  GeneratedText,
  GenerationRequest,
  HubPlace,
  Identity,
  ImportedAdapter,
  InstrumentId,
  InstrumentInput,
  InstrumentListing,
  InstrumentResult,
  InterruptedComparison,
  KeptFile,
  KeptOutcomes,
  LabelErrorSource,
  LabelErrors,
  MethodDescription,
  ModelDetails,
  ModelListing,
  ModelPlace,
  ModelSummary,
  Prediction,
  Proof,
  RateSearch,
  RowChoice,
  RunReport,
  SampleListing,
  SamplePrompt,
  ScoredFile,
  SemanticPass,
  SettingEvaluation,
  SizeMatch,
  Slices,
  StoredModelListing,
  StudioApi,
  StudioEvent,
  SumRequest,
  TableFiles,
  TokenPiece,
  Verdict,
} from "./api";
import { dropUnlessOpen, listKept } from "./checkpoints";
import { Comparisons } from "./comparisons";
import { DatasetStore } from "./dataset-store";
import { describeInspected, describeMethod, describeModel } from "./describe";
import { EventBatches } from "./events";
import { exampleRows } from "./example-rows";
import { exportedRun } from "./export-run";
import { Folders } from "./folders";
import { HubData } from "./hub-data";
import { identify } from "./identify";
import { Models } from "./models";
import { startChecks } from "./open-comparison";
import { inspectFile, openAsTrained, predictTable, predictText } from "./predictions";
import { scoreFile } from "./score-file";
import { StudioSession } from "./studio-session";
import { withTaskText } from "./task-text";

/** Of a comparison that its asker gives no id: there is one at a time. */
const ONLY = "the only one";

/** Rows that a line of the check comes with; the page asks for more. */
const CHECKED_ROWS = 100;

export class Studio implements StudioApi {
  readonly #folders: Folders;
  readonly #events = new EventBatches();
  readonly #models: Models;
  readonly #hubData: HubData;
  readonly #data = new DatasetStore(this.#events.emit);
  readonly #session = new StudioSession(this.#data);
  readonly #comparisons: Comparisons;
  /** False once somebody has asked that what is being written should end. */
  #writing = false;
  /** Ends the scores of a file that are being computed. */
  #scoring: AbortController | null = null;
  /** What is being measured, and what ends it. */
  readonly #measurements = new Set<{ id: InstrumentId; run: string; stop: AbortController }>();

  /** `base`: where `models/` and `samples/` are served, with a slash at its end. */
  constructor(base: URL) {
    this.#folders = new Folders(base);
    this.#models = new Models(base, this.#events.emit);
    this.#hubData = new HubData(this.#events.emit);
    this.#comparisons = new Comparisons(this.#session, this.#folders, this.#events);
  }

  async alive(): Promise<void> {}

  async subscribe(listener: (events: StudioEvent[]) => unknown): Promise<void> {
    this.#events.subscribe(listener);
  }

  openDevice(choice: DeviceChoice = "auto"): Promise<DeviceReport> {
    return this.#session.openDevice(choice, {
      broken: (error) => this.#comparisons.fail(error),
      lost: (reason) => {
        this.#comparisons.fail(new Error(`device lost: ${reason}. The adapters of the last evaluation are kept.`));
        this.#events.emit({ type: "device-lost", reason });
        this.#events.flush();
      },
    });
  }

  async readDevice(): Promise<DeviceReport> {
    return this.#session.device;
  }

  async identify(): Promise<Identity> {
    return identify(this.#session);
  }

  async listLoaded(): Promise<string[]> {
    return performance.getEntriesByType("resource").map(({ name }) => name);
  }

  listModels(): Promise<ModelListing[]> {
    return this.#models.list();
  }

  async openModel(source: string, precision: PrecisionChoice = "auto"): Promise<ModelSummary> {
    const folder = await this.#models.open(source);
    await this.#decideDevice(folder);
    const { executor } = this.#session;
    const model = await withProgress(this.#events.emit, (report) =>
      BaseModel.load(
        executor,
        folder,
        ({ tensor, done, total }) => report({ wait: "loading weights", detail: tensor, done, total, unit: "bytes" }),
        precision,
      ),
    );
    await this.#comparisons.close();
    await this.#session.setModel(model);
    return describeModel(model, source, precision);
  }

  async inspectModel(place: ModelPlace, configuration: Configuration | null): Promise<ModelDetails> {
    const inspected = await this.#models.inspect(place);
    const readable = configuration && this.#session.hasModel && this.#data.isReadable ? configuration : null;
    return describeInspected(inspected, this.#session.reach, (model) => {
      if (!readable) return null;
      const { training, runs } = checkedConfiguration(readable);
      const current = this.#session.model;
      return fitDevice({
        // Its own tokenizer is not there yet; texts count about as many tokens in the open one.
        model: { ...model, tokenizer: current.tokenizer },
        ...this.#session.asked(model),
        training,
        runs: runs.map((run) => ({ ...run, options: chosenOptions(run, current) })),
        ...this.#session.limits,
      });
    });
  }

  downloadModel(source: string): Promise<void> {
    return this.#models.download(source);
  }

  async cancelDownload(): Promise<void> {
    this.#models.cancelDownload();
  }

  lookUpDataset(place: HubPlace): Promise<DatasetListing> {
    return this.#hubData.lookUp(place);
  }

  downloadTable(source: string, table: string): Promise<File[]> {
    return this.#hubData.download(source, table);
  }

  async cancelDataDownload(): Promise<void> {
    this.#hubData.cancel();
  }

  listStored(): Promise<StoredModelListing[]> {
    return this.#models.stored();
  }

  removeStored(source: string): Promise<void> {
    return this.#models.removeStored(source);
  }

  async listMethods(): Promise<MethodDescription[]> {
    const facts = await this.#facts();
    return approaches.map((approach) => describeMethod(approach, facts));
  }

  async listPrunings(): Promise<OfferedPruning[]> {
    return offeredPrunings();
  }

  async readDefaults(): Promise<Defaults> {
    return { training: trainingSchema.parse({}), generation: generationSchema.parse({}) };
  }

  async listSamples(): Promise<SampleListing[]> {
    return (await this.#folders.sample("index.json")).json();
  }

  async openSample(file: string, seed?: number): Promise<DataSummary> {
    const response = await this.#folders.sample(file);
    return this.openData(new File([await response.blob()], file), "train", seed);
  }

  openData(file: TableFiles, role: DataRole, seed?: number, read?: TableOptions): Promise<DataSummary> {
    return this.#data.openFile(file, role, seed, read);
  }

  encodingsOf(file: File): Promise<PossibleEncoding[]> {
    return possibleEncodings(file);
  }

  closeData(role: Exclude<DataRole, "train">): Promise<DataSummary> {
    return this.#data.closeFile(role);
  }

  setData(settings: DataSettings, seed?: number): Promise<DataSummary> {
    return this.#data.setSettings(settings, seed);
  }

  async rowCells(role: DataRole, row: number): Promise<string[]> {
    return this.#data.rowCells(role, row);
  }

  async changedCsv(formulas: FormulaCells): Promise<string> {
    return this.#data.changedCsv(formulas);
  }

  async noiseStrips(noise: NonNullable<TrainingConfiguration["tokenNoise"]>): Promise<(string | null)[][]> {
    return this.#data.noiseStrips(noise);
  }

  async tryTransform(transform: unknown): Promise<TransformOutcome> {
    return this.#data.tryTransform(transform);
  }

  async vocabularyFit(source: string | null): Promise<VocabularyFit> {
    const { dataset } = this.#data.data;
    const tokenizer = source === null ? this.#session.model.tokenizer : await this.#models.tokenizer(source);
    return vocabularyFit(dataset.train.map(wordsOf), tokenizer);
  }

  async readData(): Promise<DataSummary | null> {
    return this.#data.summary;
  }

  async checkData(): Promise<DataCheck> {
    const { lines } = await this.#check();
    return { lines: lines.map((line) => ({ ...line, rows: line.rows.slice(0, CHECKED_ROWS) })) };
  }

  async checkedRows(id: CheckId, from: number, to: number): Promise<readonly CheckedRow[]> {
    const { lines } = await this.#check();
    return lines.find((line) => line.id === id)?.rows.slice(from, to) ?? [];
  }

  #check(): Promise<DataCheck> {
    return this.#data.check(this.#session.hasModel ? this.#session.model.config.contextLength : null);
  }

  async labelErrors(source: LabelErrorSource): Promise<LabelErrors> {
    const { train } = this.#data.data;
    return withProgress(this.#events.emit, (report) =>
      this.#comparisons.labelErrors(source, (done, total) =>
        report({ wait: "looking for label errors", detail: train.file, done, total, unit: "folds" }),
      ),
    );
  }

  async tokenize(text: string): Promise<TokenPiece[]> {
    return this.#session.model.tokenizer.pieces(text);
  }

  async tokenizeExamples(text: string, decay: number): Promise<ExampleToken[]> {
    const { tokenizer } = this.#session.model;
    const { ids, locked } = bracketedIds(tokenizer, text);
    const weights = new Map(contextLabels(ids, locked, decay).map(({ column, weight }) => [column + 1, weight]));
    return tokenizer
      .piecesOf(ids)
      .map((piece, place) => ({ ...piece, locked: locked[place]!, weight: weights.get(place) ?? 0 }));
  }

  async estimate(configuration: Configuration): Promise<Estimate> {
    const parsed = checkedConfiguration(configuration);
    const { training, runs, data } = parsed;
    const { trainTokens, validationTokens, testTokens } = this.#data.data;
    const lengthsOf = (rows: readonly { readonly ids: Int32Array }[]) => rows.map(({ ids }) => ids.length);
    const { model, limits } = this.#session;
    return estimate({
      ...this.#session.asked(model),
      model,
      rows: trainTokens,
      trainLengths: lengthsOf(trainTokens),
      validationLengths: lengthsOf(validationTokens),
      testLengths: lengthsOf(testTokens),
      training,
      trainRows: data.selection && keptCount(data.selection, trainTokens.length),
      splits: (splitsOf(data.test)?.count ?? 1) * (1 + controlsOf(data.selection).length),
      runs,
      startChecks: await startChecks(this.#session, this.#folders, parsed),
      open: runs.some(foundRateOf) ? { model: model.folder.name, rows: await this.#session.trainingRows() } : undefined,
      ...limits,
    });
  }

  async inspectRun(configuration: Configuration, name: string): ReturnType<StudioApi["inspectRun"]> {
    const { training, runs } = checkedConfiguration(configuration);
    const { model } = this.#session;
    const { trainTokens } = this.#data.data;
    return inspectRun({ ...this.#session.asked(model), model, training, trainTokens }, runNamed(runs, name));
  }

  async matchSize(configuration: Configuration, name: string, rank: number): Promise<SizeMatch> {
    const { training, runs } = checkedConfiguration(configuration);
    const run = runNamed(runs, name);
    const { model } = this.#session;
    const lora = { name: `LoRA of rank ${rank}`, method: "lora", options: { rank } };
    return matchSize({ ...this.#session.asked(model), model, training }, run, lora);
  }

  async equalities(run: RunConfiguration): Promise<EqualityClaim[]> {
    return this.#equalities(run).map(({ statement, method, options }) => ({
      statement,
      method: methodOf(method).title,
      options: { ...options },
    }));
  }

  async prove(given: Configuration, name: string, equality: number): Promise<Proof> {
    const { runs, training } = checkedConfiguration(given);
    const run = runs.find((one) => one.name === name);
    const claim = run && this.#equalities(run)[equality];
    if (!claim) throw new Error(`Run "${name}" has no equality ${equality + 1}. Choose its options again.`);
    await this.#session.tested();
    const { executor, model, comparisonData: data } = this.#session;
    const other = { name: `${name} =`, method: claim.method, options: claim.options };
    return compareAtStart({ executor, model, data, training }, [run, other]);
  }

  async semanticPasses(): Promise<SemanticPass[]> {
    return this.#session.model.semanticPasses.map((pass) => ({ ...pass }));
  }

  #equalities(run: RunConfiguration): readonly Equality[] {
    const model = this.#session.model;
    const method = approachOf(run.method);
    return (method.trains && method.equalities?.(parseOptions(model, run), model)) || [];
  }

  async longestText(configuration: Configuration): Promise<number> {
    const { training, runs } = checkedConfiguration(configuration);
    const { model, limits } = this.#session;
    return longestText({ ...this.#session.asked(model), model, training, runs, ...limits });
  }

  async parseConfiguration(json: string | Uint8Array | Blob): Promise<Configuration> {
    if (json instanceof Blob) checkConfigurationSize(json.size);
    const configuration = readConfiguration(json instanceof Blob ? new Uint8Array(await json.arrayBuffer()) : json);
    const { taskText } = configuration.data;
    if (taskText === undefined) return configuration;
    return { ...configuration, runs: withTaskText(configuration.runs, taskText, await this.#facts()) };
  }

  async readLink(content: unknown): Promise<CheckedLink> {
    return readLink(content, await this.#facts());
  }

  lookAtChoice(configuration: Configuration): Promise<RowChoice> {
    return this.#comparisons.lookAtChoice(configuration);
  }

  searchRates(configuration: Configuration): Promise<RateSearch[]> {
    return this.#comparisons.searchRates(configuration);
  }

  async presetRuns(preset: string): Promise<RunConfiguration[]> {
    const { summary } = this.#session.data.data;
    const text = suggestedText(summary);
    const textTokens = this.#session.model.tokenizer.encode(text).length;
    return presetRuns(preset, { text, textTokens, answer: summary.answer }).map((run) => runSchema.parse(run));
  }

  tryPace(configuration: Configuration): Promise<Pace | null> {
    return this.#comparisons.tryPace(configuration);
  }

  compare(configuration: Configuration, id = ONLY): Promise<void> {
    return this.#comparisons.compare(configuration, id);
  }

  async keepWith(keeper: (files: KeptFile[]) => Promise<void>): Promise<void> {
    this.#comparisons.keepWith(keeper);
  }

  takeUp(configuration: Configuration, files: KeptFile[], earlier: StudioEvent[], train: boolean): Promise<void> {
    return this.#comparisons.takeUp(configuration, files, earlier, train);
  }

  continuation(run: string, more: number, training: Configuration["training"]): Promise<Continuation> {
    return this.#comparisons.continuation(run, more, training);
  }

  continueImported(run: string, more: number, training: Configuration["training"], id = ONLY): Promise<void> {
    return this.#comparisons.continueImported(run, more, training, id);
  }

  async pause(): Promise<void> {
    this.#comparisons.pause();
  }

  async resume(): Promise<void> {
    this.#comparisons.resume();
  }

  async stop(): Promise<void> {
    this.#comparisons.stop();
  }

  continue(id = ONLY): Promise<void> {
    return this.#comparisons.continue(id);
  }

  listKept(own?: string): Promise<{ interrupted: InterruptedComparison[]; open: string[] }> {
    return listKept(own);
  }

  dropInterrupted(id: string): Promise<void> {
    return dropUnlessOpen(id);
  }

  predict(text: string, textPair: string | null): Promise<Prediction[]> {
    return predictText(this.#comparisons.all, this.#session.model.tokenizer, text, textPair);
  }

  inspectRows(file: File, encoding?: string): Promise<FileToPredict> {
    return inspectFile(this.#comparisons.all, file, encoding);
  }

  async predictRows(
    file: File,
    columns: ColumnRoles,
    choice: AdapterChoice,
    formulas?: FormulaCells,
    encoding?: string,
  ): Promise<FilePredictions> {
    const of = (run: string) => this.#comparisons.of(run);
    const { tokenizer } = this.#session.model;
    const table = await openAsTrained(this.#comparisons.all, file, encoding);
    return withProgress(this.#events.emit, (report) => {
      const progress = (done: number, total: number) =>
        report({ wait: "predicting", detail: file.name, done, total, unit: "rows" });
      return predictTable(table, columns, choice, { tokenizer, of, progress, formulas });
    });
  }

  async scoreRows(file: File, columns: ColumnRoles, encoding?: string): Promise<FileScores> {
    const table = await openAsTrained(this.#comparisons.all, file, encoding);
    return withProgress(this.#events.emit, (report) =>
      this.#comparisons.score(table, columns, (done, total) =>
        report({ wait: "scoring", detail: file.name, done, total, unit: "rows" }),
      ),
    );
  }

  async scoreFile({ file, formulas, ...asked }: FileToScore): Promise<ScoredFile> {
    const open = asked.run === null ? null : this.#comparisons.of(asked.run);
    const { header = true, encoding } = (open?.configuration ?? this.#session.configured).data;
    const table = await openTable(file, undefined, { header, encoding });
    this.#scoring?.abort(new Error("Other rows are scored."));
    const stop = new AbortController();
    this.#scoring = stop;
    return withProgress(this.#events.emit, (amounts) => {
      const report = (done: number, total: number) =>
        amounts({ wait: "scoring", detail: file.name, done, total, unit: "rows" });
      return scoreFile(table, asked, { session: this.#session, open, report, signal: stop.signal, formulas });
    });
  }

  async stopScoring(): Promise<void> {
    this.#scoring?.abort(new Error("Stopped."));
  }

  async samplePrompts(count: number): Promise<SamplePrompt[]> {
    const { dataset, settings } = this.#data.data;
    if (formats[settings.task].answer !== "text") return [];
    return dataset.validation.slice(0, count).map(({ row, text: prompt, response = "", messages }) => ({
      row,
      ...(messages ? lastExchange(messages, this.#session.model.tokenizer) : { prompt, response }),
    }));
  }

  async exampleRows(count: number): Promise<ExampleRow[]> {
    const { dataset, settings } = this.#data.data;
    return exampleRows(settings.task, dataset, count);
  }

  async generate(request: GenerationRequest): Promise<GeneratedText[] | null> {
    const [executor, model] = [this.#session.executor, this.#session.model];
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
      if (run !== null) return await this.#comparisons.of(run).comparison.generate(run, before, ids, settings, options);
      const next = new NextToken(executor, model, frozenModel(model), ids.length);
      try {
        return await generate(ids, settings, next.predictor, options);
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
    return this.#comparisons.of(run).comparison.report(run);
  }

  async verdict(metric?: MetricName): Promise<Verdict> {
    return this.#comparisons.verdict(metric ?? null);
  }

  async outcomes(metric?: MetricName): Promise<KeptOutcomes | null> {
    return this.#comparisons.outcomes(metric ?? null);
  }

  async compareKept(one: KeptOutcomes | null, other: KeptOutcomes | null): Promise<ComparedKept> {
    return compareKept(one, other);
  }

  async sliceColumns(): Promise<string[]> {
    return this.#comparisons.sliceColumns();
  }

  async slices(column: string, metric?: MetricName): Promise<Slices> {
    return this.#comparisons.slices(column, metric ?? null);
  }

  async listInstruments(run: string): Promise<InstrumentListing[]> {
    return listInstruments(this.#comparisons.measuredRun(run));
  }

  async measure<Id extends InstrumentId>(
    id: Id,
    run: string,
    input: InstrumentInput<Id>,
  ): Promise<InstrumentResult<Id>> {
    const stop = new AbortController();
    const measurement = { id, run, stop };
    this.#measurements.add(measurement);
    try {
      return await withProgress(this.#events.emit, (report) =>
        measure(id, { ...this.#comparisons.measuredRun(run), report, signal: stop.signal }, input),
      );
    } finally {
      this.#measurements.delete(measurement);
    }
  }

  async stopMeasuring(id: InstrumentId, run: string): Promise<void> {
    for (const one of this.#measurements) {
      if (one.id === id && one.run === run) one.stop.abort(new Error("Stopped."));
    }
  }

  turn(run: string, setting: number): Promise<SettingEvaluation> {
    return this.#comparisons.of(run).comparison.turn(run, setting);
  }

  async exportRun(run: string, conversion: string | null = null): Promise<Blob> {
    return exportedRun(this.#session, this.#comparisons.of(run), run, conversion);
  }

  importAdapter(file: File): Promise<ImportedAdapter | AdapterStart> {
    return this.#comparisons.importAdapter(file);
  }

  sum(request: SumRequest): Promise<ImportedAdapter> {
    return this.#comparisons.sum(request);
  }

  /**
   * What computes the model is decided before its weights are read; what the other executor holds
   * is let go.
   */
  async #decideDevice(folder: ModelFolder): Promise<void> {
    if (!(await this.#session.decideDevice(folder))) return;
    await this.#comparisons.close();
    this.#session.closeModel();
  }

  /** Of the open model, or of the one that would be opened first. */
  async #facts(): Promise<ModelFacts> {
    return this.#session.hasModel ? this.#session.model : await this.#firstBundledFacts();
  }

  async #firstBundledFacts(): Promise<ModelFacts> {
    const [first] = await this.listModels();
    const config = await readConfig(await this.#models.glance(first!.source));
    const family = familyOf(config);
    return { family, config: family.readConfig(config) };
  }
}

/** Throws an Error if there is none of this name. */
function runNamed(runs: readonly RunConfiguration[], name: string): RunConfiguration {
  const run = runs.find((one) => one.name === name);
  if (!run) throw new Error(`There is no run "${name}".`);
  return run;
}
