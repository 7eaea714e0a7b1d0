/**
 * Token ids of a method's text: as the tokenizer gives them, replaced by a control, cut or repeated
 * to a length.
 */

import { Random } from "../data/random";
import type { Tokenizer } from "../hub/tokenizer";
import type { TextForm } from "../methods/method";

/** Says nothing about any task; what a text is replaced by to see whether its meaning matters. */
export const irrelevantText = "The old stone bridge crosses a quiet river behind the harbour";

/**
 * Ids of `text`. A control keeps the special tokens around the text and the number of tokens, so
 * that it trains exactly as many values. `seed` draws the random tokens.
 */
export function textIds(
  tokenizer: Tokenizer,
  text: string,
  { control, length }: TextForm = { control: "none", length: null },
  seed = 0,
): number[] {
  const given = tokenizer.encode(text);
  const first = tokenizer.leadingSpecials;
  const end = given.length - tokenizer.trailingSpecials;
  const replaced = (replacement: (place: number) => number) =>
    given.map((id, place) => (place < first || place >= end ? id : replacement(place - first)));
  const ids = {
    none: () => given,
    "random-tokens": () => {
      const random = new Random(seed, "random tokens");
      return replaced(() => drawWord(tokenizer, random));
    },
    "irrelevant-text": () => {
      const other = tokenizer.encode(irrelevantText, null, { specialTokens: false });
      return replaced((place) => other[place % other.length]!);
    },
  }[control]();
  return length === null ? ids : Array.from({ length }, (_, place) => ids[place % ids.length]!);
}

/**
 * Ids of a text without its brackets, and for each id whether it stood in them. Special tokens are
 * not locked.
 */
export function bracketedIds(tokenizer: Tokenizer, text: string): { ids: number[]; locked: boolean[] } {
  const given = tokenizer.encode("");
  const leading = given.slice(0, tokenizer.leadingSpecials);
  const trailing = given.slice(given.length - tokenizer.trailingSpecials);
  const pieces = [...text.matchAll(/( ?)\[([^\]]*)\]|((?:[^[ ]| (?!\[))+|\[| )/g)].map(([, space, label, free]) =>
    label === undefined ? { text: free!, lock: false } : { text: space! + label, lock: true },
  );
  const ids = [...leading];
  const locked = leading.map(() => false);
  for (const { text, lock } of pieces) {
    const own = tokenizer.encode(text, null, { specialTokens: false });
    ids.push(...own);
    locked.push(...own.map(() => lock));
  }
  return { ids: [...ids, ...trailing], locked: [...locked, ...trailing.map(() => false)] };
}

function drawWord(tokenizer: Tokenizer, random: Random): number {
  for (;;) {
    const id = random.integer(tokenizer.size);
    if (!tokenizer.specialIds.has(id)) return id;
  }
}
