/** The text a method reads through the frozen model, with the tokens the model will see. */

import { useEffect, useState } from "react";
import { taskTexts } from "../../data/task-texts";
import { Field } from "../fields/Field";
import { formatPlural } from "../numbers";
import { useStudio } from "../store/store";
import { FOLLOWS_DATA, NO_TEXT } from "../store/suggested-text";
import { useTokens } from "./use-tokens";
import "./tokens.css";

interface SemanticTextFieldProps {
  label: string;
  help?: string;
  shortest: number;
  value: string;
  onChange: (value: string, problem: string | null) => void;
}

export function SemanticTextField({ label, help, shortest, value, onChange }: SemanticTextFieldProps) {
  const [text, setText] = useState(value);
  const { tokens, error } = useTokens(text, (studio) => studio.tokenize(text));
  const suggested = useStudio((state) => state.methods.suggested);
  const least = Math.max(1, shortest);
  // Without data there is nothing that it could follow yet.
  const waits = suggested === NO_TEXT && text === NO_TEXT;
  const problem = !waits && text.trim().length < least ? "The text must not be empty." : null;
  useEffect(() => setText(value), [value]);
  return (
    <Field
      wide
      label={
        <>
          {label} <span className="muted">{tokens && `T = ${formatPlural(tokens.length, "token")}`}</span>
        </>
      }
      help={help}
      problem={problem ?? error}
    >
      {(input) => (
        <>
          <select
            className="input"
            aria-label={`${label} for a known task`}
            value={text === suggested || taskTexts.some((known) => known.text === text) ? text : ""}
            onChange={(event) => {
              setText(event.target.value);
              onChange(event.target.value, null);
            }}
          >
            <option value="" disabled>
              Text of your own
            </option>
            {suggested && <option value={suggested}>From the open data</option>}
            {[false, true].map((ours) => (
              <optgroup key={String(ours)} label={ours ? "Ours, in the same style" : "From the authors' notebooks"}>
                {taskTexts
                  .filter((known) => (known.ours === true) === ours)
                  .map((known) => (
                    <option key={known.task} value={known.text}>
                      {known.task}
                    </option>
                  ))}
              </optgroup>
            ))}
          </select>
          <textarea
            {...input}
            className="input semantic-text"
            rows={2}
            placeholder={waits ? FOLLOWS_DATA : undefined}
            value={text}
            onChange={(event) => {
              const typed = event.target.value;
              setText(typed);
              onChange(typed, typed.trim().length < least ? "The text must not be empty." : null);
            }}
          />
          {tokens && (
            <ol className="tokens" aria-label="Tokens of this text">
              {tokens.map((piece, index) => (
                <li
                  // biome-ignore lint/suspicious/noArrayIndexKey: the same token may stand in several places
                  key={index}
                  className={piece.special ? "token token-special" : "token"}
                  title={`id ${piece.id}`}
                >
                  {piece.text.replaceAll(" ", "·")}
                </li>
              ))}
            </ol>
          )}
        </>
      )}
    </Field>
  );
}
