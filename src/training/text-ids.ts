/** Token ids of a method's text: as the tokenizer gives them, replaced by a control, cut or repeated to a length. */

import { Random } from "../data/random";
import type { Tokenizer } from "../hub/tokenizer";
import type { TextForm } from "../methods/method";

/** Says nothing about any task; what a text is replaced by to see whether its meaning matters. */
export const irrelevantText = "The old stone bridge crosses a quiet river behind the harbour";

/**
 * Ids of `text`. A control keeps the special tokens around the text and the number of tokens, so that it trains exactly as
 * many values. `seed` draws the random tokens.
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

function drawWord(tokenizer: Tokenizer, random: Random): number {
  for (;;) {
    const id = random.integer(tokenizer.size);
    if (!tokenizer.specialIds.has(id)) return id;
  }
}
