/**
 * A comparison: several runs on one base model, one update each on the same batch, step after step. It reports through
 * events and never waits for a result within the loop, except to stay a few steps ahead of the device at most.
 */

import { Mutex } from "async-mutex";
import { BatchStream, type PlannedBatch } from "../data/batches";
import type { EncodedRow, TokenizedExample } from "../data/tokens";
import type { Scale, TaskId } from "../data/types";
import { type GeneratedText, type GenerateOptions, generate } from "../generation/generate";
import type { GenerationSettings } from "../generation/settings";
import { sumUp } from "../gpu/memory";
import { ReadbackRing, readBuffer } from "../gpu/readback";
import { methodOf } from "../methods/registry";
import { taskMetrics } from "../tasks/metrics/names";
import { tasks } from "../tasks/registry";
import { type Evaluation, meanLossOf, type Task } from "../tasks/task";
import type { BaseModel } from "./base-model";
import { sharedBuckets } from "./buckets";
import type { RunConfiguration, TrainingConfiguration } from "./configuration";
import type { Engine } from "./engine";
import { Evaluator, inUnits } from "./evaluation";
import type {
  EvaluationEvent,
  GpuBytes,
  Prediction,
  RunReport,
  RunState,
  SettingEvaluation,
  StudioEvent,
} from "./events";
import { exportedForm } from "./export";
import { Feed } from "./feed";
import { NextToken } from "./next-token";
import { norm } from "./norms";
import type { Checkpoint, Values } from "./parameters";
import { sayPrediction } from "./prediction";
import { reportEvaluation } from "./report";
import { METRICS, methodContext, parseOptions, poolingOf, Run } from "./run";
import { peakLearningRate, scheduleFactor, trainingSteps } from "./schedule";
import { STEPS_AHEAD } from "./shared-bytes";
import { Workspace } from "./workspace";

export interface ComparisonData {
  /** Sequence classification unless told. */
  readonly task?: TaskId;
  readonly labels: readonly string[];
  /** Of the numbers that the task predicts, if it does. */
  readonly scale?: Scale | null;
  readonly train: readonly TokenizedExample[];
  readonly validation: readonly TokenizedExample[];
  /** The validation rows' texts, for showing the wrongest. */
  readonly validationTexts: readonly string[];
  readonly maxLength: number;
}

export interface RunPlan extends RunConfiguration {
  /** Values to start from, by tensor name. */
  readonly initial?: Values;
  /** Of its initial values and its batches; the training's unless told. */
  readonly seed?: number;
  /** On its learning rate; 1 unless told. */
  readonly learningRateFactor?: number;
}

export interface ComparisonSetup {
  readonly engine: Engine;
  readonly model: BaseModel;
  readonly data: ComparisonData;
  readonly training: TrainingConfiguration;
  readonly runs: readonly RunPlan[];
  readonly emit: (event: StudioEvent) => void;
  /** Called after every evaluation with all runs' last good state. */
  readonly onCheckpoint?: (checkpoints: ReadonlyMap<string, Checkpoint>) => void;
}

const UNTRAINED = "untrained base";
/** Numbers comparisons, so that the buffers of two never count as one's. */
let comparisons = 0;

interface Lane {
  readonly run: Run;
  state: RunState;
  reason: string | null;
  /** Real tokens and seconds of training behind it. */
  tokens: number;
  seconds: number;
  checkpoint: Checkpoint | null;
  validation: Evaluation | null;
  /** Its state at the evaluation with the lowest loss, and for how many evaluations none was lower. */
  best: { readonly checkpoint: Checkpoint; readonly evaluation: Evaluation; readonly loss: number } | null;
  worse: number;
  /** The step whose adapter is on the device, of those that were evaluated. */
  heldStep: number | null;
  /** Before the first step, for language modelling: what it wrote then can be seen later. */
  first: Checkpoint | null;
  /** What foretells for it, kept from one text to the next. */
  next: NextToken | null;
  /** Its tensors on the GPU are no numbers any more; the checkpoint's have to be put back. */
  spoiled: boolean;
}

