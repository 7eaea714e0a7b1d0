/**
 * A JSON file that is one value: a list of objects, or an object with such a list in one of its
 * fields; or a list of lists: conversations, each a list of turns, or rows, each a list of cells.
 * Objects are cut out of the text as it comes and read one by one, so that the file is never held
 * whole.
 */

import { messageOf } from "../../errors/message-of";
import { countOf, DataError, quote } from "../errors";
import { areObjects, isListRow, JsonCells, ListRows, LooseRows } from "./cells";
import { readPieces, type TextFile } from "./decode";
import { checkCellCount, LONGEST_RECORD, type ReadProgress, type Records, type Taken, tooLong } from "./records";

/**
 * Why a file is not read here: it has several values, one after the other, or no list of objects.
 */
export class NoJsonList extends DataError {}

/** The file has several values, one after the other. */
export class SeveralValues extends NoJsonList {}

/** What a list of rows is usually called, the likeliest first. */
const LIKELY = [/(?:^|\.)train/i, /(?:^|\.)(?:data|rows|examples|records|items|instances|samples|conversations)$/i];

/**
 * Of several lists the first is read, unless another is called as rows usually are, or has more
 * rows and lies no deeper: then the file is read again.
 * @param wanted the field whose list is read; default: the likeliest
 * @throws NoJsonList; DataError naming the object, counted from 1, that cannot be read
 */
export async function readJsonList(
  text: TextFile,
  taken: Taken,
  onProgress?: ReadProgress,
  wanted: string | null = null,
): Promise<Records> {
  const { file } = text;
  const cells = new JsonCells(file.name);
  const loose = new LooseRows();
  const rows: string[][] = [];
  const lists = new ListRows(file.name);
  const scanner = new ListScanner(file.name, wanted, (content) => {
    const row = rows.length + lists.rows.length + 1;
    let value: unknown;
    try {
      value = loose.parse(content, row);
    } catch (cause) {
      throw new DataError({
        file: file.name,
        row,
        what: `The object is not valid JSON (${messageOf(cause).slice(0, 80)}): ${quote(content)}.`,
        fix: "Correct it, or write the file anew with a library for JSON.",
      });
    }
    if (Array.isArray(value) && !areObjects(value)) {
      if (rows.length > 0 || (lists.rows.length === 0 && !isListRow(value))) throw noList(file.name);
      lists.add(value, row);
      return;
    }
    if (lists.rows.length > 0) throw noList(file.name);
    rows.push(cells.add(Array.isArray(value) ? { messages: value } : (value as object), row));
    checkCellCount(file, row, cells.columns.length, taken);
  });
  await readPieces(text, (piece) => scanner.push(piece), onProgress);
  const { field, depth } = scanner.finish(rows.length + lists.rows.length);
  if (lists.rows.length > 0) {
    taken.cells += lists.rows.length * lists.rows[0]!.length;
    const rowNumbers = Array.from(lists.rows.keys(), (place) => place + 1);
    const notices = loose.notices(file.name);
    return {
      columns: lists.columns,
      rows: lists.rows,
      rowNumbers,
      empty: { count: 0, first: [] },
      notices,
      separator: null,
    };
  }
  const others = scanner.others.filter((other) => other.field !== field && other.depth <= depth);
  const own = { field, rows: rows.length };
  const candidates = [own, ...others];
  const better =
    LIKELY.flatMap((name) => candidates.filter((list) => name.test(list.field)))[0] ??
    others.reduce((most, other) => (other.rows > most.rows ? other : most), own);
  if (wanted === null && better.field !== field) return readJsonList(text, taken, onProgress, better.field);
  const { columns } = cells;
  taken.cells += rows.length * columns.length;
  for (const record of rows) while (record.length < columns.length) record.push("");
  const named = others.slice(0, 5).map((other) => `${quote(other.field)} (${countOf(other.rows, "row")})`);
  const rest = named.length > 0 ? ` Not read: ${named.join(", ")}.` : "";
  const notices = [
    ...(field === ""
      ? []
      : [
          `${file.name}: ${countOf(rows.length, "row")} of the list ${quote(field)} ${rows.length === 1 ? "was" : "were"} read.${rest}`,
        ]),
    ...loose.notices(file.name),
  ];
  const rowNumbers = Array.from(rows.keys(), (place) => place + 1);
  return { columns, rows, rowNumbers, empty: { count: 0, first: [] }, notices, separator: null };
}

