/** The cells of a row as fields: of one that the file has, or of one that is added. */

import { useState } from "react";
import type { DataRole, DataSummary, RowChange } from "../../worker/api";
import { changeRow } from "../actions/data";
import { useAnswer } from "../asking";
import { Field } from "../fields/Field";
import { Message } from "../layout/Message";
import { formatCount } from "../numbers";
import "./RowEditor.css";

interface RowEditorProps {
  summary: DataSummary;
  /** Null: a row that is added to the training file. */
  place: { readonly file: DataRole; readonly row: number } | null;
  onClose: () => void;
}

export function RowEditor({ summary, place, onClose }: RowEditorProps) {
  const { answer, error } = useAnswer<string[]>(place && ((studio) => studio.rowCells(place.file, place.row)), [
    place?.file,
    place?.row,
  ]);
  const given = place ? answer : summary.columns.map(() => "");
  const [typed, setTyped] = useState<Readonly<Record<number, string>>>({});
  if (error !== null) return <Message kind="error">{error}</Message>;
  if (!given) return null;
  const cells = given.map((cell, column) => typed[column] ?? cell);
  const others = summary.columns.flatMap((column, index) =>
    cells[index] === given[index] ? [] : [[column, cells[index]!] as const],
  );
  const save = () => {
    const changed = Object.fromEntries(others);
    const change: RowChange = place
      ? { ...(place.file !== "train" && { file: place.file }), row: place.row, cells: changed }
      : { row: nextRow(summary), added: true, cells: changed };
    void changeRow(change);
    onClose();
  };
  return (
    <fieldset className="row-editor">
      <legend>{place ? `Row ${formatCount(place.row)}` : "A row that is added to the training rows"}</legend>
      {summary.columns.map((column, index) => (
        <Field key={column} label={column} wide>
          {(input) => (
            <textarea
              {...input}
              className="input"
              rows={cells[index]!.length > 80 ? 4 : 1}
              value={cells[index]}
              onChange={(event) => setTyped({ ...typed, [index]: event.target.value })}
            />
          )}
        </Field>
      ))}
      <div className="row-editor-buttons">
        <button type="button" className="button button-small" disabled={others.length === 0} onClick={save}>
          {place ? "Keep the edit" : "Add the row"}
        </button>
        <button type="button" className="button button-small" onClick={onClose}>
          Cancel
        </button>
      </div>
    </fieldset>
  );
}

/** The number behind the file's last row, and behind those that were added. */
function nextRow({ rowNumbers, settings: { changes = [] } }: DataSummary): number {
  return changes.reduce((last, { added, row }) => (added ? Math.max(last, row) : last), rowNumbers.train!.last) + 1;
}
