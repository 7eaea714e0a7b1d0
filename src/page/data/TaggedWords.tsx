/**
 * Words with their tags: entities are coloured by type and named; words outside of any are plain.
 */

import { appearance } from "../appearance";
import { slotOf, typeOf } from "./entity-types";
import "./TaggedWords.css";

interface TaggedWordsProps {
  words: readonly string[];
  tags: readonly string[];
}

export function TaggedWords({ words, tags }: TaggedWordsProps) {
  return (
    <p className="tagged-words">
      {words.map((word, place) => {
        const tag = tags[place] ?? "O";
        const type = typeOf(tag);
        // biome-ignore lint/suspicious/noArrayIndexKey: a word of a text has no other name than its place
        if (type === null) return <span key={place}>{word} </span>;
        const { color } = appearance(slotOf(type));
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
