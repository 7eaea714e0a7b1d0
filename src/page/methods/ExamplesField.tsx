/** Labelled examples with the tokens the model will see: which are locked, and what the loss of each label counts. */

import { useEffect, useState } from "react";
import type { ExampleToken } from "../../worker/api";
import { Field } from "../controls/Field";
import { engine } from "../engine";
import { formatPlural } from "../format";
import { messageOf, useStudio } from "../store/store";

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
  const { tokens, error } = useExampleTokens(text, decay);
  const language = useStudio((state) => state.data.summary?.settings.task === "causal-lm");
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
      {(control) => (
        <>
          <textarea
            {...control}
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

/** Tokens of the examples, a little after they were last changed. */
function useExampleTokens(text: string, decay: number): { tokens: ExampleToken[] | null; error: string | null } {
  const source = useStudio((state) => state.model.summary?.source);
  const [read, setRead] = useState<{ tokens: ExampleToken[] | null; error: string | null }>({
    tokens: null,
    error: null,
  });
  useEffect(() => {
    let current = true;
    if (!source) return;
    const timer = setTimeout(() => {
      engine()
        .tokenizeExamples(text, decay)
        .then(
          (tokens) => current && setRead({ tokens, error: null }),
          (error) => current && setRead({ tokens: null, error: messageOf(error) }),
        );
    }, 150);
    return () => {
      current = false;
      clearTimeout(timer);
    };
  }, [text, decay, source]);
  return read;
}
