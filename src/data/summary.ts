/** What the page shows of the open data. */

import type { Dataset } from "./dataset";
import { countOf, formatCount } from "./errors";
import { countLabels, lengthHistogram } from "./histogram";
import type { Table } from "./table";
import type { TokenizedExample } from "./tokens";
import type { DataSettings, DataSummary } from "./types";

const PREVIEW_ROWS = 8;

export interface SummaryInput {
  train: Table;
  validation: Table | null;
  settings: DataSettings;
  dataset: Dataset;
  /** Training and validation examples together; empty while no tokenizer is open: then lengths are unknown. */
  tokenized: readonly TokenizedExample[];
}

/** Adds a notice when texts were cut. */
export function summarize({ train, validation, settings, dataset, tokenized }: SummaryInput): DataSummary {
  const trainCounts = countLabels(dataset.train, dataset.labels.length);
  const validationCounts = countLabels(dataset.validation, dataset.labels.length);
  const fullLengths = tokenized.map(({ fullLength }) => fullLength);
  const longest = fullLengths.reduce((most, length) => Math.max(most, length), 0);
  const truncated = tokenized.filter((example) => example.truncated).length;
  const notices = [...dataset.notices];
  if (truncated > 0) {
    notices.push(
      `${countOf(truncated, "text")} of ${formatCount(tokenized.length)} longer than ${formatCount(settings.maxLength)} ` +
        `tokens cut to that length (the longest has ${formatCount(longest)}).`,
    );
  }
  return {
    train: describeFile(train),
    validation: validation && describeFile(validation),
    columns: train.columns,
    settings,
    preview: train.rows.slice(0, PREVIEW_ROWS),
    labels: dataset.labels.map((name, id) => ({ name, train: trainCounts[id]!, validation: validationCounts[id]! })),
    trainRows: dataset.train.length,
    validationRows: dataset.validation.length,
    lengths: lengthHistogram(fullLengths),
    longest,
    truncated,
    notices,
  };
}

function describeFile(table: Table): { file: string; rows: number; bytes: number } {
  return { file: table.file, rows: table.rows.length, bytes: table.bytes };
}
