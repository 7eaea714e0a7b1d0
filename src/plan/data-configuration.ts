/**
 * Open rows as the `data` of a configuration names them: of the one that the page puts together,
 * and of those that the worker makes by itself.
 */

import type { DataSettings } from "../data/types";
import type { Configuration } from "./configuration";

/** The open files, and how they are read. */
export interface OpenFiles {
  readonly train: { readonly file: string };
  /** Null: a fraction of the training file. */
  readonly validation: { readonly file: string } | null;
  /** Null: drawn from the training file, or no test part, as the settings say. */
  readonly test: { readonly file: string } | null;
  readonly settings: DataSettings;
}

export function dataConfiguration({ train, validation, test, settings }: OpenFiles): Configuration["data"] {
  const { task, columns, maxLength, validationFraction, group = null, changes = [], header = true } = settings;
  return {
    task,
    train: train.file,
    validation: validation?.file ?? validationFraction,
    test: test?.file ?? settings.test ?? null,
    group,
    ...(changes.length > 0 && { changes }),
    ...(!header && { header }),
    columns,
    maxLength,
  };
}
