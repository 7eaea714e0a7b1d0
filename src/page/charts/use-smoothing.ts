/** How much the training loss is smoothed: as chosen, or as is usual for so many steps. */

import { useStudio } from "../store/store";
import { usualSmoothing } from "./smooth";

export function useSmoothing(): number {
  return useStudio(({ ui, comparison: { current, past } }) => {
    return ui.smoothing ?? usualSmoothing((current ?? past[0])?.steps ?? Number.POSITIVE_INFINITY);
  });
}
