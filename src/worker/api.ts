/**
 * What the page and the headless runner may ask of the worker, and the events it sends back. Types
 * only. Everything here survives structured cloning; nothing here names an object of WebGPU or of
 * onnxruntime.
 */

import type { Remote } from "comlink";
import type { SemanticPass } from "../base/base-model";
import type { PrecisionChoice } from "../base/precision";
import type { CheckedRow, CheckId, DataCheck } from "../data/check/check";
import type { PossibleEncoding } from "../data/files/possible-encodings";
import type { TableOptions } from "../data/table";
import type {
  ColumnRoles,
  DataRole,
  DataSettings,
  DataSummary,
  RoleField,
  SampleListing,
  TableFiles,
  TransformOutcome,
} from "../data/types";
import type { AdapterChoice } from "../data/unlabelled";
import type { VocabularyFit } from "../data/vocabulary-fit";
import type { FormulaCells } from "../data/write-csv";
import type { Estimate } from "../estimate/estimate";
import type { Fit } from "../estimate/fit";
import type { SizeMatch } from "../estimate/match-size";
import type { SoftTokens } from "../estimate/soft-tokens";
import type { TensorTable } from "../estimate/trained-tensors";
import type { ExecutorKind } from "../executors/executor";
import type { GeneratedText } from "../generation/generate";
import type { GenerationSettings } from "../generation/settings";
import type { InstrumentId, InstrumentInput, InstrumentListing, InstrumentResult } from "../instruments/registry";
import type { Pooling } from "../models/family";
import type { Configuration, RunConfiguration, TrainingConfiguration } from "../plan/configuration";
import type { StudioEvent } from "../plan/events";
import type { Pace } from "../plan/pace";
import type { RateSearch } from "../plan/rate-search";
import type { CheckedLink } from "../plan/read-link";
import type { Prediction, RunReport, SettingEvaluation } from "../plan/reports";
import type { Precision } from "../program/tensor";
import type { Proof } from "../proofs/equality";
import type { OfferedPruning } from "../pruning/registry";
import type { Identity } from "../report/facts";
import type { TrainingDynamics } from "../selection/training-dynamics";
import type { MetricName } from "../tasks/metrics/names";
import type { ComparedKept, KeptOutcomes } from "../verdict/kept-outcomes";
import type { Scores } from "../verdict/score";
import type { Slices } from "../verdict/slices";
import type { Verdict } from "../verdict/verdict";
import type { AdapterStart, Continuation, ImportedAdapter, SumRequest } from "./adapters-beside";

export type { SemanticPass } from "../base/base-model";
export type { MeasuredCalibration } from "../calibration/calibration";
export type { CheckAction, CheckedRow, CheckLine, DataCheck } from "../data/check/check";
export type { TableOptions } from "../data/table";
export type {
  ChangedRow,
  ColumnRole,
  ColumnRoles,
  DataRole,
  DataSettings,
  DataSummary,
  OfferedTransform,
  RoleField,
  RowChange,
  RowSelection,
  RowTransform,
  SampleListing,
  TableFiles,
  TaskId,
  TestPlan,
  TransformOutcome,
  WeightRule,
  WeightSummary,
} from "../data/types";
export type { AdapterChoice } from "../data/unlabelled";
export type { VocabularyFit } from "../data/vocabulary-fit";
export type { Estimate, RunEstimate } from "../estimate/estimate";
export type { Fit } from "../estimate/fit";
export type { SizeMatch } from "../estimate/match-size";
export type { SoftTokens } from "../estimate/soft-tokens";
export type { ModelPart, TrainedParts } from "../estimate/trained-parts";
export type { TensorGroup, TensorTable } from "../estimate/trained-tensors";
export type { GeneratedText } from "../generation/generate";
export type { GenerationSettings } from "../generation/settings";
export type { Asked } from "../instruments/asked";
export type { InstrumentId, InstrumentInput, InstrumentListing, InstrumentResult } from "../instruments/registry";
export type { Pooling } from "../models/family";
export type * from "../plan/events";
export type { Pace } from "../plan/pace";
export type { RateSearch } from "../plan/rate-search";
export type * from "../plan/reports";
export type { Proof } from "../proofs/equality";
export type { Identity } from "../report/facts";
export type { Agreement } from "../verdict/agreement";
export type { ComparedKept, KeptOutcomes } from "../verdict/kept-outcomes";
export type { AnsweredRow, OneSided, ScoredMetric, ScoredRun, Scores } from "../verdict/score";
export type { Slice, Slices } from "../verdict/slices";
export type * from "../verdict/verdict";
export type { AdapterStart, Continuation, ImportedAdapter, SumRequest } from "./adapters-beside";

