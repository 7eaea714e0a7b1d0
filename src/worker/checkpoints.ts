/**
 * The last good adapters of the comparison that runs, kept in IndexedDB so that they survive a lost
 * device or a crash.
 */

import { del, get, set } from "idb-keyval";
import type { Configuration } from "../plan/configuration";
import type { Checkpoint } from "../runs/parameters";

export interface KeptComparison {
  readonly configuration: Configuration;
  readonly checkpoints: ReadonlyMap<string, Checkpoint>;
}

const KEY = "comparison checkpoints";

export function keepCheckpoints(kept: KeptComparison): Promise<void> {
  return set(KEY, kept);
}

export async function keptCheckpoints(): Promise<KeptComparison | null> {
  return (await get<KeptComparison>(KEY)) ?? null;
}

export function dropCheckpoints(): Promise<void> {
  return del(KEY);
}
