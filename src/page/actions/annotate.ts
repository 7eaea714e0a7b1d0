/** What somebody writes to runs: pins, tags and notes, kept with their comparison. */

import { saveComparison } from "../store/session";
import type { Comparison, RunRecord } from "../store/state";
import { patch, useStudio } from "../store/store";
import { keepSession, orSay } from "./keeping";

export type Annotation = Pick<RunRecord, "pinned" | "tags" | "note">;

/** Writes to runs of one comparison: to all seeds alike. */
export async function annotate(id: string, keys: readonly string[], annotation: Annotation): Promise<void> {
  const written = (comparison: Comparison): Comparison => ({
    ...comparison,
    runs: comparison.runs.map((run) => (keys.includes(run.key) ? { ...run, ...annotation } : run)),
  });
  const { current, past } = useStudio.getState().comparison;
  if (current?.id === id) {
    patch("comparison", { current: written(current) });
    await keepSession();
    return;
  }
  const before = past.find((comparison) => comparison.id === id);
  if (!before) return;
  const after = written(before);
  patch("comparison", { past: past.map((comparison) => (comparison === before ? after : comparison)) });
  await orSay(id, () => saveComparison(after, 0));
}

/** `a, b` as tags: each once, without what is empty. */
export function tagsIn(text: string): string[] {
  return [...new Set(text.split(",").map((tag) => tag.trim()))].filter((tag) => tag !== "");
}
