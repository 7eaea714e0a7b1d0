/** What a run that prunes its batches would learn from now: row by row, and token by token. */

import { useState } from "react";
import type { InstrumentResult } from "../../worker/api";
import { formatCount, formatLoss, formatPercent } from "../numbers";
import { MeasureWhenOpened } from "./MeasureWhenOpened";
import type { PanelProps } from "./panel";
import { readable } from "./reading";
import "../styles/token-strips.css";
import "./PrunedBatchPanel.css";

/** Percent of the colour behind the token that looks most at its prompt. */
const STRONGEST = 45;

type Found = InstrumentResult<"pruned-batch">;

export function PrunedBatchPanel(props: PanelProps) {
  const [start, setStart] = useState(0);
  return (
    <MeasureWhenOpened {...props} id="pruned-batch" input={{ start }} waiting="Reading a batch…">
      {(found) => (
        <>
          <p className="field-help">
            {props.instrument.summary} Training rows {formatCount(found.start + 1)} to{" "}
            {formatCount(found.start + found.batch.length)} of {formatCount(found.rows)}, in the file's order.
            {looks(found) && " The darker a token, the more of its attention goes to the prompt; struck out: left out."}
          </p>
          <Batch found={found} />
          <p className="pruned-batch-turn">
            <button
              type="button"
              className="button button-small"
              disabled={found.start === 0}
              onClick={() => setStart(Math.max(0, found.start - found.batch.length))}
            >
              Batch before
            </button>
            <button
              type="button"
              className="button button-small"
              disabled={found.start + found.batch.length >= found.rows}
              onClick={() => setStart(found.start + found.batch.length)}
            >
              Next batch
            </button>
          </p>
        </>
      )}
    </MeasureWhenOpened>
  );
}

function Batch({ found: { batch } }: { found: Found }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard
    <section className="table-scroll" aria-label="Rows of the batch" tabIndex={0}>
      <table className="table pruned-batch">
        <thead>
          <tr>
            <th scope="col" className="number">
              Row
            </th>
            <th scope="col">Learned from</th>
            <th scope="col" className="number">
              Loss
            </th>
            <th scope="col" className="number">
              Entropy
            </th>
            <th scope="col">Text</th>
          </tr>
        </thead>
        <tbody>
          {batch.map(({ row, text, truth, loss, entropy, kept, tokens }) => (
            <tr key={row} className={kept ? "" : "pruned-batch-out"}>
              <td className="number">{formatCount(row)}</td>
              <td>{kept ? "yes" : "no"}</td>
              <td className="number">{formatLoss(loss)}</td>
              <td className="number">{formatLoss(entropy)}</td>
              <td className="pruned-batch-text">
                {truth && <strong>{truth} </strong>}
                {tokens.length > 0 && kept ? <Tokens tokens={tokens} /> : text}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

const looks = ({ batch }: Found) => batch.some(({ tokens }) => tokens.some(({ attention }) => attention !== null));

const classOf = ({ kept, attention }: Token) => {
  if (kept === null) return "strip-token";
  const looking = attention === null ? "" : " pruned-batch-looking";
  return `strip-token ${kept ? "strip-learned" : "strip-out"}${looking}`;
};

/** `most`: what the token of the row gives that looks most at the prompt. */
const shadeOf = ({ attention }: Token, most: number) =>
  attention === null ? undefined : ({ "--share": `${most > 0 ? (STRONGEST * attention) / most : 0}%` } as object);

type Token = Found["batch"][number]["tokens"][number];

const titleOf = ({ attention }: Token) =>
  attention === null ? undefined : `gives ${formatPercent(attention)} of its attention to the prompt`;

function Tokens({ tokens }: { tokens: readonly Token[] }) {
  const most = Math.max(...tokens.map(({ attention }) => attention ?? 0));
  return tokens.map((token, place) => (
    // biome-ignore lint/suspicious/noArrayIndexKey: a token of a row has no other name than its place
    <span key={place} className={classOf(token)} style={shadeOf(token, most)} title={titleOf(token)}>
      {readable(token.text)}
      {token.kept === false && <span className="visually-hidden"> (left out) </span>}
    </span>
  ));
}
