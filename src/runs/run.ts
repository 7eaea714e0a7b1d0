/**
 * One run of a comparison: a method on the shared base model, with its trained tensors and its
 * compiled steps.
 */

import type { BaseModel } from "../base/base-model";
import { type Layer, type Leaves, leaves, providedBy } from "../base/leaves";
import { meanRowNorm } from "../base/norms";
import { computeValues } from "../base/once";
import { type Bytes, sumUp } from "../executors/bytes";
import type { Commands, DeviceBuffer, Executor } from "../executors/executor";
import { readsWords, wordAnswers } from "../methods/answerer";
import type { Controller } from "../methods/controller";
import type { MethodContext } from "../methods/method";
import type { RunPooling } from "../models/family";
import type { LayerStrategy } from "../plan/layer-rates";
import { type HeldTensor, type Tensor, type Trainable, tensorBytes } from "../program/tensor";
import type { Pruning } from "../pruning/registry";
import type { Task } from "../tasks/task";
import type { BatchBuffers } from "./batch-buffers";
import { computeStart, type Started } from "./computed-start";
import { ControllerRunner, type ControllerRunnerOptions } from "./controller-runner";
import { type LabelPrior, labelPriorOf } from "./label-prior";
import { adamDefaults, Optimizer } from "./optimizer";
import { Parameters, type Values } from "./parameters";
import { checkContext, controllerOf, controllerStatesOf, type ResolvedMethod, semanticBlocksOf } from "./resolve";
import { type RowReader, rowTables } from "./row-states";
import { inputChannels } from "./rows";
import { DRAW, Step } from "./step";
import { type TextAnswers, textAnswersOf } from "./text-reader";
import { type TrainableCount, trainableOf } from "./trainable-count";
import { buildTunedProgram, type TunedProgram, type TunedSetup } from "./tuned-program";
import { type StartedFromWeight, startFromWeights } from "./weight-start";
import type { Workspace } from "./workspace";

export interface RunSetup extends ResolvedMethod {
  readonly name: string;
  /** Under which its buffers are counted and freed, unique on the executor; default: `run NAME`. */
  readonly owner?: string;
  /** The adapter's at its peak; 0 where nothing is trained. */
  readonly learningRate: number;
  /**
   * The head's at its peak; default, and for null: the method's own factor, or 1, on the adapter's.
   */
  readonly headLearningRate?: number | null;
  /** Of adapter and head. */
  readonly weightDecay: number;
  /** Of the adapter alone; default: as the head's. */
  readonly adapterWeightDecay?: number;
  /** Which tensors decay; default: those that say so. */
  readonly decays?: (tensor: Trainable) => boolean;
  readonly gradClip: number | null;
  readonly task: Task;
  readonly classes: number;
  readonly pooling: RunPooling;
  readonly seed: number;
  /** Updates the run will make, for methods with a schedule of their own; default: 1. */
  readonly steps?: number;
  /** Frozen layers and rates by layer. */
  readonly layers?: LayerStrategy;
  /** Which part of every training batch it learns from; default: all. */
  readonly pruning?: Pruning | undefined;
  /** Replace initial values by tensor name. */
  readonly initial?: Values;
  /**
   * Throws an Error where what its folder holds cannot start from its initial values; default: it
   * can.
   */
  readonly checkStart?: (held: readonly HeldTensor[]) => void;
  /** For answerers that go by them. */
  readonly trainingRows?: RowReader;
  /** What the method's controller lets be seen. */
  readonly onWatched?: ControllerRunnerOptions["onWatched"];
}

/** Numbers in a run's step figures. */
export const STEP_FIGURES = 6;
/** Copies of step figures that may be on their way: how many steps the host may be ahead. */
export const STEPS_AHEAD = 3;
/** Bytes of a run's step figures and of what its dropout masks are drawn from. */
export const RUN_BYTES = Math.ceil(STEP_FIGURES / 4) * 16 + DRAW * 4;

