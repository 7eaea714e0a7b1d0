/**
 * Open rows as the `data` of a configuration names them, of the one that the page puts together and
 * of those that the worker makes by itself; and back, how a configuration reads its files.
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
  const {
    labelNames = {},
    taskText,
    encoding,
    validationEncoding,
    testEncoding,
    weights = [],
    transforms = [],
    selection,
  } = settings;
  const { weight, ...roles } = columns;
  return {
    task,
    train: train.file,
    validation: validation?.file ?? validationFraction,
    test: test?.file ?? settings.test ?? null,
    group,
    ...(changes.length > 0 && { changes }),
    ...(!header && { header }),
    ...(encoding !== undefined && { encoding }),
    ...(validation && validationEncoding !== undefined && { validationEncoding }),
    ...(test && testEncoding !== undefined && { testEncoding }),
    ...(Object.keys(labelNames).length > 0 && { labelNames }),
    ...(taskText !== undefined && { taskText }),
    ...(weights.length > 0 && { weights }),
    ...(transforms.length > 0 && { transforms }),
    ...(selection && { selection }),
    // Nothing where there is none, as in a file of a time before there were weights.
    columns: weight ? { ...roles, weight } : roles,
    maxLength,
  };
}

/**
 * The settings by which a configuration's files are read, whatever stood before. A part that is a
 * file of its own says nothing of how the training file is divided.
 */
export function dataSettings({ validation, test, train: _, ...data }: Configuration["data"]) {
  const {
    header = true,
    changes = [],
    labelNames,
    taskText,
    weights = [],
    transforms = [],
    selection,
    ...others
  } = data;
  const { encoding, validationEncoding, testEncoding } = data;
  return {
    ...others,
    ...{
      header,
      changes,
      encoding,
      validationEncoding,
      testEncoding,
      labelNames,
      taskText,
      weights,
      transforms,
      selection,
    },
    ...(typeof test !== "string" && { test }),
    ...(typeof validation === "number" && { validationFraction: validation }),
  };
}
