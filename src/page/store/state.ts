/** What the page knows, in slices. Types only; the store is in store.ts. */

import type { FormulaCells } from "../../data/write-csv";
import type { Configuration, FoundRate, RunConfiguration, TrainingConfiguration } from "../../plan/configuration";
import type { Variant } from "../../plan/variants";
import type {
  ComparisonStateEvent,
  DataRole,
  DataSummary,
  DeviceReport,
  DistancesEvent,
  Estimate,
  EvaluationEvent,
  GeneratedText,
  GenerationSettings,
  ImportedAdapter,
  MemoryBytes,
  MethodDescription,
  ModelDetails,
  ModelListing,
  ModelSummary,
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

export interface DeviceSlice {
  report: DeviceReport | null;
  /** Set when the worker could not start or the device went away: what happened. */
  lost: string | null;
  /** Why nothing can be started as this page was opened; null where it can. */
  refused: string | null;
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

/** What this browser could not keep, and why; null where it keeps it. */
export interface StorageSlice {
  /** The adapters that training goes on from after a crash. */
  checkpoints: string | null;
  /** Curves and finished adapters. */
  results: string | null;
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

export interface DataSlice {
  samples: SampleListing[];
  summary: DataSummary | null;
  /** Title of the bundled sample that is open, if one is. */
  sample: SampleListing | null;
  /** What is being read, by name. */
  opening: string | null;
  /** The last thing that went wrong, and beside what it belongs. What was open stays open. */
  error: { place: DataPlace; message: string } | null;
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
  /** What texts about the task say until somebody changes them; null before any data is open. */
  suggested: string | null;
  estimate: Estimate | null;
  estimating: boolean;
  estimateError: string | null;
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
  dataFiles?: { file: string; rows: number; bytes: number }[];
  /**
   * Rows of each part, over folds of the first; not known of comparisons kept by earlier versions.
   */
  parts?: { train: number; validation: number; test: number };
  /** What there was to know of the data; left out by earlier versions. */
  dataNotices?: string[];
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
}

export interface ComparisonSlice {
  current: Comparison | null;
  /** Newest first. */
  past: Comparison[];
  /** Goes up whenever a curve has grown; curves are kept in place. */
  revision: number;
  /** A request to the worker that failed, for example Compare itself. */
  error: string | null;
  /** Times and steps of the last seconds, for rate and time left. */
  pace: { time: number; step: number }[];
  /** Somebody has asked for an end. */
  stopping: boolean;
  imported: ImportedAdapter[];
  /** Those that broke off and can go on, newest first. */
  interrupted: Interrupted[];
}

/** Something that is waited for: how far it is, since when, and how far it was then. */
export interface Wait {
  event: ProgressEvent;
  /** Milliseconds, by `performance.now()`. */
  since: number;
  startedAtDone: number;
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

export type AxisUnit = "step" | "tokens" | "seconds" | "flops";
export type Theme = "system" | "light" | "dark";
export type StepName = "data" | "methods" | "training";

export interface UiSlice {
  theme: Theme;
  axis: AxisUnit;
  logLoss: boolean;
  smoothing: number;
  /** Keys of runs that are not plotted. */
  hidden: ReadonlySet<string>;
  open: Record<StepName, boolean>;
  help: boolean;
  /** The method guide is open. */
  guide: boolean;
  /** Single-key shortcuts. */
  shortcuts: boolean;
  /** Where the crosshair stands on the horizontal axis, in its unit. */
  crosshair: number | null;
  /** Loss for "steps to reach"; null: chosen from the runs. */
  lossTarget: number | null;
  notice: { kind: "info" | "error"; text: string } | null;
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
  ui: UiSlice;
}
