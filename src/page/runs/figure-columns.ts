/**
 * The run table's columns after the run's name: their titles, how a value is written, and which way
 * they are sorted first. Which of them are hidden is kept in this browser.
 */

import { useState } from "react";
import { type MetricName, metricFacts } from "../../tasks/metrics/names";
import { formatBytes, formatCount, formatDuration, formatFlops, formatLoss, formatMetric } from "../numbers";
import type { Figure } from "./table-rows";

export interface Column {
  figure: Figure;
  title: string;
  format: (value: number) => string;
  descendingFirst?: boolean;
  /** Which metric the heading names; left out where it is none. */
  metric?: MetricName;
  /** How well runs answer: with seeds, how far these lie apart is said. */
  quality?: true;
}

/** What differs between the runs, which is no figure. */
export const DIFFERS = { figure: "differs", title: "What differs" } as const;

export type AnyColumn = Column | typeof DIFFERS;

/** With the metric that the task is judged by; `tested`: also on the test rows. */
export function columnsFor(metric: MetricName, tested: boolean): AnyColumn[] {
  const { title, better } = metricFacts[metric];
  const short = metric === "accuracy" ? "acc." : title;
  const format = (value: number) => formatMetric(metric, value);
  const shared = { format, descendingFirst: better === "high", metric, quality: true } as const;
  return [
    ...(tested ? [{ figure: "testMetric", title: `Test ${short}`, ...shared } as const] : []),
    { figure: "score", title, ...shared },
    { figure: "validationLoss", title: "Val. loss", format: formatLoss, quality: true },
    DIFFERS,
    { figure: "bestMetric", title: `Best ${short}`, ...shared },
    { figure: "stepsToLoss", title: "Steps to loss", format: formatCount },
    { figure: "trainable", title: "Trainable", format: formatCount },
    { figure: "seconds", title: "Time", format: formatDuration },
    { figure: "flops", title: "FLOPs", format: formatFlops },
    { figure: "bytes", title: "Own memory", format: formatBytes },
  ];
}

const PLACE = "hidden-run-columns";

/** Names of columns that somebody has hidden, and how to hide one or show it again. */
export function useHiddenColumns(): [ReadonlySet<string>, (figure: string) => void] {
  const [hidden, setHidden] = useState<ReadonlySet<string>>(() => new Set(storedNames()));
  const toggle = (figure: string) => {
    const after = new Set(hidden);
    if (!after.delete(figure)) after.add(figure);
    setHidden(after);
    try {
      localStorage.setItem(PLACE, JSON.stringify([...after]));
    } catch {
      // They are then hidden until the page closes.
    }
  };
  return [hidden, toggle];
}

function storedNames(): string[] {
  try {
    const stored: unknown = JSON.parse(localStorage.getItem(PLACE) ?? "[]");
    return Array.isArray(stored) ? stored.filter((name) => typeof name === "string") : [];
  } catch {
    return [];
  }
}
