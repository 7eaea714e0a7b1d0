/**
 * A file to a table of text cells: CSV, TSV, semicolon-separated or JSON Lines, streamed. Says
 * nothing about what a column means; see columns.ts and examples.ts.
 */

import { createBreather } from "./breathe";
import { type ConllLayout, ConllReader, conllLayout } from "./conll";
import { countOf, DataError, nameRows } from "./errors";
import { decodePieces, type Encoding, type NamedBlob, sniffEncoding } from "./files/decode";
import { checkFieldCount, type DelimitedFormat, DelimitedReader, guessDelimiter, QuoteError } from "./files/delimited";
import { JsonLinesReader } from "./files/json-lines";

export interface Table {
  file: string;
  bytes: number;
  columns: string[];
  /** One list of `columns.length` cells per row, as they stand in the file. */
  rows: string[][];
  /**
   * Where each row stands in the file: the header of a delimited file is row 1; in JSON Lines the
   * line.
   */
  rowNumbers: number[];
  notices: string[];
}

/** Bytes read and bytes in all. */
export type ReadProgress = (bytes: number, total: number) => void;

/**
 * Reads a table. Pauses for the event loop every few milliseconds; `onProgress` is called then and
 * at the end.
 * @throws DataError naming file and row for: an empty file, a header without rows, missing or
 * duplicate column names,
 * an unclosed quote, a row with too few or too many fields, an invalid JSON line, bytes that are
 * not UTF-8 (or UTF-16 with a byte order mark).
 */
export async function readTable(file: NamedBlob, onProgress?: ReadProgress): Promise<Table> {
  const { encoding, head } = await sniffEncoding(file);
  if (isJsonLines(file.name, head)) return readJsonLines(file, encoding, onProgress);
  const conll = conllLayout(file.name, head);
  if (conll) return readConll(file, encoding, conll, onProgress);
  const format = guessDelimiter(head, file.name);
  try {
    return await readDelimited(file, encoding, format, onProgress);
  } catch (error) {
    // Tab-separated files often use no quoting at all: then a text may begin with a quote that
    // nothing closes.
    if (!(error instanceof QuoteError) || format.delimiter !== "\t") throw error;
    const table = await readDelimited(file, encoding, { ...format, quoting: false }, onProgress).catch(() => {
      throw error;
    });
    table.notices.push(
      `${file.name}: double quotes are not used in pairs (first in row ${error.row}), so they were read as plain characters.`,
    );
    return table;
  }
}

function isJsonLines(name: string, head: string): boolean {
  if (/\.(jsonl|ndjson|json)$/i.test(name)) return true;
  return !/\.(csv|tsv|tab)$/i.test(name) && head.trimStart().startsWith("{");
}

async function readDelimited(
  file: NamedBlob,
  encoding: Encoding,
  format: DelimitedFormat,
  onProgress?: ReadProgress,
): Promise<Table> {
  const reader = new DelimitedReader(file.name, format);
  const rows: string[][] = [];
  const rowNumbers: number[] = [];
  const emptyRows: number[] = [];
  const notices: string[] = [];
  let columns: string[] | null = null;
  let row = 0;
  const take = (records: string[][]) => {
    for (const record of records) {
      row++;
      if (record.every((cell) => cell.trim() === "")) emptyRows.push(row);
      else if (columns === null) columns = readHeader(file.name, row, record, notices);
      else {
        checkFieldCount(file.name, row, record, columns.length, format.delimiter);
        rows.push(record);
        rowNumbers.push(row);
      }
    }
  };
  await readPieces(file, encoding, (piece) => take(reader.push(piece)), onProgress);
  take(reader.finish());
  return finishTable(file, columns, rows, rowNumbers, emptyRows, notices);
}

