/**
 * What formats with label names share: numbering them, names that look alike or say that there is
 * none, and names that a validation file must not bring. What is said of a file's own names is in
 * `check/label-names.ts`.
 */

import { countOf, DataError, nameAll, quote } from "../errors";
import type { Example } from "../examples";
import { isMissingWord, plainDecimal } from "../numbers";
import type { KnownRows } from "./format";

export const MOST_LABELS = 1000;

/** A label where it stands. */
interface Place {
  readonly label: string;
  readonly row: number;
}

/** Characters without a width of their own, which nobody sees. */
const INVISIBLE = /\p{Cf}|\u00ad|\u034f|\ufe0f/gu;

/**
 * Sets of labels that differ in what can hardly be seen: case, white space, invisible characters,
 * forms of a letter, letters of other alphabets, zeros of a number.
 */
export function alikeLabels(labels: readonly string[]): string[][] {
  const alike = new Map<string, string[]>();
  for (const label of labels) {
    const key = likeness(label);
    const known = alike.get(key);
    if (known) known.push(label);
    else alike.set(key, [label]);
  }
  return [...alike.values()].filter(({ length }) => length > 1);
}

/** Labels that are words for a missing value. */
export const missingLabels = (labels: readonly string[]): string[] => labels.filter(isMissingWord);

/** Of all rows: more than so many are no accident where −1 could be the third of three answers. */
const RARE = 0.02;

/**
 * The label of a list of class numbers that stands for none, as in SNLI's files (−1) and in losses
 * (−100). Beside 0 and 1 alone, −1 may be an answer of its own: there it has to be rare.
 * @param counts rows of each label
 */
export function missingCode(labels: readonly string[], counts: readonly number[]): string | null {
  const classes = labels.filter((label) => /^\d+(\.0+)?$/.test(label)).length;
  if (classes < 2 || classes !== labels.length - 1) return null;
  const place = labels.findIndex((label) => /^-(1|100)(\.0+)?$/.test(label));
  if (place < 0) return null;
  const all = counts.reduce((sum, count) => sum + count, 0);
  const unsure = classes === 2 && !labels[place]!.startsWith("-100");
  return unsure && counts[place]! > RARE * all ? null : labels[place]!;
}

/** What may stand between the names of labels in one cell, beside letters and digits. */
const BETWEEN = /\s+(?:and|und|et|y)\s+|[^\p{L}\p{N}_]+/iu;

/**
 * Labels that are put together of others ("food / service" beside "food" and "service"): perhaps
 * several labels of a row. Said where there are at least two.
 */
export function composedNotices(file: string, column: string, labels: readonly string[]): string[] {
  const all = new Set(labels);
  const composed = labels.filter((label) => {
    const parts = label.split(BETWEEN).filter(Boolean);
    return /\p{L}/u.test(label) && parts.length > 1 && parts.every((part) => all.has(part));
  });
  const [first] = composed;
  if (first === undefined || composed.length < 2) return [];
  const parts = first.split(BETWEEN).filter(Boolean);
  const between = first.slice(parts[0]!.length, first.indexOf(parts[1]!, parts[0]!.length));
  return [
    `${file}, column ${quote(column, 60)}: ${countOf(composed.length, "label")}, such as ${quote(first)}, are put together of others. ` +
      `If they are several labels, choose several labels as the task and give ${JSON.stringify(between)} as what stands between labels.`,
  ];
}

/** Letters of Cyrillic and Greek that look like a Latin one, small or large, each before it. */
const TWINS = new Map(
  "аa вb еe іi јj кk мm нh оo рp сc ѕs тt уy хx αa ιi κk οo ρp τt χx"
    .split(" ")
    .map(([twin, latin]) => [twin!, latin!]),
);

/**
 * What a label looks like: without regard to case, alphabet, white space, invisible characters and
 * zeros.
 */
function likeness(label: string): string {
  const plain = label.normalize("NFKC").replace(INVISIBLE, "").replace(/\s+/gu, " ").trim().toLowerCase();
  return plainDecimal(plain.replace(/[\u0370-\u04ff]/g, (letter) => TWINS.get(letter) ?? letter));
}

/** In quotes, with the codes of what cannot be seen. */
export function shownLabel(label: string): string {
  // Among Latin letters: a whole word of another alphabet is no accident.
  const isLatin = /\p{Script=Latin}/u.test(label);
  const isOdd = (character: string) =>
    /\p{Cf}|\p{M}|[^\S ]/u.test(character) || (isLatin && TWINS.has(character.toLowerCase()));
  const codes = [...label].filter(isOdd).map(codeOf);
  return codes.length > 0 ? `${quote(label, 30)} (with ${codes.slice(0, 2).join(", ")})` : quote(label, 30);
}

