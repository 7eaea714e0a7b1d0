/**
 * A JSON file that is one value: a list of objects, or an object with such a list in one of its
 * fields. Objects are cut out of the text as it comes and read one by one, so that the file is
 * never held whole.
 */

import { messageOf } from "../../errors/message-of";
import { countOf, DataError, quote } from "../errors";
import { JsonCells, parseJson } from "./cells";
import { readPieces, type TextFile } from "./decode";
import { checkCellCount, LONGEST_RECORD, type ReadProgress, type Records, tooLong } from "./records";

/**
 * Why a file is not read here: it has several values, one after the other, or no list of objects.
 */
export class NoJsonList extends DataError {}

/** @throws NoJsonList; DataError naming the object, counted from 1, that cannot be read */
export async function readJsonList(text: TextFile, onProgress?: ReadProgress): Promise<Records> {
  const { file } = text;
  const cells = new JsonCells(file.name);
  const rows: string[][] = [];
  const scanner = new ListScanner(file.name, (content) => {
    const row = rows.length + 1;
    let value: object;
    try {
      value = parseJson(content) as object;
    } catch (cause) {
      throw new DataError({
        file: file.name,
        row,
        what: `The object is not valid JSON (${messageOf(cause).slice(0, 80)}): ${quote(content)}.`,
        fix: "Correct it, or write the file anew with a library for JSON.",
      });
    }
    rows.push(cells.add(value, row));
    checkCellCount(file, row, cells.columns.length);
  });
  await readPieces(text, (piece) => scanner.push(piece), onProgress);
  const field = scanner.finish(rows.length);
  const { columns } = cells;
  for (const record of rows) while (record.length < columns.length) record.push("");
  const notices =
    field === "" ? [] : [`${file.name}: ${countOf(rows.length, "row")} of the list ${quote(field)} were read.`];
  const rowNumbers = Array.from(rows.keys(), (place) => place + 1);
  return { columns, rows, rowNumbers, empty: { count: 0, first: [] }, notices, separator: null };
}

/** Codes of the characters that have a meaning outside of texts. */
const [QUOTE, BACKSLASH, OPEN_LIST, CLOSE_LIST, OPEN, CLOSE] = [34, 92, 91, 93, 123, 125] as const;
const [SPACE, COMMA, COLON] = [32, 44, 58] as const;

/** Finds the first list whose entries are objects, and hands each of them out as text. */
class ListScanner {
  readonly #file: string;
  readonly #take: (object: string) => void;
  /** Open brackets around the place that is read. */
  readonly #open: number[] = [];
  /** The last text at each depth: before a bracket it is the field's name. */
  readonly #names: string[] = [];
  #inText = false;
  #escaped = false;
  #text = "";
  /** Depth of the list that is taken from; -1 while there is none, and again once it has ended. */
  #listDepth = -1;
  #field: string | null = null;
  /** Of the entry that is cut out; null between entries. */
  #entry: string | null = null;
  #objects = 0;
  #values = 0;

  constructor(file: string, take: (object: string) => void) {
    this.#file = file;
    this.#take = take;
  }

  push(piece: string): void {
    let start = 0;
    for (let place = 0; place < piece.length; place++) {
      const code = piece.charCodeAt(place);
      if (this.#inText) {
        const end = this.#textEnd(piece, place);
        if (this.#entry === null && this.#text.length < 200)
          this.#text += piece.slice(place, Math.min(end, place + 200));
        place = end;
        continue;
      }
      if (code <= SPACE || code === COMMA || code === COLON) continue;
      if (this.#open.length === 0) this.#begin(code);
      if (code === QUOTE) {
        this.#inText = true;
        this.#text = "";
      } else if (code === OPEN || code === OPEN_LIST) {
        if (code === OPEN && this.#startsEntry()) {
          this.#entry = "";
          start = place;
        } else if (this.#isInList() && this.#entry === null) throw this.#notObject(piece.slice(place));
        if (this.#entry === null) this.#names[this.#open.length] = this.#text;
        this.#open.push(code);
      } else if (code === CLOSE || code === CLOSE_LIST) {
        if (this.#open.pop() !== (code === CLOSE ? OPEN : OPEN_LIST))
          throw this.#broken("closes a bracket that was not opened");
        if (this.#entry !== null && this.#open.length === this.#listDepth) {
          this.#objects++;
          this.#take(this.#entry + piece.slice(start, place + 1));
          this.#entry = null;
        } else if (this.#open.length < this.#listDepth) this.#listDepth = -1;
      } else if (this.#isInList() && this.#entry === null) throw this.#notObject(piece.slice(place));
    }
    if (this.#entry === null) return;
    this.#entry += piece.slice(start);
    if (this.#entry.length > LONGEST_RECORD) throw tooLong(this.#file, this.#objects + 1, "row");
  }

  /** The field that holds the list; empty where the file is the list. */
  finish(rows: number): string {
    if (this.#open.length > 0 || this.#inText) throw this.#broken("ends before its last bracket is closed");
    if (this.#field !== null && rows > 0) return this.#field;
    throw new NoJsonList({
      file: this.#file,
      what: "The JSON file holds no list of objects.",
      fix: 'Write a list of rows, [{"text": "…", "label": "…"}, …]; with pandas: df.to_json("data.json", orient="records").',
    });
  }

  /** Where a text ends that may have begun in an earlier piece: its quote, or the piece's end. */
  #textEnd(piece: string, from: number): number {
    for (let place = from; place < piece.length; place++) {
      const code = piece.charCodeAt(place);
      if (this.#escaped) this.#escaped = false;
      else if (code === BACKSLASH) this.#escaped = true;
      else if (code === QUOTE) {
        this.#inText = false;
        return place;
      }
    }
    return piece.length;
  }

  #begin(code: number): void {
    this.#values++;
    if (this.#values > 1 || (code !== OPEN && code !== OPEN_LIST)) {
      throw new NoJsonList({
        file: this.#file,
        what: "The file has several JSON values, one after the other, or something beside them.",
        fix: "Write one list of objects, or one object a line.",
      });
    }
  }

  #isInList(): boolean {
    return this.#listDepth >= 0 && this.#open.length === this.#listDepth;
  }

  /** Whether an object that begins here is an entry: of the list, or of one that is found by it. */
  #startsEntry(): boolean {
    if (this.#entry !== null) return false;
    if (this.#isInList()) return true;
    if (this.#field !== null || this.#open.at(-1) !== OPEN_LIST) return false;
    this.#listDepth = this.#open.length;
    this.#field = this.#names.slice(1, this.#open.length).filter(Boolean).join(".");
    return true;
  }

  #notObject(rest: string): DataError {
    return new DataError({
      file: this.#file,
      row: this.#objects + 1,
      what: `The list has ${quote(rest, 20)} where the entries before are objects.`,
      fix: 'Make every entry an object, for example {"text": "…", "label": "…"}.',
    });
  }

  #broken(how: string): DataError {
    return new DataError({
      file: this.#file,
      what: `The JSON file ${how}, after ${countOf(this.#objects, "whole object")}.`,
      fix: "Write the file anew; it may have been cut off.",
    });
  }
}
