/** The tab's title: how far a comparison is, and that it has ended, for whoever looks elsewhere. */

import { isEnded, isUnfinished } from "../plan/phase";
import type { Comparison, ComparisonSlice } from "./store/state";
import { useStudio } from "./store/store";

const STUDIO = "SK-Tuning Studio";

/** `34 % · films.csv · …` while it runs, `✓ films.csv · …` once it has ended. */
export function titleOf({ current }: Pick<ComparisonSlice, "current">): string {
  const said = current && progressOf(current);
  return said ? `${said} · ${current.dataTitle} · ${STUDIO}` : STUDIO;
}

function progressOf({ state, step, steps }: Comparison): string | null {
  if (state === "finished") return "✓";
  if (state === "paused") return "Paused";
  if (isUnfinished(state)) return `${steps > 0 ? Math.floor((100 * step) / steps) : 0} %`;
  return isEnded(state) ? (state === "failed" ? "Failed" : "Stopped") : null;
}

/** Returns what ends it. */
export function followTitle(): () => void {
  return useStudio.subscribe(({ comparison }, before) => {
    if (comparison.current === before.comparison.current) return;
    const title = titleOf(comparison);
    if (document.title !== title) document.title = title;
  });
}
