/** Keeps the screen on while something trains: a computer that falls asleep stops training. */

import { isBusy, useStudio } from "./store/store";

/** Starts to; returns what ends it. Browsers without such a lock, or short of battery, go on. */
export function keepAwake(): () => void {
  let lock: WakeLockSentinel | null = null;
  let asking = false;
  const follow = async () => {
    if (!("wakeLock" in navigator) || asking) return;
    const wanted = isBusy(useStudio.getState()) && document.visibilityState === "visible";
    if (wanted === (lock !== null && !lock.released)) return;
    asking = true;
    try {
      if (wanted) lock = await navigator.wakeLock.request("screen");
      else await lock?.release();
    } catch {
      return;
    } finally {
      asking = false;
    }
    // What has changed while the browser was asked.
    void follow();
  };
  const again = () => void follow();
  // The browser takes the lock away from a tab that is hidden.
  document.addEventListener("visibilitychange", again);
  const unsubscribe = useStudio.subscribe((state, before) => {
    if (isBusy(state) !== isBusy(before)) again();
  });
  return () => {
    document.removeEventListener("visibilitychange", again);
    unsubscribe();
    void lock?.release().catch(() => {});
  };
}
