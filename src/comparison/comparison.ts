/**
 * A comparison: several runs on one base model, trained on the same batches (`training-loop.ts`),
 * and what can be asked of them meanwhile and afterwards.
 */

import { Mutex } from "async-mutex";
import { type AskedRow, answers } from "../answers/answers";
import { NextToken } from "../answers/next-token";
import { reportEvaluation } from "../answers/report";
import type { MeasuredCalibration } from "../calibration/calibration";
import { bucketLengths } from "../data/batches";
import { earlierLosses, readChannel } from "../data/channels";
import { norm } from "../data/norm";
import type { EncodedRow, TokenizedExample } from "../data/tokens";
import { exportedForm } from "../folders/export";
import type { KeptRun } from "../folders/kept-run";
import { type GeneratedText, type GenerateOptions, generate } from "../generation/generate";
import type { GenerationSettings } from "../generation/settings";
import type { RunState } from "../plan/events";
import { isEnded } from "../plan/phase";
import type { Prediction, RowAnswer, RunReport, SettingEvaluation } from "../plan/reports";
import { peakLearningRate, sharedHeadRate, trainingSteps } from "../plan/schedule";
import { type Amounts, withProgress } from "../plan/waiting";
import { needsEarlierLosses } from "../pruning/registry";
import { sharedBuckets } from "../runs/buckets";
import { Evaluator } from "../runs/evaluation";
import type { Feed } from "../runs/feed";
import { Feeds } from "../runs/feeds";
import type { Checkpoint } from "../runs/parameters";
import { ownPooling, poolingOf, type ResolvedMethod, resolveMethod } from "../runs/resolve";
import { FitStopped, type RowReader, rowReader } from "../runs/row-states";
import { type DividedRows, inputChannels, isWeighed } from "../runs/rows";
import { Run, type RunSetup } from "../runs/run";
import { Workspace } from "../runs/workspace";
import { calibrated } from "../tasks/calibrated";
import { taskMetrics } from "../tasks/metrics/names";
import { tasks } from "../tasks/registry";
import { type Evaluation, type Task, taskChannels, weighLabels } from "../tasks/task";
import { withClassWeights } from "./class-weights";
import { type ComparisonSetup, divisionOf, type PlannedRun } from "./comparison-setup";
import { EarlierLosses } from "./earlier-losses";
import { Lane, type Tested } from "./lane";
import { measuredCalibration } from "./measured-calibration";
import { tokenNoise } from "./token-noise";
import { TrainingLoop } from "./training-loop";
import { Validation } from "./validation-rows";

/** What all runs of a comparison have alike. */
type RunHead = Pick<RunSetup, "task" | "classes" | "pooling">;

/** What predictions are compared with: the frozen model below a head that was never trained. */
const BASE: PlannedRun = { name: "untrained base", method: "linear-probe", options: {} };
/** Rows of a file that are evaluated at a time, so that the device keeps little. */
const ROWS_AT_ONCE = 1024;
/** Numbers comparisons, so that the buffers of two never count as one's. */
let comparisons = 0;

export class Comparison {
  readonly task: Task;
  readonly steps: number;
  readonly stepsPerEpoch: number;
  readonly #setup: ComparisonSetup;
  readonly #owner: string;
  readonly #workspace: Workspace;
  readonly #buckets: readonly number[];
  readonly #feeds: Feeds;
  readonly #lanes: Lane[];
  readonly #base: Lane;
  /** Of the training rows of every division. */
  readonly #rows: readonly RowReader[];
  readonly #evaluator: Evaluator;
  readonly #loop: TrainingLoop;
  readonly #earlier = new EarlierLosses();
  #prepared = false;
  /** One step, evaluation or prediction at a time: they share batches and workspace. */
  readonly #turn = new Mutex();

