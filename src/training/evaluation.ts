/** Evaluating a run on the validation rows: the forward passes, and what the numbers say. */

import type { PlannedBatch } from "../data/batches";
import type { TokenizedExample } from "../data/tokens";
import { readBuffer } from "../gpu/readback";
import type { Engine } from "./engine";
import type { EvaluationEvent, RunReport } from "./events";
import type { Feed } from "./feed";
import { accuracy, argmax, classMetrics, confusionMatrix, macroF1, softmax } from "./metrics";
import type { Run } from "./run";

/** Of every validation row, in the file's order. */
export interface Evaluation {
  /** [rows, classes] */
  readonly logits: Float32Array;
  /** [rows], nats */
  readonly losses: Float32Array;
}

const WRONGEST = 20;

export class Evaluator {
  readonly #engine: Engine;
  readonly #batchSize: number;
  readonly #classes: number;
  /** Logits, then losses, of all rows in the order they were computed. */
  readonly #computed: GPUBuffer;

  constructor(engine: Engine, rows: number, classes: number, batchSize: number, owner: string) {
    this.#engine = engine;
    this.#batchSize = batchSize;
    this.#classes = classes;
    this.#computed = engine.memory.allocate(rows * (classes + 1) * 4, {
      label: "validation logits and losses",
      category: "runtime",
      owner,
    });
  }

  /** Nothing else may use the feed or the run's steps meanwhile. Waits for the device once, at the end. */
  async evaluate(run: Run, feed: Feed, progress: (done: number, total: number) => void): Promise<Evaluation> {
    const { device } = this.#engine;
    const classes = this.#classes;
    const plans = this.#plan(feed);
    const order = plans.flatMap(({ rows }) => rows);
    let before = 0;
    for (const [done, plan] of plans.entries()) {
      progress(done, plans.length);
      feed.fill(feed.validation, plan);
      const step = await run.infer(plan.bucket);
      const encoder = device.createCommandEncoder();
      step.encodeLoss(encoder);
      const count = plan.rows.length;
      const lossStart = (order.length * classes + before) * 4;
      encoder.copyBufferToBuffer(step.logits, 0, this.#computed, before * classes * 4, count * classes * 4);
      encoder.copyBufferToBuffer(step.rowLoss, 0, this.#computed, lossStart, count * 4);
      device.queue.submit([encoder.finish()]);
      before += count;
    }
    const computed = new Float32Array(await readBuffer(device, this.#computed, order.length * (classes + 1) * 4));
    const logits = new Float32Array(order.length * classes);
    const losses = new Float32Array(order.length);
    order.forEach((row, place) => {
      logits.set(computed.subarray(place * classes, (place + 1) * classes), row * classes);
      losses[row] = computed[order.length * classes + place]!;
    });
    return { logits, losses };
  }

  /** Rows by length, so that a batch is padded little. */
  #plan(feed: Feed): PlannedBatch[] {
    const { validation } = feed;
    const rows = [...validation.keys()].sort((a, b) => validation[a]!.ids.length - validation[b]!.ids.length);
    return Array.from({ length: Math.ceil(rows.length / this.#batchSize) }, (_, index) => {
      const members = rows.slice(index * this.#batchSize, (index + 1) * this.#batchSize);
      return { rows: members, bucket: feed.bucketFor(validation[members.at(-1)!]!.ids.length) };
    });
  }
}

/** Mean loss, accuracy and macro F1 of an evaluation. */
export function summarizeEvaluation(
  { logits, losses }: Evaluation,
  examples: readonly TokenizedExample[],
  classes: number,
): Pick<EvaluationEvent, "loss" | "accuracy" | "f1" | "rows"> {
  const confusion = confusionOf(logits, examples, classes);
  const loss = losses.reduce((sum, value) => sum + value, 0) / Math.max(1, losses.length);
  return { loss, accuracy: accuracy(confusion), f1: macroF1(confusion), rows: examples.length };
}

/** Confusion matrix, metrics per class, and the rows with the largest losses. `texts` are the rows' texts. */
export function reportEvaluation(
  run: string,
  { logits, losses }: Evaluation,
  examples: readonly TokenizedExample[],
  texts: readonly string[],
  labels: readonly string[],
): Omit<RunReport, "dial"> {
  const classes = labels.length;
  const confusion = confusionOf(logits, examples, classes);
  const order = [...losses.keys()].sort((a, b) => losses[b]! - losses[a]!).slice(0, WRONGEST);
  return {
    run,
    labels: [...labels],
    confusion,
    perClass: classMetrics(confusion).map((metrics, index) => ({ label: labels[index]!, ...metrics })),
    wrongest: order.map((row) => {
      const { label, row: place } = examples[row]!;
      return {
        row: place,
        text: texts[row]!,
        label: labels[label]!,
        predicted: labels[argmax(logits, row * classes, classes)]!,
        probability: softmax(logits, row * classes, classes)[label]!,
        loss: losses[row]!,
      };
    }),
  };
}

function confusionOf(logits: Float32Array, examples: readonly TokenizedExample[], classes: number): number[][] {
  const predicted = examples.map((_, row) => argmax(logits, row * classes, classes));
  const truth = examples.map(({ label }) => label);
  return confusionMatrix(truth, predicted, classes);
}
