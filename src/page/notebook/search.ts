/**
 * Which comparisons the notebook shows: those that a search and the chosen tags find, in groups.
 */

import { tagsIn } from "../actions/annotate";
import { matches } from "../guide/find";
import { nameOf } from "../store/notebook";
import type { NotebookEntry } from "../store/state";

/** Every typed word stands somewhere in it, and it has all of the tags. */
export function isFound(entry: NotebookEntry, search: string, tags: readonly string[]): boolean {
  const { labels, dataTitle, modelName, methods, runNotes, configuration } = entry;
  const said = [nameOf(entry, labels), labels.notes, ...labels.tags, dataTitle, modelName, ...methods, ...runNotes];
  const runs = configuration.runs.map(({ name }) => name);
  return tags.every((tag) => labels.tags.includes(tag)) && matches(search, [...said, ...runs]);
}

/** Every tag that is used, in the order of the alphabet. */
export function tagsOf(entries: readonly NotebookEntry[]): string[] {
  return [...new Set(entries.flatMap(({ labels }) => labels.tags))].sort((a, b) => a.localeCompare(b, "en"));
}

/** What is typed into the field of tags, between commas: each once, without empty ones. */
export function readTags(typed: string): string[] {
  const tags = tagsIn(typed.replace(/\s+/g, " ")).map((tag) => tag.slice(0, 60));
  return [...new Set(tags)].slice(0, 50);
}

export interface Group {
  readonly title: string;
  readonly entries: readonly NotebookEntry[];
}

/** Those that are pinned, then the others by data and base model, the newest group first. */
export function inGroups(entries: readonly NotebookEntry[]): Group[] {
  const groups = new Map<string, NotebookEntry[]>();
  for (const entry of entries) {
    const title = entry.labels.pinned ? "Pinned" : `${entry.dataTitle} · ${entry.modelName}`;
    groups.set(title, [...(groups.get(title) ?? []), entry]);
  }
  const all = [...groups].map(([title, entries]): Group => ({ title, entries }));
  return [...all.filter(({ title }) => title === "Pinned"), ...all.filter(({ title }) => title !== "Pinned")];
}