export type DeviceStatus =
  | "ready"
  /** Works, but on the CPU: slow. */
  | "software"
  /** `navigator.gpu` does not exist. */
  | "no-webgpu"
  /** `navigator.gpu.requestAdapter()` gave nothing. */
  | "no-adapter"
  /** A limit is below what the studio needs; `limit` says which. */
  | "limit-too-low"
  /** The start-up self-test computed wrong numbers. */
  | "wrong-results";

/**
 * What to compute on. `auto`: a graphics card that WebGPU offers, unless the processor is faster;
 * else the processor.
 */
export type DeviceChoice = "auto" | "graphics" | "processor" | "software";

/** Something that could be computed on here. */
export interface DeviceOption {
  choice: Exclude<DeviceChoice, "auto">;
  /** "processor, 8 threads", or the card's name. */
  name: string;
  /** Why it cannot be chosen; null where it can. */
  refusal: string | null;
}

export interface DeviceReport {
  status: DeviceStatus;
  /**
   * One sentence: what is the matter, why, what to do. Empty when ready, or what would make it
   * faster.
   */
  message: string;
  executor: ExecutorKind;
  /** "processor, 8 threads", or the card's name; empty where there is none. */
  name: string;
  /** Of the processor; null on a graphics card. */
  threads: number | null;
  /** Bytes that everything may take together; null where the device does not tell. */
  capacity: number | null;
  /** What was asked for, and all that could be. */
  choice: DeviceChoice;
  options: DeviceOption[];
  /** How it was chosen, where that needs saying. */
  reason: string | null;
  adapter: { vendor: string; architecture: string; device: string; description: string };
  limit?: { name: string; needed: number; allowed: number };
  limits: { maxBufferSize: number; maxStorageBufferBindingSize: number };
  features: string[];
}

export interface ModelListing {
  /** `bundled:NAME` or `hf:OWNER/NAME[@REVISION]`. */
  source: string;
  name: string;
  description: string;
  bytes: number;
}

/**
 * A dropped or chosen file, and where it lies in what was dropped, for example `tiny/config.json`.
 */
export interface LocalFile {
  path: string;
  file: File;
}

/** Where a model may be that is not open yet. */
export type ModelPlace =
  /**
   * `name` as typed: `OWNER/NAME`, `OWNER/NAME@REVISION` or its page. The token is kept in memory
   * only.
   */
  ({ kind: "hub" } & HubPlace) | { kind: "files"; files: LocalFile[] };

/** What is asked for on the Hub. */
export interface HubPlace {
  name: string;
  token: string | null;
  address: string;
}

/** A data set of the Hub that was looked up. */
export interface DatasetListing {
  source: string;
  name: string;
  commit: string;
  licence: string | null;
  gated: boolean;
  /** At least one. */
  subsets: SubsetListing[];
}

/** Tables of a data set that belong together: a configuration, as the Hub says. */
export interface SubsetListing {
  /** Empty: files outside of all others' folders. */
  name: string;
  /** Whether it is meant where none is named: it is the only one, or the data set says so. */
  isDefault: boolean;
  /** Tables, then each file of those that are in several. */
  tables: TableListing[];
  /** By name, of each part. */
  likely: { train: string; validation: string | null; test: string | null };
}

/** Files of rows that are one table together. */
export interface TableListing {
  /** A file's own, or with a star where the names of several differ. */
  name: string;
  /** By its name; null where it does not say it. */
  part: DataRole | null;
  files: number;
  bytes: number;
  /** Why it cannot be opened, known before it is brought; null where it may be. */
  problem: string | null;
}

