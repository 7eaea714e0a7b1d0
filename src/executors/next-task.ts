/**
 * Lets messages (pause, stop, a prediction) in between two pieces of work, without the delay of a
 * timer.
 */

export const nextTask: () => Promise<void> = (() => {
  const node = (globalThis as { setImmediate?: (call: () => void) => unknown }).setImmediate;
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
