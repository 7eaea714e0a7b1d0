/** Rows for a report whose reader has asked for them. */

import type { RowTable } from "../../report/facts";
import { isOfWhatIsOpen } from "../store/comparable";
import type { Comparison } from "../store/state";
import { useStudio } from "../store/store";
import { studio } from "../worker";

/** Of the training file's. */
const FIRST = 8;
/** Of the rows that the best run is most wrong about. */
const MOST_WRONG = 20;

/**
 * The first rows of the training file, and those that the best run was most wrong about; of each as
 * much as is open. Rejects with an Error of the worker.
 */
export async function reportRows(comparison: Comparison): Promise<RowTable[]> {
  const state = useStudio.getState();
  const { summary } = state.data;
  const { current } = state.comparison;
  const isOpen = summary !== null && isOfWhatIsOpen(comparison, state);
  const first = isOpen
    ? [
        {
          title: `First rows of ${summary.train.file}`,
          columns: summary.columns,
          rows: summary.preview.slice(0, FIRST),
        },
      ]
    : [];
  const best = comparison.verdict?.runs[0]?.run;
  const run = comparison.runs.find(({ variant }) => variant.group === best);
  if (current?.id !== comparison.id || current.detached || !run) return first;
  const { wrongest, truth } = await studio().report(run.name);
  return [
    ...first,
    {
      title: `Validation rows that ${run.name} is most wrong about`,
      columns: ["row", "text", truth, "said", "loss"],
      rows: wrongest
        .slice(0, MOST_WRONG)
        .map(({ row, text, label, predicted, loss }) => [String(row), text, label, predicted, loss.toFixed(4)]),
    },
  ];
}
