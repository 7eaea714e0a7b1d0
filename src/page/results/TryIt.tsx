/**
 * A text of one's own, or a validation row, read by every trained or imported run: their answers,
 * and a look into one of them. After that whole files, and adapters from elsewhere, folded.
 */

import { FileInput } from "lucide-react";
import { type ReactNode, useEffect, useState } from "react";
import type { AdapterStart, Prediction } from "../../worker/api";
import { importAdapter } from "../actions/beside";
import { useAnswer, useQuestion } from "../asking";
import { FileButton } from "../fields/FileButton";
import { Message } from "../layout/Message";
import { isBusy, isWriting, useStudio } from "../store/store";
import { useAnsweringRuns } from "./answering-runs";
import { ExampleRows } from "./ExampleRows";
import { FilePredictions } from "./FilePredictions";
import { ImportedRun } from "./ImportedRun";
import { LookInside } from "./LookInside";
import { Predictions } from "./Predictions";
import { StartFromAdapter } from "./StartFromAdapter";
import { SumPanel } from "./SumPanel";
import { TryFields } from "./TryFields";
import "./TryIt.css";

/** What was asked, and what the runs said of it. */
interface Said {
  text: string;
  textPair: string | null;
  predictions: Prediction[];
}

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
    waiting: importing,
    ask: askToImport,
    dismiss,
  } = useQuestion<{ start: AdapterStart | null; data: typeof data }>();
  // What it says is about the data it was imported beside.
  const start = asImported?.data === data ? asImported.start : null;
  // The worker has the runs of another comparison, or none.
  const detached = current?.detached === true;
  const trained = current !== null && !detached && current.runs.some((run) => (run.curves.steps.last("step") ?? 0) > 0);
  const shownEarlier = useStudio(({ comparison }) => comparison.current?.detached ?? comparison.past.length > 0);
  const possible = modelOpen && !busy && (trained || imported.length > 0);
  const paired = pair === null ? null : second;
  // Other runs answer the same text anew.
  const asked = [possible, writes, text, paired, current?.id, detached, imported.length];
  const isAsking = possible && !writes && text.trim() !== "";
  const { answer: said, error } = useAnswer<Said>(
    isAsking
      ? async (studio) => {
          const predictions = await studio.predict(text, paired);
          const isShown = ({ run }: Prediction) =>
            !detached || run === "base" || imported.some((adapter) => adapter.run === run);
          return { text, textPair: paired, predictions: predictions.filter(isShown) };
        }
      : null,
    asked,
    300,
  );
  const shown = text.trim() === "" ? null : said;

  return (
    <section className="panel" aria-labelledby="try-title">
      <div className="panel-heading">
        <h2 className="panel-title" id="try-title">
          {writes ? "Adapters from elsewhere" : "Try it"}
        </h2>
        <FileButton
          label="Adapter file"
          accept=".zip,application/zip"
          disabled={!modelOpen || busy || importing}
          onFile={(file) => askToImport(async () => ({ start: await importAdapter(file), data }))}
        >
          <FileInput size={16} aria-hidden="true" /> {importing ? "Importing…" : "Import adapter…"}
        </FileButton>
      </div>
      {importing && (
        <p className="waiting" role="status">
          Reading the adapter, and measuring it on the validation rows…
        </p>
      )}
      {importError !== null && (
        <Message kind="error" onClose={dismiss}>
          {importError}
        </Message>
      )}
      {!writes && (
        <>
          <TryFields
            disabled={!possible}
            text={{ label: pair === null ? "Text" : `First text (${column})`, value: text, onChange: setText }}
            second={pair === null ? null : { label: `Second text (${pair})`, value: second, onChange: setSecond }}
          />
          {possible && (
            <ExampleRows
              key={current?.id}
              typed={{ text, textPair: paired }}
              onChoose={(row) => {
                setText(row.text);
                setSecond(row.textPair ?? "");
              }}
            />
          )}
        </>
      )}
      {!possible && !writes && (
        <p className="field-help">
          {busy
            ? "When the comparison has ended."
            : shownEarlier
              ? "The runs that are shown were trained earlier and are not loaded: compare again, or import an adapter that you downloaded."
              : "After a comparison, or with an imported adapter."}
        </p>
      )}
      {error !== null && <Message kind="error">{error}</Message>}
      {shown && (
        <>
          <Predictions
            predictions={shown.predictions}
            slots={new Map(current?.runs.map((run) => [run.name, run.slot]))}
          />
          {possible && (
            <LookInside
              runs={shown.predictions.flatMap(({ run }) => (run === "base" ? [] : [run]))}
              asked={{ text: shown.text, textPair: shown.textPair }}
            />
          )}
        </>
      )}
      {!writes && (
        <div className="try-file">
          <FilePredictions key={current?.id} />
        </div>
      )}
      <Elsewhere count={imported.length} always={writes}>
        <SumPanel />
        {imported.map((adapter) => (
          <ImportedRun key={adapter.run} adapter={adapter} />
        ))}
      </Elsewhere>
      {start && <StartFromAdapter key={start.run.initFrom} start={start} />}
    </section>
  );
}

interface ElsewhereProps {
  /** Of what was imported or summed. */
  count: number;
  /** Whether there is nothing else in the panel: then it is not folded. */
  always: boolean;
  children: ReactNode;
}

/** What was imported or summed: folded until there is one more. */
function Elsewhere({ count, always, children }: ElsewhereProps) {
  const [open, setOpen] = useState(false);
  useEffect(() => {
    if (count > 0) setOpen(true);
  }, [count]);
  const several = useAnsweringRuns().length > 1;
  if (always) return children;
  if (count === 0 && !several) return null;
  return (
    <details className="try-elsewhere" open={open} onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>Imported adapters and sums{count > 0 && ` (${count})`}</summary>
      {children}
    </details>
  );
}
