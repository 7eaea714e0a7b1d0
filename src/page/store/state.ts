/** What the page knows, in slices. Types only; the store is in store.ts. */

import type { FormulaCells } from "../../data/write-csv";
import type { Configuration, FoundRate, RunConfiguration, TrainingConfiguration } from "../../plan/configuration";
import type { Sweep } from "../../plan/sweep";
import type { Variant } from "../../plan/variants";
import type { MetricName } from "../../tasks/metrics/names";
import type {
  CheckLine,
  ComparisonStateEvent,
  DataCheck,
  DataRole,
  DataSummary,
  DeviceReport,
  DistancesEvent,
  Estimate,
  EvaluationEvent,
  GeneratedText,
  GenerationSettings,
  Identity,
  ImportedAdapter,
  KeptOutcomes,
  MemoryBytes,
  MethodDescription,
  ModelDetails,
  ModelListing,
  ModelSummary,
  Pace,
  ProgressEvent,
  RanksEvent,
  RateSearch,
  RunEstimate,
  RunState,
  SampleListing,
  SamplePrompt,
  StoredModelListing,
  Verdict,
} from "../../worker/api";
import type { RunCurves } from "../curves/run-curves";
import type { ShareHistory } from "../curves/share-history";
import type { LinkedData, LinkedModel } from "./linked-ground";
import type { Ending } from "./time-left";

export interface DeviceSlice {
  report: DeviceReport | null;
  /** Set when the worker could not start or the device went away: what happened. */
  lost: string | null;
  /** Why nothing can be started as this page was opened; null where it can. */
  refused: string | null;
  /** What the engine still opens by itself once it has a device; null where it has done so. */
  starting: "model" | "data" | null;
}

/** Milliseconds that the engine has said nothing for. */
export interface Silence {
  /** Since it answered last that it lives. */
  unanswered: number;
  /** Since an event of it arrived. */
  quiet: number;
  /** The longest that it took to answer until now. */
  longest: number;
}

/** What this browser could not keep, and why. */
export interface StorageSlice {
  /** The adapters that training goes on from after a crash; null where it keeps them. */
  checkpoints: string | null;
  /**
   * Curves and finished adapters, by their keys in storage, which begin with their comparison's id:
   * each until it is kept or removed, since a full disk may still take what is small.
   */
  results: Readonly<Record<string, string>>;
}

/** A comparison that broke off, with what is known of it. */
export interface Interrupted {
  id: string;
  configuration: Configuration;
  /** Its curves; null where only its adapters were kept. */
  record: Comparison | null;
  /** The step that every run can go on from at least; 0 where none has been evaluated. */
  step: number;
}

export interface ModelSlice {
  listings: ModelListing[];
  summary: ModelSummary | null;
  /** The source being opened. */
  opening: string | null;
  /** What was open before this page was loaded, while nothing has been opened in its place. */
  awaited: AwaitedModel | null;
  error: string | null;
  /** Whether the chooser is open, and where in it. */
  choosing: boolean;
  place: ModelTab;
  /** What is being looked at, by name; what was found; what went wrong. */
  looking: string | null;
  details: ModelDetails | null;
  lookError: string | null;
  /** The source being downloaded. */
  downloading: string | null;
  stored: StoredModelListing[];
}

export type ModelTab = "ready" | "hub" | "computer" | "storage";

export type DataPlace = DataRole | "columns" | "settings";

/** A base model that the address of this page names; null for a folder whose name is not known. */
export interface AwaitedModel {
  linked: LinkedModel | null;
  folder: string | null;
}

/** A file of one's own that is open, or was before this page was loaded. */
export interface OwnFile {
  role: DataRole;
  file: string;
  rows: number;
  bytes: number;
  /** SHA-256 of its bytes, as hexadecimal; null where it was not computed. */
  fingerprint: string | null;
}

/** Data that the address of this page names, and that are not open yet. */
export interface AwaitedData {
  /** How they are read; null where that is known of the open training file. */
  linked: LinkedData | null;
  /** Empty where they are a sample, or files whose names are not known. */
  files: readonly OwnFile[];
}

