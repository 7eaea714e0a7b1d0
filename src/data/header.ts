/**
 * What the columns of a table are called: by its first row, or by numbers where that row is data;
 * and which columns are none: those without a name that are empty, or pandas' count of rows.
 */

import { countOf, DataError, formatCount, listNames, nameAll } from "./errors";
import { foreignLineEnd, SAVE_WITH_FEEDS } from "./files/delimited";
import type { Records } from "./files/records";
import { nameRows } from "./shards";

/** Rows that are looked at to tell a row of names from one of data. */
const SAMPLE_ROWS = 2000;
/** So many words are a text rather than the name of a column. */
const WORDS_OF_A_TEXT = 4;

export interface NamedRecords {
  readonly columns: string[];
  readonly rows: string[][];
  readonly rowNumbers: number[];
  /** Of a file whose first row may be either; null where the format has names of its own. */
  readonly header: Header | null;
  readonly notices: string[];
  /** By name of a column; see `Records.blanks`. */
  readonly blanks?: ReadonlyMap<string, string>;
}

export interface Header {
  /** Whether the first row was read as the names of the columns. */
  readonly isNames: boolean;
  /** Whether it looks like a row of data; not asked where it was read as one. */
  readonly looksLikeData: boolean;
}

/**
 * @param isNames whether the first row holds the names; else they are `column 1`, `column 2`, …
 * @throws DataError naming the file: no rows, a column without a name, two of the same name
 */
export function nameColumns(file: string, bytes: number, records: Records, isNames: boolean): NamedRecords {
  const { columns, rows, rowNumbers } = records;
  if (columns !== null) {
    if (rows.length === 0) throw empty(file, bytes);
    if (columns.length === 0) {
      throw new DataError({
        file,
        what: `The file has ${countOf(rows.length, "row")} and not one column: its objects or lists are empty.`,
        fix: 'Write rows with names and values: {"text": "…", "label": "…"}.',
      });
    }
    checkNames(file, rowNumbers[0]!, columns);
    return { columns, rows, rowNumbers, header: null, notices: [] };
  }
  const [first] = rows;
  if (!first) throw empty(file, bytes);
  if (!isNames) {
    const numbered = first.map((_, column) => `column ${column + 1}`);
    const notice = `${file}: row ${formatCount(rowNumbers[0]!)}, the first, was read as data, as was chosen; the columns are numbered.`;
    return {
      ...{ columns: numbered, rows, rowNumbers, header: { isNames, looksLikeData: false }, notices: [notice] },
      ...(records.blanks && { blanks: namedBlanks(records.blanks, numbered) }),
    };
  }
  const row = rowNumbers[0]!;
  const notices: string[] = [];
  const names = cleanNames(file, row, first, notices);
  if (rows.length === 1) throw onlyHeader(file, names, first);
  const below = withoutNames({ file, names, rows: rows.slice(1), rowNumbers: rowNumbers.slice(1), notices });
  const data = below.rows;
  if (data.length === 0) throw onlyHeader(file, names, first);
  noteOtherSeparators(file, first, data, notices);
  const kept = keptColumns(file, names, data, notices);
  const named = kept.map((place) => names[place]!);
  checkNames(file, row, named, kept, names.length);
  const all = kept.length === names.length;
  const looksLikeData = isDataRow(first, data);
  if (looksLikeData) {
    notices.push(
      `${file}: the first row looks like data (${nameAll(first, 3)}), and is read as the names of the columns. If it is ` +
        'a row, press "First row is data" above its preview (in a configuration: "header": false under "data").',
    );
  }
  return {
    columns: named,
    rows: all ? data : data.map((cells) => kept.map((place) => cells[place]!)),
    rowNumbers: below.rowNumbers,
    header: { isNames, looksLikeData },
    notices,
    ...(records.blanks && { blanks: namedBlanks(records.blanks, names) }),
  };
}

