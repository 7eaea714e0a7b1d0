/** A text as a row of which every token is predicted. */

import { encodeExchange } from "../data/language";
import type { RowTokenizer, TokenizedExample } from "../data/tokens";

/** `longest`: the most tokens that it may have; what is beyond is cut off. */
export function textRow(text: string, row: number, tokenizer: RowTokenizer, longest: number): TokenizedExample {
  const encoded = encodeExchange(tokenizer, { text: "", response: text }, longest);
  return { ...encoded, row, truncated: encoded.fullLength > longest };
}
