/**
 * What columns look like, and which of them is the text, the second text and the label, from names
 * and content. A guess only: the person can change it, and the formats check what is chosen.
 */

import { type Structure, structureOfColumn } from "./cell-kinds";
import { areDecimals, hasUnit, isInfinite, isMissingWord, type NumberStyle, numberIn, numberStyle } from "./numbers";
import type { Table } from "./table";
import type { ColumnRoles } from "./types";

/** Best first; compared without case, spaces and punctuation. */
const LABEL_NAMES = (
  "labeltext labelname label labels goldlabel class classname category intent sentiment emotion target " +
  "polarity topic coarselabel tag type gold answer y rating stars score"
).split(" ");
const TEXT_NAMES = (
  "text sentence sentence1 text1 texta premise review reviewtext question question1 utterance message " +
  "content comment tweet body document query input prompt sms headline title"
).split(" ");
const PAIR_NAMES = (
  "sentence2 text2 textb textpair hypothesis question2 secondtext secondsentence passage context " + "paragraph"
).split(" ");
/** Of a row, and what tools for labelling say about it: who labelled it, and when. */
const IDENTIFIER =
  /^(id|idx|index|rowid|uid|uuid|guid|.*_(id|idx|index|hash)|.*[a-z]Id|unnamed.*|annotator|lead_time|(created|updated)_at)$/;
const SAMPLE_ROWS = 2000;
const FEW_VALUES = 20;

export interface ColumnFacts {
  name: string;
  /** Lower case, letters and digits only. */
  key: string;
  /** Lower-case words of the name. */
  words: string[];
  distinct: number;
  /** Every value occurs at least twice and there are at least two values. */
  repeats: boolean;
  meanLength: number;
  /** Most values are numbers; all that are not empty are; some of them are no whole numbers. */
  numeric: boolean;
  allNumbers: boolean;
  fractions: boolean;
  /** Nearly all values are numbers with a unit (`$4.50`, `45 %`), and they are no few classes. */
  withUnit: boolean;
  identifier: boolean;
  /** Its name is one that labels usually have. */
  namedAsLabel: boolean;
  /** What most of its cells are, where they are no texts. */
  structure: Structure | null;
  /** The different values, where they are at most `FEW_VALUES`; else none. */
  values: string[];
}

/** From the first rows. */
export function measureColumns(table: Table): ColumnFacts[] {
  return table.columns.map((name, index) => measure(table, name, index));
}

/** Text, second text and label; no label where there is one column only. */
export function guessColumns(_table: Table, columns: readonly ColumnFacts[]): ColumnRoles {
  if (columns.length < 2) return guessTexts(columns);
  const label = guessLabel(columns);
  return { ...guessTexts(columns.filter((column) => column !== label)), label: label.name };
}

/** Text and second text among columns, of which there is at least one. */
export function guessTexts(columns: readonly ColumnFacts[]): { text: string; textPair: string | null } {
  const text = guessText(columns);
  const pair = columns.find((column) => column !== text && isPairOf(column, text)) ?? null;
  return { text: text.name, textPair: pair?.name ?? null };
}

/** A column's name as guesses compare it: lower case, letters and digits only. */
export const columnKey = (name: string): string => name.toLowerCase().replace(/[^\p{L}\p{N}]/gu, "");

/** Whether some row has something in a column: neither nothing nor an empty list or object. */
export function isFilled({ columns, rows }: Table, column: string): boolean {
  const place = columns.indexOf(column);
  return place >= 0 && rows.some((record) => !/^\s*(\[\s*\]|\{\s*\})?\s*$/.test(record[place] ?? ""));
}