export class Run {
  readonly setup: RunSetup;
  readonly tunedSetup: TunedSetup;
  readonly parameters: Parameters;
  readonly virtualTokens: number;
  /**
   * [loss, gradient norm, what the method adds to the loss] of the last step; where it learns from
   * a part of the batch its rows, tokens, and share of what all labels count for, too.
   */
  readonly stepFigures: DeviceBuffer;
  readonly #controller: Controller | null;
  readonly #draw: DeviceBuffer;
  readonly #executor: Executor;
  readonly #model: BaseModel;
  readonly #steps = new Map<number, Step>();
  #optimizer: Optimizer | null = null;
  #runner: ControllerRunner | null = null;
  /** What a run that answers by way of training rows reads, by tensor name. */
  #rowTables: ReadonlyMap<string, DeviceBuffer> = new Map();
  /** What a run that answers with words takes away from every answer. */
  #labelPrior: LabelPrior | null = null;
  /** What a run that answers from texts says of them. */
  #textAnswers: TextAnswers | null = null;
  #started = false;
  #startNorm: number | null = null;
  /**
   * Bytes of what the frozen model keeps of this run's text; runs with the same text share it.
   * Known once compiled.
   */
  #cachedBytes = 0;

  /**
   * Builds the Programs of all batch shapes and claims their memory. Throws if the input and the
   * virtual tokens exceed the context.
   */
  constructor(
    executor: Executor,
    model: BaseModel,
    setup: RunSetup,
    batches: ReadonlyMap<number, BatchBuffers>,
    workspace: Workspace,
  ) {
    this.#executor = executor;
    this.#model = model;
    this.setup = setup;
    const { method, options, context, task, classes, pooling, layers, pruning, headLearningRate } = setup;
    const headLearningRateScale = headLearningRate ? headLearningRate / setup.learningRate : undefined;
    const inputs = inputChannels(model, (channel) =>
      [...batches.values()].every((batch) => batch.channels.includes(channel)),
    );
    const trainingRows = setup.trainingRows?.count;
    this.tunedSetup = {
      ...{ method, options, context, task, classes, pooling, inputs, layers, pruning, trainingRows },
      headLearningRateScale,
    };
    for (const [tokens, batch] of batches) {
      const tuned = buildTunedProgram(this.tunedSetup, batch.size, tokens);
      this.#steps.set(tokens, new Step(tuned, batch, workspace));
    }
    const tuned = this.#anyStep.tuned;
    this.virtualTokens = tuned.virtualTokens;
    checkContext(model, Math.max(...batches.keys()), this.virtualTokens, setup.name);
    const { program } = tuned;
    this.#controller = controllerOf(this.tunedSetup, tuned, setup);
    const states = controllerStatesOf(tuned, this.#controller);
    setup.checkStart?.(program.held);
    this.parameters = new Parameters(executor, program.trainables, this.owner, setup.seed, setup.initial, states);
    const allocate = (label: string, bytes: number) =>
      executor.memory.allocate(bytes, { label, category: "runtime", owner: this.owner });
    this.stepFigures = allocate("step figures", STEP_FIGURES * 4);
    this.#draw = allocate("draw", DRAW * 4);
  }

  /** Under which this run's buffers are counted. */
  get owner(): string {
    return this.setup.owner ?? `run ${this.setup.name}`;
  }

  /**
   * Mean norm of the virtual tokens' embeddings before training, where they are trained as they
   * stand; else null. Known once compiled.
   */
  get startNorm(): number | null {
    return this.#startNorm;
  }

  get context(): MethodContext {
    return this.setup.context;
  }

  get trainables(): readonly Trainable[] {
    return this.parameters.trainables;
  }

  /** What its folder holds. */
  get held(): readonly HeldTensor[] {
    return this.#anyStep.tuned.program.held;
  }

  /** How many numbers it trains. */
  get trainable(): TrainableCount {
    return trainableOf(this.tunedSetup, this.trainables, this.#model, this.#anyStep.tuned.front);
  }

  /** Bytes that only live within a step, for the largest batch shape. */
  get activationBytes(): number {
    return Math.max(...[...this.#steps.values()].map((step) => step.activationBytes));
  }

  /**
   * Bytes of the shared weights, its own tensors, and what it needs of the shared workspace and of
   * the texts that were read. onnxruntime's are shared by all runs and in none of them.
   */
  get memoryBytes(): Bytes {
    const own = this.#executor.memory.bytes(this.owner);
    const activations = own.activations + this.activationBytes;
    return sumUp({ ...own, weights: this.#model.memoryBytes, activations, cache: this.#cachedBytes });
  }

  /**
   * Compiles every step; `progress` is called after each. The workspace must be allocated.
   * `onStart`: as `progress` of `startFromWeights`.
   */
  async compile(progress?: () => void, onStart?: (done: number, total: number) => void): Promise<void> {
    const { method, weightDecay, adapterWeightDecay = weightDecay, gradClip } = this.setup;
    const { decays = (tensor: Trainable) => tensor.weightDecay } = this.setup;
    if (readsWords(method) || this.#anyStep.tuned.task.head === "vocabulary") await this.#model.loadLanguageHead();
    const states = await this.semanticStates();
    this.#cachedBytes = [...states.values()].reduce((sum, { size }) => sum + size, 0);
    this.#rowTables = await rowTables(this.#executor, this.setup, this.owner);
    const { size } = this.#anyStep.batch;
    this.#textAnswers = await textAnswersOf(this.#executor, this.setup, { size, owner: this.owner });
    this.#labelPrior = labelPriorOf(this.#executor, this.#model.tokenizer, this.setup, this.owner);
    await this.#start(onStart);
    const bound = await this.leaves();
    for (const step of this.#steps.values()) await this.#compileStep(step, bound, progress);
    await this.#labelPrior?.measure(this.#shortest, () => this.#shortest.forward());
    for (const notice of wordAnswers(method)?.notices?.(this.setup.options, this.context) ?? []) {
      this.setup.trainingRows?.notice(this.setup.name, notice);
    }
    const decay = (tensor: Trainable) => {
      if (!decays(tensor)) return 0;
      return tensor.part === "head" ? weightDecay : adapterWeightDecay;
    };
    const { trained } = this.#anyStep.tuned.backward;
    this.#optimizer = await Optimizer.create(this.#executor, this.parameters, trained, this.stepFigures, this.owner, {
      ...adamDefaults,
      gradClip,
      weightDecay: decay,
      rounds: this.#controller?.rounds,
    });
    if (!this.#controller) return;
    const { parameters, stepFigures, owner } = this;
    const options = { parameters, stepFigures, owner, onWatched: this.setup.onWatched };
    this.#runner = await ControllerRunner.create(this.#executor, this.#controller, options);
  }

  #compileStep(step: Step, bound: Leaves, progress?: () => void): Promise<void> {
    const bindings = {
      leaves: bound,
      gradient: (name: string) => this.parameters.gradient(name),
      batch: step.batch,
      stepFigures: this.stepFigures,
      draw: this.#draw,
      seed: this.setup.seed,
    };
    return step.compile(this.#executor, bindings, this.owner, progress);
  }

  /**
   * A step of another batch shape that is only evaluated, which is not the run's yet. Throws as the
   * constructor.
   */
  readingStep(batch: BatchBuffers, workspace: Workspace): Step {
    checkContext(this.#model, batch.tokens, this.virtualTokens, this.setup.name);
    return new Step(
      buildTunedProgram({ ...this.tunedSetup, onlyRead: true }, batch.size, batch.tokens),
      batch,
      workspace,
    );
  }

  /** Takes such a step, of a run that is compiled; its workspace must be allocated. */
  async take(step: Step): Promise<void> {
    await this.#compileStep(step, await this.leaves());
    this.#steps.set(step.batch.tokens, step);
  }

  /**
   * What can be chosen after training without training again, and what is chosen now; null for most
   * methods.
   */
  get dial(): ControllerRunner["dial"] {
    return this.#runner?.dial ?? null;
  }

  /** Evaluations and predictions from now on are at this setting of the dial. */
  turn(setting: number): void {
    if (!this.#runner) throw new Error(`Run "${this.setup.name}" is not compiled, or has nothing to choose.`);
    this.#runner.turn(setting);
    this.parameters.changed();
  }

  /**
   * The forward pass of an evaluation, of the batch that is in the buffers of this shape. Resolves
   * when it is submitted.
   */
  async infer(tokens: number): Promise<Step> {
    const step = this.step(tokens);
    this.ready(step.batch);
    await step.forward();
    return step;
  }

  /** Writes what its Programs read in an evaluation beside this batch, which is in the buffers. */
  ready(batch: BatchBuffers): void {
    this.rest();
    this.#textAnswers?.write(batch);
  }

  /**
   * Writes what the controller's tensors hold in evaluations; the next training step sets them
   * anew.
   */
  rest(): void {
    this.#runner?.set(null);
  }

  /** Whether the method adds to the loss: the third of the step figures. */
  get hasPenalty(): boolean {
    return this.#controller?.penalty === true || this.#anyStep.tuned.loss.penalty === true;
  }

  /** Resolves when everything the controller lets be seen has been delivered. */
  async drained(): Promise<void> {
    await this.#runner?.drained();
  }

  /**
   * How many blocks of the frozen model read the method's text alone; null where that is not
   * needed.
   */
  get semanticBlocks(): number | null {
    return semanticBlocksOf(this.tunedSetup);
  }

  /**
   * What the frozen model computes for the method's text, by tensor name; empty where that is not
   * needed.
   */
  semanticStates(): Promise<ReadonlyMap<string, DeviceBuffer>> {
    const blocks = this.semanticBlocks;
    if (blocks === null) return Promise.resolve(new Map());
    return this.#model.semantic(this.context.textIds, blocks);
  }

  /**
   * Which buffers the weights, trained tensors and provided constants of this run's Programs are.
   */
  async leaves(): Promise<Leaves> {
    return leaves(this.parameters.leaf, ...(await this.#provided()), this.#model.buffer);
  }

  /**
   * The prompt, or every layer's keys and values, of a Program of this run, with the present
   * values.
   */
  async readFront({ program, front }: TunedProgram): Promise<ReadonlyMap<Tensor, Float32Array>> {
    const wanted = [...(front.prompt ? [front.prompt] : []), ...front.keys, ...front.values];
    return computeValues(this.#executor, { program, leaves: await this.leaves() }, wanted);
  }

  /** Whether it has a step for rows that are padded to so many tokens. */
  reads(tokens: number): boolean {
    return this.#steps.has(tokens);
  }

  step(tokens: number): Step {
    const step = this.#steps.get(tokens);
    if (!step) throw new Error(`Run "${this.setup.name}" has no program for ${tokens} tokens.`);
    return step;
  }

  /**
   * One update from the batch that is in the buffers of this shape. `also` encodes more commands
   * after it (copies for readback); `cancelled` is asked after the forward pass whether the
   * update is still wanted. Resolves when everything is submitted, to whether that is the whole
   * update.
   */
  async train(
    tokens: number,
    step: number,
    learningRate: number,
    also?: (commands: Commands) => void,
    cancelled?: () => boolean,
  ): Promise<boolean> {
    const compiled = this.step(tokens);
    if (!this.#optimizer) throw new Error(`Run "${this.setup.name}" is not compiled.`);
    const runner = this.#runner;
    this.parameters.changed();
    await runner?.ready(step);
    runner?.set(step);
    await compiled.forward(step);
    if (cancelled?.()) return false;
    const commands = this.#executor.commands();
    compiled.recordLoss(commands, true);
    compiled.recordBackward(commands);
    runner?.recordBefore(commands, step);
    this.#optimizer.record(commands, step, learningRate);
    runner?.recordAfter(commands, step, (name) => compiled.kept(name));
    also?.(commands);
    await commands.submit();
    runner?.submitted();
    return true;
  }

  async release(): Promise<void> {
    for (const step of this.#steps.values()) await step.release();
    this.#runner?.release();
    this.#executor.memory.releaseOwner(this.owner);
  }

  /**
   * Initial values that the frozen model computes; once, since compiling again must not undo
   * training.
   */
  async #start(onStart?: (done: number, total: number) => void): Promise<void> {
    if (this.#started) return;
    const { program } = this.#anyStep.tuned;
    const open = this.#startable().filter(({ name }) => !this.setup.initial?.has(name));
    const source = leaves(...(await this.#provided()), this.#model.kept);
    const target = (tensor: Tensor) => this.parameters.leaf(tensor)!;
    const fromWeights = open.flatMap((tensor): StartedFromWeight[] => {
      const { initializer: start } = tensor;
      return start.kind === "weight" ? [{ tensor, start, buffer: target(tensor) }] : [];
    });
    await startFromWeights(this.#executor, fromWeights, source, onStart);
    await computeStart(this.#executor, program, open, target, source);
    const { prompt } = this.#anyStep.tuned.front;
    if (prompt?.role === "trainable") {
      const start = await this.#executor.read(this.parameters.value(prompt.name), tensorBytes(prompt));
      this.#startNorm = meanRowNorm(new Float32Array(start), this.#model.config.hiddenSize);
    }
    this.#started = true;
  }

  /** What is trained, and what the controller keeps unless it starts as one number. */
  #startable(): Started[] {
    const kept = this.parameters.controllerStates.flatMap((tensor): Started[] => {
      const { initial } = tensor;
      return typeof initial === "number" ? [] : [{ ...tensor, initializer: initial }];
    });
    return [...this.trainables, ...kept];
  }

  async #provided(): Promise<Layer[]> {
    return [
      providedBy("read text", await this.semanticStates()),
      providedBy("training rows", this.#rowTables),
      ...[this.#textAnswers, this.#labelPrior].flatMap((own) => (own ? [own.layer] : [])),
    ];
  }

  get #shortest(): Step {
    return this.step(Math.min(...this.#steps.keys()));
  }

  get #anyStep(): Step {
    return this.#steps.values().next().value!;
  }
}
