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

/**
 * A macrotask through a message channel: timers would be clamped to 4 ms when nested. One channel
 * for all: browsers let garbage of this kind lie for tens of thousands of pauses, and a channel is
 * several times a message.
 */
const nextTask: () => Promise<void> = (() => {
  const node = (globalThis as { setImmediate?: (call: () => void) => unknown }).setImmediate;
  // There a channel that somebody listens to would keep the process alive.
  if (node) return () => new Promise<void>((resolve) => void node(resolve));
  const channel = new MessageChannel();
  const waiting: (() => void)[] = [];
  channel.port1.onmessage = () => waiting.shift()?.();
  return () =>
    new Promise<void>((resolve) => {
      waiting.push(resolve);
      channel.port2.postMessage(null);
    });
})();
