/** An imported adapter: what it scores, how far its training came, and going on with it. */

import { RotateCcw } from "lucide-react";
import { useState } from "react";
import { taskMetrics } from "../../tasks/metrics/names";
import type { Continuation, ImportedAdapter } from "../../worker/api";
import { continueImported } from "../actions/compare";
import { type Question, useAnswer } from "../asking";
import { NumberField } from "../fields/NumberField";
import { Message } from "../layout/Message";
import { formatCount, formatLoss, formatMetric, formatPlural, metricWord } from "../numbers";
import { isBusy, shownTask, useStudio } from "../store/store";
import { AdapterNotices } from "./AdapterNotices";

/** Steps offered where nothing of a plan is left. */
const FURTHER = 100;

export function ImportedRun({ adapter }: { adapter: ImportedAdapter }) {
  const { run, method, base, summed, hasThresholds, step, steps, notices } = adapter;
  const evaluation = adapter.complete ?? adapter.evaluation;
  const busy = useStudio(isBusy);
  const left = (steps ?? 0) - (step ?? 0);
  const [more, setMore] = useState<number | null>(left > 0 ? left : FURTHER);
  const [problem, setProblem] = useState<string | null>(null);
  const { answer: continuation, error } = useContinuation(run, more);
  const task = useStudio(shownTask);
  const [metric] = taskMetrics[task];
  return (
    <div className="imported-run">
      <p>
        <strong>{run}</strong> ({method}, for {base})
        {evaluation &&
          `: validation ${metricWord(metric)} ${formatMetric(metric, evaluation[metric])}, loss ${formatLoss(evaluation.loss)}`}
      </p>
      <AdapterNotices notices={notices} />
      {evaluation && task === "multi-label-classification" && (
        <p className="field-help">
          Here a label is given where its chance is above 50 %.
          {hasThresholds && " Where it predicts or is scored, the label's own threshold, which came with it, is used."}
        </p>
      )}
      {(summed || step !== null) && (
        <p className="field-help">
          {summed
            ? "A weighted sum: training would begin anew from it, with a fresh optimiser."
            : `Left at step ${formatCount(step)} of ${formatCount(steps)}, with its optimiser, seed and schedule.`}
        </p>
      )}
      <div className="imported-actions">
        <NumberField
          label="More steps"
          value={more}
          min={1}
          max={1_000_000}
          integer
          onChange={setMore}
          onProblem={setProblem}
        />
        <button
          type="button"
          className="button"
          disabled={busy || more === null || problem !== null || continuation === null}
          onClick={() => continuation && more !== null && void continueImported(adapter, more, continuation)}
        >
          <RotateCcw size={16} aria-hidden="true" /> Continue training
        </button>
      </div>
      <AdapterNotices notices={summed ? [] : (continuation?.notices ?? [])} />
      {error !== null && <Message kind="error">{error}</Message>}
      {continuation && (
        <p className="field-help">
          {formatPlural(more ?? 0, "step")} from step {formatCount(continuation.from)}, on the open data, in a
          comparison of its own; the one that is open joins the past ones.
        </p>
      )}
    </div>
  );
}

/** How training would go on for so many more steps, with the settings that are chosen now. */
function useContinuation(run: string, more: number | null) {
  const training = useStudio((state) => state.training.settings);
  const data = useStudio((state) => state.data.summary);
  const question: Question<Continuation> | null =
    more === null || !training ? null : (studio) => studio.continuation(run, more, training);
  return useAnswer(question, [run, more, training, data]);
}
