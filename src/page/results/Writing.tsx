/**
 * What the frozen model and every run write after the same prompts, with the same settings, before
 * and after training.
 */

import { PenLine, Square } from "lucide-react";
import { useEffect, useState } from "react";
import { isEnded } from "../../plan/phase";
import { stopWriting, write } from "../actions/writing";
import { Field } from "../fields/Field";
import { Segmented } from "../fields/Segmented";
import { Message } from "../layout/Message";
import { isBusy, useStudio } from "../store/store";
import { GenerationFields } from "./GenerationFields";
import { WrittenTexts } from "./WrittenTexts";
import "./Writing.css";

export function Writing() {
  const answer = useStudio((state) => state.data.summary?.answer);
  const model = useStudio((state) => state.model.summary);
  const current = useStudio((state) => state.comparison.current);
  const training = useStudio(isBusy);
  const { prompts, busy, error } = useStudio((state) => state.writing);
  const [from, setFrom] = useState<"rows" | "own">("rows");
  const [own, setOwn] = useState("");
  const ended = current !== null && isEnded(current.state) && current.state !== "failed" && !current.detached;
  const language = answer === "text" && model !== null;
  // What a comparison has taught is written once by itself.
  useEffect(() => {
    if (language && ended) void write(null);
  }, [language, ended]);
  if (!language) return null;
  return (
    <section className="panel" aria-labelledby="writing-title">
      <div className="panel-heading">
        <h2 className="panel-title" id="writing-title">
          What the runs write
        </h2>
        {busy ? (
          <button type="button" className="button" onClick={() => void stopWriting()}>
            <Square size={16} aria-hidden="true" /> Stop writing
          </button>
        ) : (
          <button
            type="button"
            className="button"
            disabled={training || (from === "own" && own.trim() === "")}
            onClick={() => void write(from === "own" ? own : null)}
          >
            <PenLine size={16} aria-hidden="true" /> Write
          </button>
        )}
      </div>
      <Segmented
        label="Prompts"
        value={from}
        choices={[
          { value: "rows", label: "First validation rows" },
          { value: "own", label: "A prompt of your own" },
        ]}
        onChange={setFrom}
      />
      {from === "own" && (
        <Field label="Prompt" help="As the model reads it, headings of the template included." wide>
          {(input) => (
            <textarea
              {...input}
              className="input"
              rows={4}
              value={own}
              placeholder={prompts[0]?.prompt}
              onChange={(event) => setOwn(event.target.value)}
            />
          )}
        </Field>
      )}
      <details className="writing-settings">
        <summary>Generation settings</summary>
        <GenerationFields />
      </details>
      {error !== null && <Message kind="error">{error}</Message>}
      <WrittenTexts />
    </section>
  );
}
