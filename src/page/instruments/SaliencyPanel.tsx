/**
 * Which tokens of a text speak for an answer of a run and which against it: a strip in two colours,
 * where the numbers are read one by one with the pointer or the arrow keys.
 */

import { useState } from "react";
import type { InstrumentResult } from "../../worker/api";
import { SelectField } from "../fields/SelectField";
import { MeasureWhenOpened } from "./MeasureWhenOpened";
import type { AnswerPanelProps } from "./panel";
import { readable, signed } from "./reading";
import { STRONGEST, TokenStrip } from "./TokenStrip";
import "./SaliencyPanel.css";

type Saliency = InstrumentResult<"saliency">;

const LARGEST = "largest";

export function SaliencyPanel(props: AnswerPanelProps) {
  const [label, setLabel] = useState<number | null>(null);
  const [place, setPlace] = useState<number | null>(null);
  const input = { asked: props.asked, label, place };
  return (
    <MeasureWhenOpened {...props} id="saliency" input={input} waiting="Going back from the answer to the words…">
      {(found) => (
        <>
          <div className="field-grid">
            {found.labels.length > 0 && (
              <SelectField
                label="What speaks for"
                value={label === null ? LARGEST : String(label)}
                choices={[
                  { value: LARGEST, label: "its own answer" },
                  ...found.labels.map((name, index) => ({ value: String(index), label: name })),
                ]}
                onChange={(value) => setLabel(value === LARGEST ? null : Number(value))}
              />
            )}
            {found.answered.length > 0 && (
              <SelectField
                label="At the word that begins with"
                value={String(found.place)}
                choices={found.answered.map((token) => ({
                  value: String(token),
                  label: `${token + 1}: ${readable(found.tokens[token]!.text)}`,
                }))}
                onChange={(value) => setPlace(Number(value))}
              />
            )}
          </div>
          <Strip found={found} />
        </>
      )}
    </MeasureWhenOpened>
  );
}

function Strip({ found }: { found: Saliency }) {
  const { tokens, score } = found;
  const largest = Math.max(...tokens.map(({ saliency }) => Math.abs(saliency)));
  const strongest = tokens.findIndex(({ saliency }) => Math.abs(saliency) === largest);
  const [chosen, setChosen] = useState<number | null>(null);
  const active = Math.min(chosen ?? strongest, tokens.length - 1);
  const what = found.label === null ? "the number" : `“${found.labels[found.label]}”`;
  const scoreName = found.label === null ? "The number" : "Its logit";
  return (
    <figure className="saliency">
      <TokenStrip
        label="Tokens"
        tokens={tokens.map(({ text, special, saliency }) => ({
          text: readable(text),
          said: signed(saliency),
          size: Math.abs(saliency),
          against: saliency < 0,
          special,
        }))}
        active={active}
        onChoose={setChosen}
      />
      <output className="token-read">
        <strong>{readable(tokens[active]!.text)}</strong> {signed(tokens[active]!.saliency)}:{" "}
        {tokens[active]!.saliency < 0 ? `speaks against ${what}.` : `speaks for ${what}.`}
      </output>
      <p className="saliency-legend">
        <span className="sized-token" style={{ "--strength": `${STRONGEST}%` } as object}>
          for
        </span>{" "}
        <span className="sized-token sized-token-against" style={{ "--strength": `${STRONGEST}%` } as object}>
          against
        </span>{" "}
        <span className="muted">
          {scoreName} is {signed(score)}. Each number is gradient × input: about how much of it hangs on this token, as
          long as little is changed. The numbers need not add up to it.
        </span>
      </p>
    </figure>
  );
}
