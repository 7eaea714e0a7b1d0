/** The open tables and the settings to what a comparison trains and is judged on. */

import type { Example } from "./examples";
import { formats } from "./formats/registry";
import { splitExamples } from "./split";
import type { Table } from "./table";
import type { DataSettings, Scale } from "./types";

export interface Dataset {
  /** By class id; empty where the task has no labels. */
  labels: string[];
  /** Where the task predicts numbers. */
  scale: Scale | null;
  train: Example[];
  validation: Example[];
  notices: string[];
}

/** `seed`: with which the rows for validation are drawn. */
type SplitSettings = DataSettings & { readonly seed: number };

/**
 * With a validation table its rows are the validation; without one a fraction of the training table
 * is, stratified where rows have one label.
 * @throws DataError as the task's format and `splitExamples` do.
 */
export function buildDataset(train: Table, validation: Table | null, settings: SplitSettings): Dataset {
  const { task, columns, validationFraction, seed } = settings;
  const format = formats[task];
  const { examples, labels, notices } = format.read(train, columns, null);
  const scaled = (rows: Pick<Dataset, "train" | "validation" | "notices">): Dataset => ({
    labels,
    scale: format.scale?.(rows.train) ?? null,
    ...rows,
  });
  if (validation === null) {
    const split = splitExamples(examples, validationFraction, seed, train.file);
    return scaled({ ...split, notices: [...train.notices, ...notices] });
  }
  const held = format.read(validation, columns, { labels, file: train.file });
  const all = [...train.notices, ...notices, ...validation.notices, ...held.notices];
  return scaled({ train: examples, validation: held.examples, notices: all });
}