/** What is known of a model from its config.json and the weight files' headers. */
export interface ModelDetails {
  source: string;
  name: string;
  /**
   * Of the Hub's model: the commit that was looked at, its licence, and whether it asks for
   * conditions.
   */
  commit: string | null;
  licence: string | null;
  gated: boolean;
  /** All files; the studio reads `wanted` ones only. */
  files: { name: string; bytes: number; wanted: boolean }[];
  /** Wanted files of which the Hub tells no sum: only their size is checked. */
  unchecked: string[];
  /** Of the wanted files, and how many of them are stored in this browser already. */
  bytes: number;
  storedBytes: number;
  /** Why it cannot be opened, with what to do; null when it can. */
  refusal: string | null;
  family: string | null;
  parameters: number | null;
  layers: number | null;
  hiddenSize: number | null;
  contextLength: number | null;
  /** Of the weights alone. */
  weightBytes: number | null;
  /**
   * For the comparison that is chosen on the page; null where none is chosen or the model is
   * refused.
   */
  fit: Fit | null;
}

/** A model in this browser's storage, complete when `storedBytes` is `bytes`. */
export interface StoredModelListing {
  source: string;
  name: string;
  /** Of the server it came from. */
  address: string;
  licence: string | null;
  bytes: number;
  storedBytes: number;
}

export interface ModelSummary {
  source: string;
  name: string;
  family: string;
  parameters: number;
  fileBytes: number;
  memoryBytes: number;
  /** Of the frozen matrices in the executor's memory. */
  elementType: Precision;
  /** What was asked for, and why it is something else; null where it is not. */
  precision: PrecisionChoice;
  precisionNote: string | null;
  layers: number;
  hiddenSize: number;
  heads: number;
  keyValueHeads: number;
  vocabulary: number;
  contextLength: number;
  /** Names a `targets` option may use, for example `q_proj`. */
  linearNames: string[];
  /** How sequences may be read out, the usual way first. */
  poolings: Pooling[];
  specialTokens: { id: number; text: string; roles: string[] }[];
}

/**
 * JSON Schema (draft 2020-12) of a method's options, made by zod; each property carries `title`,
 * `description`, `default`.
 */
export interface MethodDescription {
  id: string;
  title: string;
  /** One line under the title. */
  summary: string;
  group: "semantic knowledge" | "soft prompt" | "weight delta" | "module" | "control";
  /** Where it attaches, for the drawing of the block. */
  site: "head" | "input" | "key/value" | "linear" | "norm" | "block";
  optionsSchema: Record<string, unknown>;
  defaults: Record<string, unknown>;
  /** The options that are shown before the others; three at most. */
  mainOptions: string[];
  /** The library that loads its folder, as it is by default; null: the studio alone. */
  loadedBy: string | null;
  /** Peak learning rate on this model where none is set; null where nothing is trained. */
  learningRate: number | null;
  /** Whether nothing but the head is trained. */
  headOnly: boolean;
  /**
   * Other forms that a trained run can be downloaded in; `merged`: the whole model with the change
   * in its weights.
   */
  conversions: { id: string; title: string; merged: boolean }[];
  /** Whether a weighted sum of its runs is a LoRA adapter. */
  summable: boolean;
  /** Whether its loss is over named words alone, which is another figure than a trained head's. */
  lossOverWords: boolean;
  card: {
    trains: string;
    attaches: string;
    costs: string;
    fails: string;
    /** What the method, or each of its presets, is mathematically the same as. */
    equals?: string;
    paper: { title: string; url: string } | null;
  };
}

export interface TokenPiece {
  id: number;
  text: string;
  special: boolean;
}

/**
 * A token of labelled examples: locked where it is a label's, with what its loss counts in language
 * modelling.
 */
export interface ExampleToken extends TokenPiece {
  locked: boolean;
  weight: number;
}

/** See `StudioApi.equalities`. */
export interface EqualityClaim {
  statement: string;
  /** Title of the method that computes the same, and its options that matter. */
  method: string;
  options: Record<string, unknown>;
}

export interface Defaults {
  training: TrainingConfiguration;
  generation: GenerationSettings;
}

export interface SamplePrompt {
  row: number;
  prompt: string;
  response: string;
}

