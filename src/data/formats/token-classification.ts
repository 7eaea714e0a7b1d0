/** A tag for every word of a row: two columns with the same number of entries, words and tags. */

import { guessTexts } from "../columns";
import { countOf, DataError, quote } from "../errors";
import { readCells, sortedNames } from "../examples";
import type { Table } from "../table";
import { cutTokens } from "../tokens";
import type { DataFormat } from "./format";
import { checkKnown, MOST_LABELS, numberLabels, onlyKnown, spellAsKnown } from "./labels";
import { readWords } from "./lists";

const WORD_NAMES = ["tokens", "words", "token", "word", "sentence", "text"];
const TAG_NAMES = ["tags", "nertags", "bio", "biotags", "iob", "ner", "nerlabels", "postags", "pos", "labels", "tag"];
const SAMPLE_ROWS = 200;
/** More rows than this must have several words and as many tags where some have not. */
const SHARE_ALIGNED = 0.6;
/** The label of tokens that begin no word; the loss leaves them out, as transformers' does. */
const NO_LABEL = -100;

export const tokenClassification: DataFormat = {
  task: "token-classification",
  title: "Token classification: a tag for every word",
  answer: "tags",
  roles: [
    { role: "tokens", title: "Words", kind: "column" },
    { role: "tags", title: "Tags", kind: "column" },
  ],

  guess(table, facts) {
    for (const tag of TAG_NAMES) {
      for (const word of WORD_NAMES) {
        const [tags, tokens] = [tag, word].map((wanted) => facts.find(({ key }) => key === wanted)?.name);
        if (tags && tokens && tags !== tokens && areAligned(table, tokens, tags)) return { tokens, tags };
      }
    }
    return null;
  },

  suggest(table, facts) {
    const guessed = this.guess(table, facts);
    if (guessed) return guessed;
    const others = facts.filter(({ name, identifier }) => !identifier && name !== guessTexts(facts).text);
    const { text: tokens } = guessTexts(facts);
    const tags = others.find(({ name }) => areAligned(table, tokens, name)) ?? others[0];
    return { tokens, ...(tags && { tags: tags.name }) };
  },

  read(table, { tokens, tags }, known) {
    const { cells, notices } = readCells(table, [
      { role: "words", column: tokens, structures: ["list"] },
      { role: "tags", column: tags, structures: ["list"] },
    ]);
    const rows = cells.map(({ values, row }) => {
      const [words, own] = [readWords(values[0]!), readWords(values[1]!)];
      if (words.length !== own.length) {
        throw new DataError({
          file: table.file,
          row,
          column: tags!,
          what: `${countOf(own.length, "tag")} for ${countOf(words.length, "word")} of column "${tokens}".`,
          fix: "Write one tag for every word, both separated by spaces or both as JSON arrays; or choose other columns or another task.",
        });
      }
      return { words, tags: own, row };
    });
    const spelling = spellAsKnown(table.file, "tag", known);
    const places = rows.flatMap(({ tags: own, row }) => own.map((tag) => ({ label: spelling.spell(tag), row })));
    const labels = known ? [...known.labels] : sortedNames(places.map(({ label }) => label));
    if (known) notices.push(...spelling.notices(), ...checkKnown(table.file, tags!, "tag", places, known));
    else {
      notices.push(...checkTags(table.file, tags!, labels, places.length));
    }
    const ids = numberLabels(labels);
    const examples = rows.map(({ words, tags: own, row }) => ({
      text: words.join(" "),
      textPair: null,
      label: 0,
      words,
      tags: own.map((tag) => ids.get(spelling.spell(tag))!),
      row,
    }));
    return { examples: onlyKnown(examples, known), labels, notices };
  },

  labelsOf: ({ tags }) => tags!,

  /** The first token of a word carries its tag, the others and special tokens carry none. */
  encode({ words, tags }, tokenizer, maxLength) {
    const { ids, wordOf } = tokenizer.encodeWords(words!);
    const labels = wordOf.map((word, place) => (word === null || word === wordOf[place - 1] ? NO_LABEL : tags![word]!));
    const cut = (all: ArrayLike<number>) => cutTokens(all, maxLength, tokenizer.trailingSpecials);
    return { ids: cut(ids), labels: cut(labels), fullLength: ids.length };
  },
};

/**
 * Whether two columns have the same number of entries in most rows looked at, and several in some.
 * Not in all: one row that was cut short is to be named, not read as another task.
 */
function areAligned(table: Table, tokens: string, tags: string): boolean {
  const [word, tag] = [table.columns.indexOf(tokens), table.columns.indexOf(tags)];
  const counts = table.rows
    .slice(0, SAMPLE_ROWS)
    .map((record) => [readWords(record[word]!).length, readWords(record[tag]!).length]);
  const same = counts.filter(([a, b]) => a === b);
  const several = same.filter(([a]) => a! > 1);
  // A text and its label are as many words here and there: whole rows of tags are rarely chance.
  return same.length === counts.length ? several.length > 0 : several.length > SHARE_ALIGNED * counts.length;
}

function checkTags(file: string, column: string, labels: readonly string[], words: number): string[] {
  if (labels.length === 1) {
    throw new DataError({
      file,
      column,
      what: `All ${countOf(words, "word")} have the same tag ${quote(labels[0]!)}, so there is nothing to learn.`,
      fix: "Choose another column, or add rows with a second tag.",
    });
  }
  if (labels.length > MOST_LABELS || (labels.length > 20 && labels.length * 3 > words)) {
    throw new DataError({
      file,
      column,
      what: `${labels.length} different tags for ${countOf(words, "word")} are too many to learn.`,
      fix: "This is probably not the column of tags: choose another one, or another task.",
    });
  }
  if (labels.some((label) => /^[BIES]-/.test(label))) return [];
  const named = labels.slice(0, 5).join(", ");
  return [
    `${file}, column "${column}": the tags (${named}${labels.length > 5 ? ", …" : ""}) do not begin with B- or I-, so F1 over ` +
      "entities counts stretches of equal tags; go by the accuracy over words.",
  ];
}
