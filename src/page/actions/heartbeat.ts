/**
 * Asks the worker again and again whether it lives. A page cannot see that a worker was ended, or
 * that it is stuck in a call: it only never answers.
 */

import { answered, passed, TICK, tooSilent } from "../store/silence";
import type { Silence } from "../store/state";
import { patch, useStudio } from "../store/store";
import { studio } from "../worker";
import { restart } from "./start";

/** Begins to ask; returns what ends it. */
export function watchEngine(): () => void {
  let before = performance.now();
  let asked = false;
  const timer = setInterval(() => {
    const now = performance.now();
    const { device, comparison } = useStudio.getState();
    // Nothing is asked of a worker that is gone, or not started yet.
    if (device.report !== null && device.lost === null) change((silence) => passed(silence, now - before));
    before = now;
    if (device.refused !== null || device.lost !== null) return;
    if (!asked) {
      asked = true;
      studio()
        .alive()
        .then(() => change(answered))
        .catch(() => {})
        .finally(() => {
          asked = false;
        });
    }
    // Nobody who has asked for an end should have to ask twice.
    if (comparison.stopping && tooSilent(useStudio.getState(), now)) {
      void restart("the engine did not stop by itself and was started again");
    }
  }, TICK);
  return () => clearInterval(timer);
}

function change(how: (silence: Silence) => Silence): void {
  patch("silence", how(useStudio.getState().silence));
}
