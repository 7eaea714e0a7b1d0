/**
 * The page's one line to the worker. It starts the worker and can start it again; it knows nothing
 * of what is said.
 */

import * as Comlink from "comlink";
import type { RemoteStudio, StudioApi } from "../worker/api";

const UNLOADED =
  "the worker's script could not be loaded: it is missing on the server, or the server's policy (worker-src) forbids it";

let worker: Worker | null = null;
let remote: RemoteStudio | null = null;
let onCrash: (message: string) => void = () => {};
/** What rejects the calls that are not answered yet. */
const unanswered = new Set<(error: Error) => void>();

/** The worker's API; the worker is started on first use. */
export function studio(): RemoteStudio {
  if (!remote) {
    worker = new Worker(new URL("../worker/worker.ts", import.meta.url), { type: "module", name: "studio" });
    worker.addEventListener("error", ({ message }: { message?: string }) =>
      // A script that is not run has no message.
      onCrash(message?.replace(/^Uncaught (Error: )?/, "") || UNLOADED),
    );
    worker.addEventListener("messageerror", () => onCrash("a message of the worker could not be read"));
    remote = rejectable(Comlink.wrap<StudioApi>(worker) as RemoteStudio);
  }
  return remote;
}

/** Calls `listener` when the worker itself breaks (not when one of its methods rejects). */
export function watchWorker(listener: (message: string) => void): void {
  onCrash = listener;
}

/** A call was not answered before the worker was ended. */
export class WorkerEndedError extends Error {
  /** Whether it was ended because it answered nothing for too long. */
  readonly silent: boolean;

  constructor(reason: string, silent: boolean) {
    super(reason);
    this.silent = silent;
  }
}

/**
 * Ends the worker and everything it holds on the device; the next `studio()` starts a new one.
 * Calls that it has not answered reject with a WorkerEndedError of this reason.
 */
export function restartWorker(reason: string, silent: boolean): void {
  worker?.terminate();
  worker = null;
  remote = null;
  for (const reject of unanswered) reject(new WorkerEndedError(reason, silent));
  unanswered.clear();
}

/** The same API, whose calls end with the worker: comlink would wait for their answers for ever. */
function rejectable(api: RemoteStudio): RemoteStudio {
  type Call = (...given: unknown[]) => Promise<unknown>;
  const get = (_: RemoteStudio, name: string | symbol): Call | undefined => {
    // Whoever awaits the API itself must not ask the worker for a method of this name.
    if (typeof name === "symbol" || name === "then") return undefined;
    const call = api[name as keyof RemoteStudio] as unknown as Call;
    return (...given) =>
      new Promise((resolve, reject) => {
        unanswered.add(reject);
        call(...given)
          .then(resolve, reject)
          .finally(() => unanswered.delete(reject));
      });
  };
  return new Proxy(api, { get });
}
