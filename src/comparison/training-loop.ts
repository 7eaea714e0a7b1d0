/**
 * The loop of a comparison: one update of every running run on the same batch, step after step,
 * with evaluations in between. It reports through events and never waits for a result within a
 * step, except to stay a few steps ahead of the device at most. The first step is made run by run,
 * each evaluated just before it, so that its points come early. A stop may come within a step: then
 * some runs have done one update more than the others, and where they go on they wait until those
 * have caught up. Runs that train nothing join after the first step: what they answer by may take
 * long to be found, and people wait for the first points of the others.
 */

import type { Mutex } from "async-mutex";
import { BatchStream, type PlannedBatch } from "../data/batches";
import { createBreather } from "../data/breathe";
import { keptOf } from "../data/kept-tokens";
import type { NoiseCount, TokenNoise } from "../data/token-noise";
import type { TokenizedExample } from "../data/tokens";
import { messageOf } from "../errors/message-of";
import type { Commands, ReadbackRing } from "../executors/executor";
import type { KeptRun } from "../folders/kept-run";
import { PRUNED_FIGURES } from "../kernels/prune-shares";
import type { EvaluationEvent } from "../plan/events";
import { scheduleFactor } from "../plan/schedule";
import { withProgress } from "../plan/waiting";
import type { Evaluator } from "../runs/evaluation";
import type { Feeds } from "../runs/feeds";
import type { Checkpoint } from "../runs/parameters";
import { STEP_FIGURES, STEPS_AHEAD } from "../runs/run";
import { calibrate, calibrated } from "../tasks/calibrated";
import { type Evaluation, meanLossOf, type Task } from "../tasks/task";
import { type ComparisonSetup, divisionOf } from "./comparison-setup";
import type { EarlierLosses } from "./earlier-losses";
import type { Lane } from "./lane";
import { measuredCalibration } from "./measured-calibration";
import type { Said, Validation, ValidationRows } from "./validation-rows";

export interface TrainingLoopSetup extends ComparisonSetup {
  readonly task: Task;
  /** Of every division. */
  readonly validation: readonly Validation[];
  readonly steps: number;
  readonly lanes: readonly Lane[];
  readonly feeds: Feeds;
  readonly buckets: readonly number[];
  /** Of the training's batches; default: none. */
  readonly noise?: TokenNoise | undefined;
  /** For runs that choose by how losses have changed; read before. Default: there are none. */
  readonly earlier?: EarlierLosses | undefined;
  readonly evaluator: Evaluator;
  /**
   * Compiles and fits what a run needs, where that is not done yet, while nothing else uses batches
   * or workspace. Resolves to false where it was stopped before.
   */
  readonly makeReady: (lane: Lane) => Promise<boolean>;
  /** Held for each step and evaluation; whatever else uses batches or workspace takes its turn. */
  readonly turn: Mutex;
  readonly owner: string;
}

interface StepTag {
  readonly lane: Lane;
  readonly step: number;
  readonly epoch: number;
  readonly tokens: number;
  /** Where the whole batch is learned from, all so far; else what it has is counted by its step. */
  readonly keptTokens: number | null;
  /** Of the whole batch. */
  readonly weightSum: number;
  readonly flops: number;
  readonly learningRate: number;
  readonly submitted: number;
  readonly noise: NoiseCount | null;
}

/** The batches of all runs with one seed on one division of the rows. */
interface Stream {
  readonly seed: number;
  readonly split: number;
  readonly batches: BatchStream;
}

type LoopState = "preparing" | "running" | "paused" | "finished" | "stopped" | "failed";

export class TrainingLoop {
  readonly #setup: TrainingLoopSetup;
  readonly #ring: ReadbackRing<StepTag>;
  #streams: readonly Stream[] = [];
  /** Updates that every running run has done which is not ahead of the others. */
  #step = 0;
  /** The last step whose numbers have arrived: those that are submitted lie ahead of it. */
  #told = 0;
  /** The steps of each run when this training began. */
  #starts: ReadonlyMap<Lane, number> = new Map();
  #delivered = 0;
  #stopping = false;
  /** Ended from outside: what is still in flight has nothing more to say. */
  #failed = false;
  /**
   * Nobody waits for an evaluation any more: the one in flight is given up, and no other begins.
   */
  #hurried = false;
  /** Nobody waits for the test rows either. */
  #leavesTest = false;
  #isEvaluating = false;
  /** Those that had finished elsewhere; their test rows are still to be read. */
  #finishedElsewhere: Lane[] = [];
  #resume: (() => void) | null = null;
  #paused: Promise<void> | null = null;

