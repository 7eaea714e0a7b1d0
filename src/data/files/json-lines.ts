/**
 * JSON Lines: one object a line, or one list: of objects, the turns of a conversation, or of the
 * cells of a row.
 */

import { messageOf } from "../../errors/message-of";
import { DataError, quote } from "../errors";
import { areObjects, isListRow, JsonCells, ListRows, LooseRows } from "./cells";
import { readPieces, type TextFile } from "./decode";
import {
  addEmpty,
  checkCellCount,
  type EmptyRows,
  LONGEST_RECORD,
  type ReadProgress,
  type Records,
  type Taken,
  tooLong,
} from "./records";

const FIX = 'Write one complete object per line, for example {"text": "…", "label": "…"}.';

/** @throws DataError naming the line that is not one JSON object, or is too long */
export async function readJsonLines(text: TextFile, taken: Taken, onProgress?: ReadProgress): Promise<Records> {
  const { file } = text;
  const cells = new JsonCells(file.name);
  const loose = new LooseRows();
  const rows: string[][] = [];
  const lists = new ListRows(file.name);
  const rowNumbers: number[] = [];
  const empty: EmptyRows = { count: 0, first: [] };
  let line = 0;
  let rest = "";
  const read = (content: string) => {
    line++;
    if (content.trim() === "") {
      addEmpty(empty, line);
      return;
    }
    const value = rowOf(content, file.name, line, loose);
    const before = lists.rows.length > 0;
    if (rowNumbers.length > 0 && before !== Array.isArray(value)) throw mixed(file.name, line, before);
    rowNumbers.push(line);
    if (Array.isArray(value)) {
      lists.add(value, line);
      return;
    }
    rows.push(cells.add(value, line));
    checkCellCount(file, rows.length, cells.columns.length, taken);
  };
  await readPieces(
    text,
    (piece) => {
      const lines = (rest + piece).split("\n");
      rest = lines.pop() ?? "";
      for (const content of lines) read(content);
      if (rest.length > LONGEST_RECORD) throw tooLong(file.name, line + 1, "line");
    },
    onProgress,
  );
  if (rest !== "") read(rest);
  if (lists.rows.length > 0) {
    taken.cells += lists.rows.length * lists.rows[0]!.length;
    const { columns } = lists;
    return { columns, rows: lists.rows, rowNumbers, empty, notices: loose.notices(file.name), separator: null };
  }
  const { columns } = cells;
  taken.cells += rows.length * columns.length;
  for (const record of rows) while (record.length < columns.length) record.push("");
  return { columns, rows, rowNumbers, empty, notices: loose.notices(file.name), separator: null };
}

function mixed(file: string, row: number, areLists: boolean): DataError {
  const [own, others] = areLists ? ["an object", "lists"] : ["a list", "objects"];
  return new DataError({ file, row, what: `The line is ${own}, and the lines before are ${others}.`, fix: FIX });
}

/** An object, or a list of cells. */
function rowOf(content: string, file: string, row: number, loose: LooseRows): object {
  let value: unknown;
  try {
    value = loose.parse(content, row);
  } catch (cause) {
    // The reader's own words may quote a part of the line.
    const why = messageOf(cause).slice(0, 80);
    throw new DataError({ file, row, what: `The line is not valid JSON (${why}): ${quote(content)}.`, fix: FIX });
  }
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value;
  if (areObjects(value)) return { messages: value };
  if (isListRow(value)) return value;
  const found = Array.isArray(value) ? "a list" : "a single value";
  throw new DataError({ file, row, what: `The line is ${found}, not an object: ${quote(content)}.`, fix: FIX });
}
