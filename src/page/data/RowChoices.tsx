/**
 * What is to become of a row: another label, left out, or undone. For wherever a row is shown; the
 * list of all changes is `ChangedRows.tsx`.
 */

import type { DataRole, DataSummary } from "../../worker/api";
import { changeRow, takeBackChange } from "../actions/data";
import { formatCount } from "../numbers";
import { changeInWords } from "./change-in-words";
import "./RowChoices.css";

interface RowChoicesProps {
  summary: DataSummary;
  file: DataRole;
  row: number;
  /** What is answered for it, as the page shows it; empty where that is no label. */
  given: string;
}

/** The change of a row; null where there is none. */
export function changeOf({ changed }: DataSummary, file: DataRole, row: number) {
  return changed.find(({ change }) => (change.file ?? "train") === file && change.row === row)?.change ?? null;
}

export function RowChoices({ summary, file, row, given }: RowChoicesProps) {
  const { answer, labels } = summary;
  const place = { ...(file !== "train" && { file }), row };
  const which = `row ${formatCount(row)}${file === "train" ? "" : ` of ${summary[file]?.file}`}`;
  const change = changeOf(summary, file, row);
  if (change) {
    const done = changeInWords(change, summary.settings.labelNames);
    return (
      <span className="row-choices">
        <span className="muted">{done}</span>
        <button
          type="button"
          className="button button-small"
          aria-label={`Undo: ${which} ${done}`}
          onClick={() => void takeBackChange(place)}
        >
          Undo
        </button>
      </span>
    );
  }
  const others = answer === "label" ? labels.map(({ name }) => name).filter((name) => name !== given) : [];
  return (
    <span className="row-choices">
      {others.length > 0 && (
        <select
          className="input row-relabel"
          aria-label={`Relabel ${which}`}
          value=""
          onChange={(event) => void changeRow({ ...place, label: event.target.value })}
        >
          <option value="" disabled>
            Relabel…
          </option>
          {others.map((name) => (
            <option key={name} value={name}>
              {name}
            </option>
          ))}
        </select>
      )}
      <button
        type="button"
        className="button button-small"
        aria-label={`Leave out ${which}`}
        onClick={() => void changeRow({ ...place, leaveOut: true })}
      >
        Leave out
      </button>
    </span>
  );
}
