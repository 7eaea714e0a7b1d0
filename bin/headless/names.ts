/** What lies in the results' folder: names of files and folders. Who writes them is elsewhere. */

export const METRICS = "metrics.jsonl";
export const SUMMARY = "summary.json";
/** The comparison to hand on, as the page writes it: as Markdown, and as a page of its own. */
export const REPORT = "report.md";
export const REPORT_PAGE = "report.html";
/** A folder for each run with TensorBoard's event file and a JSONL, where they were asked for. */
export const LOGS = "logs";
/** How language models continue validation prompts, a line for each text. */
export const SAMPLES = "samples.jsonl";
export const PREDICTIONS = "predictions.csv";
export const SCORES = "scores.json";
export const FORGETTING = "forgetting.json";
/** The folder of a sum of runs. */
export const SUM = "sum";
/** What a comparison that broke off goes on from. */
export const CHECKPOINT = "checkpoint";
/** Within a run's folder. */
export const MERGED = "merged";

/** The files that every comparison writes. */
export const ALWAYS: readonly string[] = [METRICS, SUMMARY, REPORT, REPORT_PAGE];

/** What lies beside the runs' folders, each as far as it was asked for. */
export const BESIDE_RUNS: readonly string[] = [
  ...ALWAYS,
  SAMPLES,
  PREDICTIONS,
  SCORES,
  FORGETTING,
  SUM,
  LOGS,
  CHECKPOINT,
];