interface StepTag {
  readonly lane: Lane;
  readonly step: number;
  readonly epoch: number;
  readonly tokens: number;
  readonly learningRate: number;
  readonly submitted: number;
}

export class Comparison {
  readonly steps: number;
  readonly stepsPerEpoch: number;
  readonly #setup: ComparisonSetup;
  readonly #owner: string;
  readonly #workspace: Workspace;
  readonly #buckets: readonly number[];
  /** Batches as they are, and without the token that a run's text already begins with. */
  readonly #feeds: Record<"whole" | "continued", Feed>;
  readonly #trainLengths: readonly number[];
  /** By seed. */
  #streams: ReadonlyMap<number, BatchStream>;
  readonly #lanes: Lane[];
  readonly #base: Run;
  readonly #ring: ReadbackRing<StepTag>;
  #baseCompiled = false;
  #step = 0;
  #delivered = 0;
  #stopping = false;
  /** Ended from outside: what is still in flight has nothing more to say. */
  #failed = false;
  /** Nobody wants the result any more: no last evaluation. */
  #abandoned = false;
  #resume: (() => void) | null = null;
  #paused: Promise<void> | null = null;
  /** One step, evaluation or prediction at a time: they share batches and workspace. */
  readonly #turn = new Mutex();
  readonly #evaluator: Evaluator;

