/** A text as words, and where each stands in it. */

/** `[start, end)`, in the text's own code units. */
export interface Word {
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

const OPENING = new Set("(\"'‘“[{");
const CLOSING = new Set(".,;:!?)\"'”’]}");

/**
 * What stands between white space, with punctuation around it apart, as corpora with tags have it.
 * Linear in the text's length.
 */
export function placedWords(text: string): Word[] {
  const words: Word[] = [];
  const add = (start: number, end: number) => words.push({ text: text.slice(start, end), start, end });
  for (const { 0: chunk, index } of text.matchAll(/\S+/g)) {
    let [start, end] = [index, index + chunk.length];
    while (start < end && OPENING.has(text[start]!)) {
      add(start, start + 1);
      start++;
    }
    const last = end;
    while (end > start && CLOSING.has(text[end - 1]!)) end--;
    if (end > start) add(start, end);
    for (; end < last; end++) add(end, end + 1);
  }
  return words;
}

/** The words of a typed text. */
export function wordsOf(text: string): string[] {
  return placedWords(text).map((word) => word.text);
}
