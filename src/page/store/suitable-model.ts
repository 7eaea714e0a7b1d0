/** Which bundled model to begin with. */

import type { DeviceReport, ModelListing } from "../../worker/api";

/**
 * Processors with no more threads than this begin with the smaller model: its first comparison
 * takes less than a minute.
 */
const FEW_THREADS = 4;

type SuitedDevice = Pick<DeviceReport, "status" | "threads">;

/** Source of the first; on a slow device, of the smallest. */
export function suitableModel(listings: readonly ModelListing[], report: SuitedDevice | null): string | undefined {
  const bundled = listings.filter(({ source }) => source.startsWith("bundled:"));
  const isSlow = report?.status === "software" || (report?.threads ?? Number.POSITIVE_INFINITY) <= FEW_THREADS;
  if (isSlow) bundled.sort((a, b) => a.bytes - b.bytes);
  return (bundled[0] ?? listings[0])?.source;
}
