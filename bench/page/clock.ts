/**
 * Times GPU work fairly: the queue is drained around every measurement, and what is compared is
 * measured in turn.
 */

import type { Executor } from "../../src/executors/executor";

/** Short work is repeated until a measurement takes this long. */
const SHORTEST_MS = 20;

export interface Timed {
  /** Submits one piece of work. */
  submit(): Promise<void> | void;
}

/**
 * Median milliseconds of one piece of each kind of work. All kinds are measured in turn, so that
 * whatever else the machine does touches them alike.
 */
export async function medians<Name extends string>(
  executor: Pick<Executor, "done">,
  work: Record<Name, Timed["submit"]>,
  samples: number,
): Promise<Record<Name, number>> {
  const names = Object.keys(work) as Name[];
  const measure = async (name: Name, repeats: number) => {
    const begun = performance.now();
    for (let i = 0; i < repeats; i++) await work[name]();
    await executor.done();
    return (performance.now() - begun) / repeats;
  };
  await executor.done();
  const repeats = {} as Record<Name, number>;
  const times = {} as Record<Name, number[]>;
  for (const name of names) {
    // Pipelines are made and caches filled by the first two.
    await measure(name, 1);
    repeats[name] = Math.max(1, Math.ceil(SHORTEST_MS / (await measure(name, 1))));
    times[name] = [];
  }
  for (let i = 0; i < samples; i++) {
    for (const name of names) times[name].push(await measure(name, repeats[name]));
  }
  return Object.fromEntries(names.map((name) => [name, median(times[name])])) as Record<Name, number>;
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}
