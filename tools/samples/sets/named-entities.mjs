/**
 * Sentences as words with tags: persons, places and organisations, in the scheme BIO. The sentences
 * are written by hand in seven registers, with gaps; names are drawn for the gaps, and many of them
 * may stand for more than one kind (Jordan, Lincoln, Hunt). What is not a name may be written like
 * one (the Board, May is a month).
 */

import { bodies, clubs, companies, firstNames, lastNames, places } from "../names.mjs";
import { Draw, distinct, readSections } from "../text.mjs";

const ROWS = 1040;
/** Times that a sentence is used at most, with other names; one without a gap is there once. */
const USES = 9;

export const namedEntities = {
  file: "named-entities.csv",
  title: "Names in sentences",
  description: "Which words name a person, a place or an organisation? Sentences as words, each with a tag (BIO).",
  task: "token-classification",
  rows: () => taggedSentences().map(({ words, tags }) => ({ tokens: words.join(" "), tags: tags.join(" ") })),
};

/** In a random order; `names` are the names in a sentence with what they are. */
export function taggedSentences() {
  const draw = new Draw("named entities");
  const name = namer(draw);
  const sentences = [...readSections("named-entities")].flatMap(([register, lines]) =>
    lines.flatMap((line) => Array.from({ length: line.includes("[") ? USES : 1 }, () => fill(line, register, name))),
  );
  return distinct(draw.shuffle(sentences), ({ words }) => words.join(" ")).slice(0, ROWS);
}

function fill(line, register, name) {
  const words = [];
  const tags = [];
  const names = [];
  for (const word of line.split(" ")) {
    const gap = /^\[(\w+)\]$/.exec(word)?.[1];
    if (gap === undefined) {
      words.push(word);
      tags.push("O");
      continue;
    }
    const kind = gap === "FIRST" || gap === "LAST" ? "PER" : gap;
    let chosen = name(gap, register);
    while (names.some((other) => other.name === chosen)) chosen = name(gap, register);
    // "the University of Ghent": the article is no part of the name.
    const [article, own] = chosen.startsWith("the ") ? ["the", chosen.slice(4)] : [null, chosen];
    const parts = own.split(" ");
    words.push(...(article ? [article] : []), ...parts);
    tags.push(...(article ? ["O"] : []), ...parts.map((_, place) => `${place === 0 ? "B" : "I"}-${kind}`));
    names.push({ kind, name: chosen });
  }
  if (register !== "notes") words[0] = words[0][0].toUpperCase() + words[0].slice(1);
  return { words, tags, names };
}

function namer(draw) {
  const decks = Object.fromEntries(
    Object.entries({ firstNames, lastNames, places, companies, bodies, clubs }).map(([key, list]) => [
      key,
      draw.deck(list),
    ]),
  );
  return (gap, register) => {
    if (gap === "FIRST") return decks.firstNames();
    if (gap === "LAST") return decks.lastNames();
    if (gap === "LOC") return decks.places();
    if (gap === "PER") return `${decks.firstNames()} ${decks.lastNames()}`;
    if (register === "sport") return `${decks.places()} ${decks.clubs()}`;
    return draw.below(4) === 0 ? decks.bodies() : decks.companies();
  };
}
