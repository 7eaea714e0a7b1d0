/**
 * What a comparison leaves on disk: `metrics.jsonl` and a first `summary.json` while it runs, then
 * `samples.jsonl`, the adapter folders and the whole summary.
 */

import { mkdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve, sep } from "node:path";
import { unzipSync } from "fflate";
import { countChanges, describeChanges } from "../../src/data/changes";
import { approachOf } from "../../src/methods/registry";
import type { Configuration } from "../../src/plan/configuration";
import { isEnded } from "../../src/plan/phase";
import { withFoundRates } from "../../src/plan/rate-search";
import { type Spread, spreadOf, type Variant, variantsOf } from "../../src/plan/variants";
import { writeHtmlReport } from "../../src/report/html";
import { writeReport } from "../../src/report/markdown";
import type { Preparation, WrittenSample } from "../../src/runner/runner";
import { decidingMetric, type MetricName, metricFacts, metricNames } from "../../src/tasks/metrics/names";
import { formats, withVersion } from "../../src/versions/versions";
import type {
  DataCheck,
  DeviceReport,
  EvaluationEvent,
  Identity,
  MeasuredCalibration,
  MemoryBytes,
  ObservationEvent,
  RateSearch,
  RunEstimate,
  RunState,
  Slices,
  StepEvent,
  StudioEvent,
  SumRequest,
  Verdict,
} from "../../src/worker/api";
import { ALWAYS, MERGED, METRICS, REPORT, REPORT_PAGE, SAMPLES, SUM, SUMMARY } from "./names";
import type { Log, OutFolder } from "./out-folder";
import { writeWhole } from "./out-folder";
import { resultsFacts } from "./results-facts";

/**
 * One line of `metrics.jsonl`, without its line end. A loss that is not a number is written as
 * null.
 */
export function metricsLine(event: StepEvent | EvaluationEvent | ObservationEvent): string {
  const { type: _, ...fields } = event;
  return JSON.stringify(fields);
}

/** What is kept of an earlier `metrics.jsonl`, and the events that it was written of. */
export interface MetricsLines {
  readonly lines: readonly string[];
  /** Of steps and evaluations. */
  readonly events: readonly (StepEvent | EvaluationEvent)[];
}

/**
 * The lines up to the step that each run goes on from.
 * @param text Of `metrics.jsonl`, perhaps cut within its last line.
 * @param steps By run; lines of others are left out, and what test rows said and the validation
 * rows that were left for the end, which are read again.
 */
export function earlierLines(text: string, steps: ReadonlyMap<string, number>): MetricsLines {
  const lines: string[] = [];
  const events: (StepEvent | EvaluationEvent)[] = [];
  for (const line of text.split("\n")) {
    let fields: StepEvent | EvaluationEvent | ObservationEvent;
    try {
      fields = JSON.parse(line);
    } catch {
      continue;
    }
    const last = steps.get(fields.run);
    const ofTheEnd = "split" in fields && (fields.split === "test" || fields.complete);
    if (last === undefined || fields.step > last || ofTheEnd) continue;
    lines.push(line);
    if ("split" in fields) events.push({ ...fields, type: "evaluation" });
    else if ("gradNorm" in fields) events.push({ ...fields, type: "step" });
  }
  return { lines, events };
}

/**
 * How often each of these runs was evaluated on validation rows, by the lines of a metrics.jsonl.
 */
export function evaluations(text: string, runs: ReadonlySet<string>): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const line of text.split("\n")) {
    let fields: Partial<EvaluationEvent>;
    try {
      fields = JSON.parse(line);
    } catch {
      continue;
    }
    const { run, split } = fields;
    if (run !== undefined && split === "validation" && runs.has(run)) counts.set(run, (counts.get(run) ?? 0) + 1);
  }
  return counts;
}

/** The figures of one evaluation. */
export type Evaluation = Pick<EvaluationEvent, "step" | "rows" | "loss" | MetricName>;

/**
 * What a run came to, or one of its variants where it has several. Null where it never got so far.
 */