export interface GenerationRequest {
  /** Null: the frozen model. */
  run: string | null;
  before: boolean;
  prompts: string[];
  /** What is left out is as usual: greedy, 48 tokens. */
  settings: Partial<GenerationSettings>;
}

/** A validation row to be tried. */
export interface ExampleRow {
  row: number;
  text: string;
  textPair: string | null;
  /** What is true of it, in words; null where that is a tag for each word. */
  truth: string | null;
}

/** A file whose rows are to be predicted. */
export interface FileToPredict {
  file: string;
  /** What text was read as, where that was chosen or guessed; else null. */
  encoding: string | null;
  rows: number;
  columns: string[];
  /** The columns that the runs read, as fields, and which they are most likely. */
  roles: RoleField[];
  chosen: ColumnRoles;
  /**
   * Those that say what is true of a row, and the ones that were trained on: null where the file
   * has not all of them, or nothing in them.
   */
  answerRoles: RoleField[];
  answers: ColumnRoles | null;
  /** Columns that may say which run answers a row: those with few different values. */
  values: { column: string; values: { value: string; rows: number }[] }[];
}

export interface FilePredictions {
  /** The file's columns and what was said of every row, in the file's order. */
  csv: string;
  file: string;
  rows: number;
  /** How many rows each run answered. */
  runs: { run: string; rows: number }[];
  notices: string[];
}

/** Which training rows a selection would learn from: of the first fold or repeat. */
export interface RowChoice {
  /** SHA-256 of the tokens of those that are kept. */
  readonly hash: string;
  /** All training rows, in the file's order. */
  readonly rows: readonly { readonly row: number; readonly text: string; readonly kept: boolean }[];
  /** Of every row what it was chosen by; null: at random, or by distances alone. */
  readonly scores: Float64Array | null;
  /** Of every row; null where no training was asked. */
  readonly dynamics: TrainingDynamics | null;
  /** Of rows like the validation rows the share that the other way chooses, too; else null. */
  readonly overlap: number | null;
}

/** All runs on the rows of a labelled file that none of them was trained on. */
export interface FileScores extends Scores {
  file: string;
  /** Of the comparison's runs, seeds together; null where there is none that has ended. */
  verdict: Verdict | null;
  leftOut: Verdict["leftOut"];
  /** Rows that are not scored, by where they stand in the file: without an answer, */
  unlabelled: number[];
  /** with a label that training never had, */
  unknown: { label: string; rows: number[] }[];
  /** and those whose text is among the training rows. */
  seen: number[];
  notices: string[];
}

/**
 * Whose chances tell label errors: of a bag of words, in folds over the training and validation
 * rows; or of a run of the comparison that is there, on its validation and test rows.
 */
export type LabelErrorSource = { kind: "folds" } | { kind: "run"; run: string };

/** A row whose label, or one of them, is probably wrong. */
export interface ProbableError {
  /** Which file it is of, and where it stands there. */
  file: DataRole;
  fileName: string;
  row: number;
  part: "training" | "validation" | "test";
  text: string;
  /**
   * What the row has, and what it probably should have: of one label one, of several any number.
   */
  given: string[];
  likely: string[];
  /** The chance of what is given, and of what is likely; of several labels the least sure one's. */
  confidence: number;
  likelyConfidence: number;
  /**
   * Of several labels those that look wrong, the least sure first, with the chance that the row has
   * the label; of one label none.
   */
  doubted: { label: string; chance: number }[];
}

export interface LabelErrors {
  answer: "label" | "labels";
  /** "Bag of words", or the run's name. */
  by: string;
  /** Null of a run. */
  folds: number | null;
  /** Rows that were looked at. */
  rows: number;
  /**
   * Of these the share whose label is the likeliest one; of several labels, each of each row counts
   * by itself.
   */
  agreeing: number;
  /**
   * About how many of the labels that look wrong are right as they stand, going by the same
   * chances; of several labels, of all that are doubted.
   */
  expectedRight: number;
  /** The least confident first. */
  errors: ProbableError[];
}

