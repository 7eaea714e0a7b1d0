/** A text of one's own, read by the untrained base and by every trained or imported run. */

import { FileInput } from "lucide-react";
import { useState } from "react";
import type { AdapterStart, Prediction } from "../../worker/api";
import { importAdapter } from "../actions/beside";
import { useAnswer, useQuestion } from "../asking";
import { FileButton } from "../fields/FileButton";
import { Message } from "../layout/Message";
import { isBusy, isWriting, useStudio } from "../store/store";
import { FilePredictions } from "./FilePredictions";
import { ImportedRun } from "./ImportedRun";
import { Predictions } from "./Predictions";
import { StartFromAdapter } from "./StartFromAdapter";
import { SumPanel } from "./SumPanel";
import { TryFields } from "./TryFields";
import "./TryIt.css";

export function TryIt() {
  const columns = useStudio(
    (state) => (state.comparison.current?.configuration.data ?? state.data.summary?.settings)?.columns,
  );
  const { text: column, textPair: pair = null } = columns ?? {};
  // A language model answers by writing, which has a panel of its own.
  const writes = useStudio(isWriting);
  const current = useStudio((state) => state.comparison.current);
  const imported = useStudio((state) => state.comparison.imported);
  const modelOpen = useStudio((state) => state.model.summary !== null);
  const busy = useStudio(isBusy);
  const [text, setText] = useState("");
  const [second, setSecond] = useState("");
  const data = useStudio((state) => state.data.summary);
  const {
    answer: asImported,
    error: importError,
    ask: askToImport,
    dismiss,
  } = useQuestion<{ start: AdapterStart | null; data: typeof data }>();
  // What it says is about the data it was imported beside.
  const start = asImported?.data === data ? asImported.start : null;
  const trained = current?.runs.some((run) => (run.curves.steps.last("step") ?? 0) > 0) ?? false;
  const possible = modelOpen && !busy && (trained || imported.length > 0);
  const paired = pair === null ? null : second;
  // Other runs answer the same text anew.
  const asked = [possible, writes, text, paired, current?.id, imported.length];
  const isAsking = possible && !writes && text.trim() !== "";
  const answer = useAnswer<Prediction[]>(isAsking ? (studio) => studio.predict(text, paired) : null, asked, 300);

  return (
    <section className="panel" aria-labelledby="try-title">
      <div className="panel-heading">
        <h2 className="panel-title" id="try-title">
          {writes ? "Adapters from elsewhere" : "Try it"}
        </h2>
        <FileButton
          label="Adapter file"
          accept=".zip,application/zip"
          disabled={!modelOpen || busy}
          onFile={(file) => askToImport(async () => ({ start: await importAdapter(file), data }))}
        >
          <FileInput size={16} aria-hidden="true" /> Import adapter…
        </FileButton>
      </div>
      {importError !== null && (
        <Message kind="error" onClose={dismiss}>
          {importError}
        </Message>
      )}
      {start && <StartFromAdapter key={start.run.initFrom} start={start} />}
      <SumPanel />
      {imported.map((adapter) => (
        <ImportedRun key={adapter.run} adapter={adapter} />
      ))}
      {!writes && (
        <TryFields
          disabled={!possible}
          text={{ label: pair === null ? "Text" : `First text (${column})`, value: text, onChange: setText }}
          second={pair === null ? null : { label: `Second text (${pair})`, value: second, onChange: setSecond }}
        />
      )}
      {!possible && !writes && (
        <p className="field-help">
          {busy ? "When the comparison has ended." : "After a comparison, or with an imported adapter."}
        </p>
      )}
      {answer.error !== null && <Message kind="error">{answer.error}</Message>}
      {answer.answer && text.trim() !== "" && (
        <Predictions predictions={answer.answer} slots={new Map(current?.runs.map((run) => [run.name, run.slot]))} />
      )}
      {!writes && <FilePredictions key={current?.id} />}
    </section>
  );
}
