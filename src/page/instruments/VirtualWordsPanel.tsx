/** The words that a run's virtual tokens are nearest to, and how far they went from their own. */

import { useState } from "react";
import type { InstrumentResult } from "../../worker/api";
import { SelectField } from "../fields/SelectField";
import { formatCount } from "../numbers";
import { MeasureWhenOpened } from "./MeasureWhenOpened";
import type { PanelProps } from "./panel";
import { readable } from "./reading";
import "./ShareTable.css";

type Words = InstrumentResult<"virtual-words">;

export function VirtualWordsPanel(props: PanelProps) {
  const [layer, setLayer] = useState<number | null>(null);
  return (
    <MeasureWhenOpened
      {...props}
      id="virtual-words"
      input={{ layer }}
      waiting="Comparing the virtual tokens with words…"
      long
    >
      {(found) => (
        <>
          {found.layers.length > 0 && (
            <div className="field-grid">
              <SelectField
                label="Layer"
                value={String(found.layer)}
                choices={found.layers.map((one) => ({ value: String(one), label: String(one + 1) }))}
                onChange={(value) => setLayer(Number(value))}
              />
            </div>
          )}
          <WordsTable found={found} />
          <p className="field-help">{limitsOf(found)}</p>
        </>
      )}
    </MeasureWhenOpened>
  );
}

function WordsTable({ found }: { found: Words }) {
  const made = found.tokens.some((token) => token.made !== null);
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard
    <section className="table-scroll share-scroll" aria-label="Nearest words" tabIndex={0}>
      <table className="table">
        <thead>
          <tr>
            <th scope="col">Virtual token</th>
            {made && (
              <th scope="col" className="number">
                Cosine to its word
              </th>
            )}
            <th scope="col">Nearest words, with their cosine</th>
          </tr>
        </thead>
        <tbody>
          {found.tokens.map((token, place) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: a virtual token has no other name than its place
            <tr key={place}>
              <th scope="row">{token.made ? readable(token.made.word.text) : `p${place + 1}`}</th>
              {made && <td className="number">{token.made?.cosine.toFixed(2)}</td>}
              <td>{token.nearest.map(({ text, cosine }) => `${readable(text)} ${cosine.toFixed(2)}`).join(" · ")}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

function limitsOf({ what, words }: Words): string {
  const count = formatCount(words);
  if (what === "embeddings") {
    return (
      `By the embeddings of the vocabulary's ${count} tokens. 1 is the same direction; below about 0.3 a token is near ` +
      "no word, as most trained ones are."
    );
  }
  return (
    "A prefix has no embeddings: compared are its values in this layer, what a token that looks at it receives, with " +
    `those of the rows' ${count} most frequent tokens, which the frozen model read one by one. Higher layers depend on ` +
    "what stands around a word, so there this says less. Its own word is the one of the method's text, as the frozen " +
    "model reads it there."
  );
}
