/**
 * The list of changes: rows that are given another answer or left out, each of which can be undone,
 * and a way to change a row by its number. The file itself stays as it is.
 */

import { useRef, useState } from "react";
import type { DataRole, DataSummary, RowChange } from "../../worker/api";
import { changeRow, takeBackAllChanges, takeBackChange } from "../actions/data";
import { useQuestion } from "../asking";
import { download } from "../export/download";
import { NumberField } from "../fields/NumberField";
import { SelectField } from "../fields/SelectField";
import { Message } from "../layout/Message";
import { formatCount, formatPlural } from "../numbers";
import { changeInWords } from "./change-in-words";
import { rowProblem } from "./row-problem";
import "./ChangedRows.css";

/** A label may be called anything, so leaving out needs a value that no label has. */
const LEAVE_OUT = "\u0000";

/** Rows of the list that are shown at first, and with each press. */
const SHOWN = 20;

export function ChangedRows({ summary }: { summary: DataSummary }) {
  const { changed } = summary;
  const [shown, setShown] = useState(SHOWN);
  const { ask, error } = useQuestion<void>();
  const section = useRef<HTMLElement>(null);
  const undo = (work: Promise<void>) => {
    // Its button goes away.
    section.current?.focus();
    void work;
  };
  return (
    <section ref={section} className="changed-rows" aria-labelledby="changed-rows-title" tabIndex={-1}>
      {changed.length > 0 && (
        <>
          <div className="changed-rows-heading">
            <h3 className="group-label" id="changed-rows-title">
              Changed rows <span className="muted">{formatPlural(changed.length, "row")}; no file is written</span>
            </h3>
            {summary.problem === null && changed.some(({ change }) => (change.file ?? "train") === "train") && (
              <button
                type="button"
                className="text-button"
                onClick={() =>
                  ask(async (studio) => {
                    const csv = await studio.changedCsv("text");
                    download(csv, `${summary.train.file.replace(/\.[^.]*$/, "")}-changed.csv`, "text/csv");
                  })
                }
              >
                Download the changed file
              </button>
            )}
            <button type="button" className="text-button" onClick={() => undo(takeBackAllChanges())}>
              Undo all
            </button>
          </div>
          {error !== null && <Message kind="error">{error}</Message>}
          <ul className="changed-rows-list">
            {changed.slice(0, shown).map(({ change, file, text, given }) => (
              <li key={`${change.file ?? "train"} ${change.row}`}>
                <span className="changed-rows-said">
                  <span className="muted">
                    {file === summary.train.file ? "" : `${file ?? change.file}, `}row {formatCount(change.row)}
                  </span>{" "}
                  {given !== "" && <s>{given}</s>} {changeInWords(change, summary.settings.labelNames)}
                  {text !== "" && <span className="changed-rows-text">{text}</span>}
                </span>
                <button
                  type="button"
                  className="button button-small"
                  aria-label={`Undo: row ${formatCount(change.row)} ${changeInWords(change, summary.settings.labelNames)}`}
                  onClick={() => undo(takeBackChange(change))}
                >
                  Undo
                </button>
              </li>
            ))}
          </ul>
          {changed.length > shown && (
            <button type="button" className="text-button" onClick={() => setShown(shown + SHOWN)}>
              Show more ({formatCount(changed.length - shown)})
            </button>
          )}
        </>
      )}
      <details>
        <summary id={changed.length > 0 ? undefined : "changed-rows-title"}>Change a row by its number</summary>
        <ByNumber summary={summary} />
      </details>
    </section>
  );
}

/** Several labels, numbers and tags are changed in the table of suspects, or the configuration. */
function ByNumber({ summary }: { summary: DataSummary }) {
  const { train, validation, test, answer, labels } = summary;
  const [file, setFile] = useState<DataRole>("train");
  const [row, setRow] = useState<number | null>(null);
  const [become, setBecome] = useState(LEAVE_OUT);
  const files = [
    { value: "train", label: train.file },
    ...(validation ? [{ value: "validation", label: validation.file }] : []),
    ...(test ? [{ value: "test", label: test.file }] : []),
  ];
  const open: DataRole = files.some(({ value }) => value === file) ? file : "train";
  const names = answer === "label" ? labels.map(({ name }) => ({ value: name, label: `relabel: ${name}` })) : [];
  const chosen = names.some(({ value }) => value === become) ? become : LEAVE_OUT;
  const problem = row === null ? null : rowProblem(summary, open, row);
  const change = () => {
    if (row === null || problem !== null) return;
    const place: RowChange = { ...(open !== "train" && { file: open }), row };
    void changeRow(chosen === LEAVE_OUT ? { ...place, leaveOut: true } : { ...place, label: chosen });
    setRow(null);
  };
  return (
    <div className="field-grid">
      {files.length > 1 && (
        <SelectField label="File" value={open} choices={files} onChange={(value) => setFile(value as DataRole)} />
      )}
      <NumberField
        label="Row"
        help="As messages count: the header of a CSV is row 1."
        value={row}
        integer
        min={1}
        onChange={setRow}
      />
      <SelectField
        label="What becomes of it"
        value={chosen}
        choices={[{ value: LEAVE_OUT, label: "leave out" }, ...names]}
        onChange={setBecome}
      />
      <div className="field changed-rows-apply">
        <button
          type="button"
          className="button button-small"
          disabled={row === null || problem !== null}
          onClick={change}
        >
          Change the row
        </button>
      </div>
      {problem !== null && <Message kind="error">{problem}</Message>}
    </div>
  );
}