function measure(table: Table, name: string, index: number): ColumnFacts {
  const counts = new Map<string, number>();
  let characters = 0;
  let numbers = 0;
  let filled = 0;
  let units = 0;
  let fractions = false;
  const values = table.rows.slice(0, SAMPLE_ROWS).map((record) => (record[index] ?? "").trim());
  const rows = values.length;
  const { decimalComma, grouped } = guessStyle(table, name, values);
  for (const value of values) {
    characters += value.length;
    // Words for a missing value are empty cells among numbers.
    if (value !== "" && !isMissingWord(value)) filled++;
    if (hasUnit(value)) units++;
    const number = numberIn(value, decimalComma, grouped);
    if (Number.isFinite(number)) {
      numbers++;
      fractions ||= !Number.isInteger(number);
    } else if (isInfinite(value)) numbers++;
    counts.set(value, (counts.get(value) ?? 0) + 1);
  }
  counts.delete("");
  const key = columnKey(name);
  const repeats = counts.size >= 2 && [...counts.values()].every((count) => count > 1);
  return {
    name,
    key,
    words: name
      .replace(/(\p{Ll})(\p{Lu})/gu, "$1 $2")
      .toLowerCase()
      .split(/[^\p{L}\p{N}]+/u)
      .filter(Boolean),
    distinct: counts.size,
    repeats,
    meanLength: characters / rows,
    numeric: numbers > rows / 2,
    allNumbers: filled > 0 && numbers === filled,
    fractions,
    withUnit: units > 0.9 * filled && filled > 0 && (!repeats || counts.size > FEW_VALUES),
    namedAsLabel: LABEL_NAMES.includes(key),
    structure: structureOfColumn(table, index),
    values: counts.size <= FEW_VALUES ? [...counts.keys()] : [],
    identifier: IDENTIFIER.test(name.trim()) || IDENTIFIER.test(name.trim().toLowerCase()),
  };
}

/**
 * As `numberStyle`; but where no semicolons stand between cells, "4,5" may also be two labels: then
 * it is a number only where no list would read so, and never by the name of a list.
 */
function guessStyle(table: Table, name: string, values: readonly string[]): NumberStyle {
  const style = numberStyle(values, table.decimalComma);
  if (!style.decimalComma || table.decimalComma || style.grouped) return style;
  const isList = /(?:labels|tags|categories|classes|emotions|topics|ids)$/i.test(name.trim());
  return isList || !areDecimals(values) ? { decimalComma: false, grouped: false } : style;
}

function guessLabel(columns: readonly ColumnFacts[]): ColumnFacts {
  const longest = [...columns].sort((a, b) => b.meanLength - a.meanLength)[0]!;
  const named = byName(columns, LABEL_NAMES, ({ distinct }) => distinct >= 1);
  if (named && named.meanLength < 100) return named;
  const listed = columns.find(({ structure }) => structure === "list");
  if (listed && columns.some(({ structure }) => structure === null)) return listed;
  const rest = columns.filter((column) => column !== longest && !column.identifier && column.distinct > 0);
  const candidates = [rest.filter(({ repeats }) => repeats), rest, columns.filter((column) => column !== longest)];
  const pool = candidates.find((list) => list.length > 0)!;
  return [...pool].sort((a, b) => a.distinct - b.distinct || a.meanLength - b.meanLength)[0]!;
}

function guessText(columns: readonly ColumnFacts[]): ColumnFacts {
  const plain = columns.filter(({ structure }) => structure === null);
  const texts = plain.length > 0 ? plain : columns;
  const usable = texts.filter(({ numeric, identifier, distinct }) => !numeric && !identifier && distinct > 0);
  const pool = usable.length > 0 ? usable : texts;
  return byName(pool, TEXT_NAMES, () => true) ?? [...pool].sort((a, b) => b.meanLength - a.meanLength)[0]!;
}

/**
 * The column whose whole name is highest in the list, else one that has a name of the list as a
 * word.
 */
function byName(
  columns: readonly ColumnFacts[],
  names: readonly string[],
  accept: (column: ColumnFacts) => boolean,
): ColumnFacts | null {
  const accepted = columns.filter((column) => !column.identifier && accept(column));
  for (const name of names) {
    const found = accepted.find(({ key }) => key === name);
    if (found) return found;
  }
  for (const name of names) {
    const found = accepted.find(({ words }) => name.length > 1 && words.includes(name));
    if (found) return found;
  }
  return null;
}

function isPairOf(column: ColumnFacts, text: ColumnFacts): boolean {
  if (column.numeric || column.identifier || column.structure !== null) return false;
  return PAIR_NAMES.includes(column.key) || (text.key.endsWith("1") && column.key === text.key.replace(/1$/, "2"));
}
