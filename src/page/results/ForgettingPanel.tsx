/**
 * A button that measures what a run has forgotten of the base model's language, on the studio's
 * text or one's own.
 */

import { Brain } from "lucide-react";
import { useState } from "react";
import type { Forgetting } from "../../worker/api";
import { useQuestion } from "../asking";
import { Field } from "../controls/Field";
import { Message } from "../controls/Message";
import { formatLoss, formatPlural } from "../numbers";
import { isBusy, useStudio } from "../store/store";
import "./MergePanel.css";

export function ForgettingPanel({ run }: { run: string }) {
  const busy = useStudio(isBusy);
  const [text, setText] = useState("");
  const { answer: measured, waiting: working, error, ask } = useQuestion<Forgetting>();
  const measure = () => ask((studio) => studio.measure("forgetting", run, { text: text.trim() === "" ? null : text }));
  return (
    <div className="merge-panel">
      <button type="button" className="button button-small" disabled={busy || working} onClick={measure}>
        <Brain size={14} aria-hidden="true" /> {working ? "Measuring…" : "Measure forgetting"}
      </button>
      <output className="field-help">
        {measured && error === null
          ? said(measured)
          : "How well the model still predicts a general text with this run, beside without."}
      </output>
      <details className="own-text">
        <summary>A text of your own</summary>
        <Field
          label="Text to predict"
          help="Paragraphs are read one by one. Empty: the studio's own general text."
          wide
        >
          {(control) => (
            <textarea
              {...control}
              className="input"
              rows={3}
              value={text}
              onChange={(event) => setText(event.target.value)}
            />
          )}
        </Field>
      </details>
      {error !== null && <Message kind="error">{error}</Message>}
    </div>
  );
}

function said({ tokens, frozen, tuned }: Forgetting): string {
  const figures = (loss: number) => `${formatLoss(loss)} (perplexity ${Math.exp(loss).toPrecision(3)})`;
  const change = tuned - frozen;
  const judged =
    Math.abs(change) < 5e-5
      ? "Nothing is forgotten."
      : change > 0
        ? `Forgotten: ${formatLoss(change)} nats a token.`
        : `It predicts this text better, by ${formatLoss(-change)} nats a token.`;
  return (
    `Loss of the model's own head on ${formatPlural(tokens, "token")}: ${figures(frozen)} frozen, ${figures(tuned)} with this run. ` +
    judged
  );
}
