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

interface Frame {
  readonly begin: readonly number[];
  readonly end: readonly number[];
}

const frames = new WeakMap<LanguageTokenizer, Frame>();

/** The special tokens around every text: those of the empty one, asked for once. */
function frameOf(tokenizer: LanguageTokenizer): Frame {
  const known = frames.get(tokenizer);
  if (known) return known;
  const empty = Array.from(tokenizer.encode(""));
  const cut = empty.length - tokenizer.trailingSpecials;
  const frame = { begin: empty.slice(0, cut), end: empty.slice(cut) };
  frames.set(tokenizer, frame);
  return frame;
}

const startsWith = (ids: readonly number[], begin: readonly number[], from = 0) =>
  begin.length > 0 && begin.every((id, place) => ids[from + place] === id);

/**
 * A prompt as the model reads it before its response: with the beginning-of-sequence token, if the
 * tokenizer puts one, once.
 */
export function encodePrompt(tokenizer: LanguageTokenizer, prompt: string): number[] {
  const { begin } = frameOf(tokenizer);
  const all = Array.from(tokenizer.encode(prompt));
  const ids = all.slice(0, all.length - tokenizer.trailingSpecials);
  return startsWith(ids, begin, begin.length) ? ids.slice(begin.length) : ids;
}

/**
 * The ids of a text with the tokenizer's special tokens, once where the text is written with its
 * own.
 */
export function encodeOnce(tokenizer: LanguageTokenizer, text: string): ArrayLike<number> {
  const { begin, end } = frameOf(tokenizer);
  const ids = Array.from(tokenizer.encode(text));
  // An empty text has no more than these.
  if (ids.length <= begin.length + end.length) return ids;
  const first = startsWith(ids, begin, begin.length) ? begin.length : 0;
  const last = startsWith(ids, end, ids.length - 2 * end.length) ? end.length : 0;
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
  const { begin } = frameOf(tokenizer);
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
