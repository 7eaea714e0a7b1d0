/**
 * Whether two comparisons can be looked at together: the same model, the same data read in the same
 * way, the same rows held out. Only then do figures and curves mean the same.
 */

import type { DataSummary } from "../../worker/api";
import type { Comparison, StudioState } from "./state";

type Ground = Pick<Comparison, "configuration" | "dataFiles">;

export function haveSameGround(one: Ground, other: Ground): boolean {
  return JSON.stringify(groundOf(one)) === JSON.stringify(groundOf(other));
}

/** Two files of one name are told apart by their size and rows. */
export function dataFilesOf({ train, validation }: Pick<DataSummary, "train" | "validation">): Comparison["dataFiles"] {
  return [train, ...(validation ? [validation] : [])];
}

/** Whether a comparison is of the data and the base model that are open; while either is not, it is. */
export function isOfWhatIsOpen({ configuration, dataFiles }: Ground, { model, data }: StudioState): boolean {
  if (model.summary && model.summary.source !== configuration.model) return false;
  if (!data.summary || !dataFiles) return true;
  return JSON.stringify(dataFilesOf(data.summary)) === JSON.stringify(dataFiles);
}

function groundOf({ configuration, dataFiles = [] }: Ground) {
  const { model, data, training } = configuration;
  // The rows for validation are drawn with the training's seed.
  return [model, data, training.seed, dataFiles];
}
