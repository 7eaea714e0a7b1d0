/** What the points of a sweep came to, for drawing: one figure for each combination of values. */

import { sweptValue } from "../../plan/sweep";
import { type Spread, spreadOf } from "../../plan/variants";
import { type MetricName, metricFacts } from "../../tasks/metrics/names";
import { lastFigure } from "../store/last-figure";
import type { RunRecord } from "../store/state";

/** Something that was varied, with its values in the order in which they were tried. */
export interface SweepAxis {
  readonly key: string;
  readonly values: readonly unknown[];
}

export interface SweepPoint {
  /** Of the run or, where rates have factors, of the run at one of them. */
  readonly name: string;
  /** Which value of each axis, by its place. */
  readonly places: readonly number[];
  /** Of the validation rows, over seeds and splits; null before there is one. */
  readonly value: Spread | null;
  readonly loss: Spread | null;
  /** Of the test rows; null where none was tested. */
  readonly test: Spread | null;
  /** Runs of it that failed. */
  readonly failed: number;
}

export interface SweepResult {
  /** The run that was swept. */
  readonly run: string;
  readonly axes: readonly SweepAxis[];
  readonly points: readonly SweepPoint[];
  /** Best on the validation rows, of equals the one with the lower loss; null: none is measured. */
  readonly best: SweepPoint | null;
}

/** The axis of factors on the learning rate, which the training sets for all runs. */
export const FACTOR = "rate factor";

/** The sweeps of a comparison, in its runs' order; empty where it has none. */
export function sweepResults(runs: readonly RunRecord[], metric: MetricName): SweepResult[] {
  const swept = runs.filter(({ configuration, beside }) => configuration.sweptAs && !beside);
  const names = [...new Set(swept.map(({ configuration }) => configuration.sweptAs!.run))];
  return names.map((name) => {
    const own = swept.filter(({ configuration }) => configuration.sweptAs!.run === name);
    const factors = new Set(own.map(({ variant }) => variant.learningRateFactor));
    const keys = [...own[0]!.configuration.sweptAs!.over, ...(factors.size > 1 ? [FACTOR] : [])];
    const axisValue = ({ configuration, variant }: RunRecord, key: string) =>
      key === FACTOR ? variant.learningRateFactor : sweptValue(configuration, key);
    const axes = keys.map((key) => ({ key, values: distinct(own.map((run) => axisValue(run, key))) }));
    const groups = [...new Set(own.map(({ variant }) => variant.group))];
    const points = groups.map((group) => {
      const members = own.filter(({ variant }) => variant.group === group);
      const places = axes.map(({ key, values }) => placeOf(values, axisValue(members[0]!, key)));
      return pointOf(group, places, members, metric);
    });
    return { run: name, axes, points, best: bestOf(points, metric) };
  });
}

function pointOf(
  name: string,
  places: readonly number[],
  members: readonly RunRecord[],
  metric: MetricName,
): SweepPoint {
  const sound = members.filter(({ state }) => state !== "failed");
  const over = (values: readonly (number | null | undefined)[]) => {
    const known = values.filter((value) => value !== null && value !== undefined);
    return known.length === 0 ? null : spreadOf(known);
  };
  return {
    ...{ name, places },
    value: over(sound.map((run) => lastFigure(run, metric))),
    loss: over(sound.map((run) => lastFigure(run, "loss"))),
    test: over(sound.map(({ test }) => test?.[metric])),
    failed: members.length - sound.length,
  };
}

function bestOf(points: readonly SweepPoint[], metric: MetricName): SweepPoint | null {
  const sign = metricFacts[metric].better === "high" ? 1 : -1;
  const lossOf = ({ loss }: SweepPoint) => loss?.mean ?? Number.POSITIVE_INFINITY;
  return points.reduce<SweepPoint | null>((best, point) => {
    if (!point.value) return best;
    if (!best) return point;
    const ahead = sign * (point.value.mean - best.value!.mean);
    return ahead > 0 || (ahead === 0 && lossOf(point) < lossOf(best)) ? point : best;
  }, null);
}

/** From 0, the worst of what is known, to 1, the best; 1 where all are alike. */
export function shareOf(
  value: number,
  points: readonly { value: Pick<Spread, "mean"> | null }[],
  metric: MetricName,
): number {
  const known = points.flatMap((point) => point.value?.mean ?? []);
  const [low, high] = [Math.min(...known), Math.max(...known)];
  if (high === low) return 1;
  const share = (value - low) / (high - low);
  return metricFacts[metric].better === "high" ? share : 1 - share;
}

/**
 * The mean over all points that have these places on two axes; null before any has a figure. With
 * two axes that is the one point.
 */
export function cellOf(
  points: readonly SweepPoint[],
  [row, rowPlace]: readonly [number, number],
  [column, columnPlace]: readonly [number, number],
): { mean: number | null; points: readonly SweepPoint[] } {
  const own = points.filter(({ places }) => places[row] === rowPlace && places[column] === columnPlace);
  const known = own.flatMap(({ value }) => value?.mean ?? []);
  return { mean: known.length === 0 ? null : spreadOf(known).mean, points: own };
}

function distinct(values: readonly unknown[]): unknown[] {
  return values.filter((value, place) => placeOf(values, value) === place);
}

function placeOf(values: readonly unknown[], value: unknown): number {
  const written = JSON.stringify(value);
  return values.findIndex((other) => JSON.stringify(other) === written);
}
