/** Which data is open, in one line. */

import { splitsOf } from "../../data/splits";
import type { DataSummary } from "../../worker/api";
import { formatPercent, formatPlural } from "../numbers";
import type { DataSlice } from "../store/state";

/** What is kept from training: `10 % held out`, `10 % for validation, 5 folds`. */
function heldInWords({ validation, test, settings }: DataSummary): string {
  const percent = (fraction: number) => formatPercent(fraction, 0);
  const plan = settings.test ?? null;
  const splits = splitsOf(plan);
  if (!validation && !test && plan === null) return `${percent(settings.validationFraction)} held out`;
  const watched = `${validation?.file ?? percent(settings.validationFraction)} for validation`;
  if (test) return `${watched}, ${test.file} for the test`;
  if (splits) return `${watched}, ${formatPlural(splits.count, splits.noun)}`;
  return typeof plan === "number" ? `${watched}, ${percent(plan)} for the test` : watched;
}

/** For example `train.csv · 4,076 rows · 2 labels · 10 % held out`. */
export function dataInOneLine({ summary, sample, opening, error, awaited }: DataSlice): string {
  if (opening) return `Opening ${opening}…`;
  const [before] = awaited?.files ?? [];
  if (!summary && before) return `${before.file} was open: open it again.`;
  if (!summary) return error ? "No data is open." : "Drop a file or pick a sample.";
  const name = sample ? sample.title : summary.train.file;
  const rows = formatPlural(summary.train.rows, "row");
  if (summary.problem !== null) return `${name} · ${rows} · columns to be chosen`;
  const noun = summary.answer === "tags" ? "tag" : "label";
  const said = summary.labels.length > 0 ? [formatPlural(summary.labels.length, noun)] : [];
  const changed = summary.changed.length > 0 ? [`${formatPlural(summary.changed.length, "row")} changed`] : [];
  return [name, rows, ...changed, ...said, heldInWords(summary)].join(" · ");
}
