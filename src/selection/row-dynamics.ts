/**
 * Training dynamics of all training rows: one run is trained for some epochs, and the rows are
 * scored with what it had learned after each. Nothing of it stays.
 */

import { Comparison } from "../comparison/comparison";
import type { ComparisonSetup } from "../comparison/comparison-setup";
import type { RunConfiguration } from "../plan/configuration";
import type { Checkpoint } from "../runs/parameters";
import { scoreRows } from "../scoring/score-rows";
import type { RowScores } from "../scoring/scores";
import { type EpochScores, type TrainingDynamics, trainingDynamics } from "./training-dynamics";

interface DynamicsSetup extends Pick<ComparisonSetup, "executor" | "model" | "data" | "training"> {
  readonly run: RunConfiguration;
  readonly epochs: number;
  /** Steps of the training, then rows that are scored, of all epochs together. */
  readonly report: (what: "steps" | "rows", done: number, total: number) => void;
  readonly signal: AbortSignal;
}

/** Rejects with an Error naming the run where it fails, or with the signal's reason. */
export async function rowDynamics(setup: DynamicsSetup): Promise<TrainingDynamics> {
  const { executor, model, data, training, run, epochs, report, signal } = setup;
  const perEpoch = Math.ceil(data.train.length / training.batchSize);
  const steps = epochs * perEpoch;
  const { foundRate: _, sweptAs: __, learningRate, ...others } = run;
  // A rate that is still to be searched is the method's own.
  const rate = learningRate ?? training.learningRate;
  const { learningRate: ___, ...settings } = training;
  const kept = new Map<number, Checkpoint>();
  const comparison = new Comparison({
    ...{ executor, model, data },
    training: {
      ...{ ...settings, steps, epochs: null, evalEvery: perEpoch, evalRows: 1, calibrate: false },
      ...{ earlyStopping: null, keepBest: false },
    },
    runs: [{ ...others, ...(rate !== "search" && rate !== undefined && { learningRate: rate }) }],
    emit: (event) => {
      if (event.type === "step") report("steps", event.step, steps);
    },
    onCheckpoint: (checkpoints) => {
      const checkpoint = checkpoints.get(run.name);
      if (checkpoint && checkpoint.step > 0) kept.set(checkpoint.step, checkpoint);
    },
  });
  const end = () => comparison.abandon();
  signal.addEventListener("abort", end);
  try {
    signal.throwIfAborted();
    report("steps", 0, steps);
    await comparison.prepare();
    if (!signal.aborted) await comparison.train();
    signal.throwIfAborted();
    if (comparison.state(run.name) === "failed") {
      throw new Error(`Learn from: "${run.name}", which says how hard rows are, failed. Choose another first run.`);
    }
    const scored: EpochScores[] = [];
    for (const checkpoint of kept.values()) {
      const scores = await comparison.holdAt(run.name, checkpoint, (held) =>
        scoreRows(
          {
            ...{ executor, model, reader: held, reading: "answer" as const, signal, scale: data.scale },
            wanted: { labels: true, states: false, gradients: false, given: null },
            ...{ batchSize: training.batchSize, labelled: data.task, tokenizer: model.tokenizer },
            report: (done, total) => report("rows", scored.length * total + done, kept.size * total),
          },
          data.train,
        ),
      );
      scored.push({ losses: scores.losses!, right: shareRight(scores, data.train.length) });
    }
    return trainingDynamics(scored);
  } finally {
    signal.removeEventListener("abort", end);
    await comparison.release();
  }
}

/** Of each row the share of its labels that have rank 1; 0 where labels have no ranks. */
function shareRight({ labels }: RowScores, rows: number): Float64Array {
  const right = new Float64Array(rows);
  if (!labels) return right;
  for (let row = 0; row < rows; row++) {
    const [first, end] = [labels.offsets[row]!, labels.offsets[row + 1]!];
    for (let at = first; at < end; at++) right[row]! += labels.ranks[at] === 1 ? 1 / (end - first) : 0;
  }
  return right;
}
