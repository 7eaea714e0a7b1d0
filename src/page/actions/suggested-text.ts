/** Keeps texts about the task in step with the open data, until a person writes their own. */

import { suggestedText } from "../../data/suggested-text";
import type { DraftRun } from "../store/state";
import { patch, useStudio } from "../store/store";
import { draftsForText } from "../store/suggested-text";

/** Returns what ends it. */
export function followData(): () => void {
  return useStudio.subscribe((state, before) => {
    if (state.data.summary !== before.data.summary) suggestText();
  });
}

/**
 * Suggests a text for the open data; runs whose texts still stand at the one suggested before take
 * it.
 */
export function suggestText(): void {
  const { data, methods } = useStudio.getState();
  const { suggested, runs, replaced, removed, descriptions } = methods;
  if (!data.summary || data.summary.problem !== null) return;
  const text = suggestedText(data.summary);
  if (text === suggested) return;
  const following = (drafts: DraftRun[]) =>
    suggested === null ? drafts : draftsForText(drafts, descriptions, suggested, text);
  const [taken] = removed ? following([removed.run]) : [];
  // Those that a preset took the place of, or that were removed, can be had back.
  patch("methods", {
    suggested: text,
    runs: following(runs),
    replaced: replaced && following(replaced),
    removed: removed && taken ? { ...removed, run: taken } : null,
  });
}
