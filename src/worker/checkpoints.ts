/**
 * The last good adapters of the comparison that runs, kept in IndexedDB so that they survive a lost
 * device or a crash.
 */

import { del, get, set } from "idb-keyval";
import type { Configuration } from "../plan/configuration";
import type { Checkpoint } from "../runs/parameters";
import { formats, migrate, withVersion } from "../versions/versions";

export interface KeptComparison {
  readonly configuration: Configuration;
  readonly checkpoints: ReadonlyMap<string, Checkpoint>;
}

const KEY = "comparison checkpoints";
const NOT_COUNTED = { flops: 0 };

export function keepCheckpoints({ configuration, checkpoints }: KeptComparison): Promise<void> {
  return set(KEY, { configuration: withVersion(formats.configuration, configuration), checkpoints });
}

/** Rejects with an Error where a newer studio kept it. */
export async function keptCheckpoints(): Promise<KeptComparison | null> {
  const kept = await get<KeptComparison>(KEY);
  if (!kept) return null;
  const configuration = migrate(formats.configuration, kept.configuration) as Configuration;
  // Those of earlier versions count no operations.
  const counted = [...kept.checkpoints].map(([run, checkpoint]) => [run, { ...NOT_COUNTED, ...checkpoint }] as const);
  return { configuration, checkpoints: new Map(counted) };
}

export function dropCheckpoints(): Promise<void> {
  return del(KEY);
}