export interface DataSlice {
  samples: SampleListing[];
  summary: DataSummary | null;
  /** Of the open files of one's own (`OwnFile`). */
  fingerprints: Partial<Record<DataRole, string | null>>;
  /** What was open before this page was loaded, until it or something else is opened. */
  awaited: AwaitedData | null;
  /** Files that this browser keeps, because somebody has asked for it; null: none. */
  remembered: readonly OwnFile[] | null;
  /** Title of the bundled sample that is open, if one is. */
  sample: SampleListing | null;
  /** What is open of the Hub, as a configuration names it. */
  hub: Partial<Record<DataRole, string>>;
  /** What is being read, by name. */
  opening: string | null;
  /** The last thing that went wrong, and beside what it belongs. What was open stays open. */
  error: { place: DataPlace; message: string; file?: File } | null;
  /** Of what is open; null: it is not known yet. */
  check: DataCheck | null;
}

/** A run as it is being put together. */
export interface DraftRun {
  id: string;
  name: string;
  method: string;
  options: Record<string, unknown>;
  learningRate: number | "search" | null;
  /** How its learning rate was found; it counts while the rate is the one that was chosen. */
  foundRate?: FoundRate;
  /** What was tried for it, where that was in this page. */
  search?: RateSearch;
  /** As in the configuration; left out where nothing is set. */
  weightDecay?: number;
  frozenLayers?: number;
  layerDecay?: number;
  pruning?: RunConfiguration["pruning"];
  /** What was last proved of it; it counts while its options are the very ones it was proved of. */
  proof?: { options: DraftRun["options"]; method: string; equal: boolean; measured: string };
  /** Values that it is trained with, each combination as a run of its own; left out: one run. */
  sweep?: Sweep;
  /** Which colour, dash and marker. */
  slot: number;
  initFrom?: string;
  /** Fields that hold something unusable, by option key, with the reason. */
  problems: Record<string, string>;
}

export interface MethodsSlice {
  descriptions: MethodDescription[];
  error: string | null;
  runs: DraftRun[];
  /** The runs that a preset took the place of; null where none has. */
  replaced: DraftRun[] | null;
  /** The run that was removed last, and where it stood; null where that was taken back. */
  removed: { run: DraftRun; index: number } | null;
  /**
   * What texts about the task say until somebody changes them: nothing while no data are open, and
   * null before the methods are known.
   */
  suggested: string | null;
  estimate: Estimate | null;
  estimating: boolean;
  estimateError: string | null;
  /** What steps take on this computer; null until it was tried. */
  pace: Pace | null;
  /** Steps are being tried. */
  pacing: boolean;
  /** Rates are being searched. */
  searching: boolean;
  searchError: string | null;
}

export interface TrainingSlice {
  /** Null until the worker has said the defaults. Its seed is that of the split, too. */
  settings: TrainingConfiguration | null;
  /** Fields that hold something unusable, with the reason. */
  problems: Record<string, string>;
}

export interface RunRecord {
  /** Unique over all comparisons. */
  key: string;
  name: string;
  /** Which seed and learning rate of which configured run it is. */
  variant: Variant;
  methodTitle: string;
  control: boolean;
  slot: number;
  configuration: RunConfiguration;
  /** Null where nothing is trained. */
  learningRate: number | null;
  /** How that was found, where it was searched. */
  search?: RateSearch;
  state: RunState;
  reason: string | null;
  lastGoodStep: number | null;
  /** The step whose adapter it holds. */
  heldStep: number | null;
  trainable: RunEstimate["trainable"] | null;
  bytes: MemoryBytes | null;
  curves: RunCurves;
  /**
   * Of all validation rows, once it has ended; left out where all were measured while training, and
   * are in the curves.
   */
  complete?: EvaluationEvent;
  /** Of the test rows, once it has ended; left out where there are none. */
  test?: EvaluationEvent;
  /** How many ranks each module's update has in use, as last told; left out by most methods. */
  ranks?: RanksEvent;
  /** A gate's weights so far, and how far a prompt's words have moved: of methods that tell it. */
  shares?: ShareHistory;
  distances?: DistancesEvent;
  /** What a person should know of it, in sentences; left out where there is nothing. */
  notices?: readonly string[];
  /** The downloaded-form adapter is kept in this browser. */
  saved: boolean;
  /** It was imported or summed, and only evaluated: its curves are level. */
  beside?: boolean;
  /** What somebody has written to it; each left out where there is nothing. */
  pinned?: boolean;
  tags?: readonly string[];
  note?: string;
}

