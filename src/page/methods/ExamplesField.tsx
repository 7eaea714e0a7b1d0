/**
 * Labelled examples with the tokens the model will see: which are locked, and what the loss of each
 * label counts.
 */

import { useEffect, useState } from "react";
import { Field } from "../fields/Field";
import { formatPlural } from "../numbers";
import { useStudio } from "../store/store";
import { useTokens } from "./use-tokens";
import "./tokens.css";

interface ExamplesFieldProps {
  label: string;
  help?: string;
  shortest: number;
  value: string;
  /** Of the loss, from an example to the one before. */
  decay: number;
  onChange: (value: string, problem: string | null) => void;
}

export function ExamplesField({ label, help, shortest, value, decay, onChange }: ExamplesFieldProps) {
  const [text, setText] = useState(value);
  const { tokens, error } = useTokens(`${decay} ${text}`, (studio) => studio.tokenizeExamples(text, decay));
  const language = useStudio((state) => state.data.summary?.answer === "text");
  const problemOf = (typed: string) =>
    typed.trim().length < Math.max(1, shortest) ? "The examples must not be empty." : null;
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
      problem={problemOf(text) ?? error}
    >
      {(input) => (
        <>
          <textarea
            {...input}
            className="input semantic-text"
            rows={4}
            value={text}
            onChange={(event) => {
              setText(event.target.value);
              onChange(event.target.value, problemOf(event.target.value));
            }}
          />
          {tokens && (
            <>
              <p className="field-help">
                <span className="token token-locked">locked</span>{" "}
                {language ? "label, with what its loss counts beside an answer's 1" : "label: it stays as it is"}
              </p>
              <ol className="tokens" aria-label="Tokens of these examples">
                {tokens.map(({ id, text: piece, special, locked, weight }, index) => (
                  <li
                    // biome-ignore lint/suspicious/noArrayIndexKey: the same token may stand in several places
                    key={index}
                    className={`token${special ? " token-special" : ""}${locked ? " token-locked" : ""}`}
                    title={`id ${id}`}
                  >
                    {piece.replaceAll(" ", "·").replaceAll("\n", "↵")}
                    {language && locked && <sub className="token-weight">{Number(weight.toPrecision(2))}</sub>}
                  </li>
                ))}
              </ol>
            </>
          )}
        </>
      )}
    </Field>
  );
}
