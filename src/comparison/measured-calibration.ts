/** A run's calibration with what it does on the rows that it was not tuned on, or else on those. */

import type { MeasuredCalibration } from "../calibration/calibration";
import { measureCalibration } from "../tasks/calibrated";
import type { Task } from "../tasks/task";
import type { ComparisonSetup } from "./comparison-setup";
import type { Lane } from "./lane";

/**
 * On the test rows where they were read with it, else on the validation rows; null where a run has
 * no calibration, or nothing was said that it could be measured on.
 */
export function measuredCalibration(
  setup: Pick<ComparisonSetup, "data"> & { readonly task: Task },
  lane: Lane,
): MeasuredCalibration | null {
  const { calibration, tested, validation, calibratedElsewhere: imported } = lane;
  if (!calibration) return null;
  const { task, data } = setup;
  // A dial may have been turned since the test.
  if (tested && tested.calibration === calibration) {
    return measureCalibration(task, calibration, { ...tested, part: "test", imported: false }, data.labels);
  }
  if (!validation) return null;
  const { evaluation, rows } = validation;
  const examples = lane.feed.shownRows(rows);
  return measureCalibration(task, calibration, { evaluation, examples, part: "validation", imported }, data.labels);
}
