/**
 * The loop of a comparison: one update of every running run on the same batch, step after step, with evaluations in
 * between. It reports through events and never waits for a result within a step, except to stay a few steps ahead of the
 * device at most.
 */

import type { Mutex } from "async-mutex";
import { BatchStream, type PlannedBatch } from "../data/batches";
import type { ReadbackRing } from "../executors/executor";
import { meanLossOf, type Task } from "../tasks/task";
import type { ComparisonSetup } from "./comparison-setup";
import type { Evaluator } from "./evaluation";
import type { EvaluationEvent } from "./events";
import type { Feeds } from "./feeds";
import type { Lane } from "./lane";
import type { Checkpoint } from "./parameters";
import { METRICS } from "./run";
import { scheduleFactor } from "./schedule";
import { STEPS_AHEAD } from "./shared-bytes";

export interface TrainingLoopSetup extends ComparisonSetup {
  readonly task: Task;
  readonly steps: number;
  readonly lanes: readonly Lane[];
  readonly feeds: Feeds;
  readonly buckets: readonly number[];
  readonly evaluator: Evaluator;
  /** Held for each step and evaluation; whatever else uses batches or workspace takes its turn. */
  readonly turn: Mutex;
  readonly owner: string;
}

interface StepTag {
  readonly lane: Lane;
  readonly step: number;
  readonly epoch: number;
  readonly tokens: number;
  readonly learningRate: number;
  readonly submitted: number;
}

type LoopState = "preparing" | "running" | "paused" | "finished" | "stopped" | "failed";

export class TrainingLoop {
  readonly #setup: TrainingLoopSetup;
  readonly #ring: ReadbackRing<StepTag>;
  /** By seed. */
  #streams: ReadonlyMap<number, BatchStream> = new Map();
  #step = 0;
  #delivered = 0;
  #stopping = false;
  /** Ended from outside: what is still in flight has nothing more to say. */
  #failed = false;
  /** Nobody wants the result any more: no last evaluation. */
  #abandoned = false;
  #resume: (() => void) | null = null;
  #paused: Promise<void> | null = null;

