/** Keeps texts about the task in step with the open data, until a person writes their own. */

import { suggestedText } from "../../data/suggested-text";
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
  const { suggested, runs, descriptions } = methods;
  if (!data.summary || data.summary.problem !== null) return;
  const text = suggestedText(data.summary);
  if (text === suggested) return;
  const following = suggested === null ? runs : draftsForText(runs, descriptions, suggested, text);
  patch("methods", { suggested: text, runs: following });
}