interface RowsBelow {
  readonly file: string;
  readonly names: readonly string[];
  readonly rows: string[][];
  readonly rowNumbers: number[];
  readonly notices: string[];
}

/**
 * The rows without those that are none: the names again, in a file that was put together from
 * several, and the line that a Markdown table has below its names.
 */
function withoutNames({ file, names, rows, rowNumbers, notices }: RowsBelow): Pick<RowsBelow, "rows" | "rowNumbers"> {
  const isLine = (cells: readonly string[]) =>
    cells.some((cell) => cell !== "") && cells.every((cell) => /^\s*(?::?-{3,}:?\s*)?$/.test(cell));
  const hasLine = names.length > 1 && isLine(rows[0]!);
  // A text of one column may well be its name.
  const isAgain = (cells: readonly string[]) =>
    names.length > 1 && cells.every((cell, column) => cell.replace("\uFEFF", "").trim() === names[column]);
  const left = [...rows.keys()].filter((place) => (hasLine && place === 0) || isAgain(rows[place]!));
  if (left.length === 0) return { rows, rowNumbers };
  const again = left.slice(hasLine ? 1 : 0).map((place) => rowNumbers[place]!);
  if (hasLine) notices.push(`${file}: row ${rowNumbers[0]!}, the line below the names (Markdown), is left out.`);
  if (again.length > 0) {
    notices.push(
      `${file}: ${countOf(again.length, "row")} that ${again.length === 1 ? "has" : "have"} the names of the columns again ` +
        `${again.length === 1 ? "is" : "are"} left out (${nameRows(again)}).`,
    );
  }
  const out = new Set(left);
  const kept = [...rows.keys()].filter((place) => !out.has(place));
  return { rows: kept.map((place) => rows[place]!), rowNumbers: kept.map((place) => rowNumbers[place]!) };
}