/** Codes of the characters that have a meaning outside of texts. */
const [QUOTE, BACKSLASH, OPEN_LIST, CLOSE_LIST, OPEN, CLOSE] = [34, 92, 91, 93, 123, 125] as const;
const [SPACE, COMMA, COLON] = [32, 44, 58] as const;

/** A list of objects that is not taken: its field, how many it has, and how deep it lies. */
interface OtherList {
  readonly field: string;
  readonly depth: number;
  rows: number;
}

/**
 * Finds the first list whose entries are objects, or that of a field, and hands each of them out as
 * text; also the entries of a file that is a list of lists. Counts the other lists.
 */
class ListScanner {
  readonly #file: string;
  readonly #wanted: string | null;
  readonly #others = new Map<string, OtherList>();
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
  #depth = 0;
  #field: string | null = null;
  /** What an entry begins with. */
  #begins: number = OPEN;
  /** Of the entry that is cut out; null between entries. */
  #entry: string | null = null;
  #objects = 0;
  #values = 0;

  constructor(file: string, wanted: string | null, take: (entry: string) => void) {
    this.#file = file;
    this.#wanted = wanted;
    this.#take = take;
  }

  get others(): readonly OtherList[] {
    return [...this.#others.values()];
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
        if (this.#startsEntry(code)) {
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

  /** The field that holds the list, empty where the file is the list; and how deep that lies. */
  finish(rows: number): { field: string; depth: number } {
    if (this.#open.length > 0 || this.#inText) throw this.#broken("ends before its last bracket is closed");
    if (this.#field !== null && rows > 0) return { field: this.#field, depth: this.#depth };
    throw noList(this.#file);
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
      throw new SeveralValues({
        file: this.#file,
        what: "The file has several JSON values, one after the other, or something beside them.",
        fix: "Write one list of objects, or one object a line.",
      });
    }
  }

  #isInList(): boolean {
    return this.#listDepth >= 0 && this.#open.length === this.#listDepth;
  }

  /** Whether what begins here is an entry: of the list, or of one that is found by it. */
  #startsEntry(code: number): boolean {
    if (this.#entry !== null) return false;
    if (this.#isInList()) return code === this.#begins;
    const isListOfLists = code === OPEN_LIST && this.#open.length === 1;
    if (this.#open.at(-1) !== OPEN_LIST || (code !== OPEN && !isListOfLists)) return false;
    const field = this.#names.slice(1, this.#open.length).filter(Boolean).join(".");
    if (this.#field !== null || (this.#wanted !== null && field !== this.#wanted)) {
      const other = this.#others.get(field) ?? { field, depth: this.#open.length, rows: 0 };
      other.rows++;
      this.#others.set(field, other);
      return false;
    }
    this.#listDepth = this.#open.length;
    this.#depth = this.#open.length;
    this.#field = field;
    this.#begins = code;
    return true;
  }

  #notObject(rest: string): DataError {
    return new DataError({
      file: this.#file,
      row: this.#objects + 1,
      what: `The list has ${quote(rest, 20)} where the entries before are ${this.#begins === OPEN ? "objects" : "lists"}.`,
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

function noList(file: string): NoJsonList {
  return new NoJsonList({
    file,
    what: "The JSON file holds no list of objects.",
    fix: 'Write a list of rows, [{"text": "…", "label": "…"}, …]; with pandas: df.to_json("data.json", orient="records").',
  });
}
