/**
 * Spans of a text, as tools for labelling write them, to a tag for every word. Not for finding
 * them in a file (`layouts/spans.ts`).
 */

import { firstOwn, ownValue } from "./literals";
import type { Word } from "./words";

/** Characters `[start, end)` of a text, and what they are. */
export interface Span {
  readonly start: number;
  readonly end: number;
  readonly label: string;
  /** What the tool says is there; null where it does not. */
  readonly text: string | null;
}

const STARTS = ["start", "start_offset", "startOffset", "begin"];
const ENDS = ["end", "end_offset", "endOffset"];
const LABELS = ["label", "labels", "tag", "entity", "entity_group", "type", "class"];

/**
 * doccano's `[start, end, label]` and its objects with `start_offset`, Argilla's
 * `[label, start, end]`, Prodigy's, Label Studio's and Argilla's objects with `start`; null for
 * anything else.
 */
function readSpan(entry: unknown): Span | null {
  if (Array.isArray(entry)) {
    const [first, second, third] = entry as unknown[];
    if (entry.length < 3) return null;
    if (isPlace(first) && isPlace(second)) return spanOf(first, second, third, null);
    return isPlace(second) && isPlace(third) ? spanOf(second, third, first, null) : null;
  }
  const [start, end] = [firstOwn(entry, STARTS), firstOwn(entry, ENDS)];
  if (!isPlace(start) || !isPlace(end)) return null;
  const text = ownValue(entry, "text");
  return spanOf(start, end, firstOwn(entry, LABELS), typeof text === "string" ? text : null);
}

const isPlace = (value: unknown): value is number => typeof value === "number" && Number.isInteger(value);

function spanOf(start: number, end: number, given: unknown, text: string | null): Span | null {
  const label = Array.isArray(given) ? given[0] : given;
  if (typeof label !== "string" && typeof label !== "number") return null;
  return String(label).trim() === "" ? null : { start, end, label: String(label).trim(), text };
}

/** Whether a list is one of spans. */
export function isSpans(value: readonly unknown[]): boolean {
  return value.length > 0 && value.every((entry) => readSpan(entry) !== null);
}

/** The spans of a list, or of spaCy's `{"entities": […]}`; null where it is neither. */
export function readSpans(value: unknown): Span[] | null {
  const list = Array.isArray(value) ? value : ownValue(value, "entities");
  if (!Array.isArray(list)) return null;
  const spans = list.map(readSpan);
  return spans.every((span) => span !== null) ? spans : null;
}

/**
 * The spans with places in the text's code units. Most tools count characters as Python does;
 * where a span says what it marks and that stands elsewhere, code units are tried, as browsers
 * count.
 * @throws Error saying which span is not in the text, with both numbers or both texts.
 */
export function placeSpans(text: string, spans: readonly Span[]): Span[] {
  // Only characters outside of the basic plane are counted differently.
  const wide = /[\u{10000}-\u{10ffff}]/u.test(text);
  const units = wide ? unitsOf(text) : null;
  const length = units ? units.length - 1 : text.length;
  return spans.map((span) => {
    const { start, end, label } = span;
    if (start < 0 || end <= start) throw new Error(`has a span ${label} from ${start} to ${end}`);
    const inUnits = { ...span };
    const inCharacters = units && end <= length ? { ...span, start: units[start]!, end: units[end]! } : inUnits;
    if (end > length && !(wide && end <= text.length)) {
      throw new Error(`has a span ${label} from ${start} to ${end}, and its text has ${length} characters`);
    }
    const found = [inCharacters, inUnits].find((place) => span.text === null || says(text, place));
    if (found) return found;
    const there = text.slice(inCharacters.start, inCharacters.end);
    throw new Error(`has a span ${label} for "${span.text}", but "${there}" stands from ${start} to ${end}`);
  });
}

/** White space aside: Label Studio writes a line break as \n. */
function says(text: string, { start, end, text: said }: Span): boolean {
  const plain = (some: string) => some.replace(/\\n|\s+/g, "");
  return plain(text.slice(start, end)) === plain(said!);
}

/** The place in code units of every character, and the end. */
function unitsOf(text: string): number[] {
  const places: number[] = [];
  let place = 0;
  for (const character of text) {
    places.push(place);
    place += character.length;
  }
  return [...places, place];
}

export interface TaggedWords {
  readonly tags: string[];
  /** Spans that begin or end inside a word: the whole word has their tag. */
  readonly uneven: number;
  /** Spans of words that an earlier span has, and spans of no word: they are left out. */
  readonly lost: number;
}

/** `B-` at a span's first word, `I-` at its others, `O` elsewhere. Spans in code units. */
export function tagWords(words: readonly Word[], spans: readonly Span[]): TaggedWords {
  const tags = words.map(() => "O");
  let [uneven, lost] = [0, 0];
  let first = 0;
  for (const { start, end, label } of [...spans].sort((a, b) => a.start - b.start || b.end - a.end)) {
    while (first < words.length && words[first]!.end <= start) first++;
    let last = first;
    while (last < words.length && words[last]!.start < end) last++;
    if (last === first || tags[first] !== "O") {
      lost++;
      continue;
    }
    // A span may end at white space: that is no word's.
    if (words[first]!.start < start || words[last - 1]!.end > end) uneven++;
    for (let word = first; word < last; word++) tags[word] = `${word === first ? "B" : "I"}-${label}`;
  }
  return { tags, uneven, lost };
}
