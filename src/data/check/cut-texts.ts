/** Texts that are longer than what is read of them, and the length that would hold nearly all. */

import { countOf, formatCount } from "../errors";
import type { CheckLine } from "./check";
import { type CheckFacts, good, line, percent } from "./facts";

/** Of the texts, that a better length would hold. */
const HELD = 0.95;
/** A smaller share that is cut needs no change. */
const MANY = 0.05;
/** Lengths are offered in multiples of this. */
const STEP = 8;

export function cutTexts(facts: CheckFacts): CheckLine | null {
  const { tokenized, settings, model } = facts;
  if (tokenized.length === 0) return null;
  const { maxLength } = settings;
  const cut = tokenized.filter(({ truncated }) => truncated);
  const longest = tokenized.reduce((most, { fullLength }) => Math.max(most, fullLength), 0);
  const tokens = countOf(maxLength, "token");
  if (cut.length === 0)
    return good(facts, "cut-texts", `No text is cut: the longest has ${formatCount(longest)} of ${tokens}.`);
  const share = cut.length / tokenized.length;
  const what =
    `${countOf(cut.length, "text")} of ${formatCount(tokenized.length)} (${percent(share)}) ${cut.length === 1 ? "is" : "are"} cut to ${tokens}; ` +
    `the longest has ${formatCount(longest)}. ${whatIsLost(facts)}`;
  if (share <= MANY) return good(facts, "cut-texts", what.trim());
  const sorted = Uint32Array.from(tokenized, ({ fullLength }) => fullLength).sort();
  const holding = sorted[Math.ceil(HELD * sorted.length) - 1]!;
  const context = model?.contextLength ?? Number.POSITIVE_INFINITY;
  const better = Math.min(Math.ceil(holding / STEP) * STEP, context);
  const most =
    better < holding
      ? `95 % would need ${formatCount(holding)}, and the model reads ${formatCount(context)} at most.`
      : `${formatCount(better)} would hold 95 %.`;
  return line(
    facts,
    { id: "cut-texts", isGood: false, said: `${what.trim()} ${most}` },
    {
      actions:
        better > maxLength
          ? [{ kind: "settings", title: `Raise to ${formatCount(better)}`, settings: { maxLength: better } }]
          : [],
    },
  );
}

/** What of a text is behind the cut, or before it. */
function whatIsLost({ dataset, tokenized, format, model }: CheckFacts): string {
  const cut = tokenized.filter(({ truncated }) => truncated);
  if (format.answer === "text") {
    if (dataset.train.some(({ messages }) => messages !== undefined)) {
      return "Conversations lose their end; where no answer begins before that, the beginning instead.";
    }
    const eosId = model?.tokenizer.eosId ?? null;
    const ends = cut.filter(({ ids }) => eosId === null || ids.at(-1) !== eosId).length;
    const also = ends > 0 ? `, and ${formatCount(ends)} of them the end of the response too` : "";
    return `They lose the beginning of the prompt, so that the response stays${also}.`;
  }
  if (format.answer !== "tags") return "";
  const rows = [dataset.train, dataset.validation, dataset.test].flat();
  const words = rows.reduce((sum, row) => sum + (row.words?.length ?? 0), 0);
  const learned = tokenized.reduce(
    (sum, { labels }) => sum + labels.reduce((count, label) => count + Number(label >= 0), 0),
    0,
  );
  return words > learned
    ? `The tags of ${countOf(words - learned, "word")} behind the cut are neither learned nor counted.`
    : "";
}
