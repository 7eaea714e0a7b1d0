/**
 * The first training row as the blocks read it: the run's soft tokens where they stand among the
 * row's own.
 */

import type { SoftTokens } from "../../worker/api";
import { formatCount, formatPlural } from "../numbers";
import "../styles/token-strips.css";
import "./SoftTokenStrip.css";

/** Of more than these, those in the middle are left out. */
const MOST = 12;
const [FIRST, LAST] = [6, 3];

export function SoftTokenStrip({ soft }: { soft: SoftTokens }) {
  const { before, after, prefix, trained, changesWords, row } = soft;
  const kind = trained ? "soft token" : "word";
  const rest = row.length - row.tokens.length;
  return (
    <figure className="soft-strip">
      <figcaption className="group-label">
        What the model reads <span className="muted">row {formatCount(row.number)} of the training file</span>
      </figcaption>
      <p className="strip">
        {prefix && <Chips soft={soft} count={prefix.tokens} first={0} kind="key and value" dashed />}
        {before > 0 && <Chips soft={soft} count={before} first={0} kind={kind} />}
        {row.tokens.map(({ text, special }, place) => (
          <span
            // biome-ignore lint/suspicious/noArrayIndexKey: a token of a row has no other name than its place
            key={place}
            className={`strip-token${special ? " strip-special" : ""}${changesWords ? " soft-changed" : ""}`}
          >
            {text.replaceAll("\n", "↵")}
            {special && " "}
          </span>
        ))}
        {rest > 0 && <span className="muted"> … {formatPlural(rest, "more token")} </span>}
        {after > 0 && <Chips soft={soft} count={after} first={before} kind={kind} />}
      </p>
      <p className="field-help">{describe(soft)}</p>
    </figure>
  );
}

interface ChipsProps {
  soft: SoftTokens;
  count: number;
  /** How many stand before these. */
  first: number;
  kind: string;
  /** They are no tokens of the row, but stand before every layer's. */
  dashed?: boolean;
}

/** Soft tokens with the words they start from, or with their numbers. */
function Chips({ soft: { words, trained }, count, first, kind, dashed = false }: ChipsProps) {
  const all = Array.from({ length: count }, (_, index) => first + index);
  const places = count > MOST ? [...all.slice(0, FIRST), null, ...all.slice(-LAST)] : all;
  return places.map((place) =>
    place === null ? (
      <span key="rest" className="soft-rest muted">
        … {formatCount(count - FIRST - LAST)} more …
      </span>
    ) : (
      <span
        key={place}
        className={`soft-token${trained ? "" : " soft-fixed"}${dashed ? " soft-dashed" : ""}`}
        title={`${kind} ${place + 1}${words[place] && trained ? `, made of or starting from “${words[place].text}”` : ""}`}
      >
        {words[place]?.text.replaceAll("\n", "↵").trim() || `p${place + 1}`}
      </span>
    ),
  );
}

/** In words, for who cannot see the strip. */
function describe({ before, after, prefix, words, trained, changesWords, row, sameSize }: SoftTokens): string {
  const sentences: string[] = [];
  const kind = trained ? "soft token" : "fixed word";
  const places = [
    ...(before > 0 ? [`${formatPlural(before, kind)} before the row`] : []),
    ...(after > 0 ? [`${formatPlural(after, kind)} after it`] : []),
  ];
  if (places.length > 0) {
    sentences.push(
      `${places.join(" and ")}: the blocks read ${formatCount(before + after)} + ${formatCount(row.length)} = ` +
        `${formatPlural(before + after + row.length, "token")}.`,
    );
  }
  if (prefix) {
    const where =
      prefix.blocks === prefix.ofBlocks
        ? `every one of the ${formatCount(prefix.ofBlocks)} layers`
        : `the upper ${formatCount(prefix.blocks)} of ${formatCount(prefix.ofBlocks)} layers`;
    sentences.push(
      `${formatPlural(prefix.tokens, "soft token")} as keys and values before ${where} (dashed): the row's own tokens ` +
        "look at them, and no block computes them.",
    );
  }
  if (words.length > 0 && trained) sentences.push("They are named after the words they start from.");
  if (changesWords) sentences.push("Underlined tokens enter changed: something trained is added to each.");
  if (sameSize !== null && sameSize > before) {
    sentences.push(
      `Prompt tuning with as many trained numbers has ${formatPlural(sameSize, "soft token")}: this is ` +
        `${formatCount(sameSize - before)} shorter.`,
    );
  }
  return sentences.join(" ");
}