  /** Throws an Error naming run and option if a run cannot be set up; nothing stays allocated then. */
  constructor(setup: ComparisonSetup) {
    this.#setup = setup;
    this.#owner = `comparison ${comparisons++}`;
    const { engine, data, training, model } = setup;
    const names = setup.runs.map(({ name }) => name);
    const twice = names.find((name, index) => names.indexOf(name) !== index);
    if (twice) throw new Error(`Two runs are called "${twice}". Give every run its own name.`);
    const { batchSize } = training;
    this.#trainLengths = data.train.map(({ ids }) => ids.length);
    const lengths = [...this.#trainLengths, ...data.validation.map(({ ids }) => ids.length)];
    const { task } = this;
    const head = {
      task,
      classes: data.labels.length,
      labels: data.labels,
      pooling: poolingOf(model, training),
      seed: training.seed,
    };
    this.#buckets = sharedBuckets(model, lengths, data.maxLength, setup.runs, head);
    this.#streams = this.#streamsFrom(0);
    this.stepsPerEpoch = Math.ceil(data.train.length / batchSize);
    this.steps = trainingSteps(training, this.stepsPerEpoch);
    this.#workspace = new Workspace(engine, this.#owner);
    const { padId, bosId } = model.tokenizer;
    const feed = (dropped: number | null) =>
      new Feed(engine, data, {
        buckets: this.#buckets,
        batchSize,
        padId: padId ?? 0,
        dropped,
        targets: { perToken: task.perToken, values: task.values(data.labels.length), scale: data.scale },
        owner: this.#owner,
      });
    this.#feeds = { whole: feed(null), continued: feed(bosId) };
    try {
      this.#lanes = setup.runs.map((plan) => ({
        run: this.#createRun(plan),
        state: "waiting",
        reason: null,
        tokens: 0,
        seconds: 0,
        checkpoint: null,
        validation: null,
        best: null,
        worse: 0,
        heldStep: null,
        spoiled: false,
        first: null,
        next: null,
      }));
      this.#base = this.#createRun({ name: UNTRAINED, method: "linear-probe", options: {} });
      this.#ring = new ReadbackRing<StepTag>(
        engine.memory,
        { slots: STEPS_AHEAD * setup.runs.length, bytes: METRICS * 4, owner: this.#owner, label: "metrics readback" },
        (bytes, tag) => this.#deliver(new Float32Array(bytes), tag),
      );
      const { validation, labels } = data;
      this.#evaluator = new Evaluator(engine, validation.length, {
        task,
        classes: labels.length,
        scale: data.scale ?? null,
        batchSize,
        owner: this.#owner,
      });
      this.#workspace.allocate();
    } catch (error) {
      for (const name of [...names, UNTRAINED]) engine.memory.releaseOwner(this.#runOwner(name));
      engine.memory.releaseOwner(this.#owner);
      throw error;
    }
  }

  get task(): Task {
    return tasks[this.#setup.data.task ?? "sequence-classification"];
  }

  get checkpoints(): ReadonlyMap<string, Checkpoint> {
    return new Map(
      this.#lanes.flatMap(({ run, checkpoint }) => (checkpoint ? [[run.setup.name, checkpoint] as const] : [])),
    );
  }

  get runNames(): string[] {
    return this.#lanes.map(({ run }) => run.setup.name);
  }

  /** Whether every run has trained all its steps. */
  get finished(): boolean {
    return this.#lanes.every(({ state }) => state === "finished");
  }

  /** Compiles every run's programs. Rejects with the first failure: out of memory, or a kernel that does not compile. */
  async prepare(): Promise<void> {
    const { engine, emit, model } = this.#setup;
    this.#announce("preparing");
    if (this.task.id === "causal-lm") {
      await model.loadLanguageHead((progress) =>
        emit({ type: "progress", task: "loading weights", detail: progress.tensor, ...progress, unit: "bytes" }),
      );
    }
    await engine.memory.settled();
    const total = this.#lanes.length * this.#buckets.length;
    let done = 0;
    // The deepest first: what it computes of a text serves the others.
    const reading = this.#lanes.map(({ run }) => run).filter(({ semanticBlocks }) => semanticBlocks !== null);
    for (const run of reading.sort((a, b) => b.semanticBlocks! - a.semanticBlocks!)) {
      const detail = run.setup.name;
      emit({ type: "progress", task: "semantic pass", detail, done: 0, total: null, unit: "programs" });
      await run.semanticStates();
    }
    for (const lane of this.#lanes) {
      this.#setState(lane, "preparing");
      const detail = lane.run.setup.name;
      emit({ type: "progress", task: "compiling kernels", detail, done, total, unit: "programs" });
      await lane.run.compile(() =>
        emit({ type: "progress", task: "compiling kernels", detail, done: ++done, total, unit: "programs" }),
      );
    }
    await engine.memory.settled();
  }

  /** Trains until the last step, a stop, or until no run is left. Runs that fail say so in events; others go on. */
  async train(): Promise<void> {
    for (const lane of this.#lanes) this.#setState(lane, "running");
    await this.#trainFrom(0);
  }

  /**
   * Goes on with every unfinished run from its last good adapter; runs that stopped at different steps go on one after
   * the other, each with the batches it would have seen. `evaluateFirst`: as they are before the first step, too.
   */
  async continue(evaluateFirst = false): Promise<void> {
    this.#stopping = false;
    this.#failed = false;
    const unfinished = this.#lanes.filter(({ state }) => state !== "finished");
    const steps = [...new Set(unfinished.map(({ checkpoint }) => checkpoint?.step ?? 0))].sort((a, b) => a - b);
    for (const step of steps) {
      const together = unfinished.filter(
        ({ state, checkpoint }) => state !== "finished" && (checkpoint?.step ?? 0) === step,
      );
      if (this.#stopping) return;
      for (const lane of together) {
        this.#restore(lane);
        lane.reason = null;
        this.#setState(lane, "running");
      }
      if (together.length > 0) await this.#trainFrom(step, evaluateFirst);
    }
  }

  /** One evaluation of every run as it is. */
  async evaluate(): Promise<void> {
    for (const lane of this.#lanes) lane.state = "running";
    await this.#evaluateAll();
    for (const lane of this.#lanes) this.#setState(lane, "finished");
  }

  async #trainFrom(start: number, evaluateFirst = true): Promise<void> {
    for (const { run } of this.#running) if (run.dial) run.turn(run.dial.most);
    const { training } = this.#setup;
    this.#step = start;
    this.#streams = this.#streamsFrom(start);
    this.#announce("running");
    if (this.#step === 0 || evaluateFirst) await this.#evaluateAll();
    // An imported adapter is never stepped, so it has no before.
    if (start === 0 && this.task.id === "causal-lm") {
      for (const lane of this.#running) lane.first = lane.checkpoint;
    }
    // Runs that train nothing stay as they are; without any other there is nothing to wait for.
    if (!this.#running.some(trains)) this.#step = this.steps;
    while (this.#step < this.steps && !this.#stopping && this.#running.some(trains)) {
      await this.#paused;
      if (this.#stopping) break;
      await this.#turn.runExclusive(async () => {
        await this.#trainStep();
        this.#step++;
      });
      this.#restoreSpoiled();
      if (this.#step % training.evalEvery === 0 && this.#step < this.steps) await this.#evaluateAll();
      await nextTask();
    }
    await this.#ring.drained();
    this.#restoreSpoiled();
    await this.#evaluateAll();
    if (this.#failed) return;
    const end = this.#step < this.steps ? "stopped" : "finished";
    for (const lane of this.#running) this.#end(lane, end);
    const failed = this.#lanes.every(({ state }) => state === "failed");
    if (failed) this.#announce("failed", this.#lanes[0]!.reason);
    else this.#announce(end);
  }

  /** Ends every unfinished run with this reason; adapters of the last evaluation stay. */
  fail(error: Error): void {
    // One failure brings others with it; the first says why.
    if (this.#failed) return;
    this.#failed = true;
    this.#stopping = true;
    this.resume();
    for (const lane of this.#lanes) {
      if (lane.state === "finished" || lane.state === "failed") continue;
      lane.reason = error.message;
      this.#setState(lane, "failed");
    }
    this.#announce("failed", error.message);
  }

  pause(): void {
    if (this.#paused) return;
    this.#paused = new Promise((resolve) => {
      this.#resume = resolve;
    });
    this.#announce("paused");
  }

  resume(): void {
    if (!this.#paused) return;
    this.#resume?.();
    this.#paused = null;
    // The wait must not count as somebody's step.
    this.#delivered = performance.now();
    if (!this.#stopping) this.#announce("running");
  }

  /** Ends after the step in flight and a last evaluation. */
  stop(): void {
    this.#stopping = true;
    this.resume();
  }

  /** Ends as soon as it can, without a last evaluation; what follows is `release`. */
  abandon(): void {
    this.#abandoned = true;
    this.stop();
  }

  /** What every run and the untrained base say about a row; `words`: those that its labelled tokens begin, where words have tags. */
  predict(row: EncodedRow, words: readonly string[] = []): Promise<Prediction[]> {
    return this.#turn.runExclusive(() => this.#predict(row, words));
  }

  async #predict(asked: EncodedRow, words: readonly string[]): Promise<Prediction[]> {
    const { data, engine } = this.#setup;
    const { task } = this;
    if (!this.#baseCompiled) {
      await this.#base.compile();
      this.#baseCompiled = true;
    }
    const runs = [this.#base, ...this.#lanes.map(({ run }) => run)];
    const predictions: Prediction[] = [];
    for (const run of runs) {
      const feed = this.#feedOf(run);
      const row = feed.shown(asked);
      const bucket = feed.bucketFor(row.ids.length);
      feed.fill([row], { rows: [0], bucket });
      const step = await run.infer(bucket);
      const count = task.outputs(data.labels.length) * (task.perToken ? row.ids.length : 1);
      const outputs = new Float32Array(await readBuffer(engine.device, step.logits, count * 4));
      predictions.push({
        run: run === this.#base ? "base" : run.setup.name,
        tokens: row.ids.length,
        truncated: asked.fullLength > asked.ids.length,
        ...sayPrediction({
          task: task.id,
          labels: data.labels,
          outputs: inUnits(outputs, data.scale ?? null),
          row,
          words,
        }),
      });
    }
    return predictions;
  }

  /**
   * What a run writes behind prompts, as ids with special tokens; `before`: as it was before its first step, or null where that
   * is not known. Waits for the step or evaluation in flight.
   */
  generate(
    name: string,
    before: boolean,
    prompts: readonly Int32Array[],
    settings: GenerationSettings,
    options: GenerateOptions,
  ): Promise<GeneratedText[] | null> {
    const lane = this.#lane(name);
    const { engine, model } = this.#setup;
    return this.#turn.runExclusive(async () => {
      if (["waiting", "preparing"].includes(lane.state)) throw new Error(`Run "${name}" is still ${lane.state}.`);
      if (before && !lane.first) return null;
      if (lane.next && lane.next.size !== prompts.length) {
        await lane.next.release();
        lane.next = null;
      }
      lane.next ??= new NextToken(engine, model, lane.run, prompts.length);
      const feed = this.#feedOf(lane.run);
      const shown = prompts.map((ids) => feed.shown({ ids, labels: new Int32Array(ids.length) }).ids);
      const now = before ? await lane.run.parameters.checkpoint(this.#step) : null;
      if (before) lane.run.parameters.restore(lane.first!);
      try {
        return await generate(shown, settings, lane.next.foreteller, options);
      } finally {
        if (now) lane.run.parameters.restore(now);
      }
    });
  }

  /** Of the last evaluation of a run. Throws if it has not been evaluated. */
  report(name: string): RunReport {
    const lane = this.#lane(name);
    const { data, model, training } = this.#setup;
    if (!lane.validation) throw new Error(`Run "${name}" has not been evaluated yet.`);
    return reportEvaluation({
      run: name,
      task: this.task,
      evaluation: lane.validation,
      examples: this.#feedOf(lane.run).validation,
      texts: data.validationTexts,
      labels: data.labels,
      decode: (ids) => model.tokenizer.decode(ids),
      seed: training.seed,
      dial: lane.run.dial,
    });
  }

  /**
   * Turns a run's dial and evaluates it there; what it predicts and is exported as follows. Rejects with a RangeError if there
   * is no such setting, and with an Error while it trains.
   */
  turn(name: string, setting: number): Promise<SettingEvaluation> {
    const lane = this.#lane(name);
    return this.#turn.runExclusive(async () => {
      if (!["finished", "stopped"].includes(lane.state)) {
        throw new Error(`Run "${name}" is ${lane.state}; wait until it has ended.`);
      }
      lane.run.turn(setting);
      const { loss, ...event } = await this.#evaluate(lane);
      const measured = Object.fromEntries(taskMetrics[this.task.id].map((name) => [name, event[name]]));
      const { tensors } = await exportedForm(this.#setup.model, lane.run, await lane.run.parameters.read());
      const parameters = tensors.reduce((sum, { data }) => sum + data.length, 0);
      return { setting, loss, ...measured, parameters };
    });
  }

  /** Of every validation row in the last evaluation of a run: [rows, classes]. Throws if it has not been evaluated. */
  validationLogits(name: string): Float32Array {
    const { validation } = this.#lane(name);
    if (!validation) throw new Error(`Run "${name}" has not been evaluated yet.`);
    return concatenate(validation.outputs);
  }

  /** Gives a run the checkpoint that `continue` goes on from. */
  adopt(name: string, checkpoint: Checkpoint): void {
    this.#lane(name).checkpoint = checkpoint;
  }

  /** Uses a run's state as it is on the device; nothing trains meanwhile. */
  snapshot<Result>(name: string, use: (checkpoint: Checkpoint) => Promise<Result>): Promise<Result> {
    const lane = this.#lane(name);
    return this.#turn.runExclusive(async () => {
      const running = lane.state === "running";
      const step = running ? this.#step : (lane.heldStep ?? this.#step);
      const { tokens, seconds } = !running && lane.best?.checkpoint.step === step ? lane.best.checkpoint : lane;
      return use({ ...(await lane.run.parameters.checkpoint(step)), tokens, seconds });
    });
  }

  /** Euclidean norms of a run's gradients in its last step, by tensor. */
  gradientNorms(name: string): Promise<{ tensor: string; norm: number }[]> {
    return this.#turn.runExclusive(async () => {
      const gradients = await this.run(name).parameters.readGradients();
      return [...gradients].map(([tensor, values]) => ({ tensor, norm: norm(values) }));
    });
  }

  /** The step whose adapter a run holds, of those that were evaluated: the last one's, or the best one's with `keepBest`. */
  heldStep(name: string): number | null {
    return this.#lane(name).heldStep;
  }

  run(name: string): Run {
    return this.#lane(name).run;
  }

  /** Whether a run's input leaves out the beginning-of-sequence token, because its text has it. */
  dropsLeadingToken(name: string): boolean {
    return this.#feedOf(this.run(name)) === this.#feeds.continued;
  }

  async release(): Promise<void> {
    this.#ring.release();
    for (const { run, next } of this.#lanes) {
      await next?.release();
      await run.release();
    }
    await this.#base.release();
    this.#setup.engine.memory.releaseOwner(this.#owner);
  }

  /**
   * Bytes of one run: the shared weights, its own tensors, and what it needs of the shared workspace and of the texts that were
   * read. onnxruntime's are shared by all runs and in none of them.
   */
  runBytes(run: Run): GpuBytes {
    const own = this.#setup.engine.memory.bytes(run.owner);
    const activations = own.activations + run.activationBytes;
    return sumUp({ ...own, weights: this.#setup.model.gpuBytes, activations, cache: run.cachedBytes });
  }

  #streamsFrom(start: number): ReadonlyMap<number, BatchStream> {
    const { runs, training } = this.#setup;
    const { batchSize, shuffle } = training;
    const options = { lengths: this.#trainLengths, batchSize, buckets: this.#buckets, shuffle };
    const seeds = new Set(runs.map(({ seed }) => seed ?? training.seed));
    return new Map([...seeds].map((seed) => [seed, new BatchStream({ ...options, seed }, start)]));
  }

  #runOwner(name: string): string {
    return `${this.#owner}, run ${name}`;
  }

  get #running(): Lane[] {
    return this.#lanes.filter(({ state }) => state === "running");
  }

  #lane(name: string): Lane {
    const lane = this.#lanes.find(({ run }) => run.setup.name === name);
    if (!lane) throw new Error(`There is no run "${name}".`);
    return lane;
  }

  #createRun(plan: RunPlan): Run {
    const { engine, model, data, training, emit } = this.#setup;
    const method = methodOf(plan.method);
    const options = parseOptions(model, plan);
    const seed = plan.seed ?? training.seed;
    const { textIds } = methodContext(model, method, options, seed);
    const feed = this.#feedBehind(textIds);
    feed.used = true;
    return new Run(
      engine,
      model,
      {
        name: plan.name,
        owner: this.#runOwner(plan.name),
        method,
        options,
        learningRate: peakLearningRate(plan, training, model) * (plan.learningRateFactor ?? 1),
        weightDecay: training.weightDecay ?? null,
        gradClip: training.gradClip,
        task: this.task,
        classes: data.labels.length,
        labels: data.labels,
        pooling: poolingOf(model, training),
        seed,
        steps: this.steps,
        layers: plan,
        initial: plan.initial,
        onRanks: (ranks, step, full) =>
          emit({ type: "ranks", run: plan.name, step: step + 1, ranks: [...ranks], full }),
      },
      feed.buffers,
      this.#workspace,
    );
  }

  /** The feed for a run with this text in front: the text may have the beginning-of-sequence token already. */
  #feedBehind(textIds: readonly number[]): Feed {
    const { tokenizer, family } = this.#setup.model;
    // An encoder's read-out is its first token: it stays.
    const repeated = !family.bidirectional && tokenizer.bosId !== null && textIds[0] === tokenizer.bosId;
    return repeated ? this.#feeds.continued : this.#feeds.whole;
  }

  #feedOf(run: Run): Feed {
    return this.#feedBehind(run.context.textIds);
  }

  /** One update of every running run: of all runs with one seed on that seed's batch, then of the next seed's. */
  async #trainStep(): Promise<void> {
    const { schedule: kind, warmupRatio } = this.#setup.training;
    const factor = scheduleFactor({ kind, warmupRatio, steps: this.steps }, this.#step);
    for (const [seed, stream] of this.#streams) {
      const plan = stream.next();
      const lanes = this.#running.filter((lane) => lane.run.setup.seed === seed && trains(lane));
      if (lanes.length > 0) await this.#trainOn(plan, lanes, factor);
    }
  }

  async #trainOn(plan: PlannedBatch & { epoch: number }, lanes: readonly Lane[], factor: number): Promise<void> {
    const { whole, continued } = this.#feeds;
    const tokens = whole.fill(whole.train, plan);
    if (continued.used) continued.fill(continued.train, plan);
    for (const lane of lanes) {
      await this.#ring.ready();
      // What arrived meanwhile may have ended it.
      if (lane.state !== "running") continue;
      const learningRate = lane.run.setup.learningRate * factor;
      lane.tokens += tokens;
      const tag: StepTag = {
        lane,
        step: this.#step + 1,
        epoch: plan.epoch,
        tokens: lane.tokens,
        learningRate,
        submitted: performance.now(),
      };
      await lane.run.train(plan.bucket, this.#step, learningRate, (encoder) =>
        this.#ring.push(encoder, lane.run.metrics, METRICS * 4, tag),
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
      lane.reason = notANumber(`the ${what} at step ${step}`, value!, learningRate);
      this.#spoil(lane);
      return;
    }
    this.#setup.emit({
      type: "step",
      run: lane.run.setup.name,
      step,
      epoch,
      loss: loss!,
      learningRate,
      gradNorm: gradNorm!,
      ...(lane.run.hasPenalty && { penalty }),
      tokens,
      seconds: lane.seconds,
      gpuBytes: this.runBytes(lane.run),
    });
    if (lane === this.#running.find(trains)) this.#announce(this.#paused ? "paused" : "running", null, step);
  }

  /** Fails a run whose numbers are none; its last good adapter comes back before anybody reads it. */
  #spoil(lane: Lane): void {
    lane.spoiled = true;
    this.#setState(lane, "failed");
  }

  #restoreSpoiled(): void {
    for (const lane of this.#lanes) if (lane.spoiled) this.#restore(lane);
  }

  /** Back to the checkpoint, behind everything submitted so far. */
  #restore(lane: Lane): void {
    const { checkpoint } = lane;
    lane.spoiled = false;
    if (!checkpoint) return;
    lane.run.parameters.restore(checkpoint);
    lane.heldStep = checkpoint.step;
    lane.tokens = checkpoint.tokens;
    lane.seconds = checkpoint.seconds;
  }

  async #evaluateAll(): Promise<void> {
    await this.#ring.drained();
    for (const { run } of this.#lanes) await run.drained();
    for (const lane of this.#running) {
      if (this.#abandoned) return;
      const event = await this.#turn.runExclusive(() => this.#evaluate(lane));
      if (!Number.isFinite(event.loss)) {
        const { learningRate } = lane.run.setup;
        lane.reason = notANumber(`the validation loss at step ${this.#step}`, event.loss, learningRate);
        this.#spoil(lane);
        this.#restoreSpoiled();
        continue;
      }
      const { tokens, seconds } = lane;
      lane.checkpoint = { ...(await lane.run.parameters.checkpoint(this.#step)), tokens, seconds };
      lane.heldStep = this.#step;
      this.#setup.emit(event);
      this.#judge(lane, event.loss);
    }
    this.#setup.onCheckpoint?.(this.checkpoints);
    this.#delivered = performance.now();
  }

  async #evaluate(lane: Lane): Promise<EvaluationEvent> {
    const { data, emit } = this.#setup;
    const { run, tokens, seconds } = lane;
    const detail = run.setup.name;
    const known = trains(lane) ? null : lane.validation;
    const evaluation =
      known ??
      (await this.#evaluator.evaluate(run, this.#feedOf(run), (done, total) =>
        emit({ type: "progress", task: "evaluating", detail, done, total, unit: "batches" }),
      ));
    const { validation } = this.#feedOf(run);
    const loss = meanLossOf(evaluation, validation);
    if (Number.isFinite(loss)) lane.validation = evaluation;
    const metrics = this.task.measure(evaluation, validation, data.labels);
    const rows = validation.length;
    return {
      type: "evaluation",
      run: detail,
      step: this.#step,
      split: "validation",
      loss,
      ...metrics,
      rows,
      tokens,
      seconds,
    };
  }

  /** Compares an evaluation's loss with the lowest before, and ends the run where early stopping says so. */
  #judge(lane: Lane, loss: number): void {
    const { earlyStopping } = this.#setup.training;
    if (!lane.best || loss < lane.best.loss) {
      lane.best = { loss, checkpoint: lane.checkpoint!, evaluation: lane.validation! };
      lane.worse = 0;
      return;
    }
    lane.worse++;
    if (!earlyStopping || lane.worse < earlyStopping.patience || this.#step >= this.steps) return;
    lane.reason =
      `stopped early at step ${this.#step}: the validation loss has not fallen below ${lane.best.loss.toPrecision(4)} ` +
      `(step ${lane.best.checkpoint.step}) for ${lane.worse} evaluations`;
    this.#end(lane, "finished");
  }

  /** Ends a run in good order; with `keepBest` it holds the adapter of its best evaluation from here on. */
  #end(lane: Lane, state: "finished" | "stopped"): void {
    const { best } = lane;
    if (this.#setup.training.keepBest && best && best.checkpoint.step !== lane.heldStep) {
      lane.run.parameters.restore(best.checkpoint);
      lane.validation = best.evaluation;
      lane.heldStep = best.checkpoint.step;
    }
    this.#setState(lane, state);
  }

  #setState(lane: Lane, state: RunState): void {
    lane.state = state;
    const lastGoodStep = lane.checkpoint?.step ?? null;
    const { reason, heldStep } = lane;
    this.#setup.emit({ type: "run-state", run: lane.run.setup.name, state, reason, lastGoodStep, heldStep });
  }

  #announce(
    state: "preparing" | "running" | "paused" | "finished" | "stopped" | "failed",
    reason: string | null = null,
    step = this.#step,
  ): void {
    const gpuBytes = this.#setup.engine.memory.bytes();
    this.#setup.emit({ type: "comparison-state", state, step, steps: this.steps, reason, gpuBytes });
  }
}

/** Whether anything of a run is trained: a zero-shot prompt only answers. */
function trains({ run }: Lane): boolean {
  return run.trainables.length > 0;
}

function concatenate(parts: readonly Float32Array[]): Float32Array {
  const all = new Float32Array(parts.reduce((sum, { length }) => sum + length, 0));
  let place = 0;
  for (const part of parts) {
    all.set(part, place);
    place += part.length;
  }
  return all;
}

function notANumber(what: string, value: number, learningRate: number): string {
  const rate = learningRate.toPrecision(3);
  return `not a number: ${what} was ${value}. The learning rate of ${rate} may be too high; try a lower one.`;
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
