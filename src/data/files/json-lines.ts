/** JSON Lines: one object a line. */

import { messageOf } from "../../errors/message-of";
import { DataError, quote } from "../errors";
import { JsonCells, parseJson } from "./cells";
import { readPieces, type TextFile } from "./decode";
import {
  addEmpty,
  checkCellCount,
  type EmptyRows,
  LONGEST_RECORD,
  type ReadProgress,
  type Records,
  tooLong,
} from "./records";

const FIX = 'Write one complete object per line, for example {"text": "…", "label": "…"}.';

/** @throws DataError naming the line that is not one JSON object, or is too long */
export async function readJsonLines(text: TextFile, onProgress?: ReadProgress): Promise<Records> {
  const { file } = text;
  const cells = new JsonCells(file.name);
  const rows: string[][] = [];
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
    rows.push(cells.add(objectOf(content, file.name, line), line));
    rowNumbers.push(line);
    checkCellCount(file, rows.length, cells.columns.length);
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
  const { columns } = cells;
  for (const record of rows) while (record.length < columns.length) record.push("");
  return { columns, rows, rowNumbers, empty, notices: [], separator: null };
}

function objectOf(content: string, file: string, row: number): object {
  let value: unknown;
  try {
    value = parseJson(content);
  } catch (cause) {
    // The reader's own words may quote a part of the line.
    const why = messageOf(cause).slice(0, 80);
    throw new DataError({ file, row, what: `The line is not valid JSON (${why}): ${quote(content)}.`, fix: FIX });
  }
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value;
  const found = Array.isArray(value) ? "a list" : "a single value";
  throw new DataError({ file, row, what: `The line is ${found}, not an object: ${quote(content)}.`, fix: FIX });
}
