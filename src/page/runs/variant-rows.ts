/**
 * What the seeds and splits of each run and learning rate say together, and which learning rate did
 * best for each run.
 */

import { type Spread, spreadOf } from "../../plan/variants";
import type { MetricName } from "../../tasks/metrics/names";
import { summarise } from "../curves/run-curves";
import { isTrained } from "../store/is-trained";
import type { RunRecord } from "../store/state";

export interface VariantRow {
  group: string;
  run: string;
  slot: number;
  /** Null where nothing is trained. */
  learningRate: number | null;
  /** Runs, one a seed and split, that have been evaluated; failed ones are left out. */
  seeds: number;
  failed: number;
  /** Of the test rows; null where none has been tested. */
  testMetric: Spread | null;
  bestMetric: Spread | null;
  lastMetric: Spread | null;
  validationLoss: Spread | null;
  /** Of a run with several learning rates: whether this one has the lowest mean validation loss. */
  bestRate: boolean;
}

/** One row a run and learning rate, in the runs' order; empty where no run has several variants. */
export function variantRows(runs: readonly RunRecord[], metric: MetricName): VariantRow[] {
  const groups = new Map<string, RunRecord[]>();
  for (const run of runs) groups.set(run.variant.group, [...(groups.get(run.variant.group) ?? []), run]);
  if (groups.size === runs.length && new Set(runs.map(({ variant }) => variant.run)).size === runs.length) return [];
  const rows = [...groups].map(([group, members]): VariantRow => {
    const [first] = members as [RunRecord];
    const sound = members.filter(({ state }) => state !== "failed");
    const over = (values: readonly (number | null | undefined)[]) => {
      const known = values.filter((value) => value !== null && value !== undefined);
      return known.length === 0 ? null : spreadOf(known);
    };
    const spread = (column: MetricName | "loss", which: "best" | "last") =>
      over(sound.map((run) => summarise(run.curves, column, isTrained(run))[which]));
    return {
      group,
      run: first.variant.run,
      slot: first.slot,
      learningRate: first.learningRate,
      seeds: sound.filter(({ curves }) => curves.evaluations.length > 0).length,
      failed: members.length - sound.length,
      testMetric: over(sound.map(({ test }) => test?.[metric])),
      bestMetric: spread(metric, "best"),
      lastMetric: spread(metric, "last"),
      validationLoss: spread("loss", "last"),
      bestRate: false,
    };
  });
  for (const row of rows) {
    const rivals = rows.filter(({ run, validationLoss }) => run === row.run && validationLoss);
    const lowest = Math.min(...rivals.map(({ validationLoss }) => validationLoss!.mean));
    row.bestRate = rivals.length > 1 && row.validationLoss?.mean === lowest;
  }
  return rows;
}