export interface RunSummary {
  run: string;
  /** Which seed and learning rate of which configured run. */
  variant: Omit<Variant, "name">;
  method: string;
  state: RunState;
  reason: string | null;
  /** What kept it from going on exactly as the training it resumed was planned. */
  notices: string[];
  trainable: RunEstimate["trainable"] | null;
  steps: number;
  epoch: number;
  tokens: number;
  seconds: number;
  /** Floating-point operations of its training, and of one step of rows as long as the longest. */
  flops: { total: number; step: RunEstimate["flops"] };
  training: { firstLoss: number; lastLoss: number; learningRate: number; gradNorm: number } | null;
  /**
   * `best` has the best of the metric that decides, the earliest of equals. Step 0 never counts
   * where steps train the run, so that it is null before the first evaluation after it. With
   * `evalRows`, `last` is of all rows once the run has ended, and of those rows before.
   */
  validation: { first: Evaluation; last: Evaluation; best: Evaluation | null } | null;
  /** Of the test rows, with the adapter that it ended with; null where they were not read. */
  test: Evaluation | null;
  /** Temperature, thresholds and what they do; null where `training.calibrate` is not asked for. */
  calibration: MeasuredCalibration | null;
  memoryBytes: MemoryBytes | null;
  /** Name of the adapter's folder beside this file. */
  adapter: string | null;
}

/**
 * The seeds and splits of a run and learning rate together: those that were evaluated and did not
 * fail.
 */
export interface GroupSummary {
  group: string;
  run: string;
  learningRateFactor: number;
  /** The metric that decides, of which `last`, `best` and `test` are. */
  metric: MetricName;
  last: Spread;
  /** Null where none was evaluated after a step. */
  best: Spread | null;
  /** Null where no test rows were read. */
  test: Spread | null;
  lastLoss: Spread;
}

/** What is true of the whole comparison. */
export interface Surroundings {
  configuration: Configuration;
  device: DeviceReport;
  preparation: Preparation;
  versions: Record<string, string>;
  /** Hashes of rows and model; null where they could not be had. */
  identity: Identity | null;
  /** Null where the data were not checked. */
  check: DataCheck | null;
}

/** Collects a comparison's events and writes its files. */
export class Results {
  readonly #out: OutFolder;
  #metrics: Log | null = null;
  readonly #metric: MetricName;
  readonly #runs: Map<string, RunSummary>;
  readonly #started = new Date();
  /** As the worker gave it; null where there is nothing to judge. */
  verdict: Verdict | null = null;
  /** By the column that was asked for; null where none was. */
  slices: Slices | null = null;
  #memoryBytes: MemoryBytes | null = null;
  /** What was tried for each run whose rate was searched, and what it cost. */
  readonly searches: RateSearch[];
  /** What was asked for and could not be written. */
  readonly #failures: string[] = [];
  /** Names beside the runs' folders that were written. */
  readonly #files = new Set<string>(ALWAYS);
  #sum: (SumRequest & { validation: Evaluation | null; adapter: string }) | null = null;