/** What may stand between columns elsewhere, and is no separator here. */
const OTHER_SEPARATORS: readonly (readonly [shown: string, sign: RegExp])[] = [
  ...["，", "；", "｜", "、", "،", "¦", "§", "→"].map((sign) => [`“${sign}”`, new RegExp(sign)] as const),
  ["“#”", /#/],
  ["arrows (-> or =>)", /[-=]+>/],
  ["“\\t”", /\\t/],
  ["gaps of several spaces", / {2,}/],
];

/** Says where a table of one column is divided by signs that are no separators here. */
function noteOtherSeparators(
  file: string,
  first: readonly string[],
  data: readonly string[][],
  notices: string[],
): void {
  if (first.length !== 1) return;
  const sample = data.slice(0, SAMPLE_ROWS);
  const found = OTHER_SEPARATORS.find(([, sign]) => {
    const count = (cell: string) => cell.trim().split(sign).length - 1;
    const usual = count(first[0]!);
    return usual > 0 && sample.filter(([cell]) => count(cell!) === usual).length > 0.9 * sample.length;
  });
  if (found === undefined) return;
  notices.push(
    `${file}: every row has as many ${found[0]} as the first, and is read as one text. If they stand between columns, ` +
      "write commas there, and double quotes around texts that have some.",
  );
}

const namedBlanks = (blanks: ReadonlyMap<number, string>, names: readonly string[]) =>
  new Map([...blanks].map(([place, said]) => [names[place] ?? "", said]));

function cleanNames(file: string, row: number, record: readonly string[], notices: string[]): string[] {
  const names = record.map((name) => name.replace(/[\r\uFEFF]/g, "").trim());
  const repaired = names.filter((name, index) => name !== record[index]);
  if (repaired.length > 0) {
    notices.push(
      `${file}, row ${row}: invisible characters around ${countOf(repaired.length, "column name")} were removed: ${nameAll(repaired)}.`,
    );
  }
  return names;
}

/**
 * Places of the columns that are some: without a name are left out the empty ones, and an index.
 */
function keptColumns(file: string, names: readonly string[], rows: readonly string[][], notices: string[]): number[] {
  const unnamed = [...names.keys()].filter((place) => names[place] === "");
  const blank = unnamed.filter((place) => rows.every((cells) => cells[place]!.trim() === ""));
  const isIndex = unnamed[0] === 0 && !blank.includes(0) && names.length > 1 && areDistinctCounts(rows);
  const left = new Set([...blank, ...(isIndex ? [0] : [])]);
  if (isIndex)
    notices.push(`${file}: the first column has no name and counts the rows (pandas' index); it is left out.`);
  if (blank.length > 0) {
    const one = blank.length === 1;
    notices.push(
      `${file}: ${countOf(blank.length, "column")} without a name and without a cell ${one ? "is" : "are"} left out.`,
    );
  }
  return left.size === 0 ? [...names.keys()] : [...names.keys()].filter((place) => !left.has(place));
}

/** Whole numbers of which none is twice: what pandas writes as the names of its rows. */
function areDistinctCounts(rows: readonly string[][]): boolean {
  const seen = new Set<string>();
  return rows.every(([cell = ""]) => /^\d{1,15}$/.test(cell) && seen.size < seen.add(cell).size);
}

/**
 * Whether a row is data rather than names: one of its cells is, again and again, a value of its
 * column; or each is a number among numbers or a text of several words among such texts.
 */
function isDataRow(first: readonly string[], data: readonly string[][]): boolean {
  const sample = data.slice(0, SAMPLE_ROWS);
  const filled = [...first.keys()].filter((column) => first[column]!.trim() !== "");
  const again = (column: number) => {
    const cell = first[column]!.trim();
    return sample.filter((cells) => cells[column]!.trim() === cell).length > 1;
  };
  if (filled.some(again)) return true;
  const isNumber = (cell: string) => cell.trim() !== "" && Number.isFinite(Number(cell));
  const isText = (cell: string) => cell.trim().split(/\s+/).length >= WORDS_OF_A_TEXT;
  const share = (column: number, is: (cell: string) => boolean) =>
    sample.filter((cells) => is(cells[column]!)).length / sample.length;
  return filled.every((column) => {
    const cell = first[column]!;
    if (isNumber(cell)) return share(column, isNumber) > 0.9;
    return isText(cell) && share(column, isText) > 0.5;
  });
}

function checkNames(
  file: string,
  row: number,
  columns: readonly string[],
  places: readonly number[] = [...columns.keys()],
  count = columns.length,
): void {
  const unnamed = columns.indexOf("");
  if (unnamed >= 0) {
    throw new DataError({
      file,
      row,
      what: `Column ${places[unnamed]! + 1} of ${count} has no name in the header, and holds something.`,
      fix: "Give every column a name, or delete the column. If the names stand further down, delete the rows above them.",
    });
  }
  const first = new Map<string, number>();
  for (const [index, name] of columns.entries()) {
    const other = first.get(name);
    if (other === undefined) {
      first.set(name, index);
      continue;
    }
    throw new DataError({
      file,
      row,
      column: name,
      what: `Columns ${places[other]! + 1} and ${places[index]! + 1} have the same name.`,
      fix: "Give every column its own name.",
    });
  }
}

function empty(file: string, bytes: number): DataError {
  return new DataError({
    file,
    what: `The file holds nothing but white space (${countOf(bytes, "byte")}).`,
    fix: "Choose a table with a header row and at least two labelled rows.",
  });
}

function onlyHeader(file: string, names: readonly string[], record: readonly string[]): DataError {
  const end = foreignLineEnd(record.join(" "));
  if (end !== null) {
    const what = `The whole file is one line: it holds ${end}, which ends no line here.`;
    return new DataError({ file, what, fix: SAVE_WITH_FEEDS });
  }
  return new DataError({
    file,
    what: `The file has a header (${listNames(names)}) and no rows.`,
    fix: "Add rows below the header; the first row must hold the column names.",
  });
}
