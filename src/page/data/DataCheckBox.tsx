/**
 * The check of the open data: what is worth a look first, each with what can be done about it; what
 * is well is folded.
 */

import { Check, TriangleAlert } from "lucide-react";
import { useEffect, useId, useState } from "react";
import { messageOf } from "../../errors/message-of";
import type { CheckAction, CheckLine, DataSummary } from "../../worker/api";
import { carryOut, checkOpenData } from "../actions/check";
import { useAnswer } from "../asking";
import { Message } from "../layout/Message";
import { formatCount, formatPlural } from "../numbers";
import { useStudio } from "../store/store";
import { warningsInWords, warningsOf } from "./data-warnings";
import { focusLabelNames } from "./LabelNames";
import { RowChoices } from "./RowChoices";
import "./DataCheckBox.css";

/** Rows shown at first, and with each press; whoever went through many of them is shown more. */
const SHOWN = 10;
const MANY = 100;

export default function DataCheckBox({ summary }: { summary: DataSummary }) {
  const title = useId();
  const check = useStudio((state) => state.data.check);
  const model = useStudio((state) => state.model.summary);
  const [error, setError] = useState<string | null>(null);
  const [shown, setShown] = useState(check);
  // biome-ignore lint/correctness/useExhaustiveDependencies: another model reads the texts in other tokens
  useEffect(() => {
    setError(null);
    checkOpenData().catch((problem: unknown) => setError(messageOf(problem)));
  }, [summary, model]);
  // The lines before stay until there are others, so that nothing jumps under the pointer.
  if (check && check !== shown) setShown(check);
  if (summary.problem !== null) return null;
  const lines = shown?.lines ?? [];
  const warnings = warningsOf(shown);
  const good = lines.filter(({ isGood }) => isGood);
  return (
    <section className="data-check" aria-labelledby={title} aria-busy={check === null}>
      <h3 className="group-label" id={title}>
        Check of your data{" "}
        <span className="muted">
          {check === null && error === null ? "looking…" : (warningsInWords(shown) ?? "nothing stands out")}
        </span>
      </h3>
      {error !== null && <Message kind="error">{error}</Message>}
      <ul className="data-check-lines">
        {warnings.map((line) => (
          <Line key={line.id} line={line} summary={summary} />
        ))}
      </ul>
      {good.length > 0 && (
        <details className="data-check-good">
          <summary>
            {formatPlural(good.length, "thing")} as {good.length === 1 ? "it" : "they"} should be
          </summary>
          <ul className="data-check-lines">
            {good.map((line) => (
              <Line key={line.id} line={line} summary={summary} />
            ))}
          </ul>
        </details>
      )}
    </section>
  );
}

function Line({ line, summary }: { line: CheckLine; summary: DataSummary }) {
  const { isGood, said, actions, rows, rowCount } = line;
  const Icon = isGood ? Check : TriangleAlert;
  return (
    <li className={isGood ? "data-check-line data-check-line-good" : "data-check-line"}>
      <Icon size={16} aria-hidden="true" />
      <div className="data-check-said">
        <p>
          <span className="visually-hidden">{isGood ? "Good: " : "To look at: "}</span>
          {said}
        </p>
        {actions.map((action) => (
          <Action key={action.title} action={action} />
        ))}
        {rows.length > 0 && (
          <details>
            <summary>{formatPlural(rowCount, "row")}</summary>
            <Rows line={line} summary={summary} />
          </details>
        )}
      </div>
    </li>
  );
}

function Action({ action }: { action: CheckAction }) {
  const metric = useStudio((state) => state.training.settings?.metric);
  if (action.kind === "metric" && metric === action.metric) {
    return <span className="muted">Runs are compared by macro F1 (step 3).</span>;
  }
  const act = () => (action.kind === "name-labels" ? focusLabelNames() : carryOut(action));
  return (
    <button type="button" className="button button-small" onClick={act}>
      {action.title}
    </button>
  );
}

function Rows({ line, summary }: { line: CheckLine; summary: DataSummary }) {
  const { id, rows, rowCount } = line;
  const [shown, setShown] = useState(SHOWN);
  // A line comes with the first of its rows.
  const isShort = rows.length < Math.min(shown, rowCount);
  const { answer, error } = useAnswer(isShort ? (studio) => studio.checkedRows(id, rows.length, shown) : null, [
    line,
    shown,
  ]);
  const known = isShort ? [...rows, ...(answer ?? [])] : rows;
  return (
    <>
      <ul className="data-check-rows">
        {known.slice(0, shown).map(({ file, row, part, text, given }) => (
          <li key={`${file} ${row}`}>
            <span className="muted">
              {file === "train" ? "" : `${summary[file]?.file}, `}row {formatCount(row)}
              {part === "training" ? "" : `, ${part}`}
            </span>{" "}
            {given !== "" && <strong>{given}</strong>}
            <span className="data-check-text" title={text}>
              {text}
            </span>
            <RowChoices summary={summary} file={file} row={row} given={given} />
          </li>
        ))}
      </ul>
      {error !== null && <Message kind="error">{error}</Message>}
      {rowCount > shown && (
        <button
          type="button"
          className="text-button"
          onClick={() => setShown(shown < rows.length ? shown + SHOWN : shown + MANY)}
        >
          Show more ({formatCount(rowCount - shown)})
        </button>
      )}
    </>
  );
}
