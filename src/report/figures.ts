/** The figures of a report in words, alike in all of its forms. */

import { type MetricName, metricFacts } from "../tasks/metrics/names";
import { formatMetric } from "../tasks/metrics/shown";
import { remarkWords } from "../verdict/remark-words";
import type { Interval, Verdict, VerdictRun } from "../verdict/verdict";
import type { ReportFacts } from "./facts";

/** `300 test rows`, `300 rows of the file`. */
export function groundOf({ rows, part }: Pick<Verdict, "rows" | "part">): string {
  return `${formatCount(rows)} ${part === "file" ? "rows of the file" : `${part} rows`}`;
}

/** `800 training rows`, of each part that has any. */
export function countedParts(parts: ReportFacts["parts"]): string[] {
  return (["train", "validation", "test"] as const).flatMap((part) =>
    parts && parts[part] > 0 ? [`${formatCount(parts[part])} ${part === "train" ? "training" : part} rows`] : [],
  );
}

/** How often the test rows have been looked at; nothing where they do not decide. */
export function looksOf(verdict: Verdict | null): string[] {
  if (verdict?.part !== "test") return [];
  return [
    verdict.looks === null
      ? "how often these test rows had been looked at before is not known"
      : `these test rows have been looked at ${verdict.looks === 1 ? "once" : `${verdict.looks} times`}, as far as this browser knows`,
  ];
}

/** What guessing would reach. */
export function guessLevels({ metric, chance, majority }: Verdict): { title: string; value: number; text: string }[] {
  const level = (title: string, value: number | null) =>
    value === null ? [] : [{ title, value, text: formatMetric(metric, value) }];
  return [...level("guessing by the labels' shares", chance), ...level("always saying the largest label", majority)];
}

/** How one of a pair differs from the other, as it is written. */
export interface PairRow {
  readonly first: string;
  readonly second: string;
  readonly difference: string;
  readonly interval: string;
  readonly p: string;
  readonly adjustedP: string;
  readonly beyondLuck: boolean;
  readonly test: string;
}

/** Every pair of runs; where the majority is one of the runs, it is among them, and else apart. */
export function pairRows(verdict: Verdict): PairRow[] {
  const { metric } = verdict;
  const over = apartFromPairs(verdict).map((own) => ({
    ...own,
    first: own.run,
    second: "always the largest label",
  }));
  return [...verdict.pairs, ...over].map(({ first, second, difference, p, adjustedP, beyondLuck, test }) => ({
    ...{ first, second, beyondLuck, test },
    difference: formatDifference(metric, difference.value),
    interval: between(difference, (value) => formatDifference(metric, value)),
    p: formatChance(p),
    adjustedP: formatChance(adjustedP),
  }));
}

/** How the pairs' table is read. */
export function aboutPairs(verdict: Verdict): string {
  const apart =
    apartFromPairs(verdict).length > 0 ? ", and apart from these over the runs against the largest label" : "";
  return (
    `Both of a pair answered the same rows. The adjusted p is Holm's over all pairs of runs${apart}; below 0.05 a ` +
    "difference is called beyond luck."
  );
}

function apartFromPairs({ runs, againstMajority }: Verdict) {
  return runs.some(({ basis }) => basis === "one answer") || !againstMajority ? [] : againstMajority.runs;
}

export function kindOf({ kind, basis, remarks }: VerdictRun): string {
  const words = { tuned: "tuned", control: "control", answerer: "nothing trained" }[kind];
  const own = basis === "texts" ? "no language model" : basis === "fitted head" ? "fitted without a step" : words;
  return [own, ...remarks.map(remarkWords)].join("; ");
}

export function between({ low, high }: Interval, format: (value: number) => string): string {
  return `${format(low)} to ${format(high)}`;
}

export function formatFigure(name: MetricName | "loss", value: number | null | undefined): string {
  if (value === undefined || value === null || !Number.isFinite(value)) return "–";
  return name === "loss" ? value.toFixed(4) : formatMetric(name, value);
}

export function formatCount(count: number | null): string {
  return count === null ? "–" : count.toLocaleString("en-US");
}

/** `+3.2 points` of a share, `−0.041` of anything else. */
function formatDifference(metric: MetricName, value: number): string {
  const size = Math.abs(value);
  const digits = metricFacts[metric].kind === "share" ? `${(100 * size).toFixed(1)} points` : size.toFixed(3);
  return `${Number.parseFloat(digits) === 0 ? "" : value < 0 ? "−" : "+"}${digits}`;
}

function formatChance(p: number): string {
  return p < 0.001 ? "< 0.001" : p.toFixed(3);
}
