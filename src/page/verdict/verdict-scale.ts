/** The horizontal scale of the verdict's dots and intervals. */

import { metricFacts } from "../../tasks/metrics/names";
import type { Verdict } from "../../worker/api";
import { type Axis, linearAxis } from "../charts/ticks";

/** Share of the scale that its ends are away from the plot's edges, so that markers fit. */
const MARGIN = 0.03;

/** Encloses every interval, and both levels of guessing; a share never goes beyond 0 and 1. */
export function verdictAxis({ metric, runs, chance, majority }: Verdict): Axis {
  const levels = [chance, majority].filter((level) => level !== null);
  const axis = linearAxis(
    Math.min(...runs.map(({ low }) => low), ...levels),
    Math.max(...runs.map(({ high }) => high), ...levels),
    4,
  );
  if (metricFacts[metric].kind !== "share") return axis;
  const within = (value: number) => Math.min(1, Math.max(0, value));
  const [from, to] = axis.domain;
  return { domain: [within(from), within(to)], ticks: axis.ticks.filter((tick) => tick === within(tick)) };
}

/** Where a value stands, in percent of the plot's width. */
export function placeOf({ domain: [from, to] }: Axis, value: number): number {
  return 100 * (MARGIN + ((1 - 2 * MARGIN) * (value - from)) / (to - from));
}
