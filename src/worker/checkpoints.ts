/**
 * The last good adapters of comparisons that are under way, kept in IndexedDB so that they survive
 * a lost device, a crash and a reload. Each comparison has its own place, and a lock says whether
 * a tab still has it.
 */

import { delMany, get, getMany, keys, setMany } from "idb-keyval";
import type { KeptRun } from "../folders/kept-run";
import type { Configuration } from "../plan/configuration";
import type { Checkpoint } from "../runs/parameters";
import { openStore } from "../storage/open-store";
import { formats, migrate, withVersion } from "../versions/versions";
import type { InterruptedComparison } from "./api";

export interface KeptComparison {
  readonly configuration: Configuration;
  /** Fingerprint of the training rows; null: kept by a version that had none. */
  readonly rows: string | null;
  /** By run. */
  readonly kept: ReadonlyMap<string, KeptRun>;
}

/** What is known of a kept comparison without reading its tensors. */
type About = Pick<InterruptedComparison, "configuration" | "runs"> & { readonly rows: string | null };

const store = openStore("sk-tuning-studio-checkpoints", "checkpoints");
const about = (id: string) => `about ${id}`;
const tensors = (id: string) => `tensors ${id}`;
/** Before the id in the name of a comparison's lock. */
const LOCK = "sk-tuning-studio comparison ";
/** Milliseconds in which a worker that was ended has surely let go; Chromium takes two seconds. */
const ENDED = 5000;

/** Where earlier versions kept the one comparison of all tabs, in the library's own store. */
const EARLIER = "comparison checkpoints";
const NOT_COUNTED = { flops: 0 };

/** Writes where a comparison stands in place of where it stood. */
export function keepCheckpoints(id: string, { configuration, rows, kept }: KeptComparison): Promise<void> {
  const runs = [...kept].map(([run, { checkpoint }]) => ({ run, step: checkpoint.step }));
  const said: About = { configuration: withVersion(formats.configuration, configuration), rows, runs };
  return setMany(
    [
      [about(id), said],
      [tensors(id), kept],
    ],
    store,
  );
}

/** Rejects with an Error where a newer studio kept it; null where there is nothing. */
export async function keptCheckpoints(id: string): Promise<KeptComparison | null> {
  const [said, kept] = (await getMany([about(id), tensors(id)], store)) as [
    About | undefined,
    KeptComparison["kept"] | undefined,
  ];
  if (!said || !kept) return null;
  return { configuration: readConfiguration(said), rows: said.rows, kept };
}

function readConfiguration({ configuration }: Pick<About, "configuration">): Configuration {
  return migrate(formats.configuration, configuration) as Configuration;
}

export function dropCheckpoints(id: string): Promise<void> {
  return delMany([about(id), tensors(id)], store);
}

/** As `dropCheckpoints`. Rejects with an Error where another tab goes on with the comparison. */
export async function dropUnlessOpen(id: string): Promise<void> {
  // Where locks are refused, tabs are not told apart.
  const release = await claimComparison(id).catch(() => () => {});
  if (!release) throw new Error("This comparison goes on in another tab.");
  try {
    await dropCheckpoints(id);
  } finally {
    release();
  }
}

/**
 * Comparisons that no tab has any more, and the ids of those that one has. Those of a newer studio
 * stay where they are, unlisted.
 * @param own of the page that asks: a worker of its own that was ended may have it a moment longer
 */
export async function listKept(own?: string): Promise<{ interrupted: InterruptedComparison[]; open: string[] }> {
  const held = (await locks()?.query())?.held ?? [];
  const open = held
    .flatMap(({ name = "" }) => (name.startsWith(LOCK) ? [name.slice(LOCK.length)] : []))
    .filter((id) => id !== own);
  await takeEarlier();
  const names = (await keys<string>(store)).filter((name) => name.startsWith(about("")));
  const ids = names.map((name) => name.slice(about("").length)).filter((id) => !open.includes(id));
  const interrupted: InterruptedComparison[] = [];
  for (const id of ids) {
    const said = await get<About>(about(id), store);
    if (!said) continue;
    try {
      interrupted.push({ id, configuration: readConfiguration(said), runs: said.runs });
    } catch {
      // Only that studio can read it.
    }
  }
  return { interrupted, open };
}

/**
 * Has a comparison for as long as this worker lives, or until what it resolves to is called; null
 * where another tab has it. A worker that was ended while it computed has it for a moment more,
 * which is waited for. Where the browser has no locks, tabs are not told apart.
 */
export async function claimComparison(id: string): Promise<(() => void) | null> {
  const manager = locks();
  if (!manager) return () => {};
  return new Promise((resolve, reject) => {
    manager
      .request(LOCK + id, { signal: AbortSignal.timeout(ENDED) }, () => {
        return new Promise<void>((release) => resolve(release));
      })
      .catch((error: unknown) => {
        if (error instanceof DOMException && error.name === "TimeoutError") resolve(null);
        else reject(error);
      });
  });
}

/** Only secure pages have them, and Node has none. */
function locks(): LockManager | undefined {
  return (globalThis.navigator as Partial<Navigator> | undefined)?.locks;
}

/** Gives what an earlier version kept a place of its own. */
async function takeEarlier(): Promise<void> {
  const before = openStore("keyval-store", "keyval");
  const earlier = await get<{ configuration: Configuration; checkpoints: ReadonlyMap<string, Checkpoint> }>(
    EARLIER,
    before,
  );
  if (!earlier) return;
  const kept = [...earlier.checkpoints].map(([run, checkpoint]): [string, KeptRun] => [
    run,
    { checkpoint: { ...NOT_COUNTED, ...checkpoint }, best: null, worse: 0, ended: null },
  ]);
  const runs = kept.map(([run, { checkpoint }]) => ({ run, step: checkpoint.step }));
  const said: About = { configuration: earlier.configuration, rows: null, runs };
  await setMany(
    [
      [about("earlier"), said],
      [tensors("earlier"), new Map(kept)],
    ],
    store,
  );
  await delMany([EARLIER], before);
}