const codeOf = (character: string) => `U+${character.codePointAt(0)!.toString(16).toUpperCase().padStart(4, "0")}`;

/**
 * Names of a validation file in the spelling of the training file, where they are the same number
 * or the same truth value and only one label there is that: `1` for `1.0`, `true` for `True`.
 */
export function spellAsKnown(file: string, noun: string, known: KnownRows | null) {
  const names = new Set(known?.labels);
  const byMeaning = new Map<string, string[]>();
  for (const label of names) {
    const meaning = meaningOf(label);
    if (meaning !== null) byMeaning.set(meaning, [...(byMeaning.get(meaning) ?? []), label]);
  }
  const changed = new Map<string, string>();
  const spell = (label: string): string => {
    if (!known || names.has(label)) return label;
    const called = known.named && Object.hasOwn(known.named, label) ? known.named[label] : undefined;
    if (called !== undefined) return called;
    const [only, ...others] = byMeaning.get(meaningOf(label) ?? "") ?? [];
    if (only === undefined || others.length > 0) return label;
    changed.set(label, only);
    return only;
  };
  const notices = () =>
    [...changed]
      .slice(0, 3)
      .map(([label, own]) => `${file}: the ${noun} ${quote(label)} counts as ${quote(own)} of ${known!.file}.`);
  return { spell, notices };
}

/** The number or truth value that a label is; null where it is neither. */
function meaningOf(label: string): string | null {
  if (/^(?:true|false)$/i.test(label)) return label.toLowerCase();
  return /^[+-]?\d+(?:\.\d*)?$/.test(label) ? plainDecimal(label) : null;
}

/**
 * Refuses labels that the training file lacks, or collects them where `known` says so; notes those
 * that this file lacks.
 * @param noun `label` or `tag`.
 * @throws DataError naming the first unknown label's row.
 */
export function checkKnown(
  file: string,
  column: string,
  noun: string,
  places: readonly Place[],
  known: KnownRows,
): string[] {
  const all = new Set(known.labels);
  const unknown = places.find(({ label }) => !all.has(label));
  if (known.unknown) {
    for (const { label, row } of places) {
      if (all.has(label)) continue;
      const rows = known.unknown.get(label) ?? [];
      if (rows.at(-1) !== row) rows.push(row);
      known.unknown.set(label, rows);
    }
  } else if (unknown) {
    const { labels } = known;
    throw new DataError({
      file,
      row: unknown.row,
      column,
      what: `The ${noun} ${quote(unknown.label)} does not occur in ${known.file} (its ${noun}s: ${nameAll(labels)}).`,
      fix: `Correct the ${noun}, remove the row, or add rows of this ${noun} to the training file.`,
    });
  }
  const present = new Set(places.map(({ label }) => label));
  const missing = known.labels.filter((label) => !present.has(label));
  if (missing.length === 0) return [];
  const named = missing.slice(0, 5).map((label) => quote(label));
  return [`${file}: no row has the ${noun} ${named.join(", ")}.`];
}

/**
 * The labels of a file as they are called, in the same order: class ids stay what they are.
 * @throws DataError naming a label that the file has not, and for two of one name
 */
export function nameLabels(
  labels: readonly string[],
  named: Readonly<Record<string, string>> = {},
  file: string,
): string[] {
  const stray = Object.keys(named).find((label) => !labels.includes(label));
  if (stray !== undefined) {
    throw new DataError({
      file,
      what: `The label ${quote(stray)} is to be called ${quote(named[stray]!)}, but the file has no such label (it has: ${nameAll(labels)}).`,
      fix: "Name one of these, or take the name back.",
    });
  }
  const names = labels.map((label) => (Object.hasOwn(named, label) ? named[label]!.trim() : label));
  const twice = names.find((name, place) => name === "" || names.indexOf(name) !== place);
  if (twice === undefined) return names;
  throw new DataError({
    file,
    what: twice === "" ? "A label's name is empty." : `Two labels would be called ${quote(twice)}.`,
    fix: "Give each label a name of its own.",
  });
}

export function numberLabels(labels: readonly string[]): ReadonlyMap<string, number> {
  return new Map(labels.map((label, id) => [label, id]));
}

/** Those without a label that training lacks. */
export function onlyKnown(examples: Example[], known: KnownRows | null): Example[] {
  if (!known?.unknown) return examples;
  const unknown = new Set([...known.unknown.values()].flat());
  return examples.filter(({ row }) => !unknown.has(row));
}
