/** The metrics there are, under the names that files use, and how each is read. */

import type { TaskId } from "../../data/types";

export const metricNames = [
  "accuracy",
  "f1",
  "precision",
  "recall",
  "mcc",
  "pearson",
  "spearman",
  "rmse",
  "mae",
  "perplexity",
  "tokenAccuracy",
] as const;

export type MetricName = (typeof metricNames)[number];
/**
 * Those that a task has. `f1`, `precision` and `recall` are over classes (macro), or over entities.
 */
export type Metrics = Partial<Record<MetricName, number>>;

/** Of each task: what runs are compared by, then what else is shown. */
export const taskMetrics: Readonly<Record<TaskId, readonly [MetricName, ...MetricName[]]>> = {
  "sequence-classification": ["accuracy", "f1", "precision", "recall", "mcc"],
  "multi-label-classification": ["f1", "accuracy", "precision", "recall"],
  regression: ["spearman", "pearson", "rmse", "mae"],
  "token-classification": ["f1", "precision", "recall", "accuracy"],
  "causal-lm": ["perplexity", "tokenAccuracy"],
};

/** Metrics that are the share of rows that are right: how sure they are follows from the rows. */
export const rowShares: Readonly<Record<TaskId, readonly MetricName[]>> = {
  "sequence-classification": ["accuracy"],
  "multi-label-classification": ["accuracy"],
  regression: [],
  "token-classification": [],
  "causal-lm": [],
};

/** What files and links mean that name no task, and what the page shows before anything is open. */
export const DEFAULT_TASK: TaskId = "sequence-classification";

export interface MetricFacts {
  readonly title: string;
  /** `share`: of 1, shown in percent. `correlation`: −1 to 1. `number`: as it is. */
  readonly kind: "share" | "correlation" | "number";
  readonly better: "high" | "low";
}

export const metricFacts: Readonly<Record<MetricName, MetricFacts>> = {
  accuracy: { title: "Accuracy", kind: "share", better: "high" },
  f1: { title: "F1", kind: "share", better: "high" },
  precision: { title: "Precision", kind: "share", better: "high" },
  recall: { title: "Recall", kind: "share", better: "high" },
  mcc: { title: "Matthews correlation", kind: "correlation", better: "high" },
  pearson: { title: "Pearson", kind: "correlation", better: "high" },
  spearman: { title: "Spearman", kind: "correlation", better: "high" },
  rmse: { title: "RMSE", kind: "number", better: "low" },
  mae: { title: "MAE", kind: "number", better: "low" },
  perplexity: { title: "Perplexity", kind: "number", better: "low" },
  tokenAccuracy: { title: "Token accuracy", kind: "share", better: "high" },
};

/** A metric's name within a sentence: `accuracy`, `F1`, `Spearman`. */
export function metricWord(name: MetricName): string {
  const { title } = metricFacts[name];
  return /^(Pearson|Spearman|Matthews|F1|RMSE|MAE)/.test(title) ? title : title.toLowerCase();
}

/** What runs are judged by: what was fixed before training, else the task's first. */
export function decidingMetric({
  data: { task },
  training: { metric },
}: {
  readonly data: { readonly task: TaskId };
  readonly training: { readonly metric?: MetricName | undefined };
}): MetricName {
  return metric ?? taskMetrics[task][0];
}
