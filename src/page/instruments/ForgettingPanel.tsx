/** What a run has forgotten of the base model's language, on the studio's text or one's own. */

import { Brain } from "lucide-react";
import { useState } from "react";
import type { InstrumentResult } from "../../worker/api";
import { Field } from "../fields/Field";
import { formatLoss, formatPlural } from "../numbers";
import { MeasureButton } from "./MeasureButton";
import type { PanelProps } from "./panel";
import "./ForgettingPanel.css";

export function ForgettingPanel(props: PanelProps) {
  const [text, setText] = useState("");
  const input = { text: text.trim() === "" ? null : text };
  return (
    <MeasureButton {...props} id="forgetting" input={input} icon={Brain} waiting="Measuring…" say={sentenceOf}>
      <details className="own-text">
        <summary>A text of your own</summary>
        <Field
          label="Text to predict"
          help="Paragraphs are read one by one. Empty: the studio's own general text."
          wide
        >
          {(input) => (
            <textarea
              {...input}
              className="input"
              rows={3}
              value={text}
              onChange={(event) => setText(event.target.value)}
            />
          )}
        </Field>
      </details>
    </MeasureButton>
  );
}

function sentenceOf({ tokens, frozen, tuned }: InstrumentResult<"forgetting">): string {
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