  constructor(setup: TrainingLoopSetup) {
    this.#setup = setup;
    this.#ring = setup.executor.readbackRing<StepTag>(
      {
        slots: STEPS_AHEAD * setup.lanes.length,
        bytes: METRICS * 4,
        owner: setup.owner,
        label: "metrics readback",
      },
      (bytes, tag) => this.#deliver(new Float32Array(bytes), tag),
    );
  }

  /** Updates that have been submitted. */
  get step(): number {
    return this.#step;
  }

  /** Every run's state at its last evaluation. */
  get checkpoints(): ReadonlyMap<string, Checkpoint> {
    const { lanes } = this.#setup;
    return new Map(lanes.flatMap(({ name, checkpoint }) => (checkpoint ? [[name, checkpoint] as const] : [])));
  }

  /** Trains until the last step, a stop, or until no run is left. Runs that fail say so in events; others go on. */
  async train(): Promise<void> {
    for (const lane of this.#setup.lanes) lane.become("running");
    await this.#trainFrom(0, true);
  }

  /**
   * Goes on with every unfinished run from its last good adapter; runs that stopped at different steps go on one after
   * the other, each with the batches it would have seen. `evaluateFirst`: as they are before the first step, too.
   */
  async continue(evaluateFirst: boolean): Promise<void> {
    this.#stopping = false;
    this.#failed = false;
    const unfinished = this.#setup.lanes.filter(({ state }) => state !== "finished");
    const steps = [...new Set(unfinished.map(({ checkpoint }) => checkpoint?.step ?? 0))].sort((a, b) => a - b);
    for (const step of steps) {
      const together = unfinished.filter(
        ({ state, checkpoint }) => state !== "finished" && (checkpoint?.step ?? 0) === step,
      );
      if (this.#stopping) return;
      for (const lane of together) {
        lane.restore();
        lane.reason = null;
        lane.become("running");
      }
      if (together.length > 0) await this.#trainFrom(step, evaluateFirst);
    }
  }

  /** One evaluation of every run as it is. */
  async evaluateOnly(): Promise<void> {
    const { lanes } = this.#setup;
    for (const lane of lanes) lane.become("running");
    await this.#evaluateAll();
    for (const lane of lanes) lane.become("finished");
  }

  /** Evaluates a run as it is on the device; one that trains nothing is evaluated once. */
  async evaluate(lane: Lane): Promise<EvaluationEvent> {
    const { data, emit, evaluator, task } = this.#setup;
    const { run, feed, name, tokens, seconds } = lane;
    const known = lane.trains ? null : lane.validation;
    const evaluation =
      known ??
      (await evaluator.evaluate(run, feed, (done, total) =>
        emit({ type: "progress", task: "evaluating", detail: name, done, total, unit: "batches" }),
      ));
    const { validation } = feed;
    const loss = meanLossOf(evaluation, validation);
    if (Number.isFinite(loss)) lane.validation = evaluation;
    return {
      type: "evaluation",
      run: name,
      step: this.#step,
      split: "validation",
      loss,
      ...task.measure(evaluation, validation, data.labels),
      rows: validation.length,
      tokens,
      seconds,
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
      if (lane.state === "finished" || lane.state === "failed") continue;
      lane.reason = error.message;
      lane.become("failed");
    }
    this.announce("failed", error.message);
  }

  pause(): void {
    if (this.#paused) return;
    this.#paused = new Promise((resolve) => {
      this.#resume = resolve;
    });
    this.announce("paused");
  }

  resume(): void {
    if (!this.#paused) return;
    this.#resume?.();
    this.#paused = null;
    // The wait must not count as somebody's step.
    this.#delivered = performance.now();
    if (!this.#stopping) this.announce("running");
  }

  /** Ends after the step in flight and a last evaluation. */
  stop(): void {
    this.#stopping = true;
    this.resume();
  }

  /** Ends as soon as it can, without a last evaluation. */
  abandon(): void {
    this.#abandoned = true;
    this.stop();
  }

  announce(state: LoopState, reason: string | null = null, step = this.#step): void {
    const { executor, emit, steps } = this.#setup;
    emit({ type: "comparison-state", state, step, steps, reason, gpuBytes: executor.memory.bytes() });
  }

  release(): void {
    this.#ring.release();
  }

  async #trainFrom(start: number, evaluateFirst: boolean): Promise<void> {
    const { lanes, steps, task, training, turn } = this.#setup;
    for (const { run } of this.#running) if (run.dial) run.turn(run.dial.most);
    this.#step = start;
    this.#streams = this.#streamsFrom(start);
    this.announce("running");
    if (this.#step === 0 || evaluateFirst) await this.#evaluateAll();
    // An imported adapter is never stepped, so it has no before.
    if (start === 0 && task.id === "causal-lm") {
      for (const lane of this.#running) lane.first = lane.checkpoint;
    }
    // Runs that train nothing stay as they are; without any other there is nothing to wait for.
    const learning = () => this.#running.some(({ trains }) => trains);
    if (!learning()) this.#step = steps;
    while (this.#step < steps && !this.#stopping && learning()) {
      await this.#paused;
      if (this.#stopping) break;
      await turn.runExclusive(async () => {
        await this.#trainStep();
        this.#step++;
      });
      for (const lane of lanes) lane.mend();
      if (this.#step % training.evalEvery === 0 && this.#step < steps) await this.#evaluateAll();
      await nextTask();
    }
    await this.#ring.drained();
    for (const lane of lanes) lane.mend();
    await this.#evaluateAll();
    if (this.#failed) return;
    const end = this.#step < steps ? "stopped" : "finished";
    for (const lane of this.#running) lane.end(end, training.keepBest);
    const failed = lanes.every(({ state }) => state === "failed");
    if (failed) this.announce("failed", lanes[0]!.reason);
    else this.announce(end);
  }

  #streamsFrom(start: number): ReadonlyMap<number, BatchStream> {
    const { buckets, feeds, lanes, training } = this.#setup;
    const { batchSize, shuffle } = training;
    const lengths = feeds.whole.train.map(({ ids }) => ids.length);
    const seeds = new Set(lanes.map(({ run }) => run.setup.seed));
    return new Map(
      [...seeds].map((seed) => [seed, new BatchStream({ lengths, batchSize, buckets, shuffle, seed }, start)]),
    );
  }

  get #running(): Lane[] {
    return this.#setup.lanes.filter(({ state }) => state === "running");
  }

  /** One update of every running run: of all runs with one seed on that seed's batch, then of the next seed's. */
  async #trainStep(): Promise<void> {
    const { steps, training } = this.#setup;
    const { schedule: kind, warmupRatio } = training;
    const factor = scheduleFactor({ kind, warmupRatio, steps }, this.#step);
    for (const [seed, stream] of this.#streams) {
      const plan = stream.next();
      const lanes = this.#running.filter(({ run, trains }) => run.setup.seed === seed && trains);
      if (lanes.length > 0) await this.#trainOn(plan, lanes, factor);
    }
  }

  async #trainOn(plan: PlannedBatch & { epoch: number }, lanes: readonly Lane[], factor: number): Promise<void> {
    const tokens = this.#setup.feeds.fill(plan);
    for (const lane of lanes) {
      await this.#ring.ready();
      // What arrived meanwhile may have ended it.
      if (lane.state !== "running") continue;
      const { run } = lane;
      const learningRate = run.setup.learningRate * factor;
      lane.tokens += tokens;
      const tag: StepTag = {
        lane,
        step: this.#step + 1,
        epoch: plan.epoch,
        tokens: lane.tokens,
        learningRate,
        submitted: performance.now(),
      };
      await run.train(plan.bucket, this.#step, learningRate, (commands) =>
        this.#ring.push(commands, run.metrics, METRICS * 4, tag),
      );
      this.#ring.submitted();
    }
  }

  /** Metrics arrive in the order of submission; the device works on one step at a time. */
  #deliver([loss, gradNorm, penalty]: Float32Array, tag: StepTag): void {
    const { lane, step, epoch, tokens, learningRate, submitted } = tag;
    const now = performance.now();
    lane.seconds += (now - Math.max(this.#delivered, submitted)) / 1000;
    this.#delivered = now;
    if (lane.state !== "running") return;
    if (!Number.isFinite(loss) || !Number.isFinite(gradNorm)) {
      const [what, value] = Number.isFinite(loss) ? ["gradient norm", gradNorm] : ["loss", loss];
      lane.spoil(`the ${what} at step ${step}`, value!, learningRate);
      return;
    }
    this.#setup.emit({
      type: "step",
      run: lane.name,
      step,
      epoch,
      loss: loss!,
      learningRate,
      gradNorm: gradNorm!,
      ...(lane.run.hasPenalty && { penalty }),
      tokens,
      seconds: lane.seconds,
      gpuBytes: lane.run.gpuBytes,
    });
    const first = this.#running.find(({ trains }) => trains);
    if (lane === first) this.announce(this.#paused ? "paused" : "running", null, step);
  }

  async #evaluateAll(): Promise<void> {
    const { emit, lanes, onCheckpoint, training, steps, turn } = this.#setup;
    await this.#ring.drained();
    for (const { run } of lanes) await run.drained();
    for (const lane of this.#running) {
      if (this.#abandoned) return;
      const event = await turn.runExclusive(() => this.evaluate(lane));
      if (!Number.isFinite(event.loss)) {
        lane.spoil(`the validation loss at step ${this.#step}`, event.loss, lane.run.setup.learningRate);
        lane.mend();
        continue;
      }
      await lane.keep(this.#step);
      emit(event);
      const patience = this.#step < steps ? (training.earlyStopping?.patience ?? null) : null;
      const enough = lane.judge(event.loss, this.#step, patience);
      if (enough === null) continue;
      lane.reason = enough;
      lane.end("finished", training.keepBest);
    }
    onCheckpoint?.(this.checkpoints);
    this.#delivered = performance.now();
  }
}

/** Lets messages (pause, stop, a prediction) in between two steps, without the delay of a timer. */
const nextTask = (() => {
  const channel = new MessageChannel();
  const waiting: (() => void)[] = [];
  channel.port1.onmessage = () => waiting.shift()?.();
  return () =>
    new Promise<void>((resolve) => {
      waiting.push(resolve);
      channel.port2.postMessage(null);
    });
})();