/** A file whose rows are scored one by one, and how. */
export interface FileToScore {
  file: File;
  /** Which run reads; null: the frozen model. */
  run: string | null;
  /** Its own answer to each row, or each token by the model's own head over its vocabulary. */
  reading: "answer" | "language";
  /** Whether the norm of each row's gradient is computed, too. */
  gradients: boolean;
  /** A line for every label or token, in place of the file's rows. */
  perToken: boolean;
  /** Of cells that a spreadsheet would compute; default: they become text. */
  formulas?: FormulaCells;
}

export interface ScoredFile {
  csv: string;
  file: string;
  /** Rows that have scores. */
  rows: number;
  notices: string[];
}

/** A comparison that broke off, as this browser keeps it. */
export interface InterruptedComparison {
  id: string;
  configuration: Configuration;
  /** The last good step of every run that has one. */
  runs: { run: string; step: number }[];
}

/** What a run had come to at an evaluation, as a file (`folders/kept-run.ts`). */
export interface KeptFile {
  readonly run: string;
  readonly file: Blob;
}

/**
 * Every method rejects with an `Error` whose message names what was wrong, where, and what to do.
 */
export interface StudioApi {
  /** Resolves as soon as the worker has a moment; one that hangs leaves it unanswered. */
  alive(): Promise<void>;
  /**
   * Events arrive in batches, at most ten times a second. What an evaluation has come to is kept
   * once the listener is through with its events.
   */
  subscribe(listener: (events: StudioEvent[]) => unknown): Promise<void>;
  openDevice(choice?: DeviceChoice): Promise<DeviceReport>;
  /**
   * As it is now: opening a model may change what the automatic choice is, and starting threads how
   * many there are.
   */
  readDevice(): Promise<DeviceReport>;
  /** Hashes of the open rows and of the base model's files. */
  identify(): Promise<Identity>;
  /** Addresses of what the worker itself has fetched, as far as the browser remembers. */
  listLoaded(): Promise<string[]>;
  listModels(): Promise<ModelListing[]>;
  /**
   * Streams the weights to the device; progress events say how far. Replaces the model that was
   * open; the data stays and is tokenised again. `bundled:NAME` (downloaded if needed), `hf:…` once
   * it is stored, `dir:…` once it was inspected. `precision`: of its frozen matrices in the
   * executor's memory.
   */
  openModel(source: string, precision?: PrecisionChoice): Promise<ModelSummary>;
  /**
   * Looks at a model without loading it. For the Hub these are the first requests that leave the
   * page.
   */
  inspectModel(place: ModelPlace, configuration: Configuration | null): Promise<ModelDetails>;
  /** Stores a model of the Hub that was inspected, going on where an earlier download broke off. */
  downloadModel(source: string): Promise<void>;
  /** Ends the download; its promise rejects and what has arrived is kept. */
  cancelDownload(): Promise<void>;
  listStored(): Promise<StoredModelListing[]>;
  removeStored(source: string): Promise<void>;
  listMethods(): Promise<MethodDescription[]>;
  /** Rules by which runs learn from a part of their batches. */
  listPrunings(): Promise<OfferedPruning[]>;
  /** What a configuration leaves out is set to these. */
  readDefaults(): Promise<Defaults>;
  listSamples(): Promise<SampleListing[]>;
  /**
   * `file`: of a listing. `seed`: with which the rows for validation and test are drawn; default:
   * as it was, at first 0.
   */
  openSample(file: string, seed?: number): Promise<DataSummary>;
  /**
   * A table in any kind of file (`src/data/files`), or in several. One that cannot be
   * read leaves what was open untouched. `seed` as for samples. `read`: how it is read; default: of
   * a validation or test file as the training file is, but in an encoding of its own.
   */
  openData(file: TableFiles, role: DataRole, seed?: number, read?: TableOptions): Promise<DataSummary>;
  /** Encodings that a file of text may be in which is not UTF-8; none for other files. */
  encodingsOf(file: File): Promise<PossibleEncoding[]>;
  /** Files of rows of a data set of the Hub: the first requests that leave the page for it. */
  lookUpDataset(place: HubPlace): Promise<DatasetListing>;
  /** Brings the files of a table of a data set that was looked up, in order and checked. */
  downloadTable(source: string, table: string): Promise<File[]>;
  /** Ends that download; its promise rejects. */
  cancelDataDownload(): Promise<void>;
  /** Lets the validation or test file go. */
  closeData(role: Exclude<DataRole, "train">): Promise<DataSummary>;
  /**
   * Columns that the task cannot read are kept: the summary's `problem` says why, and nothing
   * trains until others are chosen.
   */
  setData(settings: DataSettings, seed?: number): Promise<DataSummary>;
  /**
   * What one more transform would do to the training rows, after those of the settings. Rejects
   * with an Error where its options cannot be read or do not go with the rows.
   */
  tryTransform(transform: unknown): Promise<TransformOutcome>;
  /** The cells of a row of an open file as it stands. Rejects with an Error where there is none. */
  rowCells(role: DataRole, row: number): Promise<string[]>;
  /** The training file with its changes as CSV. Rejects with an Error where it cannot be read. */
  changedCsv(formulas: FormulaCells): Promise<string>;
  /**
   * Of the summary's strips the text of each token that this noise, once its ramp is over, puts in
   * place of the row's own; null where that stays. Rejects with an Error as a training would.
   */
  noiseStrips(noise: NonNullable<TrainingConfiguration["tokenNoise"]>): Promise<(string | null)[][]>;
  /** The data that is open, as the open model tokenises it; null where none is. */
  readData(): Promise<DataSummary | null>;
  /**
   * What a person should know of the open rows before training, or handing texts on. Rejects with
   * an Error where none are open. Each line has the first of its rows.
   */
  checkData(): Promise<DataCheck>;
  /**
   * Rows of a line of the check, from the one at `from` to the one before `to`. Rejects as
   * `checkData`.
   */
  checkedRows(id: CheckId, from: number, to: number): Promise<readonly CheckedRow[]>;
  /**
   * Which rows `data.selection` of a configuration chooses. Rejects with an Error naming what rows,
   * model or runs lack, and where nothing is to be chosen; `stop` ends it.
   */
  lookAtChoice(configuration: Configuration): Promise<RowChoice>;
  /**
   * Rows whose label is probably wrong, by confident learning. Rejects with an Error where the task
   * has no labels of whole rows, and where the run is not there or was trained on other data.
   */
  labelErrors(source: LabelErrorSource): Promise<LabelErrors>;
  /**
   * How well a tokenizer knows the words of the training rows: the open model's for null, else that
   * of a bundled or stored model, which stays closed.
   */
  vocabularyFit(source: string | null): Promise<VocabularyFit>;
  /** As the model will see it, special tokens included. */
  tokenize(text: string): Promise<TokenPiece[]>;
  /**
   * Labelled examples, whose labels stand in [brackets], as the model will see them; `decay`: from
   * a later example to one before.
   */
  tokenizeExamples(text: string, decay: number): Promise<ExampleToken[]>;
  estimate(configuration: Configuration): Promise<Estimate>;
  /**
   * What a run trains, tensor by tensor, and where its soft tokens stand in the first training row;
   * null: it has none. Rejects with what keeps the run from starting.
   */
  inspectRun(configuration: Configuration, run: string): Promise<{ tensors: TensorTable; soft: SoftTokens | null }>;
  /**
   * What a run computes exactly before any training, in plain words, and the method and options
   * that compute the same.
   */
  equalities(run: RunConfiguration): Promise<EqualityClaim[]>;
  /**
   * Computes one of these on the first validation rows: the largest difference of a logit. Not
   * while a comparison runs.
   */
  prove(configuration: Configuration, run: string, equality: number): Promise<Proof>;
  /** Every run of a semantic text through the open frozen model, in order. */
  semanticPasses(): Promise<SemanticPass[]>;
  /** The most tokens a text may have on the open model beside the virtual tokens of these runs. */
  longestText(configuration: Configuration): Promise<number>;
  /**
   * Checks a configuration file; unknown keys are an error that names the key, one that is too
   * large is not read.
   */
  parseConfiguration(json: string | Uint8Array | Blob): Promise<Configuration>;
  /** Checks what an address holds and names what cannot be used. Rejects where it is damaged. */
  readLink(content: unknown): Promise<CheckedLink>;
  /** The runs of a preset (`plan/presets`), for the open data and model. */
  presetRuns(preset: string): Promise<RunConfiguration[]>;
  /**
   * The size at which a run trains about as many numbers as LoRA of this rank. Rejects with an
   * Error where it has no size in use.
   */
  matchSize(configuration: Configuration, run: string, rank: number): Promise<SizeMatch>;
  /**
   * What training steps take here, by a few that are made of the cheapest run and thrown away, or
   * were before on this device with this model and rows as long. Null where no run is trained, or
   * anything else that trains is asked for meanwhile: that does not wait. Not while a comparison
   * runs.
   */
  tryPace(configuration: Configuration): Promise<Pace | null>;
  /**
   * Searches the rates that are "search" in a configuration, without training it; `stop` ends it
   * with those found so far. Not while a comparison runs.
   */
  searchRates(configuration: Configuration): Promise<RateSearch[]>;
  /**
   * Searches rates first where some are to be. Resolves when every run has ended; a failed run does
   * not reject, its events say why. `id`: under which it is kept in this browser, so that it can go
   * on after a crash; default: one place for all that name none.
   */
  compare(configuration: Configuration, id?: string): Promise<void>;
  /** From now on runs' states at every evaluation go to `keeper`, not to the browser's storage. */
  keepWith(keeper: (files: KeptFile[]) => Promise<void>): Promise<void>;
  /**
   * Sets a comparison up that was trained elsewhere, with the files that a keeper has of its runs
   * and the events of its metrics. `train`: goes on with it as `compare`; else its adapters can be
   * written.
   */
  takeUp(configuration: Configuration, files: KeptFile[], earlier: StudioEvent[], train: boolean): Promise<void>;
  pause(): Promise<void>;
  resume(): Promise<void>;
  /** Ends after the pass in flight and a last evaluation; adapters are kept. */
  stop(): Promise<void>;
  /**
   * Continues a failed or stopped comparison from each run's last good adapter; in a worker started
   * anew, the one that was kept under this id, once the same model and data are open.
   */
  continue(id?: string): Promise<void>;
  /**
   * Kept comparisons that broke off, and the ids of those that an open tab has; `own` is none of
   * them, although a worker of this page that was ended may have it a moment longer.
   */
  listKept(own?: string): Promise<{ interrupted: InterruptedComparison[]; open: string[] }>;
  /** Removes what was kept under this id. Rejects where another tab goes on with it. */
  dropInterrupted(id: string): Promise<void>;
  /**
   * Validation rows to write for: prompts as the model reads them, and what the data says; none for
   * other tasks.
   */
  samplePrompts(count: number): Promise<SamplePrompt[]>;
  /** Validation rows to try, of different answers where there are; none for written answers. */
  exampleRows(count: number): Promise<ExampleRow[]>;
  /**
   * What a run writes after the prompts, as `generation` events while it does and as a whole in
   * the end; `before`: as the run was before its first step, null where that is not known.
   */
  generate(request: GenerationRequest): Promise<GeneratedText[] | null>;
  /** Ends what is being written after the token in flight. */
  cancelGeneration(): Promise<void>;
  predict(text: string, textPair: string | null): Promise<Prediction[]>;
  /**
   * Reads a file whose rows are to be predicted, as the files that were trained on. `encoding`: of
   * text; default: found out, and theirs where it is not UTF-8. Rejects with an Error for tasks
   * that answer by writing.
   */
  inspectRows(file: File, encoding?: string): Promise<FileToPredict>;
  /**
   * Predicts every row by the run that is chosen for it; all runs share the base model's weights.
   * `formulas`: of cells that a spreadsheet would compute; default: they become text. `encoding` as
   * for `inspectRows`.
   */
  predictRows(
    file: File,
    columns: ColumnRoles,
    choice: AdapterChoice,
    formulas?: FormulaCells,
    encoding?: string,
  ): Promise<FilePredictions>;
  /**
   * Scores every run on the file's rows that have an answer in these columns and were not trained
   * on. `encoding` as for `inspectRows`. Rejects with an Error that says what was left out where no
   * row is left.
   */
  scoreRows(file: File, columns: ColumnRoles, encoding?: string): Promise<FileScores>;
  /**
   * Scores every row of a file by itself: loss, entropy, rank and perhaps gradient norm, as a CSV.
   * Rejects with an Error that says why before anything is read.
   */
  scoreFile(request: FileToScore): Promise<ScoredFile>;
  /** Ends such a pass before its next batch; it rejects. */
  stopScoring(): Promise<void>;
  report(run: string): Promise<RunReport>;
  /**
   * Which run of the comparison is ahead, and whether that may be luck; `metric`: default: the one
   * that was fixed before training. Rejects with an Error where no comparison has ended, or the
   * task has no such metric.
   */
  verdict(metric?: MetricName): Promise<Verdict>;
  /**
   * Which rows each run had right, to be kept with the verdict; `metric` and rejections as there.
   * Null where the metric is no share of right rows.
   */
  outcomes(metric?: MetricName): Promise<KeptOutcomes | null>;
  /** Tests the runs of two comparisons on the same rows against each other. */
  compareKept(one: KeptOutcomes | null, other: KeptOutcomes | null): Promise<ComparedKept>;
  /**
   * Columns of the file of the rows that decide by whose values they can be sliced; neither texts
   * nor answers.
   */
  sliceColumns(): Promise<string[]>;
  /**
   * The comparison's runs on each slice of the rows that decide; `metric` as for `verdict`. Rejects
   * as that, and with an Error where the file has no such column.
   */
  slices(column: string, metric?: MetricName): Promise<Slices>;
  /** What can be measured on a run, and what keeps an instrument from it. */
  listInstruments(run: string): Promise<InstrumentListing[]>;
  /**
   * Measures a run by one of these; `input`: what it needs beside the run, null for nothing. Waits
   * for the step in flight. Rejects with an Error where the instrument cannot measure the run, or
   * `input` is not what it needs.
   */
  measure<Id extends InstrumentId>(id: Id, run: string, input: InstrumentInput<Id>): Promise<InstrumentResult<Id>>;
  /** Ends such a measurement, which rejects; one that is as good as done may still resolve. */
  stopMeasuring(id: InstrumentId, run: string): Promise<void>;
  /**
   * The zip: adapter_config.json, adapter_model.safetensors, README.md, run.json, and
   * sk_adapter.safetensors for SK runs. Bottleneck adapters have AdapterHub's adapter.safetensors,
   * head_config.json and model_head.safetensors instead of PEFT's. `conversion`: another form of
   * the method's `conversions`; a merged model is a whole folder in Hugging Face's layout.
   */
  exportRun(run: string, conversion?: string | null): Promise<Blob>;
  /**
   * Chooses anew what a run's dial offers (DyLoRA's rank) and evaluates it there; predictions and
   * downloads follow.
   */
  turn(run: string, setting: number): Promise<SettingEvaluation>;
  /**
   * Reads such a zip for the open model; the adapter predicts beside the trained runs. One of other
   * labels cannot: what a run may take of it comes back instead. Rejects with an Error where
   * nothing can be taken.
   */
  importAdapter(file: File): Promise<ImportedAdapter | AdapterStart>;
  /**
   * Evaluates the weighted sum of runs with LoRA (AdaLoRA, VeRA and DyLoRA as such) on the
   * validation rows; it predicts, is downloaded and trained on like an imported adapter. Rejects
   * with an Error naming a run of another method.
   */
  sum(request: SumRequest): Promise<ImportedAdapter>;
  /**
   * How an imported run would train so many more steps; `training` stands in where its folder
   * records none.
   */
  continuation(run: string, more: number, training: Configuration["training"]): Promise<Continuation>;
  /** Does so, in place of the comparison and the imports that are open; resolves as `compare`. */
  continueImported(run: string, more: number, training: Configuration["training"], id?: string): Promise<void>;
}

/**
 * The interface as it is seen from the page's thread. Comlink's own type would lose which result
 * belongs to which instrument.
 */
export type RemoteStudio = Omit<Remote<StudioApi>, "measure"> & Pick<StudioApi, "measure">;
