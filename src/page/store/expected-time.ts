/** How long a comparison of what is chosen will take on this computer; null until that is known. */

import { splitsOf } from "../../data/splits";
import type { TrainingConfiguration } from "../../plan/configuration";
import { secondsOf, secondsOfChoosing } from "../../plan/pace";
import { pointCount } from "../../plan/sweep";
import { controlsOf } from "../../plan/variants";
import { isSearchable } from "./configuration";
import { estimateOf } from "./run-estimate";
import type { DraftRun, StudioState } from "./state";

/**
 * @param other settings than those that are chosen, for one of the budgets
 * @param runs default: all that are chosen
 */
export function expectedSeconds(
  { data, methods, training: { settings: chosen } }: Pick<StudioState, "data" | "methods" | "training">,
  other: Partial<TrainingConfiguration> = {},
  runs: readonly DraftRun[] = methods.runs,
): number | null {
  const { descriptions, estimate, pace } = methods;
  const { summary } = data;
  if (!summary || !estimate || !pace || !chosen) return null;
  const settings = { ...chosen, ...other };
  const steps = settings.steps ?? Math.ceil((settings.epochs ?? 1) * estimate.stepsPerEpoch);
  const paced = runs.flatMap((run) => {
    const flops = estimateOf(methods, run)?.flops;
    const method = descriptions.find(({ id }) => id === run.method);
    if (!flops || !method) return [];
    const rate = run.learningRate ?? settings.learningRate;
    const searched = rate === "search" && isSearchable(run, settings, method);
    return Array.from({ length: pointCount(run) }, () => ({
      ...{ flops, trains: method.learningRate !== null, headOnly: method.headOnly, searched },
    }));
  });
  if (paced.length === 0) return null;
  const { trainRows, validationRows, testRows } = summary;
  const rows = { train: trainRows, validation: validationRows, test: testRows };
  const { test = null, selection } = summary.settings;
  const splits = splitsOf(test)?.count ?? 1;
  const choosing = selection ? secondsOfChoosing(selection, paced, settings.batchSize, rows, pace) : 0;
  const training = (1 + controlsOf(selection).length) * secondsOf(paced, { ...settings, steps }, rows, pace);
  return splits * (choosing + training);
}
