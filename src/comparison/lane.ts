/**
 * One run's way through a comparison: its state, its clock, and the adapters of its evaluations.
 */

import type { NextToken } from "../answers/next-token";
import type { Calibration } from "../calibration/calibration";
import type { TokenizedExample } from "../data/tokens";
import type { KeptRun } from "../folders/kept-run";
import type { RunState, StudioEvent } from "../plan/events";
import type { Feed } from "../runs/feed";
import { type Checkpoint, findNonFinite, type NonFinite } from "../runs/parameters";
import type { Run } from "../runs/run";
import type { Evaluation } from "../tasks/task";
import type { Said, ValidationRows } from "./validation-rows";

/** The evaluation with the lowest loss, and for how many evaluations none was lower. */
interface Standing {
  readonly best: {
    readonly step: number;
    readonly loss: number;
    /** What a run that keeps its best goes back to. */
    readonly held: { readonly checkpoint: Checkpoint; readonly said: Said } | null;
  } | null;
  readonly worse: number;
}

/** What a run said of the test rows, row by row, and the rows as it read them. */
export interface Tested {
  /** What its answers were read with; null: nothing. */
  readonly calibration: Calibration | null;

  readonly evaluation: Evaluation;
  readonly examples: readonly TokenizedExample[];
  /** The step whose adapter it held. */
  readonly step: number;
}

export class Lane {
  readonly run: Run;
  readonly feed: Feed;
  /** Which division of the data it is trained on. */
  readonly split: number;
  readonly #emit: (event: StudioEvent) => void;
  #state: RunState = "waiting";
  /** Whether its programs are compiled, and what it answers by is fitted. */
  isReady = false;
  #reason: string | null = null;
  #steps = 0;
  #tokens = 0;
  #keptTokens = 0;
  #seconds = 0;
  #flops = 0;
  #checkpoint: Checkpoint | null = null;
  #validation: Said | null = null;
  #validationAtEnd: Said | null = null;
  #evaluatedStep: number | null = null;
  #tested: Tested | null = null;
  #calibration: Calibration | null = null;
  #calibrationAtEnd: Calibration | null = null;
  #calibratedElsewhere = false;
  #first: Checkpoint | null = null;
  #next: NextToken | null = null;
  #heldStep: number | null = null;
  #standing: Standing = { best: null, worse: 0 };
  /** The same without the evaluation of a stop, which a training left alone never makes. */
  #plannedStanding: Standing = this.#standing;
  /**
   * What was no number: its tensors on the device may not be finite, and the checkpoint's have to
   * be put back.
   */
  #spoiled: { readonly what: string; readonly found?: NonFinite } | null = null;

  constructor(run: Run, feed: Feed, split: number, emit: (event: StudioEvent) => void) {
    this.run = run;
    this.feed = feed;
    this.split = split;
    this.#emit = emit;
  }

  get name(): string {
    return this.run.setup.name;
  }

  get state(): RunState {
    return this.#state;
  }

  /** Why it failed, or ended early. */
  get reason(): string | null {
    return this.#reason;
  }

  /** Updates that it has done. */
  get steps(): number {
    return this.#steps;
  }

  /** Tokens that it has learned from so far. */
  get keptTokens(): number {
    return this.#keptTokens;
  }

  /** Real tokens of its training so far. */
  get tokens(): number {
    return this.#tokens;
  }

  /** Of its training so far. */
  get seconds(): number {
    return this.#seconds;
  }

  /** Floating-point operations of its training so far. */
  get flops(): number {
    return this.#flops;
  }

  /** What it goes on from: of the last evaluation, or of a stop without one. */
  get checkpoint(): Checkpoint | null {
    return this.#checkpoint;
  }

  /** Of the evaluation with the lowest loss; null before one. */
  get best(): Checkpoint | null {
    return this.#standing.best?.held?.checkpoint ?? null;
  }

  /**
   * Its last evaluation, or with `keepBest` its best once it has ended, and the rows of its
   * division that it is of.
   */
  get validation(): Said | null {
    return this.#validation;
  }

  /**
   * As `validation` when its training had ended, wherever a dial has been turned to since; null
   * before.
   */
  get validationAtEnd(): Said | null {
    return this.#validationAtEnd;
  }

  /** Of the test rows, once it has ended. */
  get tested(): Tested | null {
    return this.#tested;
  }

  /** What its answers are read with since it has ended; null: nothing. */
  get calibration(): Calibration | null {
    return this.#calibration;
  }

  /** As it was when its training had ended, wherever its dial has been turned to since. */
  get calibrationAtEnd(): Calibration | null {
    return this.#calibrationAtEnd;
  }

  /** Whether the present one came with its adapter. */
  get calibratedElsewhere(): boolean {
    return this.#calibratedElsewhere;
  }

