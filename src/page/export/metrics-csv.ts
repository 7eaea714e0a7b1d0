/**
 * A comparison's curves as CSV: one line per training step and per evaluation, as they were
 * computed.
 */

import { type FormulaCells, writeCsv } from "../../data/write-csv";
import { type MetricName, taskMetrics } from "../../tasks/metrics/names";
import type { Comparison } from "../store/state";

const before = ["run", "method", "split", "rows", "step", "epoch", "loss"] as const;
const after = [
  "learning_rate",
  "grad_norm",
  "tokens",
  "kept_tokens",
  "weight_sum",
  "seconds",
  "flops",
  "memory_bytes",
] as const;

type Row = Partial<Record<(typeof before)[number] | (typeof after)[number] | MetricName, string | number>>;

/** With the metrics of the comparison's task between loss and rate. */
export function metricsCsv(comparison: Comparison, formulas: FormulaCells = "text"): string {
  const metrics = taskMetrics[comparison.configuration.data.task];
  const header = [...before, ...metrics, ...after];
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
        kept_tokens: finite(steps.column("keptTokens")[i]),
        weight_sum: finite(steps.column("weightSum")[i]),
        seconds: steps.column("seconds")[i],
        flops: finite(steps.column("flops")[i]),
        memory_bytes: steps.column("memoryBytes")[i],
      });
    }
    for (let i = 0; i < evaluations.length; i++) {
      rows.push({
        ...common,
        split: "validation",
        rows: evaluations.column("rows")[i],
        step: evaluations.column("step")[i],
        loss: evaluations.column("loss")[i],
        ...Object.fromEntries(metrics.map((name) => [name, finite(evaluations.column(name)[i])])),
        tokens: evaluations.column("tokens")[i],
        kept_tokens: finite(evaluations.column("keptTokens")[i]),
        seconds: evaluations.column("seconds")[i],
        flops: finite(evaluations.column("flops")[i]),
      });
    }
    for (const evaluation of [run.complete, run.test]) {
      if (!evaluation) continue;
      const { split, rows: count, step, loss, tokens, seconds } = evaluation;
      const measured = metrics.map((name) => [name, finite(evaluation[name])]);
      rows.push({ ...common, split, rows: count, step, loss, ...Object.fromEntries(measured), tokens, seconds });
    }
  }
  return writeCsv(
    header,
    rows.map((row) => header.map((name) => row[name] ?? "")),
    formulas,
  );
}

/** Empty where a metric has no value. */
function finite(value: number | undefined): number | string {
  return value !== undefined && Number.isFinite(value) ? value : "";
}
