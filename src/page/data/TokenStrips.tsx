/**
 * The first rows as the model reads them, token by token: what is learned stands out from what is
 * only read.
 */

import type { DataSummary } from "../../worker/api";
import { formatCount } from "../numbers";
import "./TokenStrips.css";

/** Tokens at the row's end that are always shown; of a longer prompt the middle is left out. */
const MOST = 90;

export function TokenStrips({ summary }: { summary: DataSummary }) {
  const { strips, learnedTokens, trainRows } = summary;
  if (strips.length === 0) return null;
  return (
    <figure className="strips">
      <figcaption className="group-label">
        What is learned{" "}
        <span className="muted">
          {formatCount(learnedTokens)} tokens of {formatCount(trainRows)} training rows
        </span>
      </figcaption>
      <p className="field-help">
        <span className="strip-token strip-learned">learned</span> <span className="strip-token">only read</span>
      </p>
      {strips.map(({ row, tokens }) => {
        const start = Math.max(0, tokens.length - MOST);
        return (
          <p key={row} className="strip">
            <span className="visually-hidden">Row {row}: </span>
            {start > 0 && <span className="muted">… {formatCount(start)} more </span>}
            {tokens.slice(start).map(({ text, special, learned }, place) => (
              <span
                // biome-ignore lint/suspicious/noArrayIndexKey: a token of a row has no other name than its place
                key={place}
                className={`strip-token${learned ? " strip-learned" : ""}${special ? " strip-special" : ""}`}
              >
                {text.replaceAll("\n", "↵")}
              </span>
            ))}
          </p>
        );
      })}
    </figure>
  );
}
