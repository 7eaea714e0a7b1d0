/**
 * A runner that is ended while it still loads says so, as it does later on. Not for ending one that
 * trains: `headless/interruption.ts` listens from there on.
 */

/** By convention 128 and the signal's number. */
const CODES = { SIGHUP: 129, SIGINT: 130, SIGTERM: 143 };

/** From here on, until somebody else listens to the same signal. */
export function endEarly() {
  for (const [signal, code] of Object.entries(CODES)) {
    process.on(signal, () => {
      if (process.listenerCount(signal) > 1) return;
      process.stderr.write("Interrupted before anything was trained.\n");
      process.exit(code);
    });
  }
}
