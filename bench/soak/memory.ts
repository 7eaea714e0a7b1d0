/**
 * What a training takes of this computer's memory, process by process, and how much of it is
 * garbage.
 */

import { readFileSync } from "node:fs";
import { setTimeout as pause } from "node:timers/promises";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import type { Watched } from "./training";

/** Bytes, by what has them. */
export type Bytes = Readonly<Record<string, number>>;

/** For freed memory to reach the system. */
const SETTLING = 2000;

setFlagsFromString("--expose-gc");
const collectHere = runInNewContext("gc") as () => void;

/** Has page and worker collect garbage, and the browser give back what it can. */
export async function collect({ page }: Watched): Promise<void> {
  const session = await page.context().newCDPSession(page);
  await session.send("HeapProfiler.collectGarbage");
  // Reaches the worker, too, and what allocators keep for later.
  await session.send("Memory.simulatePressureNotification", { level: "critical" });
  await session.detach();
  await pause(SETTLING);
}

/** Of processes alone, without files, which the system may drop; where there is /proc. */
export async function processBytes({ browser }: Watched): Promise<Bytes> {
  const session = await browser.newBrowserCDPSession();
  const { processInfo } = await session.send("SystemInfo.getProcessInfo");
  await session.detach();
  const of = (kind: string) => processInfo.filter(({ type }) => type === kind).map(({ id }) => ownBytes(id));
  // Chromium has renderers of its own beside the page's, which is by far the largest.
  const found = { "page's process": Math.max(...of("renderer")), "graphics process": Math.max(...of("GPU")) };
  return Object.fromEntries(Object.entries(found).filter(([, bytes]) => bytes > 0));
}

function ownBytes(process: number): number {
  try {
    const status = readFileSync(`/proc/${process}/status`, "utf8");
    return [...status.matchAll(/^Rss(?:Anon|Shmem):\s+(\d+) kB$/gm)].reduce(
      (sum, [, kib]) => sum + Number(kib) * 1024,
      0,
    );
  } catch {
    // No such system, or the process has just ended.
    return 0;
  }
}

/** What JavaScript and WebAssembly hold, in page and worker and in this process. */
export async function heldBytes({ page, deviceBytes }: Watched): Promise<Bytes> {
  const bytes = await page.evaluate(async () => {
    const measured = performance as unknown as { measureUserAgentSpecificMemory(): Promise<{ bytes: number }> };
    return (await measured.measureUserAgentSpecificMemory()).bytes;
  });
  collectHere();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return {
    "JavaScript and WebAssembly of page and worker": bytes,
    "JavaScript of the runner in Node": heapUsed + arrayBuffers,
    "on the executor": deviceBytes,
  };
}
