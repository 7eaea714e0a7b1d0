/**
 * What formats with label names share: numbering them, names that look alike or say that there is
 * none, and names that a validation file must not bring.
 */

import { countOf, DataError, nameAll, quote } from "../errors";
import type { Example } from "../examples";
import { isMissingWord } from "../numbers";
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
 * What is worth knowing of a training file's label names: those that differ in what can hardly be
 * seen, and words for a missing value, which are labels like any other.
 * @param noun `label` or `tag`
 */
export function labelNotices(file: string, column: string, noun: string, labels: readonly string[]): string[] {
  const alike = new Map<string, string[]>();
  for (const label of labels) {
    const key = likeness(label);
    const known = alike.get(key);
    if (known) known.push(label);
    else alike.set(key, [label]);
  }
  const sets = [...alike.values()].filter(({ length }) => length > 1);
  const missing = labels.filter(isMissingWord);
  const where = `${file}, column ${quote(column, 60)}`;
  const [first] = sets;
  return [
    ...(first
      ? [
          `${where}: the ${noun}s ${first.slice(0, 3).map(shown).join(" and ")} look alike and are learned as different ones` +
            `${sets.length > 1 ? `, and so ${sets.length === 2 ? "is" : "are"} ${countOf(sets.length - 1, "other set")}` : ""}. Write each ${noun} in one way.`,
        ]
      : []),
    ...(missing.length > 0
      ? [
          `${where}: ${nameAll(missing, 4)} ${missing.length === 1 ? "is" : "are"} learned as ${missing.length === 1 ? `a ${noun}` : `${noun}s`}. ` +
            "If that means that a value is missing, leave these cells empty: then their rows are left out.",
        ]
      : []),
  ];
}

/** What a label looks like: without regard to case, white space, invisible characters and zeros. */
function likeness(label: string): string {
  const plain = label.normalize("NFKC").replace(INVISIBLE, "").replace(/\s+/gu, " ").trim().toLowerCase();
  return /^[+-]?\d+(?:\.\d+)?$/.test(plain) ? String(Number(plain)) : plain;
}

/** In quotes, with the codes of what cannot be seen. */
function shown(label: string): string {
  const codes = [...label.matchAll(/\p{Cf}|\p{M}|[^\S ]/gu)].map(([character]) => codeOf(character));
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
  return /^[+-]?\d+(?:\.\d*)?$/.test(label) ? String(Number(label)) : null;
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

export function numberLabels(labels: readonly string[]): ReadonlyMap<string, number> {
  return new Map(labels.map((label, id) => [label, id]));
}

/** Those without a label that training lacks. */
export function onlyKnown(examples: Example[], known: KnownRows | null): Example[] {
  if (!known?.unknown) return examples;
  const unknown = new Set([...known.unknown.values()].flat());
  return examples.filter(({ row }) => !unknown.has(row));
}
