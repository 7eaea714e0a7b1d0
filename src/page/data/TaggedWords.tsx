/**
 * Words with their tags: entities are coloured by type and named; words outside of any are plain.
 */

import { appearance } from "../appearance";
import { useStudio } from "../store/store";
import "./TaggedWords.css";

interface TaggedWordsProps {
  words: readonly string[];
  tags: readonly string[];
}

export function TaggedWords({ words, tags }: TaggedWordsProps) {
  // The same colour for a type wherever it is shown.
  const labels = useStudio((state) => state.data.summary?.labels);
  const types = [...new Set((labels ?? []).flatMap(({ name }) => typeOf(name) ?? []))];
  return (
    <p className="tagged-words">
      {words.map((word, place) => {
        const tag = tags[place] ?? "O";
        const type = typeOf(tag);
        // biome-ignore lint/suspicious/noArrayIndexKey: a word of a text has no other name than its place
        if (type === null) return <span key={place}>{word} </span>;
        const { color } = appearance(Math.max(0, types.indexOf(type)));
        const goes = tag.startsWith("I-") && typeOf(tags[place - 1] ?? "O") === type;
        return (
          // biome-ignore lint/suspicious/noArrayIndexKey: a word of a text has no other name than its place
          <span key={place}>
            <mark
              className="tagged-word"
              title={tag}
              style={{ background: `color-mix(in srgb, ${color} 22%, transparent)`, borderColor: color }}
            >
              {word}
              {!goes && <span className="tag-name">{type}</span>}
            </mark>{" "}
          </span>
        );
      })}
    </p>
  );
}

/** Of an entity; null outside of any. */
function typeOf(tag: string): string | null {
  if (tag === "O") return null;
  return /^[BIES]-(.+)$/.exec(tag)?.[1] ?? tag;
}
