/**
 * Sizes at which a short prompt and a low-rank pair train as many numbers as a longer prompt alone:
 * what DePT (Shi and Lipani 2024) and EPT are compared at. m · width + rank · (positions + width) +
 * others = P · width.
 */

export interface Budget {
  readonly width: number;
  /** Rows of the low-rank product. */
  readonly positions: number;
  /** Virtual tokens of the prompt tuning that is to be equalled: P. */
  readonly tokens: number;
  /** What the method trains beside prompt and pair. */
  readonly others: number;
}

export interface Split {
  /** Virtual tokens of the short prompt: m. */
  readonly tokens: number;
  readonly rank: number;
  /** Numbers that are trained, and how many that is short of the budget. */
  readonly count: number;
  readonly short: number;
}

/**
 * At most `most` splits of at least one token and one rank, the longest prompt first: those that
 * are exactly equal, or where fewer than two are, the nearest below. Empty where not even the
 * smallest fits.
 */
export function equalSplits({ width, positions, tokens, others }: Budget, most = 6): Split[] {
  const allowed = tokens * width;
  const all: Split[] = [];
  for (let short = tokens - 1; short >= 1; short--) {
    const rank = Math.min(width, Math.floor((allowed - others - short * width) / (positions + width)));
    if (rank < 1) continue;
    const count = short * width + rank * (positions + width) + others;
    all.push({ tokens: short, rank, count, short: allowed - count });
  }
  const nearest = [...all].sort(
    (a, b) => a.short - b.short || Math.abs(a.tokens - a.rank) - Math.abs(b.tokens - b.rank),
  );
  const exact = all.filter(({ short }) => short === 0).length;
  const kept = nearest.slice(0, exact >= 2 ? Math.min(exact, most) : Math.min(3, most));
  return kept.sort((a, b) => b.tokens - a.tokens);
}
