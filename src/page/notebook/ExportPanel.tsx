/** What of some comparisons goes into a file: said, with its size, before it is made. */

import { ArrowLeft, Download } from "lucide-react";
import { useState } from "react";
import { exportNotebook } from "../actions/notebook";
import { useQuestion } from "../asking";
import { download } from "../export/download";
import { Check } from "../fields/Check";
import { fileBytes, givenAnswers } from "../kept/notebook-file";
import { Message } from "../layout/Message";
import { formatBytes, formatPlural } from "../numbers";
import { typedTextsWarning } from "../store/personal-data";
import type { NotebookEntry } from "../store/state";

export function ExportPanel({ entries, onBack }: { entries: readonly NotebookEntry[]; onBack: () => void }) {
  const adapters = entries.reduce((sum, entry) => sum + entry.adapters, 0);
  const adapterBytes = entries.reduce((sum, { bytes }) => sum + bytes.adapters, 0);
  const answers = entries.reduce((sum, { configuration }) => sum + givenAnswers(configuration), 0);
  const [withAdapters, setWithAdapters] = useState(adapters > 0);
  const [withAnswers, setWithAnswers] = useState(false);
  const making = useQuestion<void>();
  const chosen = withAnswers ? entries : entries.filter(({ configuration }) => givenAnswers(configuration) === 0);
  const leftOut = entries.length - chosen.length;
  const warning = typedTextsWarning(chosen.map(({ personalData }) => personalData));
  const save = async () => {
    const ids = chosen.map(({ id }) => id);
    const file = await exportNotebook(ids, withAdapters);
    download(file, `notebook-${new Date().toISOString().slice(0, 10)}.zip`);
    onBack();
  };
  return (
    <section className="notebook-export" aria-label="Export">
      <button type="button" className="text-button notebook-back" onClick={onBack}>
        <ArrowLeft size={14} aria-hidden="true" /> All comparisons
      </button>
      <h3>{formatPlural(chosen.length, "comparison")} as one file</h3>
      <p>
        With names, notes, tags, settings, curves and verdicts. The names of your files, columns and labels are in it,
        but none of your rows{answers > 0 && withAnswers ? ", except for the answers that you gave by hand" : ""}.{" "}
        <em>Import…</em> in another studio reads it.
      </p>
      {adapters > 0 && (
        <Check checked={withAdapters} onChange={setWithAdapters}>
          With {formatPlural(adapters, "adapter")} ({formatBytes(adapterBytes)})
        </Check>
      )}
      {answers > 0 && (
        <>
          <Check checked={withAnswers} onChange={setWithAnswers}>
            With {formatPlural(answers, "answer")} of rows that you gave by hand
          </Check>
          {leftOut > 0 && (
            <p className="field-help">
              {formatPlural(leftOut, "comparison")} {leftOut === 1 ? "holds" : "hold"} such answers and{" "}
              {leftOut === 1 ? "stays" : "stay"} out of the file otherwise.
            </p>
          )}
        </>
      )}
      {warning !== null && <Message kind="warning">{warning}</Message>}
      {making.error !== null && <Message kind="error">The file was not made. {making.error}</Message>}
      <p>
        <button
          type="button"
          className="button button-primary"
          disabled={making.waiting || chosen.length === 0}
          onClick={() => making.ask(save)}
        >
          <Download size={16} aria-hidden="true" /> {making.waiting ? "Making the file…" : "Save the file"}
        </button>{" "}
        <span className="muted">about {formatBytes(fileBytes(chosen, withAdapters))}, before it is packed</span>
      </p>
    </section>
  );
}
