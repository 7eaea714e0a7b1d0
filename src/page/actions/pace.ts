/**
 * What the worker does once nobody asks it for anything else: it looks the open data over, and then
 * tries a few steps, so that times can be said.
 */

import { currentConfiguration } from "../store/configuration";
import type { StudioState } from "../store/state";
import { isBusy, patch, useStudio } from "../store/store";
import { studio } from "../worker";
import { checkOpenData } from "./check";

/** Milliseconds after the last estimate before that. */
const QUIET = 1500;

/** What a pace is of. */
const aboutOf = ({ data, model, training }: StudioState) => [
  data.summary,
  model.summary,
  training.settings?.batchSize ?? null,
];

/** Returns what ends it. */
export function followPace(): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let waitsFor: StudioState["methods"]["estimate"] = null;
  /** What the present pace, or the failed attempt at one, is of. */
  let tried: readonly unknown[] | null = null;
  const isOf = (about: readonly unknown[] | null, state: StudioState) =>
    about !== null && aboutOf(state).every((one, index) => one === about[index]);
  const ask = async () => {
    const state = useStudio.getState();
    const configuration = currentConfiguration(state);
    waitsFor = null;
    if (!configuration || isBusy(state) || state.waits.open.length > 0 || !state.methods.estimate) return;
    const about = aboutOf(state);
    tried = about;
    // Steps would be slower beside it.
    await checkOpenData().catch(() => null);
    if (tried !== about) return;
    if (isBusy(useStudio.getState())) {
      tried = null;
      return;
    }
    patch("methods", { pacing: true });
    try {
      const pace = await studio().tryPace(configuration);
      // Given up for something else: another time, when that has ended.
      if (pace === null) tried = null;
      else if (isOf(about, useStudio.getState())) patch("methods", { pace });
    } catch {
      // What keeps steps from being made is said where they are asked for.
    } finally {
      patch("methods", { pacing: false });
    }
  };
  const end = useStudio.subscribe((state) => {
    if (isOf(tried, state)) return;
    if (tried !== null) {
      tried = null;
      patch("methods", { pace: null });
    }
    const { estimate } = state.methods;
    if (estimate === waitsFor || !estimate || isBusy(state)) return;
    clearTimeout(timer);
    waitsFor = estimate;
    timer = setTimeout(ask, QUIET);
  });
  return () => {
    clearTimeout(timer);
    end();
  };
}
