/**
 * How much longer something takes, as the page says it: what was said once is put off only with a
 * word.
 */

/** When something will have ended, in milliseconds by `performance.now()`. */
export interface Ending {
  readonly at: number;
  /** It was put off: what is left takes longer than it seemed at first. */
  readonly slower: boolean;
}

/**
 * What an estimate must be later by before an ending is put off: of the time left, and
 * milliseconds.
 */
const SHARE_LATER = 0.25;
const LEAST_LATER = 5000;

/**
 * The ending as it is said from now on. Sooner at once; later only where that is more than the
 * estimates' own unrest, and then it says so.
 * @param left milliseconds, by what has been done until now
 */
export function expectEnding(before: Ending | null, left: number, now: number): Ending {
  const at = now + left;
  if (!before) return { at, slower: false };
  if (at <= before.at) return { ...before, at };
  return at - before.at > Math.max(LEAST_LATER, SHARE_LATER * left) ? { at, slower: true } : before;
}

/** Seconds until then; null once that is over. */
export function secondsUntil(ending: Ending | null, now: number): number | null {
  if (!ending) return null;
  const seconds = (ending.at - now) / 1000;
  return seconds > 0 ? seconds : null;
}