export interface Comparison {
  id: string;
  /** Milliseconds since 1970, as the clock stood then. */
  startedAt: number;
  /** `startedAt` and as long as it took, whatever became of the clock; null while it runs. */
  endedAt: number | null;
  /** The worker that trained it is gone: it cannot be asked about any run; left out else. */
  detached?: true;
  /** Where it runs: when it began by `performance.now()`, as if without a break. */
  since?: number;
  configuration: Configuration;
  modelName: string;
  dataTitle: string;
  /**
   * The files that its rows are from; not known of comparisons kept by earlier versions.
   */
  dataFiles?: { file: string; rows: number; bytes: number; fingerprint?: string | null }[];
  /**
   * Rows of each part, over folds of the first; not known of comparisons kept by earlier versions.
   */
  parts?: { train: number; validation: number; test: number };
  /** What there was to know of the data; left out by earlier versions. */
  dataNotices?: string[];
  /** The check of the data; left out while it is not known, and by earlier versions. */
  dataCheck?: readonly Pick<CheckLine, "id" | "isGood" | "said">[];
  /** How many rows of each part have a label; left out by earlier versions. */
  dataLabels?: DataSummary["labels"];
  /** Hashes of the rows and of the base model's files; left out while they are not known. */
  identity?: Identity;
  state: ComparisonStateEvent["state"];
  step: number;
  steps: number;
  reason: string | null;
  /** What it was computed on; not known of comparisons kept by earlier versions. */
  executor?: DeviceReport["executor"];
  /** Everything on the device, as last told. */
  memoryBytes: MemoryBytes | null;
  /** What is not equal between its runs, in sentences; left out where that was never said. */
  unequal?: string[];
  runs: RunRecord[];
  /** Who is ahead, once it has ended; left out before. */
  verdict?: Verdict;
  /**
   * Which rows the runs had right; left out where the metric is no share of them, and by earlier
   * versions.
   */
  outcomes?: KeptOutcomes;
}

export interface ComparisonSlice {
  current: Comparison | null;
  /** The id of the one whose runs the worker has; null: of none. */
  inWorker: string | null;
  /** Earlier ones that this page has read, newest first; all others are in the notebook alone. */
  past: Comparison[];
  /** Goes up whenever a curve has grown; curves are kept in place. */
  revision: number;
  /** A request to the worker that failed, for example Compare itself. */
  error: string | null;
  /** Null until it trains, since it began or went on. */
  progress: TrainingProgress | null;
  /** Somebody has asked for an end. */
  stopping: boolean;
  imported: ImportedAdapter[];
  /** Those that broke off and can go on, newest first. */
  interrupted: Interrupted[];
}

/** What a person says of a comparison that is kept. */
export interface Labels {
  /** Empty: by data, base model and time. */
  readonly name: string;
  readonly notes: string;
  readonly tags: readonly string[];
  readonly pinned: boolean;
}

/** A comparison that is kept, as the notebook lists it: all but its curves. */
export interface NotebookEntry
  extends Pick<
    Comparison,
    "id" | "startedAt" | "state" | "dataTitle" | "modelName" | "steps" | "configuration" | "dataFiles" | "identity"
  > {
  readonly labels: Labels;
  /** What the check of its data says of personal data; left out where it found none. */
  readonly personalData?: string;
  /** The titles of its methods, each once. */
  readonly methods: readonly string[];
  /** Tags and notes of its runs. */
  readonly runNotes: readonly string[];
  readonly runs: number;
  /** The first sentence of its verdict; null where there is none. */
  readonly headline: string | null;
  /** How many of its runs' adapters are kept. */
  readonly adapters: number;
  /** About how much storage it takes; `files`: its rows, kept while it may go on. */
  readonly bytes: { readonly record: number; readonly adapters: number; readonly files: number };
}

/** Something that is kept in a comparison's place and cannot be read. */
export interface Unreadable {
  readonly id: string;
  readonly why: string;
  readonly bytes: number;
}

