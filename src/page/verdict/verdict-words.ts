/**
 * A verdict's figures as the panel writes them: values, intervals, differences, and short words for
 * what a reader should know of a run. The sentences are the worker's.
 */

import { type MetricName, metricFacts } from "../../tasks/metrics/names";
import type { Verdict, VerdictRun } from "../../worker/api";
import { formatLoss, formatMetric, formatPercent, formatPlural } from "../numbers";

/** What a verdict is of: `on 31 test rows of Question types · small-base`. */
export function describeGround(
  { rows, part }: Pick<Verdict, "rows" | "part">,
  { dataTitle, modelName }: { dataTitle: string; modelName: string },
): string {
  return `on ${formatPlural(rows, `${part} row`)} of ${dataTitle} · ${modelName}`;
}

/**
 * The verdict's sentences as they are set: the first one's first clause in large type, the rest in
 * lines of their own. Numbers and their per cent signs stay together.
 */
export function setSentences(sentences: readonly string[]): { headline: string; lines: string[] } {
  const [first = "", ...others] = sentences.map((sentence) => sentence.replaceAll(" %", "\u00a0%"));
  const end = first.indexOf(". ");
  return end < 0
    ? { headline: first, lines: others }
    : { headline: first.slice(0, end + 1), lines: [first.slice(end + 2), ...others] };
}

/** `46.7 to 80.0 %`. */
export function formatInterval(metric: MetricName, { low, high }: { low: number; high: number }): string {
  const first = metricFacts[metric].kind === "share" ? (low * 100).toFixed(1) : formatMetric(metric, low);
  return `${first} to ${formatMetric(metric, high)}`;
}

/** Of two values, with its sign: `+3.2 points` of a share, `−0.041` of anything else. */
export function formatDifference(metric: MetricName, difference: number): string {
  return `${signed(metric, difference)}${unitOf(metric)}`;
}

/** An interval of a difference: `−1.0 to +7.4 points`. */
export function formatRange(metric: MetricName, { low, high }: { low: number; high: number }): string {
  return `${signed(metric, low)} to ${formatDifference(metric, high)}`;
}

function signed(metric: MetricName, difference: number): string {
  const { kind } = metricFacts[metric];
  const size = Math.abs(difference);
  const digits =
    kind === "share" ? (size * 100).toFixed(1) : kind === "correlation" ? size.toFixed(3) : formatLoss(size);
  const sign = Number(digits) === 0 ? "" : difference < 0 ? "−" : "+";
  return `${sign}${digits}`;
}

function unitOf(metric: MetricName): string {
  return metricFacts[metric].kind === "share" ? "\u00a0points" : "";
}

/** A p value: `0.031`, `< 0.001`. */
export function formatChance(p: number): string {
  return p < 0.001 ? "<\u00a00.001" : p.toFixed(3);
}

/** What is not tuned about a run; null where it is. */
export function kindWords({ kind, basis }: Pick<VerdictRun, "kind" | "basis">): string | null {
  if (kind === "tuned") return null;
  if (kind === "control") return "control";
  if (basis === "texts") return "no language model";
  return basis === "fitted head" ? "fitted, no step" : "nothing trained";
}

/** A level of guessing as it is written beside its line. */
export function formatLevel(title: string, metric: MetricName, value: number): string {
  return `${title} ${metricFacts[metric].kind === "share" ? formatPercent(value) : formatMetric(metric, value)}`;
}
