/**
 * Estimates of every method with its defaults on what is open, one after the other, for the dialog
 * in which methods are chosen.
 */

import type { RunEstimate } from "../../worker/api";
import { configurationOf, draftRun } from "../store/configuration";
import { isBusy, useStudio } from "../store/store";
import { draftsWithSuggestion } from "../store/suggested-text";
import { studio } from "../worker";

export type MethodEstimates = ReadonlyMap<string, RunEstimate>;

/** What was found so far, and on what; another dialog on the same need not ask again. */
let kept: { about: readonly unknown[]; found: MethodEstimates } = { about: [], found: new Map() };

/**
 * Tells what is known after every method; what cannot be estimated is left out. Does not ask while
 * a comparison runs. Returns what ends it.
 */
export function estimateMethods(tell: (found: MethodEstimates) => void): () => void {
  let ended = false;
  const state = useStudio.getState();
  const { descriptions } = state.methods;
  const about = [state.model.summary, state.data.summary, state.training.settings, descriptions];
  if (about.some((one, place) => one !== kept.about[place])) kept = { about, found: new Map() };
  tell(kept.found);
  const ask = async () => {
    for (const method of descriptions) {
      if (ended || kept.about !== about || isBusy(useStudio.getState())) return;
      if (kept.found.has(method.id)) continue;
      const configuration = configurationOf(state, draftsWithSuggestion([draftRun(method, [])], state.methods));
      if (!configuration) return;
      const estimate = await studio()
        .estimate(configuration)
        .catch(() => null);
      const [own] = estimate?.runs ?? [];
      if (!own || kept.about !== about) continue;
      kept = { about, found: new Map(kept.found).set(method.id, own) };
      if (!ended) tell(kept.found);
    }
  };
  void ask();
  return () => {
    ended = true;
  };
}
