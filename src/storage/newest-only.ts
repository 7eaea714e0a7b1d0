/**
 * Writing what changes faster than it can be written: one write at a time, and of what comes
 * meanwhile only the newest.
 */

/**
 * A writer that skips values which are out of date before their turn comes. Its promise settles as
 * the write that included the value, or a newer one in its place, does.
 */
export function newestOnly<T>(write: (value: T) => Promise<void>): (value: T) => Promise<void> {
  let running: Promise<void> | null = null;
  let next: { value: T; written: Promise<void> } | null = null;
  const begin = (value: T): Promise<void> => {
    const written = write(value).finally(() => {
      if (running === written) running = null;
    });
    running = written;
    return written;
  };
  return (value) => {
    if (next) {
      next.value = value;
      return next.written;
    }
    if (!running) return begin(value);
    const waiting = { value, written: Promise.resolve() };
    waiting.written = running
      .catch(() => {})
      .then(() => {
        next = null;
        return begin(waiting.value);
      });
    next = waiting;
    return waiting.written;
  };
}