  constructor(setup: TrainingLoopSetup) {
    this.#setup = setup;
    this.#ring = setup.executor.readbackRing<StepTag>(
      {
        slots: STEPS_AHEAD * setup.lanes.length,
        bytes: STEP_FIGURES * 4,
        owner: setup.owner,
        label: "step figures readback",
      },
      (bytes, tag) => this.#deliver(new Float32Array(bytes), tag),
    );
  }

  /** Every run's state at its last evaluation. */
  get checkpoints(): ReadonlyMap<string, Checkpoint> {
    const { lanes } = this.#setup;
    return new Map(lanes.flatMap(({ name, checkpoint }) => (checkpoint ? [[name, checkpoint] as const] : [])));
  }

  /**
   * Trains until the last step, a stop, or until no run is left. Runs that fail say so in events;
   * others go on.
   */
  async train(): Promise<void> {
    for (const lane of this.#setup.lanes) if (lane.isReady) lane.setState("running");
    await this.#trainOn(true);
  }

  /**
   * Goes on with every unfinished run from its last good adapter, each with the batches it would
   * have seen; runs that are behind the others catch up first. `evaluateFirst`: as they are before
   * the first step, too.
   */
  async continue(evaluateFirst: boolean): Promise<void> {
    if (this.#failed) this.#stopping = false;
    this.#failed = false;
    this.#hurried = false;
    this.#leavesTest = false;
    const unfinished = this.#setup.lanes.filter(({ state }) => state !== "finished");
    for (const lane of unfinished) {
      lane.restart();
    }
    if (unfinished.length > 0 || this.#finishedElsewhere.length > 0) await this.#trainOn(evaluateFirst);
  }

  /**
   * Gives runs that are set up and not trained yet what they had come to elsewhere: `continue` goes
   * on from there, and those that had finished have finished again.
   */
  async takeUp(kept: ReadonlyMap<string, KeptRun>): Promise<void> {
    const { lanes, makeReady, task, training } = this.#setup;
    const evaluate = async (lane: Lane): Promise<Said> => {
      const { sample } = this.#validationOf(lane);
      const evaluation = await this.#evaluateOn(lane, lane.feed.shownRows(sample.rows), () => false);
      return { ...sample, evaluation: evaluation! };
    };
    for (const lane of lanes) {
      // One that goes on from a folder has no state before its first step.
      if (task.head === "vocabulary" && lane.checkpoint === null) {
        await lane.keep();
        lane.rememberStart();
      }
      const own = kept.get(lane.name);
      if (!own) continue;
      const goesBack = training.keepBest && lane.trains && own.best?.checkpoint ? own.best.checkpoint : null;
      if (goesBack) {
        lane.adopt(goesBack);
        lane.restore();
      }
      lane.takeUp(own, goesBack && (await evaluate(lane)));
      lane.restore();
      if (!own.ended || !(await makeReady(lane))) continue;
      const { evaluation, ...rows } = await evaluate(lane);
      lane.evaluated(evaluation, rows);
      lane.end("finished", training.keepBest, own.ended.reason);
      this.#finishedElsewhere.push(lane);
    }
  }

  /** One evaluation of every run as it is. */
  async evaluateOnly(): Promise<void> {
    const { lanes, makeReady } = this.#setup;
    for (const lane of lanes) if (await makeReady(lane)) lane.setState("running");
    await this.#evaluateAll(this.#running);
    const judged = this.#running;
    for (const lane of judged) lane.setState(this.#hurried ? "stopped" : "finished");
    await this.#complete(judged);
  }

  #validationOf({ split }: Lane): Validation {
    return this.#setup.validation[split]!;
  }

  /** Tunes on what a run that has ended said of the validation rows with the adapter it holds. */
  calibrate(lane: Lane): void {
    const { data, task } = this.#setup;
    const ended = lane.state === "finished" || lane.state === "stopped";
    if (!ended || !lane.validationIsHeld) return;
    const { evaluation, rows } = lane.validation!;
    lane.calibrate(calibrate(task, { evaluation, examples: lane.feed.shownRows(rows) }, data.labels));
  }

  /** Evaluates a run on all validation rows as it is on the device. */
  async evaluate(lane: Lane): Promise<EvaluationEvent> {
    return (await this.#evaluate(lane, this.#validationOf(lane).all, () => false))!;
  }

  /** Null where it was cancelled; a run that trains nothing is evaluated once. */
  async #evaluate(lane: Lane, asked: ValidationRows, cancelled: () => boolean): Promise<EvaluationEvent | null> {
    const rows = lane.feed.shownRows(asked.rows);
    const known = !lane.trains && lane.validation?.rows === asked.rows ? lane.validation.evaluation : null;
    const evaluation = known ?? (await this.#evaluateOn(lane, rows, cancelled));
    if (!evaluation) return null;
    const event = this.#evaluationEvent(lane, "validation", lane.steps, evaluation, rows);
    if (Number.isFinite(event.loss)) lane.evaluated(evaluation, asked);
    return event;
  }

  /** Null where it was cancelled. */
  #evaluateOn(
    lane: Lane,
    rows: readonly TokenizedExample[],
    cancelled: () => boolean,
    detail = lane.name,
  ): Promise<Evaluation | null> {
    const { emit, evaluator } = this.#setup;
    const { run, feed } = lane;
    return withProgress(emit, (report) => {
      const progress = (done: number, total: number) =>
        report({ wait: "evaluating", detail, done, total, unit: "batches" });
      return evaluator.evaluate(run, feed, rows, progress, cancelled);
    });
  }

  #evaluationEvent(
    { name, tokens, keptTokens, seconds, flops }: Lane,
    split: EvaluationEvent["split"],
    step: number,
    evaluation: Evaluation,
    rows: readonly TokenizedExample[],
  ): EvaluationEvent {
    const { data, task } = this.#setup;
    return {
      type: "evaluation",
      run: name,
      step,
      split,
      loss: meanLossOf(evaluation, rows),
      ...task.measure(evaluation, rows, data.labels),
      rows: rows.length,
      tokens,
      keptTokens,
      seconds,
      flops,
    };
  }

  /** Ends every unfinished run with this reason; adapters of the last evaluation stay. */
  fail(error: Error): void {
    // One failure brings others with it; the first says why.
    if (this.#failed) return;
    this.#failed = true;
    this.#stopping = true;
    this.resume();
    for (const lane of this.#setup.lanes) {
      if (lane.state === "finished" || (lane.state === "failed" && !lane.isSpoiled)) continue;
      lane.fail(error.message);
    }
    this.announce("failed", error.message);
  }

  pause(): void {
    if (this.#paused || this.#stopping) return;
    this.#paused = new Promise((resolve) => {
      this.#resume = resolve;
    });
    this.announce("paused", null, this.#told);
  }

  resume(): void {
    if (!this.#paused) return;
    this.#resume?.();
    this.#paused = null;
    // The wait must not count as somebody's step.
    this.#delivered = performance.now();
    if (!this.#stopping) this.announce("running", null, this.#told);
  }

  /**
   * Ends after the pass in flight and a last evaluation: a forward pass's step is given up, a
   * backward pass's counts. A stop while an evaluation is made, be it the last one, gives up the
   * evaluation. Test rows are read all the same where a step has been made, but by a second stop:
   * that leaves whatever is still to be read.
   */
  stop(): void {
    if (this.#isEvaluating || this.#stopping) {
      this.#leavesTest ||= this.#stopping;
      this.#hurried = true;
    }
    this.#stopping = true;
    this.resume();
  }

  /** Ends as soon as it can, without a last evaluation or test. */
  abandon(): void {
    this.#leavesTest = true;
    this.#hurried = true;
    this.stop();
  }

  /** Whether somebody has asked for an end, of what is trained or still prepared. */
  get stopping(): boolean {
    return this.#stopping;
  }

  announce(state: LoopState, reason: string | null = null, step = this.#step): void {
    const { executor, emit, steps } = this.#setup;
    emit({ type: "comparison-state", state, step, steps, reason, memoryBytes: executor.memory.bytes() });
  }

  release(): void {
    this.#ring.release();
  }

  /** Trains every running run from the step that it is at. */
  async #trainOn(evaluateFirst: boolean): Promise<void> {
    const { lanes, onCheckpoint, steps, task, training, turn } = this.#setup;
    const began = this.#running;
    const judged = [...this.#finishedElsewhere.splice(0), ...began];
    for (const { run } of began) if (run.dial) run.turn(run.dial.most);
    this.#starts = new Map(judged.map((lane) => [lane, lane.steps]));
    // A stop while it was prepared leaves runs that are not ready.
    const trained = lanes.filter(({ state, trains }) => trains && (state === "running" || state === "waiting"));
    this.#step = Math.min(steps, ...(trained.length > 0 ? trained : began).map((lane) => lane.steps));
    const from = this.#step;
    this.#told = this.#step;
    this.#streams = this.#streamsFrom(this.#step);
    this.announce("running");
    // Stopped while it was prepared.
    if (this.#stopping) this.#hurried = true;
    const fresh = began.filter((lane) => lane.steps === 0);
    // Runs that train nothing stay as they are; without any other there is nothing to wait for.
    const learning = () => this.#running.some(({ trains }) => trains);
    let unread: Lane[] | null = evaluateFirst ? began : fresh;
    if (!learning() && !this.#stopping) {
      await this.#evaluateAll(unread);
      // An imported adapter is never stepped, so it has no before.
      if (task.head === "vocabulary") for (const lane of fresh) lane.rememberStart();
      this.#advance(steps);
      this.#told = steps;
    }
    const breathe = createBreather();
    while (this.#step < steps && !this.#stopping && learning()) {
      await this.#paused;
      if (this.#stopping) break;
      if (unread) {
        await this.#firstStep(unread);
        unread = null;
        if (task.head === "vocabulary") for (const lane of fresh) lane.rememberStart();
      } else {
        await turn.runExclusive(async () => {
          if (await this.#trainStep()) this.#advance(this.#step + 1);
        });
      }
      for (const lane of lanes) await lane.restoreIfFailed();
      if (this.#stopping) break;
      judged.push(...(await this.#takeIn(evaluateFirst)));
      if (this.#step % training.evalEvery === 0 && this.#step < steps) {
        await this.#evaluateAll(this.#running.filter((lane) => lane.steps === this.#step));
      }
      await breathe();
    }
    // Where nothing is trained, or there was a single step.
    judged.push(...(await this.#takeIn(evaluateFirst)));
    if (this.#failed) return;
    for (const lane of lanes) {
      if (lane.state === "waiting") lane.end("stopped", false, "It was stopped before it was ready.");
    }
    await this.#ring.drained();
    for (const lane of lanes) await lane.restoreIfFailed();
    await this.#evaluateAll(this.#running.filter((lane) => !lane.isEvaluated));
    if (this.#failed) return;
    // They go on from here, evaluated or not.
    const unkept = this.#running.filter((lane) => lane.checkpoint?.step !== lane.steps);
    for (const lane of unkept) await lane.keep();
    if (unkept.length > 0) onCheckpoint?.(this.checkpoints);
    for (const lane of this.#running) lane.end(lane.steps < steps ? "stopped" : "finished", training.keepBest);
    // After a stop the rows that decide are enough.
    const isDecidedByTest = (divisionOf(this.#setup, 0).test ?? []).length > 0;
    if (!this.#stopping || !isDecidedByTest || training.calibrate) await this.#complete(judged);
    if (this.#failed) return;
    if (training.calibrate) for (const lane of judged) this.calibrate(lane);
    await this.#test(judged, this.#step > from);
    if (this.#failed) return;
    for (const lane of judged) this.#tellCalibration(lane);
    // What comes from here on is for the next training; a pause of this one has come too late.
    this.#stopping = false;
    this.#hurried = false;
    this.#leavesTest = false;
    this.#paused = null;
    const failed = lanes.every(({ state }) => state === "failed");
    if (failed) this.announce("failed", lanes[0]!.reason);
    else this.announce(this.#step < steps ? "stopped" : "finished");
  }

  /**
   * Makes runs ready that wait, which train nothing, and evaluates those that were not before, as
   * of their first step: no step changes them. One that cannot be is ended with the reason.
   * Resolves to those that run from here on; fewer where it was stopped meanwhile.
   */
  async #takeIn(evaluateFirst: boolean): Promise<Lane[]> {
    const { lanes, makeReady, turn } = this.#setup;
    const late = lanes.filter(({ state }) => state === "waiting");
    if (late.length === 0) return late;
    await this.#ring.drained();
    for (const lane of late) {
      if (this.#stopping) break;
      lane.setState("preparing");
      try {
        const ready = await turn.runExclusive(() => makeReady(lane));
        if (lane.state === "preparing") lane.setState(ready ? "running" : "waiting");
      } catch (error) {
        if (lane.state === "preparing") lane.fail(messageOf(error));
      }
    }
    const taken = late.filter(({ state }) => state === "running");
    await this.#evaluateAll(taken.filter(({ steps }) => evaluateFirst || steps === 0));
    this.#keepUp(taken);
    return taken;
  }

  /**
   * Measures the validation rows that were left out while training, with the adapter that each of
   * these runs has ended with. A stop meanwhile gives them up for all: runs are compared on the
   * same rows.
   */
  async #complete(ended: readonly Lane[]): Promise<void> {
    const { emit, turn } = this.#setup;
    const left = ended.filter((lane) => {
      const { sample, rest } = this.#validationOf(lane);
      const isSound = lane.state === "finished" || lane.state === "stopped";
      return isSound && rest.rows.length > 0 && lane.validation?.rows === sample.rows && lane.validationIsHeld;
    });
    const found = new Map<Lane, Evaluation>();
    this.#isEvaluating = true;
    try {
      for (const [place, lane] of left.entries()) {
        if (this.#hurried) return;
        const rows = lane.feed.shownRows(this.#validationOf(lane).rest.rows);
        const detail = amongOthers(lane, place, left, "remaining validation rows");
        const evaluation = await turn.runExclusive(() => this.#evaluateOn(lane, rows, () => this.#hurried, detail));
        if (!evaluation) return;
        found.set(lane, evaluation);
      }
    } finally {
      this.#isEvaluating = false;
    }
    for (const [lane, rest] of found) {
      const validation = this.#validationOf(lane);
      const evaluation = validation.join(lane.validation!.evaluation, rest);
      lane.complete(evaluation, validation.all);
      const rows = lane.feed.shownRows(validation.all.rows);
      const step = lane.heldStep ?? lane.steps;
      emit({ ...this.#evaluationEvent(lane, "validation", step, evaluation, rows), complete: true });
    }
  }

  /**
   * Reads the test rows, if there are any, with the adapter that each of these runs has ended with.
   * A stop meanwhile gives up what is not read yet. `allStepped`: each has made a step, or none is
   * trained.
   */
  async #test(ended: readonly Lane[], allStepped: boolean): Promise<void> {
    const { emit, onTest, turn } = this.#setup;
    const lanes = ended.filter(({ state }) => state === "finished" || state === "stopped");
    const testOf = ({ split, feed }: Lane) => feed.shownRows(divisionOf(this.#setup, split).test ?? []);
    const learned = allStepped && ended.some((lane) => lane.trains && lane.steps > this.#starts.get(lane)!);
    const leaves = this.#hurried && (this.#leavesTest || !learned);
    if (leaves || lanes.every((lane) => testOf(lane).length === 0)) return;
    // What was given up was an evaluation.
    this.#hurried = false;
    await onTest?.();
    this.#isEvaluating = true;
    try {
      for (const [place, lane] of lanes.entries()) {
        const examples = testOf(lane);
        const detail = amongOthers(lane, place, lanes, "test rows");
        const evaluation = await turn.runExclusive(() => this.#evaluateOn(lane, examples, () => this.#hurried, detail));
        if (!evaluation) break;
        const step = lane.heldStep ?? lane.steps;
        const { calibration } = lane;
        lane.test({ evaluation, examples, step, calibration });
        emit(this.#evaluationEvent(lane, "test", step, calibrated(evaluation, calibration), examples));
      }
    } finally {
      this.#isEvaluating = false;
    }
  }

  #tellCalibration(lane: Lane): void {
    const calibration = measuredCalibration(this.#setup, lane);
    if (calibration) this.#setup.emit({ type: "calibration", run: lane.name, calibration });
  }

  /** As far as the others, where they are evaluated as of their first step. */
  #keepUp(lanes: readonly Lane[]): void {
    for (const lane of lanes) {
      if (!lane.trains && (lane.steps > 0 || lane.isEvaluated)) lane.keepUp(this.#step);
    }
  }

  /** Runs that train nothing are always as far as the others. */
  #advance(step: number): void {
    this.#step = step;
    for (const lane of this.#running) if (!lane.trains) lane.keepUp(step);
  }

  #streamsFrom(start: number): Stream[] {
    const { buckets, lanes, training } = this.#setup;
    const { batchSize, shuffle } = training;
    const streams = new Map<string, Stream>();
    for (const { run, split } of lanes) {
      const { seed } = run.setup;
      const key = `${seed}, ${split}`;
      if (streams.has(key)) continue;
      const lengths = divisionOf(this.#setup, split).train.map(({ ids }) => ids.length);
      streams.set(key, {
        seed,
        split,
        batches: new BatchStream({ lengths, batchSize, buckets, shuffle, seed }, start),
      });
    }
    return [...streams.values()];
  }

  get #running(): Lane[] {
    return this.#setup.lanes.filter(({ state }) => state === "running");
  }

  /**
   * The first step, run by run: each of those that are unread is evaluated and then updated, so
   * that people see a point of training before the others are evaluated. A stop leaves the rest as
   * it is: there is nothing yet to compare.
   */
  async #firstStep(unread: readonly Lane[]): Promise<void> {
    const { turn } = this.#setup;
    const left = new Set(unread);
    for (const stream of this.#streams) {
      const batch = stream.batches.next();
      for (const lane of this.#atThisStep(stream)) {
        if (!this.#stopping && left.delete(lane)) await this.#evaluateEach([lane]);
        const done = !this.#stopping && (await turn.runExclusive(() => this.#trainBatch(stream, batch, [lane])));
        if (!done) {
          this.#hurried = true;
          return;
        }
        await this.#ring.drained();
      }
    }
    // Those that make no step now.
    await this.#evaluateAll([...left]);
    this.#step++;
    this.#keepUp([...left]);
  }

  /**
   * One update of every running run that is at this step: of all runs with one seed and division on
   * their batch, then of the next. Resolves to false where a stop came before all had done it.
   */
  async #trainStep(): Promise<boolean> {
    for (const stream of this.#streams) {
      const batch = stream.batches.next();
      const lanes = this.#atThisStep(stream);
      if (lanes.length > 0 && !(await this.#trainBatch(stream, batch, lanes))) return false;
    }
    return true;
  }

  #atThisStep({ seed, split }: Stream): Lane[] {
    return this.#running.filter(
      (lane) => lane.trains && lane.run.setup.seed === seed && lane.split === split && lane.steps === this.#step,
    );
  }

  async #trainBatch(
    { seed, split }: Stream,
    batch: PlannedBatch & { epoch: number },
    lanes: readonly Lane[],
  ): Promise<boolean> {
    const { noise: made, earlier, steps, feeds, task, training } = this.#setup;
    const { schedule: kind, warmupRatio, leastWarmupSteps } = training;
    const factor = scheduleFactor({ kind, warmupRatio, leastWarmupSteps, steps }, this.#step);
    const { train } = divisionOf(this.#setup, split);
    const originals = batch.rows.map((row) => train[row]!);
    let noise: NoiseCount | null = null;
    const tokens = feeds.fill(train, batch, (arrays, rows) => {
      earlier?.fill(arrays, originals, rows);
      // Those of the whole rows, which come first.
      const count = made?.apply(arrays, rows, { seed, step: this.#step, steps });
      noise ??= count ?? null;
    });
    const kept = keptOf(originals, task.labels.perToken);
    for (const lane of lanes) {
      await this.#ring.ready();
      // What arrived meanwhile may have ended it.
      if (lane.state !== "running") continue;
      if (this.#stopping) return false;
      const { run } = lane;
      const learningRate = run.setup.learningRate * factor;
      const tag: StepTag = {
        lane,
        step: this.#step + 1,
        epoch: batch.epoch,
        tokens: lane.tokens + tokens,
        keptTokens: run.setup.pruning ? null : lane.keptTokens + kept.tokens,
        weightSum: kept.weight,
        flops: lane.flops + run.step(batch.bucket).flops,
        learningRate,
        submitted: performance.now(),
        noise,
      };
      const push = (commands: Commands) => this.#ring.push(commands, run.stepFigures, STEP_FIGURES * 4, tag);
      const done = await run.train(batch.bucket, this.#step, learningRate, push, () => this.#stopping);
      if (!done) return false;
      lane.updated(tag.step, tag);
      this.#ring.submitted();
    }
    return true;
  }

  /** Metrics arrive in the order of submission; the device works on one step at a time. */
  #deliver(figures: Float32Array, tag: StepTag): void {
    const { lane, step, epoch, tokens, weightSum, flops, learningRate, submitted, noise } = tag;
    const [loss, gradNorm, penalty] = figures;
    const [rows, labels, share] = figures.subarray(PRUNED_FIGURES);
    const now = performance.now();
    lane.addSeconds((now - Math.max(this.#delivered, submitted)) / 1000);
    this.#delivered = now;
    if (lane.state !== "running") return;
    if (!Number.isFinite(loss) || !Number.isFinite(gradNorm)) {
      const [what, value] = Number.isFinite(loss) ? ["gradient norm", gradNorm] : ["loss", loss];
      lane.failNotANumber(`the ${what} at step ${step} was ${value}`);
      return;
    }
    if (tag.keptTokens === null) lane.addKeptTokens(labels!);
    const kept = tag.keptTokens ?? lane.keptTokens;
    this.#setup.emit({
      type: "step",
      run: lane.name,
      step,
      epoch,
      loss: loss!,
      learningRate,
      gradNorm: gradNorm!,
      ...(lane.run.hasPenalty && { penalty }),
      ...(noise && { replacedTokens: noise.replaced, replaceableTokens: noise.tokens }),
      tokens,
      keptTokens: kept,
      ...(tag.keptTokens === null ? { keptRows: rows!, weightSum: weightSum * share! } : { weightSum }),
      seconds: lane.seconds,
      flops,
      memoryBytes: lane.run.memoryBytes,
    });
    const last = this.#running.findLast((one) => one.trains && this.#starts.get(one)! < step);
    if (lane !== last) return;
    this.#told = step;
    this.announce(this.#paused ? "paused" : "running", null, step);
  }

  /** Evaluates these runs, and hands over what all have come to. */
  async #evaluateAll(evaluated: readonly Lane[]): Promise<void> {
    const { lanes, onCheckpoint } = this.#setup;
    await this.#evaluateEach(evaluated);
    // Those that wait are evaluated soon, and what is kept is of all.
    if (lanes.every(({ state }) => state !== "waiting")) onCheckpoint?.(this.checkpoints);
  }

  async #evaluateEach(evaluated: readonly Lane[]): Promise<void> {
    const { emit, lanes, training, steps, turn } = this.#setup;
    await this.#ring.drained();
    for (const { run } of lanes) await run.drained();
    for (const lane of lanes) await lane.restoreIfFailed();
    for (const lane of evaluated) {
      if (this.#hurried) break;
      // One that was spoilt by a step whose numbers arrived just now.
      if (lane.state !== "running") continue;
      this.#isEvaluating = true;
      const event = await turn
        .runExclusive(() => this.#evaluate(lane, this.#validationOf(lane).sample, () => this.#hurried))
        .finally(() => {
          this.#isEvaluating = false;
        });
      if (!event) break;
      if (!Number.isFinite(event.loss)) {
        lane.failNotANumber(`the validation loss at step ${event.step} was ${event.loss}`);
        await lane.restoreIfFailed();
        continue;
      }
      if (!(await lane.keep())) continue;
      emit(event);
      const patience = event.step < steps ? (training.earlyStopping?.patience ?? null) : null;
      const planned = event.step % training.evalEvery === 0 || event.step === steps;
      const enough = lane.checkPatience(event.loss, event.step, patience, planned);
      if (enough === null) continue;
      lane.end("finished", training.keepBest, enough);
    }
    this.#delivered = performance.now();
  }
}

/** Which of the runs that are measured in the end, on what. */
function amongOthers({ name }: Lane, place: number, all: readonly Lane[], what: string): string {
  return all.length === 1 ? `${name}, ${what}` : `${name}, ${what}, run ${place + 1} of ${all.length}`;
}