  /**
   * Writes nothing yet.
   * @param searches Of rates, that an earlier part of the comparison has made.
   */
  constructor(
    out: OutFolder,
    { data, runs, training }: Pick<Configuration, "data" | "runs" | "training">,
    searches: readonly RateSearch[] = [],
  ) {
    this.searches = [...searches];
    this.#metric = decidingMetric({ data, training });
    this.#out = out;
    const variants = runs.flatMap((run) =>
      variantsOf(run, training, data, approachOf(run.method).trains).map((variant) => ({ ...variant, run })),
    );
    this.#runs = new Map(
      variants.map(({ name, run, ...variant }) => [
        name,
        emptySummary(name, { ...variant, run: run.name }, run.method),
      ]),
    );
  }

  /** Whether training has begun, so that results of an earlier comparison are being replaced. */
  get begun(): boolean {
    return this.#metrics !== null;
  }

  /**
   * Begins `metrics.jsonl`.
   * @param earlier Lines of a comparison that this one goes on with, which are taken in.
   * @throws {Error} Naming the file, and what the disk said.
   */
  begin(earlier: MetricsLines = { events: [], lines: [] }): void {
    for (const event of earlier.events) this.#take(event);
    this.#metrics = this.#out.log(METRICS, earlier.lines.map((line) => `${line}\n`).join(""));
  }

  /**
   * Writes `samples.jsonl`: validation prompts with what the data says, and what each run wrote
   * before and after training.
   */
  addSamples(samples: readonly WrittenSample[]): void {
    this.write(SAMPLES, samples.map((sample) => `${JSON.stringify(sample)}\n`).join(""));
  }

  /** Writes a file of the results. Throws an Error naming it, and what the disk said. */
  write(name: string, content: string): void {
    this.#out.write(name, content);
    if (dirname(name) === ".") this.#files.add(name);
  }

  /** One a run and learning rate, over its seeds. */
  get groups(): GroupSummary[] {
    const names = [...new Set(this.runs.map(({ variant }) => variant.group))];
    return names.flatMap((group) => {
      const members = this.runs.filter(({ variant, state }) => variant.group === group && state !== "failed");
      const evaluated = members.flatMap(({ validation }) => validation ?? []);
      const best = evaluated.flatMap(({ best }) => best?.[this.#metric] ?? []);
      const tested = members.flatMap(({ test }) => test?.[this.#metric] ?? []);
      const [first] = members;
      if (!first || evaluated.length === 0) return [];
      const { run, learningRateFactor } = first.variant;
      return {
        group,
        run,
        learningRateFactor,
        metric: this.#metric,
        last: spreadOf(evaluated.map(({ last }) => last[this.#metric]!)),
        best: best.length > 0 ? spreadOf(best) : null,
        test: tested.length > 0 ? spreadOf(tested) : null,
        lastLoss: spreadOf(evaluated.map(({ last }) => last.loss)),
      };
    });
  }

  /** In the configuration's order; a run's variants one after the other. */
  get runs(): readonly RunSummary[] {
    return [...this.#runs.values()];
  }

  /** Whether every run has finished and everything that was asked for is written. */
  get complete(): boolean {
    return (
      this.#failures.length === 0 && this.runs.every(({ state, adapter }) => state === "finished" && adapter !== null)
    );
  }

  /**
   * Takes in one event; steps, evaluations and what is watched become a line of `metrics.jsonl` at
   * once.
   * @returns What keeps the line from being written now; null where nothing does.
   * @throws {Error} For an event of a run that the configuration does not have.
   */
  add(event: StudioEvent): string | null {
    if (event.type === "comparison-state") this.#memoryBytes = event.memoryBytes;
    if (event.type === "rate-search") this.searches.push(event.search);
    if (!("run" in event)) return null;
    const summary = this.#run(event.run);
    if (event.type === "notice") {
      this.note(event.run, event.message);
      return null;
    }
    if (event.type === "run-state") {
      summary.state = event.state;
      summary.reason = event.reason;
      return null;
    }
    if (event.type === "calibration") {
      summary.calibration = event.calibration;
      return null;
    }
    if (this.#isKnown(event)) return null;
    this.#take(event);
    return this.#metrics?.append(`${metricsLine(event)}\n`) ?? null;
  }

  /** Notes what is to be known of a run beside its figures. */
  note(run: string, message: string): void {
    this.#run(run).notices.push(message);
  }

  /** An evaluation that was made again where a training goes on says what is written already. */
  #isKnown(event: StudioEvent): boolean {
    if (event.type !== "evaluation" || event.split !== "validation") return false;
    const last = this.#run(event.run).validation?.last;
    return last?.step === event.step && last.loss === event.loss;
  }

  #take(event: StepEvent | EvaluationEvent | ObservationEvent): void {
    const summary = this.#run(event.run);
    if (event.type === "step") addStep(summary, event);
    if (event.type === "evaluation") addEvaluation(summary, event, this.#metric);
  }

  /**
   * Unpacks a run's exported zip: the files of the one folder in it become the files of the run's
   * folder.
   * @throws {Error} When it holds something else, or an entry's path leads out of the folder.
   */
  addAdapter(run: string, zip: string): void {
    const summary = this.#run(run);
    summary.adapter = this.#out.replace(run, (folder) => unpack(run, zip, folder));
  }

  /**
   * Unpacks a run's merged model into the folder `merged` within the run's. Throws as `addAdapter`,
   * and where the run's adapter is not written.
   */
  addMerged(run: string, zip: string): void {
    this.#out.replace(join(this.adapterFolder(run), MERGED), (folder) => unpack(run, zip, folder));
  }

  /** The name of a run's folder. Throws an Error where its adapter is not written. */
  adapterFolder(run: string): string {
    const { adapter } = this.#run(run);
    if (adapter === null) throw new Error("its adapter is not written, so there is no folder for it.");
    return adapter;
  }

  /** Unpacks the adapter of a sum of runs into the folder `sum`. Throws as `addAdapter`. */
  addSum(sum: SumRequest, evaluation: EvaluationEvent | null, zip: string): void {
    const adapter = this.#out.replace(SUM, (folder) => unpack(SUM, zip, folder));
    this.#sum = { ...sum, validation: evaluation && figuresOf(evaluation), adapter };
  }

  /** Notes what was asked for and could not be written: the comparison is not complete. */
  fail(message: string): void {
    if (!this.#failures.includes(message)) this.#failures.push(message);
  }

  /** Ends the runs that have not ended, where whatever trained them is gone. */
  breakOff(reason: string): void {
    for (const summary of this.runs) {
      if (isEnded(summary.state)) continue;
      summary.state = "failed";
      summary.reason = reason;
    }
  }

  /** Writes `summary.json`, and of it and `metrics.jsonl` both reports. */
  writeSummary(surroundings: Surroundings): void {
    const { configuration, device, preparation, versions, identity, check } = surroundings;
    const { model, data, estimate } = preparation;
    for (const { run, trainable, mostFitted, flops } of estimate.runs) {
      for (const summary of this.runs) {
        if (summary.variant.run !== run) continue;
        // How many numbers it fits to texts, a notice of its fit says.
        summary.trainable = mostFitted === null ? trainable : null;
        summary.flops.step = flops;
      }
    }
    const summary = {
      started: this.#started.toISOString(),
      seconds: (Date.now() - this.#started.getTime()) / 1000,
      complete: this.complete,
      failures: this.#failures,
      // Of this folder, beside the runs' own: what a later comparison may replace.
      files: [...this.#files],
      device: deviceSummary(device),
      versions,
      // A folder was opened by an address that is gone by now.
      model: { ...model, source: configuration.model },
      identity,
      data: {
        files: [data.train, data.validation, data.test].filter((file) => file !== null),
        trainRows: data.trainRows,
        validationRows: data.validationRows,
        testRows: data.testRows,
        labels: data.labels,
        truncated: data.truncated,
        // Rows that are not as the file has them; null where all are.
        changes: describeChanges(countChanges(data.settings.changes ?? [])),
        // Of rows that were edited or added their cells' fingerprints, before and after.
        editedRows: data.changed.flatMap(({ change: { file = "train", row, fingerprint = null }, nowFingerprint }) =>
          nowFingerprint === null ? [] : [{ file, row, before: fingerprint, after: nowFingerprint }],
        ),
        // What was done to the training rows of the first division; none of their texts.
        transforms: data.transforms.outcomes.map(({ shown: _, ...outcome }) => outcome),
        notices: data.notices,
        // Sentences, in which nothing of a row is.
        check: (check?.lines ?? []).map(({ id, isGood, said }) => ({ id, isGood, said })),
      },
      // Everything on the device; each run's own bytes are with the run.
      memoryBytes: this.#memoryBytes,
      runs: this.runs,
      groups: this.groups,
      verdict: this.verdict,
      slices: this.slices,
      sum: this.#sum,
      searches: this.searches,
      // What to know before calling one better than another.
      unequal: estimate.unequal,
      // With the rates that were found, and how: a run of it trains at them.
      configuration: withFoundRates(configuration, this.searches),
    };
    const text = `${JSON.stringify(withVersion(formats.summary, summary), null, 2)}\n`;
    this.write(SUMMARY, text);
    const facts = resultsFacts(
      this.#out.path,
      JSON.parse(text),
      readFileSync(join(this.#out.path, METRICS), "utf8"),
      false,
    );
    this.write(REPORT, writeReport(facts));
    this.write(REPORT_PAGE, writeHtmlReport(facts));
  }

  /** Throws an Error where lines are left that the disk has never taken. */
  close(): void {
    this.#metrics?.close();
  }

  #run(name: string): RunSummary {
    const summary = this.#runs.get(name);
    if (!summary) throw new Error(`There is no run named "${name}" in the configuration.`);
    return summary;
  }
}

/** What computed; `adapter` is null on the processor, `threads` on a graphics adapter. */
export function deviceSummary({
  executor,
  name,
  threads,
  status,
  adapter,
}: Pick<DeviceReport, "executor" | "name" | "threads" | "status" | "adapter">) {
  const kind = status === "software" ? "software" : "hardware";
  return { executor, name, threads, adapter: executor === "webgpu" ? { kind, ...adapter } : null };
}

function emptySummary(run: string, variant: RunSummary["variant"], method: string): RunSummary {
  return {
    run,
    variant,
    method,
    state: "waiting",
    reason: null,
    notices: [],
    trainable: null,
    steps: 0,
    epoch: 0,
    tokens: 0,
    seconds: 0,
    flops: { total: 0, step: null },
    training: null,
    validation: null,
    test: null,
    calibration: null,
    memoryBytes: null,
    adapter: null,
  };
}

/**
 * The files of the one folder in a zip become those of a folder.
 * @throws {Error} When it holds something else, or an entry's path leads out of the folder.
 */
function unpack(run: string, zip: string, folder: string): void {
  const entries = Object.entries(unzipSync(readFileSync(zip))).filter(([name]) => !name.endsWith("/"));
  const tops = new Set(entries.map(([name]) => name.slice(0, name.indexOf("/") + 1)));
  if (tops.size !== 1 || tops.has("")) {
    throw new Error(`The adapter of run "${run}" should be one folder in a zip, but the zip holds something else.`);
  }
  const [top] = tops as Set<string>;
  const files = entries.map(([name, bytes]) => ({ name, path: resolve(folder, name.slice(top!.length)), bytes }));
  const outside = files.find(({ path }) => relative(folder, path).split(sep)[0] === "..");
  if (outside) {
    throw new Error(
      `The adapter of run "${run}" holds "${outside.name}", which lies outside its folder; nothing is written.`,
    );
  }
  for (const { path, bytes } of files) {
    mkdirSync(dirname(path), { recursive: true });
    writeWhole(path, bytes);
  }
}

function addStep(summary: RunSummary, event: StepEvent): void {
  const { step, epoch, tokens, seconds, flops, memoryBytes, loss, learningRate, gradNorm } = event;
  const firstLoss = summary.training?.firstLoss ?? loss;
  Object.assign(summary, { steps: step, epoch, tokens, seconds, memoryBytes });
  summary.flops.total = flops;
  summary.training = { firstLoss, lastLoss: loss, learningRate, gradNorm };
}

function figuresOf(event: EvaluationEvent): Evaluation {
  const { step, rows, loss } = event;
  const measured = metricNames.flatMap((name) => (event[name] === undefined ? [] : [[name, event[name]]]));
  return { step, rows, loss, ...Object.fromEntries(measured) };
}

function addEvaluation(summary: RunSummary, event: EvaluationEvent, metric: MetricName): void {
  const evaluation = figuresOf(event);
  if (event.split === "test") {
    summary.test = evaluation;
    return;
  }
  if (event.complete && summary.validation) {
    summary.validation.last = evaluation;
    return;
  }
  const sign = metricFacts[metric].better === "high" ? 1 : -1;
  const { first, best } = summary.validation ?? { first: evaluation, best: null };
  // Before its first step nothing of it is learned.
  const counts = evaluation.step > 0 || !approachOf(summary.method).trains;
  const isBetter = counts && (best === null || sign * evaluation[metric]! > sign * best[metric]!);
  summary.validation = { first, last: evaluation, best: isBetter ? evaluation : best };
}
