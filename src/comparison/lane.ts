/**
 * One run's way through a comparison: its state, its clock, and the adapters of its evaluations.
 */

import type { NextToken } from "../answers/next-token";
import type { TokenizedExample } from "../data/tokens";
import type { RunState, StudioEvent } from "../plan/events";
import type { Feed } from "../runs/feed";
import type { Checkpoint } from "../runs/parameters";
import type { Run } from "../runs/run";
import type { Evaluation } from "../tasks/task";

/** A run's state at one evaluation. */
interface Evaluated {
  readonly checkpoint: Checkpoint;
  readonly evaluation: Evaluation;
  readonly loss: number;
}

/** What a run said of the test rows, row by row, and the rows as it read them. */
export interface Tested {
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
  reason: string | null = null;
  /** Updates that it has done. */
  steps = 0;
  /** Real tokens and seconds of training behind it. */
  tokens = 0;
  seconds = 0;
  /** What it goes on from: of the last evaluation, or of a stop without one. */
  checkpoint: Checkpoint | null = null;
  /** The last evaluation, and the step that it was made at. */
  validation: Evaluation | null = null;
  evaluatedStep: number | null = null;
  /** Of the test rows, once it has ended. */
  tested: Tested | null = null;
  /** Before the first step, for language modelling: what it wrote then can be seen later. */
  first: Checkpoint | null = null;
  /** What predicts for it, kept from one text to the next. */
  next: NextToken | null = null;
  readonly #emit: (event: StudioEvent) => void;
  #state: RunState = "waiting";
  #heldStep: number | null = null;
  /** The evaluation with the lowest loss, and for how many evaluations none was lower. */
  #best: Evaluated | null = null;
  #worse = 0;
  /** Its tensors on the GPU are no numbers any more; the checkpoint's have to be put back. */
  #spoiled = false;

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
    const lastGoodStep = this.checkpoint?.step ?? null;
    const { name: run, reason, heldStep } = this;
    this.#emit({ type: "run-state", run, state, reason, lastGoodStep, heldStep });
  }

  /**
   * Fails a run whose numbers are none; its last good adapter comes back before anybody reads it.
   */
  failNotANumber(what: string, value: number, learningRate: number): void {
    const rate = learningRate.toPrecision(3);
    const hint = this.trains ? ` The learning rate of ${rate} may be too high; try a lower one.` : "";
    this.reason = `not a number: ${what} was ${value}.${hint}`;
    this.#spoiled = true;
    this.setState("failed");
  }

  restoreIfFailed(): void {
    if (this.#spoiled) this.restore();
  }

  /** Back to the checkpoint, behind everything submitted so far. */
  restore(): void {
    const { checkpoint } = this;
    this.#spoiled = false;
    if (!checkpoint) return;
    this.run.parameters.restore(checkpoint);
    this.#heldStep = checkpoint.step;
    this.steps = checkpoint.step;
    this.tokens = checkpoint.tokens;
    this.seconds = checkpoint.seconds;
  }

  /** Whether it was evaluated, here, at the step that it is at. */
  get isEvaluated(): boolean {
    return this.evaluatedStep === this.steps && this.checkpoint?.step === this.steps;
  }

  /** Keeps its adapter as it is. */
  async keep(): Promise<void> {
    const { steps, tokens, seconds } = this;
    this.checkpoint = { ...(await this.run.parameters.checkpoint(steps)), tokens, seconds };
    this.#heldStep = steps;
  }

  /** Its state as it is on the device. */
  async snapshot(): Promise<Checkpoint> {
    const running = this.#state === "running";
    const held = running ? this.steps : (this.#heldStep ?? this.steps);
    const best = this.#best?.checkpoint;
    const { tokens, seconds } = !running && best?.step === held ? best : this;
    return { ...(await this.run.parameters.checkpoint(held)), tokens, seconds };
  }

  /**
   * Compares the last evaluation's loss with the lowest before. Returns why to stop early, if
   * `patience` evaluations in a row were none better.
   */
  checkPatience(loss: number, step: number, patience: number | null): string | null {
    const best = this.#best;
    if (!best || loss < best.loss) {
      this.#best = { loss, checkpoint: this.checkpoint!, evaluation: this.validation! };
      this.#worse = 0;
      return null;
    }
    this.#worse++;
    if (patience === null || this.#worse < patience) return null;
    return (
      `stopped early at step ${step}: the validation loss has not fallen below ${best.loss.toPrecision(4)} ` +
      `(step ${best.checkpoint.step}) for ${this.#worse} evaluations`
    );
  }

  /**
   * Ends it in good order; with `keepBest` it holds the adapter of its best evaluation from here
   * on.
   */
  end(state: "finished" | "stopped", keepBest: boolean): void {
    const best = this.#best;
    if (keepBest && best && best.checkpoint.step !== this.#heldStep) {
      this.run.parameters.restore(best.checkpoint);
      this.validation = best.evaluation;
      this.#heldStep = best.checkpoint.step;
    }
    this.setState(state);
  }

  async release(): Promise<void> {
    await this.next?.release();
    await this.run.release();
  }
}