async function readJsonLines(file: NamedBlob, encoding: Encoding, onProgress?: ReadProgress): Promise<Table> {
  const reader = new JsonLinesReader(file.name);
  const rows: string[][] = [];
  const rowNumbers: number[] = [];
  const emptyRows: number[] = [];
  let row = 0;
  const take = (records: (string[] | null)[]) => {
    for (const record of records) {
      row++;
      if (record === null) emptyRows.push(row);
      else {
        rows.push(record);
        rowNumbers.push(row);
      }
    }
  };
  await readPieces(file, encoding, (piece) => take(reader.push(piece)), onProgress);
  take(reader.finish());
  const columns = reader.columns;
  checkNames(file.name, rowNumbers[0] ?? 1, columns);
  for (const cells of rows) while (cells.length < columns.length) cells.push("");
  return finishTable(file, rows.length > 0 ? columns : null, rows, rowNumbers, emptyRows, []);
}

async function readConll(
  file: NamedBlob,
  encoding: Encoding,
  layout: ConllLayout,
  onProgress?: ReadProgress,
): Promise<Table> {
  const reader = new ConllReader(file.name, layout);
  await readPieces(file, encoding, (piece) => reader.push(piece), onProgress);
  reader.finish();
  const { columns, rows, rowNumbers } = reader;
  const notice = `${file.name}: read as a CoNLL file, field ${layout.tag + 1} of each line as the tag: ${countOf(rows.length, "sentence")}.`;
  return finishTable(file, columns, rows, rowNumbers, [], [notice]);
}

async function readPieces(
  file: NamedBlob,
  encoding: Encoding,
  take: (piece: string) => void,
  onProgress?: ReadProgress,
): Promise<void> {
  let done = 0;
  const breathe = createBreather(() => onProgress?.(done, file.size));
  for await (const { text, bytesRead } of decodePieces(file, encoding)) {
    done = bytesRead;
    take(text);
    await breathe();
  }
  onProgress?.(file.size, file.size);
}

function readHeader(file: string, row: number, record: readonly string[], notices: string[]): string[] {
  const columns = record.map((name) => name.replace(/[\r\uFEFF]/g, "").trim());
  const repaired = columns.filter((name, index) => name !== record[index]);
  if (repaired.length > 0) {
    const names = repaired.map((name) => `"${name}"`).join(", ");
    notices.push(
      `${file}, row ${row}: invisible characters around ${countOf(repaired.length, "column name")} were removed: ${names}.`,
    );
  }
  checkNames(file, row, columns);
  return columns;
}

function checkNames(file: string, row: number, columns: readonly string[]): void {
  const unnamed = columns.indexOf("");
  if (unnamed >= 0) {
    throw new DataError({
      file,
      row,
      what: `Column ${unnamed + 1} of ${columns.length} has no name in the header.`,
      fix: "Give every column a name, or delete the column (pandas writes such a column unless it is told index=False).",
    });
  }
  columns.forEach((name, index) => {
    const first = columns.indexOf(name);
    if (first === index) return;
    throw new DataError({
      file,
      row,
      column: name,
      what: `Columns ${first + 1} and ${index + 1} have the same name.`,
      fix: "Give every column its own name.",
    });
  });
}

function finishTable(
  file: NamedBlob,
  columns: string[] | null,
  rows: string[][],
  rowNumbers: number[],
  emptyRows: number[],
  notices: string[],
): Table {
  if (columns === null) {
    throw new DataError({
      file: file.name,
      what: `The file holds nothing but white space (${countOf(file.size, "byte")}).`,
      fix: "Choose a CSV, TSV or JSONL file with a header row and at least two labelled rows.",
    });
  }
  if (rows.length === 0) {
    throw new DataError({
      file: file.name,
      what: `The file has a header (${columns.join(", ")}) and no rows.`,
      fix: "Add rows below the header; the first row must hold the column names.",
    });
  }
  if (emptyRows.length > 0) {
    notices.push(`${file.name}: skipped ${countOf(emptyRows.length, "empty row")} (${nameRows(emptyRows)}).`);
  }
  return { file: file.name, bytes: file.size, columns, rows, rowNumbers, notices };
}
