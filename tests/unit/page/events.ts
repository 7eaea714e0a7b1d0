/** Events and comparisons for the page's tests. */

import { createCurves } from "../../../src/page/curves/run-curves";
import type { Comparison, ComparisonSlice, RunRecord } from "../../../src/page/store/state";
import { trainingSchema } from "../../../src/plan/configuration";
import type { EvaluationEvent, MemoryBytes, StepEvent } from "../../../src/worker/api";

export const bytes: MemoryBytes = {
  weights: 100,
  adapter: 1,
  gradients: 2,
  optimizer: 3,
  activations: 4,
  cache: 0,
  runtime: 5,
  onnxruntime: 0,
  total: 115,
};

export function step(run: string, number: number, loss: number, fields: Partial<StepEvent> = {}): StepEvent {
  return {
    type: "step",
    run,
    step: number,
    epoch: number / 100,
    loss,
    learningRate: 0.001,
    gradNorm: 1,
    tokens: number * 10,
    seconds: number / 10,
    flops: number * 1000,
    memoryBytes: bytes,
    ...fields,
  };
}

export function evaluation(run: string, number: number, loss: number, accuracy: number): EvaluationEvent {
  return {
    type: "evaluation",
    run,
    step: number,
    split: "validation",
    loss,
    accuracy,
    f1: accuracy,
    rows: 10,
    tokens: number * 10,
    seconds: number / 10,
    flops: number * 1000,
  };
}

export function record(name: string, fields: Partial<RunRecord> = {}): RunRecord {
  return {
    key: `c/${name}`,
    name,
    methodTitle: name,
    control: false,
    slot: 0,
    configuration: { name, method: "lora", options: {} },
    learningRate: 0.001,
    state: "running",
    reason: null,
    lastGoodStep: null,
    heldStep: null,
    variant: { name, run: name, group: name, seed: 0, split: 0, learningRateFactor: 1 },
    trainable: null,
    bytes: null,
    curves: createCurves(),
    saved: false,
    ...fields,
  };
}

export function comparison(runs: RunRecord[], fields: Partial<Comparison> = {}): Comparison {
  return {
    id: "c",
    startedAt: 0,
    endedAt: null,
    since: 0,
    configuration: {
      model: "bundled:m",
      precision: "auto",
      data: {
        task: "sequence-classification",
        train: "t.csv",
        validation: 0.1,
        test: null,
        group: null,
        columns: { text: "text", textPair: null, label: "label" },
        maxLength: 64,
      },
      training: trainingSchema.parse({ steps: 100, warmupRatio: 0, gradClip: null, evalEvery: 10 }),
      runs: runs.map((run) => run.configuration),
    },
    modelName: "m",
    dataTitle: "t.csv",
    state: "running",
    step: 0,
    steps: 100,
    reason: null,
    memoryBytes: null,
    runs,
    ...fields,
  };
}

export function slice(current: Comparison | null): ComparisonSlice {
  return {
    current,
    inWorker: null,
    past: [],
    revision: 0,
    error: null,
    progress: null,
    stopping: false,
    imported: [],
    interrupted: [],
  };
}
