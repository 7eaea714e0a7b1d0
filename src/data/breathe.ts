/** Lets a long loop on one thread give way to waiting messages every few milliseconds. */

/**
 * Returns a function to await between pieces of work. It resolves at once until `milliseconds` have
 * gone by since the last pause; then it lets the event loop handle what is waiting, calls
 * `onPause`, and starts counting again.
 */
export function createBreather(onPause?: () => void, milliseconds = 8): () => Promise<void> {
  let last = performance.now();
  return async () => {
    if (performance.now() - last < milliseconds) return;
    onPause?.();
    await nextTask();
    last = performance.now();
  };
}

/** A macrotask through a message channel: timers would be clamped to 4 ms when nested. */
function nextTask(): Promise<void> {
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(null);
  });
}
