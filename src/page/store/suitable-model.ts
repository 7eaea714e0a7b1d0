/** Which bundled model to begin with. */

import type { ModelListing } from "../../worker/api";

/** Source of the first; on a device that computes on the CPU (`slow`), of the smallest. */
export function suitableModel(listings: readonly ModelListing[], slow: boolean): string | undefined {
  const bundled = listings.filter(({ source }) => source.startsWith("bundled:"));
  if (slow) bundled.sort((a, b) => a.bytes - b.bytes);
  return (bundled[0] ?? listings[0])?.source;
}