export interface NotebookSlice {
  /** What persons say of comparisons, by their ids. */
  labels: Readonly<Record<string, Labels>>;
  /** All that is kept, newest first; null until it was read, which opening the notebook does. */
  entries: readonly NotebookEntry[] | null;
  unreadable: readonly Unreadable[];
  /** Bytes that this browser stores for the page and allows it to; null where it does not say. */
  storage: { readonly used: number; readonly allowed: number } | null;
  /** Why it could not be read. */
  error: string | null;
}

/** How a training goes; times are milliseconds by `performance.now()`. */
export interface TrainingProgress {
  /** Since the worker said that it runs; `isEvaluated`: nothing was evaluated before it went on. */
  readonly began: { readonly time: number; readonly isEvaluated: boolean };
  /** The step it is at. */
  readonly step: number;
  /** When it was heard of last. */
  readonly now: number;
  /** What the evaluation before the first step took; null while that is not known. */
  readonly evaluation: number | null;
  /**
   * Where paces go by: after the first step that was heard of, which pays for preparing. Of each
   * run, how far it had come.
   */
  readonly from: {
    readonly time: number;
    readonly evaluated: number;
    readonly done: ReadonlyMap<string, { readonly seconds: number; readonly step: number }>;
  } | null;
  readonly ending: Ending | null;
  /** When somebody paused it; null while it goes on. */
  readonly pausedAt: number | null;
}

/** Something that is waited for: how far it is, since when, and how far it was then. */
export interface Wait {
  event: ProgressEvent;
  /** Milliseconds, by `performance.now()`. */
  since: number;
  startedAtDone: number;
  /** Null while there is nothing to go by. */
  ending: Ending | null;
}

export interface WaitsSlice {
  /** In the order in which they began. */
  open: readonly Wait[];
}

/** What the frozen model and the runs write. */
export interface WritingSlice {
  /** Null until the worker has said the defaults. */
  settings: GenerationSettings | null;
  prompts: SamplePrompt[];
  /** By `placeOf`; without an ending while it is being written. */
  texts: Readonly<Record<string, Pick<GeneratedText, "text" | "ending">>>;
  busy: boolean;
  /** Somebody has asked for an end. */
  stopped: boolean;
  error: string | null;
}

/** What the browser keeps of the studio itself. */
export interface OfflineSlice {
  /** All that it needs to open without a network. */
  kept: boolean;
  /** A newer version waits to take its place. */
  isNewerReady: boolean;
}

export type AxisUnit = "step" | "tokens" | "keptTokens" | "seconds" | "flops";
export type Theme = "system" | "light" | "dark";
export type StepName = "data" | "methods" | "training";

export interface UiSlice {
  theme: Theme;
  axis: AxisUnit;
  logLoss: boolean;
  /** Of the validation rows, in the charts; null: that which runs are judged by. */
  metric: MetricName | null;
  /** Of the training loss; null: by how many steps there are. */
  smoothing: number | null;
  /** Keys of runs that are not plotted. */
  hidden: ReadonlySet<string>;
  /** Key of the run that is pointed at or has the focus: its line is drawn strong. */
  pointed: string | null;
  open: Record<StepName, boolean>;
  help: boolean;
  /** The method guide is open. */
  guide: boolean;
  /** The notebook is open. */
  notebook: boolean;
  /** Single-key shortcuts. */
  shortcuts: boolean;
  /** A notification is wanted when a comparison has ended. */
  notify: boolean;
  /** Where the crosshair stands on the horizontal axis, in its unit. */
  crosshair: number | null;
  /** Loss for "steps to reach"; null: chosen from the runs. */
  lossTarget: number | null;
  notice: { kind: "info" | "error"; text: string; undo?: () => void } | null;
  /** In CSVs that are saved, of cells that a spreadsheet would compute. */
  formulas: FormulaCells;
}

export interface StudioState {
  device: DeviceSlice;
  model: ModelSlice;
  data: DataSlice;
  methods: MethodsSlice;
  training: TrainingSlice;
  comparison: ComparisonSlice;
  waits: WaitsSlice;
  silence: Silence;
  writing: WritingSlice;
  storage: StorageSlice;
  notebook: NotebookSlice;
  offline: OfflineSlice;
  ui: UiSlice;
}
