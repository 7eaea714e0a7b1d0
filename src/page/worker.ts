/**
 * The page's one line to the worker. It starts the worker and can start it again; it knows nothing
 * of what is said.
 */

import * as Comlink from "comlink";
import type { RemoteStudio, StudioApi } from "../worker/api";

let worker: Worker | null = null;
let remote: RemoteStudio | null = null;
let onCrash: (message: string) => void = () => {};

/** The worker's API; the worker is started on first use. */
export function studio(): RemoteStudio {
  if (!remote) {
    worker = new Worker(new URL("../worker/worker.ts", import.meta.url), { type: "module", name: "studio" });
    worker.addEventListener("error", (event) => onCrash(event.message || "the worker's script could not be loaded"));
    remote = Comlink.wrap<StudioApi>(worker) as RemoteStudio;
  }
  return remote;
}

/** Calls `listener` when the worker itself breaks (not when one of its methods rejects). */
export function watchWorker(listener: (message: string) => void): void {
  onCrash = listener;
}

/** Ends the worker and everything it holds on the device; the next `studio()` starts a new one. */
export function restartWorker(): void {
  worker?.terminate();
  worker = null;
  remote = null;
}
