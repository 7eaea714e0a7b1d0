/** Shares of one whole over a run's steps, as a gate's weights are told. */

import type { SharesEvent } from "../../worker/api";

export interface ShareHistory {
  readonly title: string;
  readonly names: readonly string[];
  /** By step, ascending. */
  readonly points: readonly { readonly step: number; readonly shares: readonly number[] }[];
}

/** With what was told last; after a run goes back to an earlier step, without what came later. */
export function withShares(
  before: ShareHistory | undefined,
  { title, names, step, shares }: SharesEvent,
): ShareHistory {
  const earlier = before?.points.filter((point) => point.step < step) ?? [];
  return { title, names, points: [...earlier, { step, shares }] };
}
