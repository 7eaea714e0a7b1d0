/** The first rows that have tags, with them. */

import type { DataSummary } from "../../worker/api";
import { TaggedWords } from "./TaggedWords";

const ROWS = 4;

export function TaggedRows({ summary }: { summary: DataSummary }) {
  if (summary.tagged.length === 0) return null;
  return (
    <figure className="tagged-rows">
      <figcaption className="group-label">Tags of the first rows that have some</figcaption>
      {summary.tagged.slice(0, ROWS).map(({ words, tags }, row) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: rows of a file have no other name than their place
        <TaggedWords key={row} words={words} tags={tags} />
      ))}
    </figure>
  );
}
