/** Of which data and base model the results below are, and what has been opened since. */

import { isUnfinished } from "../../plan/phase";
import { compare } from "../actions/compare";
import { Message } from "../layout/Message";
import { formatPlural, formatWhen } from "../numbers";
import { whatDiffers } from "../store/comparable";
import { isBusy, useStudio } from "../store/store";
import { whyNot } from "./obstacle";
import "./ResultsHeading.css";

export function ResultsHeading() {
  const comparison = useStudio(({ comparison: { current, past } }) => current ?? past[0] ?? null);
  const differs = useStudio((state) => comparison && whatDiffers(comparison, state));
  const name = useStudio(({ notebook }) => comparison && notebook.labels[comparison.id]?.name);
  const canCompare = useStudio((state) => !isBusy(state) && whyNot(state) === null);
  if (!comparison) return null;
  const { state, dataTitle, modelName, runs, steps, startedAt } = comparison;
  const title = isUnfinished(state) ? "Training on" : "Results of";
  return (
    <div className="results-heading">
      <h2>
        {title} {dataTitle}
      </h2>
      <p className="muted">
        {name && <strong>{name} · </strong>}
        {modelName} · {formatPlural(runs.length, "run")} · {formatPlural(steps, "step")} · {formatWhen(startedAt)}
      </p>
      {differs !== null && (
        <Message kind="warning">
          {differs} These results are not of what is open now.{" "}
          <button type="button" className="button button-small" disabled={!canCompare} onClick={() => void compare()}>
            Compare on it
          </button>
        </Message>
      )}
    </div>
  );
}
