/**
 * Training rows as tokens with what each of their labels counts for: its row's weight times its
 * own.
 */

import type { Example } from "../examples";
import type { TokenizedExample } from "../tokens";
import type { DataSettings } from "../types";
import { tokenWeighers } from "./rules";
import { named } from "./weigh-examples";
import type { PieceReader, TokenWeigher, WeighedTokens } from "./weigher";

export interface TokensToWeigh {
  /** Named in errors. */
  readonly file: string;
  readonly settings: Pick<DataSettings, "weights">;
  readonly examples: readonly Pick<Example, "response" | "messages">[];
  /** The same rows, in order. */
  readonly rows: readonly TokenizedExample[];
  /** What each row counts for; null: all the same. */
  readonly rowWeights: Float64Array | null;
  readonly tokenizer: PieceReader;
}

/**
 * The rows as they are where nothing weighs them; else each with `weights`, one for every label.
 * @throws DataError naming a rule of tokens that cannot be used
 */
export function weighTokens(given: TokensToWeigh): readonly TokenizedExample[] {
  const { file, settings, examples, rows, rowWeights, tokenizer } = given;
  const texts = examples.flatMap(({ response, messages }) =>
    messages ? messages.map(({ content }) => content) : (response ?? []),
  );
  const weighers = tokenWeighers(settings, texts).map(({ name, make }) => named(file, name, make));
  if (rowWeights === null && weighers.length === 0) return rows;
  return rows.map((row, index) => {
    const weights = new Float32Array(row.labels.length).fill(rowWeights?.[index] ?? 1);
    if (weighers.length > 0) weighLearned(row, weights, weighers, tokenizer);
    return { ...row, weights };
  });
}

function weighLearned(
  { labels }: TokenizedExample,
  weights: Float32Array,
  weighers: readonly TokenWeigher[],
  tokenizer: PieceReader,
): void {
  const row = learnedTokens(labels, tokenizer);
  for (const weigh of weighers) {
    for (const [index, weight] of weigh(row).entries()) weights[row.places[index]!]! *= weight;
  }
}

/** What is learned of a row whose labels are the tokens that come next. */
function learnedTokens(labels: Int32Array, { piecesOf }: PieceReader): WeighedTokens {
  const places = [...labels.keys()].filter((place) => labels[place]! >= 0);
  const pieces = piecesOf(places.map((place) => labels[place]!));
  return { places, texts: pieces.map(({ text, special }) => (special ? "" : text)) };
}
