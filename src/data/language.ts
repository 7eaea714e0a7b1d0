/**
 * A row of prompt and response to tokens, with a label wherever a token of the response comes next.
 * Which columns they come from is said by templates (templates.ts).
 */

/** What of a tokenizer is needed. */
export interface LanguageTokenizer {
  readonly eosId: number | null;
  readonly trailingSpecials: number;
  encode(text: string, pair?: string | null, options?: { specialTokens?: boolean }): ArrayLike<number>;
}

/** The label of a position after which nothing is learned. */
const NO_LABEL = -100;

/**
 * A prompt as the model reads it before its response: with the beginning-of-sequence token, if the
 * tokenizer puts one, once.
 */
export function encodePrompt(tokenizer: LanguageTokenizer, prompt: string): number[] {
  const framed = (text: string) => {
    const ids = Array.from(tokenizer.encode(text));
    return ids.slice(0, ids.length - tokenizer.trailingSpecials);
  };
  const [ids, begin] = [framed(prompt), framed("")];
  return startsWith(ids.slice(begin.length), begin) ? ids.slice(begin.length) : ids;
}

const startsWith = (ids: readonly number[], begin: readonly number[]) =>
  begin.length > 0 && begin.every((id, place) => ids[place] === id);

/**
 * The ids of a text with the tokenizer's special tokens, once where the text is written with its
 * own.
 */
export function encodeOnce(tokenizer: LanguageTokenizer, text: string): ArrayLike<number> {
  const ids = Array.from(tokenizer.encode(text));
  const empty = Array.from(tokenizer.encode(""));
  const cut = empty.length - tokenizer.trailingSpecials;
  const [begin, end] = [empty.slice(0, cut), empty.slice(cut)];
  // An empty text has no more than these.
  if (ids.length <= empty.length) return ids;
  const first = startsWith(ids.slice(begin.length), begin) ? begin.length : 0;
  const last = startsWith(ids.slice(ids.length - 2 * end.length), end) ? end.length : 0;
  return ids.slice(first, ids.length - last);
}

/**
 * Prompt and response are tokenised apart, so that a prompt alone has the tokens it was trained
 * with; the end-of-sequence token follows, if the tokenizer has one, and once. `labels[i]` is the
 * token after token i if it is the response's, else −100; without a prompt that is every token but
 * the first. What is too long loses the beginning of its prompt, after the beginning-of-sequence
 * token; a response that does not fit even alone loses its end. `fullLength`: before that.
 */
export function encodeExchange(
  tokenizer: LanguageTokenizer,
  { text, response = "" }: { readonly text: string; readonly response?: string },
  maxLength: number,
): { ids: Int32Array; labels: Int32Array; fullLength: number } {
  const begin = encodePrompt(tokenizer, "");
  const asked = encodePrompt(tokenizer, text).slice(begin.length);
  const written = Array.from(tokenizer.encode(response, null, { specialTokens: false }));
  // A response may be written with its own special tokens.
  const said = startsWith(written, begin) ? written.slice(begin.length) : written;
  while (tokenizer.eosId !== null && said.at(-1) === tokenizer.eosId) said.pop();
  if (tokenizer.eosId !== null) said.push(tokenizer.eosId);
  const kept = said.slice(0, Math.max(1, maxLength - begin.length));
  const room = Math.max(0, maxLength - begin.length - kept.length);
  const prompt = [...begin, ...(room > 0 ? asked.slice(-room) : [])];
  const ids = Int32Array.from([...prompt, ...kept]);
  const labels = ids.map((_, place) => (place + 1 >= prompt.length ? (ids[place + 1] ?? NO_LABEL) : NO_LABEL));
  return { ids, labels, fullLength: begin.length + asked.length + said.length };
}