  /** Before the first step, for language modelling: what it wrote then can be seen later. */
  get first(): Checkpoint | null {
    return this.#first;
  }

  /** The step whose adapter is on the device, of those that were evaluated. */
  get heldStep(): number | null {
    return this.#heldStep;
  }

  /** Whether anything of it is trained: a zero-shot prompt only answers. */
  get trains(): boolean {
    return this.run.trainables.length > 0;
  }

  setState(state: RunState): void {
    this.#state = state;
    const lastGoodStep = this.#checkpoint?.step ?? null;
    const { name: run, reason, heldStep } = this;
    this.#emit({ type: "run-state", run, state, reason, lastGoodStep, heldStep });
  }

  /** Whether its numbers were none, and nobody has been told yet. */
  get isSpoiled(): boolean {
    return this.#spoiled !== null;
  }

  /** Ends it with this reason; its last good adapter stays. */
  fail(reason: string): void {
    this.#spoiled = null;
    this.#reason = reason;
    this.setState("failed");
  }

  /** Goes on from its last good adapter, at once or when it is ready. */
  restart(): void {
    this.restore();
    this.#reason = null;
    this.#tested = null;
    this.#calibration = null;
    this.#calibrationAtEnd = null;
    this.#validationAtEnd = null;
    this.setState(this.isReady ? "running" : "waiting");
  }

  /**
   * Counts an update: steps, tokens and floating-point operations with it; tokens that it has
   * learned from where they are known already.
   */
  updated(
    steps: number,
    { tokens, keptTokens, flops }: Readonly<Record<"tokens" | "flops", number> & { keptTokens: number | null }>,
  ): void {
    this.#steps = steps;
    this.#tokens = tokens;
    if (keptTokens !== null) this.#keptTokens = keptTokens;
    this.#flops = flops;
  }

  /** Counts tokens that a step has learned from; where it says so itself, they are known late. */
  addKeptTokens(tokens: number): void {
    this.#keptTokens += tokens;
  }

  /** Counts seconds of training; they are known a few steps late. */
  addSeconds(seconds: number): void {
    this.#seconds += seconds;
  }

  /** Is as far as the others, where nothing is trained. */
  keepUp(step: number): void {
    this.#steps = Math.max(this.#steps, step);
  }

  /** Takes an evaluation of it as it is. */
  evaluated(evaluation: Evaluation, { rows, texts }: ValidationRows): void {
    this.#validation = { evaluation, rows, texts };
    this.#evaluatedStep = this.#steps;
  }

  /** Takes what the adapter that it ended with says of all rows, where only some were measured. */
  complete(evaluation: Evaluation, { rows, texts }: ValidationRows): void {
    this.#validation = { evaluation, rows, texts };
    this.#validationAtEnd = this.#validation;
  }

  /** Takes what its answers are read with from here on; `elsewhere`: it came with its adapter. */
  calibrate(calibration: Calibration | null, elsewhere = false): void {
    this.#calibration = calibration;
    this.#calibrationAtEnd ??= calibration;
    this.#calibratedElsewhere = elsewhere;
  }

  /** Whether its last evaluation is of the adapter that is on the device. */
  get validationIsHeld(): boolean {
    return this.#validation !== null && this.#evaluatedStep === this.#heldStep;
  }

  /** Takes what it said of the test rows when it had ended. */
  test(tested: Tested): void {
    this.#tested = tested;
  }

  /** Takes a checkpoint that it will go on from. */
  adopt(checkpoint: Checkpoint): void {
    this.#checkpoint = checkpoint;
  }

  /** Keeps the checkpoint that it has as the one before the first step. */
  rememberStart(): void {
    this.#first = this.#checkpoint;
  }

  /**
   * Ends a run whose numbers are none. `restoreIfFailed` says so, and brings its last good adapter
   * back before anybody reads it. `found`: the tensor, where it is known.
   */
  failNotANumber(what: string, found?: NonFinite): void {
    this.#spoiled = { what, found };
    this.#state = "failed";
  }

