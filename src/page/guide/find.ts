/** What of the guide a search finds: every typed word has to stand somewhere in the entry. */

/**
 * True for an empty search. Case, accents, superscripts and marks do not count: "IA3" finds (IA)³,
 * "pre tuning" finds pre-tuning.
 */
export function matches(search: string, texts: readonly (string | undefined)[]): boolean {
  const spaced = plain(texts.join(" "));
  const joined = texts.map((text) => withoutMarks(text ?? "")).join(" ");
  const words = plain(search).split(" ").filter(Boolean);
  const whole = search.split(/\s+/).map(withoutMarks).filter(Boolean);
  return words.every((word) => spaced.includes(word)) || whole.every((word) => joined.includes(word));
}

/** NFKD takes ³ apart into 3, and é into e and an accent. */
const folded = (text: string) => text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();

/** Marks as spaces. */
const plain = (text: string) =>
  folded(text)
    .replace(/[^\p{L}\p{N}]+/gu, " ")
    .trim();

/** Words without the marks in them. */
const withoutMarks = (text: string) => folded(text).replace(/[^\p{L}\p{N}\s]+/gu, "");
