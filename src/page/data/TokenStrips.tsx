/**
 * The first rows as the model reads them, token by token: what is learned stands out from what is
 * only read.
 */

import type { DataSummary } from "../../worker/api";
import { useAnswer } from "../asking";
import { Message } from "../layout/Message";
import { formatCount, formatPercent, formatSetting } from "../numbers";
import { useStudio } from "../store/store";
import "../styles/token-strips.css";

/** Tokens at the row's end that are always shown; of a longer prompt the middle is left out. */
const MOST = 90;

const rounded = (weight: number) => formatSetting(Number(weight.toPrecision(3)));

/** A token that counts for nothing is learned as little as one that is only read. */
function learnedClass(weight: number): string {
  if (weight === 0) return "strip-out";
  return weight > 1 ? "strip-learned strip-heavy" : "strip-learned";
}

export function TokenStrips({ summary }: { summary: DataSummary }) {
  const { strips, learnedTokens, trainRows } = summary;
  const noise = useStudio((state) => state.training.settings?.tokenNoise);
  const isNoisy = noise !== undefined && strips.length > 0;
  const { answer, error } = useAnswer<(string | null)[][]>(isNoisy ? (studio) => studio.noiseStrips(noise) : null, [
    summary,
    JSON.stringify(noise),
  ]);
  const replaced = isNoisy && error === null ? (answer ?? []) : [];
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
        {strips.some(({ tokens }) => tokens.some(({ learned, weight }) => learned && weight !== 1)) && (
          <>
            {" "}
            <span className="strip-token strip-learned strip-heavy">
              learned<sub className="strip-weight">×2</sub>
            </span>{" "}
            what a token counts for
          </>
        )}
        {isNoisy && (
          <>
            {" "}
            <span className="strip-token strip-learned">
              <del>learned</del>
              <ins className="strip-read">read instead</ins>
            </span>{" "}
            noise, at its full {formatPercent(noise.rate, 0)}
          </>
        )}
      </p>
      {isNoisy && error !== null && <Message kind="error">{error}</Message>}
      {strips.map(({ row, tokens }, strip) => {
        const start = Math.max(0, tokens.length - MOST);
        return (
          <p key={row} className="strip">
            <span className="visually-hidden">Row {row}: </span>
            {start > 0 && <span className="muted">… {formatCount(start)} more </span>}
            {tokens.slice(start).map(({ text, special, learned, weight }, place) => (
              <span
                // biome-ignore lint/suspicious/noArrayIndexKey: a token of a row has no other name than its place
                key={place}
                className={`strip-token${learned ? ` ${learnedClass(weight)}` : ""}${special ? " strip-special" : ""}`}
              >
                <TokenText text={text} read={replaced[strip]?.[start + place] ?? null} />
                {learned && weight !== 1 && <sub className="strip-weight">×{rounded(weight)}</sub>}
              </span>
            ))}
          </p>
        );
      })}
    </figure>
  );
}

/** `read`: what the model reads in its place; null: the token itself. */
function TokenText({ text, read }: { text: string; read: string | null }) {
  if (read === null) return shown(text);
  return (
    <>
      <del>{shown(text)}</del>
      <ins className="strip-read">{shown(read)}</ins>
    </>
  );
}

const shown = (text: string) => text.replaceAll("\n", "↵");