  /** Says which of its tensors was no number, and puts the last good ones in their place. */
  async restoreIfFailed(): Promise<void> {
    if (!this.#spoiled) return;
    // A device that is lost meanwhile has nothing to read.
    const { what, found = await this.run.parameters.findNonFinite().catch(() => null) } = this.#spoiled;
    const where = found ? `; ${found.where} holds ${found.value}` : "";
    const rate = this.run.setup.learningRate.toPrecision(3);
    const hint = this.trains ? ` The learning rate of ${rate} may be too high; try a lower one.` : "";
    this.restore();
    this.fail(`not a number: ${what}${where}.${hint}`);
  }

  /** Back to the checkpoint, after everything submitted so far. */
  restore(): void {
    const checkpoint = this.#checkpoint;
    this.#spoiled = null;
    if (!checkpoint) return;
    this.run.parameters.restore(checkpoint);
    this.#heldStep = checkpoint.step;
    this.#steps = checkpoint.step;
    this.#tokens = checkpoint.tokens;
    this.#keptTokens = checkpoint.keptTokens ?? 0;
    this.#seconds = checkpoint.seconds;
    this.#flops = checkpoint.flops;
  }

  /** Whether it was evaluated, here, at the step that it is at. */
  get isEvaluated(): boolean {
    return this.#evaluatedStep === this.#steps && this.#checkpoint?.step === this.#steps;
  }

  /**
   * Keeps its adapter as it is. False where it holds what is no number, whatever its loss says:
   * then the run has failed, and the one before stays.
   */
  async keep(): Promise<boolean> {
    const { steps, tokens, keptTokens, seconds, flops } = this;
    const state = await this.run.parameters.checkpoint(steps);
    const found = findNonFinite(state);
    if (found) {
      this.failNotANumber(`what was trained until step ${steps}`, found);
      await this.restoreIfFailed();
      return false;
    }
    this.#checkpoint = { ...state, tokens, keptTokens, seconds, flops };
    this.#heldStep = steps;
    return true;
  }

  /** Its state as it is on the device. */
  async snapshot(): Promise<Checkpoint> {
    const running = this.#state === "running";
    const held = running ? this.steps : (this.#heldStep ?? this.steps);
    const best = this.#standing.best?.held?.checkpoint;
    const { tokens, keptTokens, seconds, flops } = !running && best?.step === held ? best : this;
    return { ...(await this.run.parameters.checkpoint(held)), tokens, keptTokens, seconds, flops };
  }

  /**
   * Compares the last evaluation's loss with the lowest before. Returns why to stop early, if
   * `patience` evaluations in a row were none better. `planned`: whether it is made in every
   * training, stopped or not.
   */
  checkPatience(loss: number, step: number, patience: number | null, planned: boolean): string | null {
    // As it was before its first step it is not what training made of it.
    if (this.trains && step === 0) return null;
    const { best, worse } = this.#standing;
    const isBetter = !best || loss < best.loss;
    this.#standing = isBetter
      ? { best: { step, loss, held: { checkpoint: this.#checkpoint!, said: this.#validation! } }, worse: 0 }
      : { best, worse: worse + 1 };
    if (planned) this.#plannedStanding = this.#standing;
    if (isBetter || patience === null || worse + 1 < patience) return null;
    return (
      `stopped early at step ${step}: the validation loss has not fallen below ${best.loss.toPrecision(4)} ` +
      `(step ${best.step}) for ${worse + 1} evaluations`
    );
  }

  /** What it has come to, for going on elsewhere; null before its first evaluation. */
  get kept(): KeptRun | null {
    if (!this.#checkpoint) return null;
    const { best, worse } = this.#plannedStanding;
    return {
      checkpoint: this.#checkpoint,
      best: best && { step: best.step, loss: best.loss, checkpoint: best.held?.checkpoint ?? null },
      worse,
      ended: this.#state === "finished" ? { reason: this.#reason } : null,
    };
  }

  /**
   * Takes what it had come to elsewhere; `bestSaid`: what its best adapter says, where it may go
   * back to it.
   */
  takeUp({ checkpoint, best, worse }: KeptRun, bestSaid: Said | null): void {
    this.#checkpoint = checkpoint;
    const back = best?.checkpoint ?? null;
    const held = back && bestSaid && { checkpoint: back, said: bestSaid };
    this.#standing = { best: best && { step: best.step, loss: best.loss, held }, worse };
    this.#plannedStanding = this.#standing;
  }

  /**
   * Ends it in good order; with `keepBest` it holds the adapter of its best evaluation from here
   * on. `reason`: why it finishes before its last step.
   */
  end(state: "finished" | "stopped", keepBest: boolean, reason: string | null = null): void {
    this.#reason = reason;
    const best = this.#standing.best?.held;
    if (keepBest && best && best.checkpoint.step !== this.#heldStep) {
      this.run.parameters.restore(best.checkpoint);
      this.#validation = best.said;
      this.#evaluatedStep = best.checkpoint.step;
      this.#heldStep = best.checkpoint.step;
    }
    this.#validationAtEnd = this.#validation;
    this.setState(state);
  }

  /**
   * What predicts for it, so many rows at a time: made once, and kept from one text to the next.
   */
  async nextToken(rows: number, make: (rows: number) => NextToken): Promise<NextToken> {
    if (this.#next && this.#next.size !== rows) {
      await this.#next.release();
      this.#next = null;
    }
    this.#next ??= make(rows);
    return this.#next;
  }

  async release(): Promise<void> {
    await this.#next?.release();
    await this.run.release();
  }
}
