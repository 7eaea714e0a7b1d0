/** A comparison's curves as CSV: one line per training step and per evaluation, as they were computed. */

import Papa from "papaparse";
import type { Comparison } from "../store/state";

const header = [
  "run",
  "method",
  "split",
  "step",
  "epoch",
  "loss",
  "accuracy",
  "f1",
  "learning_rate",
  "grad_norm",
  "tokens",
  "seconds",
  "gpu_bytes",
] as const;

type Row = Partial<Record<(typeof header)[number], string | number>>;

export function metricsCsv(comparison: Comparison): string {
  const rows: Row[] = [];
  for (const run of comparison.runs) {
    const common = { run: run.name, method: run.configuration.method };
    const { steps, evaluations } = run.curves;
    for (let i = 0; i < steps.length; i++) {
      rows.push({
        ...common,
        split: "train",
        step: steps.column("step")[i],
        epoch: steps.column("epoch")[i],
        loss: steps.column("loss")[i],
        learning_rate: steps.column("learningRate")[i],
        grad_norm: steps.column("gradNorm")[i],
        tokens: steps.column("tokens")[i],
        seconds: steps.column("seconds")[i],
        gpu_bytes: steps.column("gpuBytes")[i],
      });
    }
    for (let i = 0; i < evaluations.length; i++) {
      rows.push({
        ...common,
        split: "validation",
        step: evaluations.column("step")[i],
        loss: evaluations.column("loss")[i],
        accuracy: evaluations.column("accuracy")[i],
        f1: evaluations.column("f1")[i],
        tokens: evaluations.column("tokens")[i],
        seconds: evaluations.column("seconds")[i],
      });
    }
  }
  return Papa.unparse({ fields: [...header], data: rows.map((row) => header.map((name) => row[name] ?? "")) });
}
