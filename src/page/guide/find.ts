/** What of the guide a search finds: every typed word has to stand somewhere in the entry. */

/** True for an empty search. */
export function matches(search: string, texts: readonly (string | undefined)[]): boolean {
  const entry = texts.join(" ").toLowerCase();
  const words = search.toLowerCase().split(/\s+/).filter(Boolean);
  return words.every((word) => entry.includes(word));
}
