/** A text of one's own, read by the untrained base and by every trained or imported run. */

import { FileInput } from "lucide-react";
import { useEffect, useState } from "react";
import type { Prediction } from "../../worker/api";
import { importAdapter } from "../actions/beside";
import { Field } from "../controls/Field";
import { FileButton } from "../controls/FileButton";
import { Message } from "../controls/Message";
import { engine } from "../engine";
import { isBusy, isWriting, messageOf, useStudio } from "../store/store";
import { FilePredictions } from "./FilePredictions";
import { ImportedRun } from "./ImportedRun";
import { Predictions } from "./Predictions";
import { SumPanel } from "./SumPanel";

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
  const [importError, setImportError] = useState<string | null>(null);
  const trained = current?.runs.some((run) => (run.curves.steps.last("step") ?? 0) > 0) ?? false;
  const possible = modelOpen && !busy && (trained || imported.length > 0);
  const answer = usePredictions(
    possible && !writes,
    text,
    pair === null ? null : second,
    `${current?.id} ${imported.length}`,
  );

  const choose = async (file: File) => {
    setImportError(null);
    try {
      await importAdapter(file);
    } catch (error) {
      setImportError(`${file.name} was not imported. ${messageOf(error)}`);
    }
  };

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
          onFile={(file) => void choose(file)}
        >
          <FileInput size={16} aria-hidden="true" /> Import adapter…
        </FileButton>
      </div>
      {importError !== null && (
        <Message kind="error" onClose={() => setImportError(null)}>
          {importError}
        </Message>
      )}
      <SumPanel />
      {imported.map((adapter) => (
        <ImportedRun key={adapter.run} adapter={adapter} />
      ))}
      {!writes && (
        <div className="try-fields">
          <Field label={pair === null ? "Text" : `First text (${column})`} wide>
            {(control) => (
              <textarea
                {...control}
                className="input"
                rows={2}
                value={text}
                disabled={!possible}
                placeholder={possible ? "Type a text to see what every run makes of it" : ""}
                onChange={(event) => setText(event.target.value)}
              />
            )}
          </Field>
          {pair !== null && (
            <Field label={`Second text (${pair})`} wide>
              {(control) => (
                <textarea
                  {...control}
                  className="input"
                  rows={2}
                  value={second}
                  disabled={!possible}
                  onChange={(event) => setSecond(event.target.value)}
                />
              )}
            </Field>
          )}
        </div>
      )}
      {!possible && !writes && (
        <p className="field-help">
          {busy ? "When the comparison has ended." : "After a comparison, or with an imported adapter."}
        </p>
      )}
      {answer.error !== null && <Message kind="error">{answer.error}</Message>}
      {answer.predictions && text.trim() !== "" && (
        <Predictions
          predictions={answer.predictions}
          slots={new Map(current?.runs.map((run) => [run.name, run.slot]))}
        />
      )}
      {!writes && <FilePredictions key={current?.id} />}
    </section>
  );
}

/** Predictions a little after the text was last changed; the last ones stay until new ones are there. */
function usePredictions(possible: boolean, text: string, second: string | null, runs: string) {
  const [answer, setAnswer] = useState<{ predictions: Prediction[] | null; error: string | null }>({
    predictions: null,
    error: null,
  });
  // biome-ignore lint/correctness/useExhaustiveDependencies: other runs answer the same text anew
  useEffect(() => {
    if (!possible || text.trim() === "") return;
    let wanted = true;
    const timer = setTimeout(() => {
      engine()
        .predict(text, second)
        .then(
          (predictions) => wanted && setAnswer({ predictions, error: null }),
          (error) => wanted && setAnswer({ predictions: null, error: messageOf(error) }),
        );
    }, 300);
    return () => {
      wanted = false;
      clearTimeout(timer);
    };
  }, [possible, text, second, runs]);
  return answer;
}
