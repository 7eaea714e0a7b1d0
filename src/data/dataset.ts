/** The open tables and the settings to what a comparison trains and is judged on. */

import { type Example, readExamples, readValidationExamples } from "./examples";
import { splitExamples } from "./split";
import type { Table } from "./table";
import type { DataSettings } from "./types";

export interface Dataset {
  /** By class id. */
  labels: string[];
  train: Example[];
  validation: Example[];
  notices: string[];
}

/**
 * With a validation table its rows are the validation; without one a stratified fraction of the training table is.
 * @throws DataError as `readExamples`, `readValidationExamples` and `splitExamples` do.
 */
export function buildDataset(train: Table, validation: Table | null, settings: DataSettings): Dataset {
  const { examples, labels, notices } = readExamples(train, settings.columns);
  if (validation === null) {
    const split = splitExamples(examples, settings.validationFraction, settings.seed, train.file);
    return { labels, ...split, notices: [...train.notices, ...notices] };
  }
  const held = readValidationExamples(validation, settings.columns, labels, train.file);
  return {
    labels,
    train: examples,
    validation: held.examples,
    notices: [...train.notices, ...notices, ...validation.notices, ...held.notices],
  };
}
