/**
 * Which language and script the texts are in, and whether the base model's vocabulary was made for
 * it. What a model was trained on its files do not say; its tokenizer shows it: of a language that
 * it hardly knows it makes more tokens a word than of English, or does not know the words at all.
 */

import { quote } from "../errors";
import { vocabularyFit, wordsOf } from "../vocabulary-fit";
import type { CheckLine } from "./check";
import { type CheckedModel, type CheckFacts, good, line, type PlacedExample, percent, wholeText } from "./facts";

/** Texts that are looked at, evenly spread over all rows. */
const LOOKED_AT = 400;
/** Letters that are needed to tell a language. */
const FEWEST_LETTERS = 8;
/** Another language is named from this share of the texts on. */
const SECOND = 0.05;
/** So many times the tokens that English has a word are the sign of another vocabulary. */
const FOREIGN = 1.8;
/** And this share of words that have an unknown part. */
const UNKNOWN = 0.05;

/** Common words, so that nearly every vocabulary that was made for English has them whole. */
const ENGLISH =
  "The people who live in this city often walk to work because the streets are quiet in the morning and most of " +
  "them know each other. A good book can change how we think about the world but it takes time to read it well. " +
  "Please send me your answer before next week so that we can plan the meeting together.";

const SCRIPTS = [
  "Latin",
  "Cyrillic",
  "Greek",
  "Arabic",
  "Hebrew",
  "Devanagari",
  "Bengali",
  "Tamil",
  "Telugu",
  "Thai",
  "Han",
  "Hiragana",
  "Katakana",
  "Hangul",
  "Georgian",
  "Armenian",
  "Ethiopic",
];
const patterns = SCRIPTS.map((script) => [script, new RegExp(`\\p{Script=${script}}`, "gu")] as const);

export async function language(facts: CheckFacts): Promise<CheckLine | null> {
  const sample = spread(facts.rows, LOOKED_AT);
  // The table of letter sequences is large: it is brought when it is needed.
  const { eld } = await import("eld/extrasmall");
  const byLanguage = new Map<string, PlacedExample[]>();
  const letters = new Map<string, number>();
  for (const row of sample) {
    const text = wholeText(row.example);
    for (const [script, pattern] of patterns) {
      const count = text.match(pattern)?.length ?? 0;
      if (count > 0) letters.set(script, (letters.get(script) ?? 0) + count);
    }
    const found = (text.match(/\p{L}/gu)?.length ?? 0) < FEWEST_LETTERS ? null : eld.detect(text);
    const key = found?.isReliable() ? found.language : "";
    byLanguage.set(key, [...(byLanguage.get(key) ?? []), row]);
    await facts.breathe();
  }
  const told = [...byLanguage].filter(([key]) => key !== "").sort(([, a], [, b]) => b.length - a.length);
  const [first, ...others] = told;
  if (!first) return good(facts, "language", "The texts are too short to tell their language.");
  const [main, own] = first;
  const share = (rows: readonly PlacedExample[]) => percent(rows.length / sample.length);
  const second = others.filter(([, rows]) => rows.length >= Math.max(3, SECOND * sample.length));
  const scripts = [...letters].sort(([, a], [, b]) => b - a);
  const all = scripts.reduce((sum, [, count]) => sum + count, 0);
  const written = scripts.filter(([, count]) => count >= SECOND * all).map(([script]) => script);
  const said = `${share(own)} of the texts are ${nameOf(main)}${second
    .slice(0, 3)
    .map(([key, rows]) => `, ${share(rows)} ${nameOf(key)}`)
    .join(
      "",
    )} (${written.join(", ")} letters${sample.length < facts.rows.length ? `; ${sample.length} texts looked at` : ""}).`;
  const { model } = facts;
  if (!model) return good(facts, "language", said);
  const fits = [first, ...second].map(([key, rows]) => ({ key, ...fitOf(rows, model) }));
  const strange = fits.filter(({ isStrange }) => isStrange);
  if (strange.length === 0) return good(facts, "language", `${said} The model's vocabulary has its words.`);
  const reasons = strange
    .slice(0, 2)
    .map(({ key, perWord, unknown, english }) =>
      unknown > UNKNOWN
        ? `The model does not know ${percent(unknown)} of the words of ${nameOf(key)}.`
        : `The model makes ${perWord.toPrecision(2)} tokens of a word of ${nameOf(key)}, and ${english.toPrecision(2)} of an English one: it was most likely not trained on this language.`,
    );
  return line(facts, {
    id: "language",
    isGood: false,
    said: `${said} ${reasons.join(" ")} A base model that was trained on the texts' language will learn more.`,
  });
}

/** `unknown`: share of words. */
function fitOf(rows: readonly PlacedExample[], { tokenizer }: CheckedModel) {
  const { words, tokens, unknown } = vocabularyFit(
    rows.map(({ example }) => wordsOf(example)),
    tokenizer,
  );
  const english = vocabularyFit([ENGLISH.match(/\p{L}+/gu)!], tokenizer);
  const perWord = tokens / Math.max(1, words);
  const own = english.tokens / english.words;
  const share = unknown / Math.max(1, words);
  const ofEnglish = english.unknown / english.words;
  return {
    ...{ perWord, english: own, unknown: share },
    isStrange: perWord > FOREIGN * own || share > Math.max(UNKNOWN, 2 * ofEnglish),
  };
}

const names = new Intl.DisplayNames(["en"], { type: "language" });
const nameOf = (code: string) => names.of(code) ?? quote(code);

/** At most so many rows, evenly spread. */
function spread<Row>(rows: readonly Row[], most: number): readonly Row[] {
  if (rows.length <= most) return rows;
  return Array.from({ length: most }, (_, index) => rows[Math.floor((index * rows.length) / most)]!);
}
