/** What a run said in the end, of all validation rows where they were measured. */

import type { MetricName } from "../../tasks/metrics/names";
import { summarise } from "../curves/run-curves";
import { isTrained } from "./is-trained";
import type { RunRecord } from "./state";

export function lastFigure(run: RunRecord, column: "loss" | MetricName): number | null {
  return run.complete?.[column] ?? summarise(run.curves, column, isTrained(run)).last;
}
