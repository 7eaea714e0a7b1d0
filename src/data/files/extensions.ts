/** Endings of the names of files that hold tables; the page's choosers offer these, too. */

export const tableExtensions = [
  ...[".csv", ".tsv", ".tab", ".txt", ".jsonl", ".ndjson", ".json"],
  ...[".parquet", ".xlsx", ".gz", ".zip"],
] as const;
