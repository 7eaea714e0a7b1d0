/**
 * Evaluating a run on validation or test rows: the forward passes, and what is kept of them.
 */

import type { PlannedBatch } from "../data/batches";
import type { TokenizedExample } from "../data/tokens";
import type { Scale } from "../data/types";
import type { DeviceBuffer, Executor } from "../executors/executor";
import type { Evaluation, Task } from "../tasks/task";
import type { Feed } from "./feed";
import type { Run } from "./run";

export interface EvaluatorSetup {
  readonly task: Task;
  readonly classes: number;
  /** Of the numbers that the task predicts; outputs come in the file's units. */
  readonly scale: Scale | null;
  readonly owner: string;
}

/** Batches that may wait for the device, so that it never waits for us. */
const AHEAD = 2;

export class Evaluator {
  readonly #executor: Executor;
  readonly #setup: EvaluatorSetup;
  /** float32 numbers of each label that are kept beside its loss. */
  readonly #width: number;
  /** Made at the first evaluation; grows where other rows need more. */
  #computed: DeviceBuffer | null = null;

  constructor(executor: Executor, setup: EvaluatorSetup) {
    this.#executor = executor;
    this.#setup = setup;
    this.#width = setup.task.recorded(setup.classes).width;
  }

  /**
   * `evaluated`: rows as the feed shows them. Nothing else may use the feed or the run's steps
   * meanwhile. `progress` is told of batches that
   * are computed; `cancelled` is asked before each whether the evaluation is given up: then it
   * resolves to null.
   */
  async evaluate(
    run: Pick<Run, "infer">,
    feed: Feed,
    evaluated: readonly TokenizedExample[],
    progress: (done: number, total: number) => void,
    cancelled: () => boolean = () => false,
  ): Promise<Evaluation | null> {
    const executor = this.#executor;
    const { perToken } = this.#setup.task.labels;
    const width = this.#width;
    const batches = feed.batches(evaluated);
    const labelsOf = ({ rows, bucket }: PlannedBatch) => rows.length * (perToken ? bucket : 1);
    const total = batches.reduce((sum, batch) => sum + labelsOf(batch), 0);
    const computed = this.#buffer(total * (width + 1) * 4);
    let before = 0;
    let done = 0;
    const computing: Promise<void>[] = [];
    progress(0, batches.length);
    for (const batch of batches) {
      if (cancelled()) break;
      feed.fill(evaluated, batch);
      const step = await run.infer(batch.bucket);
      const commands = executor.commands();
      step.recordLoss(commands);
      const count = labelsOf(batch);
      commands.copy(step.recorded, 0, computed, before * width * 4, count * width * 4);
      commands.copy(step.losses, 0, computed, (total * width + before) * 4, count * 4);
      await commands.submit();
      before += count;
      computing.push(executor.done().then(() => progress(++done, batches.length)));
      if (computing.length > AHEAD) await computing.shift();
    }
    await Promise.all(computing);
    if (cancelled()) return null;
    const read = new Float32Array(await executor.read(computed, total * (width + 1) * 4));
    const outputs = new Array<Float32Array | Float64Array>(evaluated.length);
    const losses = new Array<Float32Array>(evaluated.length);
    let place = 0;
    for (const { rows, bucket } of batches) {
      for (const row of rows) {
        const own = evaluated[row]!.labels.length;
        outputs[row] = inUnits(read.slice(place * width, (place + own) * width), this.#setup.scale);
        losses[row] = read.slice(total * width + place, total * width + place + own);
        place += perToken ? bucket : 1;
      }
    }
    return { outputs, losses };
  }

  #buffer(bytes: number): DeviceBuffer {
    if (this.#computed && this.#computed.size >= bytes) return this.#computed;
    const { memory } = this.#executor;
    if (this.#computed) memory.release(this.#computed);
    this.#computed = memory.allocate(bytes, {
      label: "evaluation results",
      category: "runtime",
      owner: this.#setup.owner,
    });
    return this.#computed;
  }
}

/** What a head says of scaled numbers, in the file's units, and then in float64. */
export function inUnits(outputs: Float32Array, scale: Scale | null): Float32Array | Float64Array {
  return scale ? Float64Array.from(outputs, (value) => value * scale.deviation + scale.mean) : outputs;
}