  /**
   * Throws an Error naming run and option if a run cannot be set up; nothing stays allocated then.
   */
  constructor(given: ComparisonSetup) {
    const byRow = [given.data, ...(given.divisions ?? [])].some(({ train }) => isWeighed(train));
    this.task = weighLabels(tasks[given.data.task], given.training.classWeights, byRow);
    const setup = withClassWeights(given);
    this.#setup = setup;
    this.#owner = `comparison ${comparisons++}`;
    const { executor, data, training, model, emit } = setup;
    const names = setup.runs.map(({ name }) => name);
    const twice = names.find((name, index) => names.indexOf(name) !== index);
    if (twice) throw new Error(`Two runs are called "${twice}". Give every run its own name.`);
    const { task } = this;
    const { batchSize, seed } = training;
    const { labels, maxLength } = data;
    const classes = labels.length;
    const scale = data.scale ?? null;
    const divisions: readonly DividedRows[] = setup.divisions ?? [data];
    const rows = [...new Set(divisions.flatMap(({ train, validation }) => [...train, ...validation]))];
    const tested = [...new Set(divisions.flatMap(({ test = [] }) => test))];
    const lengthsOf = (some: readonly TokenizedExample[]) => some.map(({ ids }) => ids.length);
    const head = { task, classes, pooling: poolingOf(model, training) };
    const planned = [...setup.runs, BASE].map((run) => ({
      run,
      resolved: resolveMethod(model, run, run.seed ?? seed, labels, divisions[run.split ?? 0]!.train),
    }));
    const methods = planned.map(({ resolved }) => resolved);
    this.#buckets = sharedBuckets(model.config, lengthsOf(rows), maxLength, methods, head, lengthsOf(tested));
    this.stepsPerEpoch = Math.ceil(data.train.length / batchSize);
    this.steps = trainingSteps(training, this.stepsPerEpoch);
    this.#workspace = new Workspace(executor, this.#owner);
    const [buckets, owner, turn] = [this.#buckets, this.#owner, this.#turn];
    const inputs = inputChannels(model, (channel) => [...rows, ...tested].some((row) => readChannel(row, channel)));
    const byChange = setup.runs.some(({ pruning }) => needsEarlierLosses(pruning));
    const before = byChange ? [earlierLosses(task.labels)] : [];
    const channels = [...taskChannels(task, classes, scale), ...before, ...inputs];
    this.#feeds = new Feeds(executor, model, { buckets, batchSize, channels, owner });
    const stopping = () => this.#loop.stopping;
    this.#rows = divisions.map(({ train }) => rowReader({ ...setup, ...head, stopping }, this.#feeds.whole, train));
    try {
      const lanes = planned.map(({ run, resolved }) =>
        this.#createLane(
          run,
          { ...resolved, ...head, pooling: ownPooling(resolved, model, head.pooling) },
          run === BASE ? () => {} : emit,
        ),
      );
      this.#base = lanes.pop()!;
      this.#lanes = lanes;
      const evaluator = new Evaluator(executor, { task, classes, scale, owner });
      this.#evaluator = evaluator;
      const validation = divisions.map((division) => new Validation(division, training));
      const noise = tokenNoise(setup, task);
      const feeds = this.#feeds;
      const earlier = byChange ? this.#earlier : undefined;
      const parts = {
        task,
        noise,
        earlier,
        validation,
        steps: this.steps,
        lanes,
        feeds,
        buckets,
        evaluator,
        turn,
        owner,
      };
      this.#loop = new TrainingLoop({ ...setup, ...parts, makeReady: (lane) => this.#makeReady(lane) });
      this.#workspace.allocate();
    } catch (error) {
      for (const name of [...names, BASE.name]) executor.memory.releaseOwner(this.#runOwner(name));
      executor.memory.releaseOwner(this.#owner);
      throw error;
    }
  }

  /** Every run's state at its last evaluation. */
  get checkpoints(): ReadonlyMap<string, Checkpoint> {
    return this.#loop.checkpoints;
  }

  get runNames(): string[] {
    return this.#lanes.map(({ name }) => name);
  }

  /** Whether every run has trained all its steps. */
  get finished(): boolean {
    return this.#lanes.every(({ state }) => state === "finished");
  }

  /**
   * Compiles the programs of all runs that are trained; those that only answer follow when people
   * see the first points. A stop leaves the others as they are, until it goes on. Rejects with the
   * first failure: out of memory, or a kernel that does not compile.
   */
  async prepare(): Promise<void> {
    this.#loop.announce("preparing");
    this.#prepared = await withProgress(this.#setup.emit, (report) => this.#prepare(report));
  }

  /** A matrix of zeros lets nothing through but what is trained beside it. */
  #noteZeros({ name, run: { trainables } }: Lane): void {
    const { model, emit } = this.#setup;
    const paths = model.zeroMatrices
      .map((matrix) => matrix.replace(/\.weight$/, ""))
      .filter((path) => trainables.some((tensor) => tensor.name.startsWith(`${path}.`)));
    if (paths.length === 0) return;
    const more = paths.length > 3 ? ` and ${paths.length - 3} more` : "";
    const message =
      `It trains at ${paths.slice(0, 3).join(", ")}${more}, whose weights are all zero in the base model: the model's ` +
      "file may be damaged or not trained there, and what divides by their norm is no number.";
    emit({ type: "notice", run: name, message });
  }

  /** Resolves to false where a stop came before the last was ready. */
  async #prepare(report: (amounts: Amounts) => void): Promise<boolean> {
    const { executor, model } = this.#setup;
    if (this.task.head === "vocabulary") {
      await model.loadLanguageHead(({ tensor, done, total }) =>
        report({ wait: "loading weights", detail: tensor, done, total, unit: "bytes" }),
      );
    }
    await executor.memory.settled();
    const lanes = this.#lanes.filter(({ trains, isReady }) => trains && !isReady);
    const total = lanes.length * this.#buckets.length;
    let done = 0;
    // The deepest first: what it computes of a text serves the others.
    const reading = lanes.map(({ run }) => run).filter(({ semanticBlocks }) => semanticBlocks !== null);
    for (const run of reading.sort((a, b) => b.semanticBlocks! - a.semanticBlocks!)) {
      if (this.#loop.stopping) return false;
      const detail = run.setup.name;
      report({ wait: "semantic pass", detail, done: 0, total: null, unit: "programs" });
      await run.semanticStates();
    }
    for (const lane of lanes) {
      if (this.#loop.stopping) return false;
      lane.setState("preparing");
      const detail = lane.name;
      report({ wait: "compiling kernels", detail, done, total, unit: "programs" });
      await lane.run.compile(
        () => report({ wait: "compiling kernels", detail, done: ++done, total, unit: "programs" }),
        (found, all) => report({ wait: "decomposing weights", detail, done: found, total: all, unit: "weights" }),
      );
      lane.isReady = true;
      this.#noteZeros(lane);
    }
    await executor.memory.settled();
    return true;
  }

  /**
   * Compiles a run's programs, and fits it where that is how it answers; nothing else may use
   * batches meanwhile. Resolves to false where somebody has asked for an end before.
   */
  async #makeReady(lane: Lane): Promise<boolean> {
    if (lane.isReady) return true;
    const { emit, executor } = this.#setup;
    try {
      await withProgress(emit, (report) => {
        const total = this.#buckets.length;
        let done = 0;
        return lane.run.compile(() =>
          report({ wait: "compiling kernels", detail: lane.name, done: ++done, total, unit: "programs" }),
        );
      });
      await executor.memory.settled();
    } catch (error) {
      if (error instanceof FitStopped) return false;
      throw error;
    }
    lane.isReady = true;
    return true;
  }

  /**
   * Makes a run ready that is not yet: one that only answers, the untrained base, what a stop has
   * left. Rejects with an Error where it was stopped before.
   */
  async #ready(lane: Lane): Promise<void> {
    if (await this.#makeReady(lane)) return;
    throw new Error(`Run "${lane.name}" was stopped before it was ready.`);
  }

  /**
   * Trains until the last step, a stop, or until no run is left. Runs that fail say so in events;
   * others go on.
   */
  async train(): Promise<void> {
    await this.#readEarlier();
    await this.#loop.train();
  }

  /**
   * Goes on with every unfinished run from its last good adapter, each with the batches it would
   * have seen; runs that are behind the others catch up first. `evaluateFirst`: as they are before
   * the first step, too.
   */
  async continue(evaluateFirst = false): Promise<void> {
    // A stop had left some of them.
    if (!this.#prepared) await this.prepare();
    await this.#readEarlier();
    await this.#loop.continue(evaluateFirst);
  }

  /** The training rows of runs that choose by how losses have changed, before anything trains. */
  async #readEarlier(): Promise<void> {
    const rows = this.#lanes
      .filter(({ run, state }) => needsEarlierLosses(run.setup.pruning) && state !== "finished")
      .flatMap(({ split }) => divisionOf(this.#setup, split).train);
    if (rows.length > 0) await this.earlierLosses(rows);
  }

  /**
   * What the untrained model loses on each label of training rows, in nats; null where it was
   * stopped before all were read. Each is read once.
   */
  earlierLosses(rows: readonly TokenizedExample[]): Promise<readonly Float32Array[] | null> {
    return this.#turn.runExclusive(async () => {
      if (!(await this.#makeReady(this.#base))) return null;
      const { run, feed } = this.#base;
      const read = await withProgress(this.#setup.emit, (report) =>
        this.#earlier.read(rows, (some) =>
          this.#evaluator.evaluate(
            run,
            feed,
            feed.shownRows(some),
            (done, total) =>
              report({ wait: "reading training rows", detail: run.setup.name, done, total, unit: "batches" }),
            () => this.#loop.stopping,
          ),
        ),
      );
      return read ? rows.map((row) => this.#earlier.of(row)) : null;
    });
  }

  /** One evaluation of every run as it is, prepared before where it was not. */
  async evaluate(): Promise<void> {
    if (!this.#prepared) await this.prepare();
    await this.#loop.evaluateOnly();
  }

  /** Ends every unfinished run with this reason; adapters of the last evaluation stay. */
  fail(error: Error): void {
    this.#loop.fail(error);
  }

  pause(): void {
    this.#loop.pause();
  }

  resume(): void {
    this.#loop.resume();
  }

  /** Ends after the pass in flight and a last evaluation. */
  stop(): void {
    this.#loop.stop();
  }

  /** Ends as soon as it can, without a last evaluation; what follows is `release`. */
  abandon(): void {
    this.#loop.abandon();
  }

  /**
   * The most tokens a row may have that runs are asked about: as many as rows of the data may have,
   * where the model has room for them beside every run's own. Longer ones than those of the data
   * are read by Programs that are made for the first of them.
   */
  get longestRow(): number {
    const { data, model } = this.#setup;
    const room = model.config.contextLength - Math.max(...this.#lanes.map(({ run }) => run.virtualTokens));
    return Math.max(this.#buckets.at(-1)!, Math.min(data.maxLength, room));
  }

  /** Has a run that is ready read rows of as many tokens as these. */
  async #reach({ run, feed }: Lane, rows: readonly Pick<EncodedRow, "ids">[]): Promise<void> {
    const tokens = rows.reduce((most, { ids }) => Math.max(most, ids.length), 0);
    if (tokens > feed.bucketFor(tokens)) {
      const [bucket] = bucketLengths([tokens], this.longestRow);
      feed.add(feed.batchOf(bucket!, this.#owner));
    }
    for (const batch of feed.buffers.values()) {
      if (run.reads(batch.tokens) || batch.tokens > feed.bucketFor(tokens)) continue;
      const workspace = new Workspace(this.#setup.executor, this.#owner);
      const step = run.readingStep(batch, workspace);
      try {
        workspace.allocate();
        await run.take(step);
        await this.#setup.executor.memory.settled();
      } catch (error) {
        workspace.release();
        throw error;
      }
    }
  }

  /**
   * What every run and the untrained base say about a row of at most `longestRow` tokens; `words`:
   * those that its labelled tokens begin, where words have tags.
   */
  predict(row: EncodedRow, words: readonly string[] = []): Promise<Prediction[]> {
    return this.#turn.runExclusive(async () => {
      const predictions: Prediction[] = [];
      for (const lane of [this.#base, ...this.#lanes]) {
        // One that could not be fitted says nothing.
        if (lane.state === "failed" && !lane.isReady) continue;
        await this.#ready(lane);
        await this.#reach(lane, [lane.feed.shown(row)]);
        const [said] = await this.#answers(lane, [{ row, words }]);
        predictions.push({
          run: lane === this.#base ? "base" : lane.name,
          tokens: lane.feed.shown(row).ids.length,
          leftOut: row.fullLength - row.ids.length,
          calibrated: lane.calibration !== null,
          ...said!,
        });
      }
      return predictions;
    });
  }

  /** What one run says about rows of at most `longestRow` tokens, in their order. */
  predictRows(name: string, asked: readonly AskedRow[], progress?: (done: number) => void): Promise<RowAnswer[]> {
    const lane = this.#lane(name);
    return this.#turn.runExclusive(async () => {
      await this.#ready(lane);
      await this.#reach(
        lane,
        asked.map(({ row }) => row),
      );
      return this.#answers(lane, asked, progress);
    });
  }

  /**
   * What one run says of other rows with answers, of at most `longestRow` tokens each, by its
   * calibration, and those rows as it reads them. Nothing of it is kept.
   */
  evaluateRows(
    name: string,
    rows: readonly TokenizedExample[],
    progress: (done: number) => void = () => {},
  ): Promise<{ evaluation: Evaluation; examples: readonly TokenizedExample[] }> {
    const lane = this.#lane(name);
    const { run, feed, calibration } = lane;
    return this.#turn.runExclusive(async () => {
      await this.#ready(lane);
      await this.#reach(lane, rows);
      const examples = rows.map((row) => feed.shown(row));
      const outputs: (Float32Array | Float64Array)[] = [];
      const losses: Float32Array[] = [];
      for (let start = 0; start < examples.length; start += ROWS_AT_ONCE) {
        const some = examples.slice(start, start + ROWS_AT_ONCE);
        const said = (await this.#evaluator.evaluate(run, feed, some, () => {}))!;
        outputs.push(...said.outputs);
        losses.push(...said.losses);
        progress(outputs.length);
      }
      return { evaluation: calibrated({ outputs, losses }, calibration), examples };
    });
  }

  #answers(lane: Lane, asked: readonly AskedRow[], progress?: (done: number) => void): Promise<RowAnswer[]> {
    const { data, executor } = this.#setup;
    const { labels, scale = null } = data;
    const { calibration } = lane;
    return answers(executor, { task: this.task, labels, scale, calibration }, lane, asked, progress);
  }

  /**
   * What a run writes after prompts, as ids with special tokens; `before`: as it was before its
   * first step, or null where that is not known. Waits for the step or evaluation in flight.
   */
  generate(
    name: string,
    before: boolean,
    prompts: readonly Int32Array[],
    settings: GenerationSettings,
    options: GenerateOptions,
  ): Promise<GeneratedText[] | null> {
    const lane = this.#lane(name);
    const { executor, model } = this.#setup;
    return this.#turn.runExclusive(async () => {
      if (["waiting", "preparing"].includes(lane.state)) throw new Error(`Run "${name}" is still ${lane.state}.`);
      if (before && !lane.first) return null;
      const next = await lane.nextToken(prompts.length, (rows) => new NextToken(executor, model, lane.run, rows));
      const shown = prompts.map((ids) => lane.feed.shown({ ids, labels: new Int32Array(ids.length) }).ids);
      const write = () => generate(shown, settings, next.predictor, options);
      return before ? this.#within(lane, lane.first!, write) : write();
    });
  }

  /** Does work with the values of a checkpoint in a run, which then has its own again. */
  async #within<Result>({ run, steps }: Lane, checkpoint: Checkpoint, work: () => Promise<Result>): Promise<Result> {
    const now = await run.parameters.checkpoint(steps);
    run.parameters.restore(checkpoint);
    try {
      return await work();
    } finally {
      run.parameters.restore(now);
    }
  }

  /** Of the last evaluation of a run. Throws if it has not been evaluated. */
  report(name: string): RunReport {
    const lane = this.#lane(name);
    const { data, model, training } = this.#setup;
    if (!lane.validation) throw new Error(`Run "${name}" has not been evaluated yet.`);
    const { evaluation, rows, texts } = lane.validation;
    return reportEvaluation({
      run: name,
      task: this.task,
      evaluation: calibrated(evaluation, lane.calibration),
      examples: lane.feed.shownRows(rows),
      texts,
      labels: data.labels,
      decode: (ids) => model.tokenizer.decode(ids),
      seed: training.seed,
      dial: lane.run.dial,
      calibration: this.calibration(name),
    });
  }

  /**
   * Turns a run's dial and evaluates it there; what it predicts and is exported as follows. Rejects
   * with a RangeError if there is no such setting, and with an Error while it trains.
   */
  turn(name: string, setting: number): Promise<SettingEvaluation> {
    const lane = this.#lane(name);
    return this.#turn.runExclusive(async () => {
      if (!isEnded(lane.state) || lane.state === "failed") {
        throw new Error(`Run "${name}" is ${lane.state}; wait until it has ended.`);
      }
      lane.run.turn(setting);
      const { loss, ...event } = await this.#loop.evaluate(lane);
      if (lane.calibration) this.#loop.calibrate(lane);
      const measured = Object.fromEntries(taskMetrics[this.task.id].map((name) => [name, event[name]]));
      const { tensors } = exportedForm(this.#setup.model, lane.run, await lane.run.parameters.readTrained());
      const parameters = tensors.reduce((sum, { data }) => sum + data.length, 0);
      return { setting, loss, ...measured, parameters };
    });
  }

  /**
   * What a run's answers are read with since it has ended, and what that does on rows; null where
   * it was not calibrated.
   */
  calibration(name: string): MeasuredCalibration | null {
    return measuredCalibration({ ...this.#setup, task: this.task }, this.#lane(name));
  }

  /**
   * What a run said of the validation rows of its last evaluation, as its logits are without
   * calibration. Throws if it has not been evaluated.
   */
  evaluation(name: string): Evaluation {
    const { validation } = this.#lane(name);
    if (!validation) throw new Error(`Run "${name}" has not been evaluated yet.`);
    return validation.evaluation;
  }

  /** The validation rows that `evaluation` is of, as they are in the data. */
  evaluatedRows(name: string): readonly TokenizedExample[] {
    return this.#lane(name).validation?.rows ?? [];
  }

  /**
   * What a run said of every test row when it had ended, by its calibration, and those rows as it
   * read them; null where it has not ended in good order, or there are no test rows.
   */
  tested(name: string): Tested | null {
    const { tested } = this.#lane(name);
    return tested && { ...tested, evaluation: calibrated(tested.evaluation, tested.calibration) };
  }

  /**
   * What a run said of validation rows when its training had ended, or before that in its last
   * evaluation, by its calibration then, and those rows as it read them: all of the division, but
   * for those that `training.evalRows` left out and that are not measured yet. Null where it has
   * not been evaluated.
   */
  validated(name: string): { evaluation: Evaluation; examples: readonly TokenizedExample[] } | null {
    const { validation, validationAtEnd, calibration, calibrationAtEnd, feed } = this.#lane(name);
    const said = validationAtEnd ?? validation;
    const read = validationAtEnd ? calibrationAtEnd : calibration;
    return said && { evaluation: calibrated(said.evaluation, read), examples: feed.shownRows(said.rows) };
  }

  /** Where a run stands. */
  state(name: string): RunState {
    return this.#lane(name).state;
  }

  /** What every run had come to at its last evaluation, for going on elsewhere. */
  get kept(): ReadonlyMap<string, KeptRun> {
    return new Map(this.#lanes.flatMap(({ name, kept }) => (kept ? [[name, kept] as const] : [])));
  }

  /**
   * Gives runs what they had come to elsewhere; `continue` goes on from there. Prepares them where
   * they are not yet.
   */
  async takeUp(kept: ReadonlyMap<string, KeptRun>): Promise<void> {
    if (!this.#prepared) await this.prepare();
    await this.#loop.takeUp(kept);
  }

  /** Gives a run the checkpoint that `continue` goes on from. */
  adopt(name: string, checkpoint: Checkpoint): void {
    this.#lane(name).adopt(checkpoint);
  }

  /** Uses a run as it is on the device, and the batches that it reads; nothing trains meanwhile. */
  hold<Result>(name: string, use: (run: Run, feed: Feed) => Promise<Result>): Promise<Result> {
    const lane = this.#lane(name);
    return this.#turn.runExclusive(async () => {
      await this.#ready(lane);
      return use(lane.run, lane.feed);
    });
  }

  /**
   * As `hold`, with the values that a run had at its evaluation with the lowest loss, at its last,
   * or at one whose checkpoint was kept. Rejects with an Error where it has not been evaluated.
   */
  holdAt<Result>(
    name: string,
    evaluation: "best" | "last" | Checkpoint,
    use: (run: Run) => Promise<Result>,
  ): Promise<Result> {
    const lane = this.#lane(name);
    return this.#turn.runExclusive(() => {
      const checkpoint =
        typeof evaluation === "object" ? evaluation : evaluation === "best" ? lane.best : lane.checkpoint;
      if (!checkpoint)
        throw new Error(`Run "${name}" has not been evaluated while it trained: there is no other step.`);
      return this.#within(lane, checkpoint, () => use(lane.run));
    });
  }

  /**
   * Uses a run's whole state, moments included, as it is on the device; nothing trains meanwhile.
   */
  snapshot<Result>(name: string, use: (checkpoint: Checkpoint) => Promise<Result>): Promise<Result> {
    const lane = this.#lane(name);
    return this.#turn.runExclusive(async () => {
      await this.#ready(lane);
      return use(await lane.snapshot());
    });
  }

  /** Euclidean norms of a run's gradients in its last step, by tensor. */
  gradientNorms(name: string): Promise<{ tensor: string; norm: number }[]> {
    return this.#turn.runExclusive(async () => {
      const gradients = await this.run(name).parameters.readGradients();
      return [...gradients].map(([tensor, values]) => ({ tensor, norm: norm(values) }));
    });
  }

  /**
   * The step whose adapter a run holds, of those that were evaluated: the last one's, or the best
   * one's with `keepBest`.
   */
  heldStep(name: string): number | null {
    return this.#lane(name).heldStep;
  }

  run(name: string): Run {
    return this.#lane(name).run;
  }

  /** Whether a run's input leaves out the beginning-of-sequence token, because its text has it. */
  dropsLeadingToken(name: string): boolean {
    return this.#lane(name).feed === this.#feeds.withoutBos;
  }

  async release(): Promise<void> {
    this.#loop.release();
    for (const lane of [...this.#lanes, this.#base]) await lane.release();
    this.#setup.executor.memory.releaseOwner(this.#owner);
  }

  #runOwner(name: string): string {
    return `${this.#owner}, run ${name}`;
  }

  #lane(asked: string): Lane {
    const lane = this.#lanes.find(({ name }) => name === asked);
    if (!lane) throw new Error(`There is no run "${asked}".`);
    return lane;
  }

  #createLane(planned: PlannedRun, setup: ResolvedMethod & RunHead, listener: ComparisonSetup["emit"]): Lane {
    const { executor, model, training, emit } = this.#setup;
    const feed = this.#feeds.after(setup.context.textIds);
    const run = new Run(
      executor,
      model,
      {
        ...setup,
        name: planned.name,
        owner: this.#runOwner(planned.name),
        learningRate: peakLearningRate(planned, training, model) * (planned.learningRateFactor ?? 1),
        headLearningRate: sharedHeadRate(planned, training),
        weightDecay: training.weightDecay,
        adapterWeightDecay: planned.weightDecay,
        gradClip: training.gradClip,
        seed: planned.seed ?? training.seed,
        steps: this.steps,
        layers: planned,
        pruning: planned.pruning,
        initial: planned.initial,
        checkStart: planned.checkStart,
        trainingRows: this.#rows[planned.split ?? 0]!,
        onWatched: (watched, step) => emit({ ...watched, run: planned.name, step: step + 1 }),
      },
      feed.buffers,
      this.#workspace,
    );
    const lane = new Lane(run, feed, planned.split ?? 0, listener);
    lane.calibrate(planned.calibration ?? null, true);
    return lane;
  }
}
