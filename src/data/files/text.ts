/**
 * Text that holds a table: finds whether it is JSON, one object a line, a CoNLL file, or cells
 * between separators, and reads it as that.
 */

import { parseJson } from "./cells";
import { conllLayout, readConll } from "./conll";
import { asWindows, NotUtf8, openText, type TextFile } from "./decode";
import { guessDelimiter, readDelimited } from "./delimited";
import { readJsonLines } from "./json-lines";
import { NoJsonList, readJsonList } from "./json-list";
import type { FileKind, ReadOptions, Records } from "./records";

export const text: FileKind = {
  /** Whatever is nothing else. */
  matches: () => true,

  /** Where the file is not UTF-8 but plainly Windows-1252, it is read as that. */
  async read(file, options) {
    const opened = await openText(file);
    try {
      return await readText(opened, options);
    } catch (error) {
      const other = error instanceof NotUtf8 ? await asWindows(file) : null;
      if (!other) throw error;
      return readText(other, options);
    }
  },
};

async function readText(opened: TextFile, { kindName, onProgress }: ReadOptions): Promise<Records> {
  const records = await readAs(opened, kindName, onProgress);
  return { ...records, notices: [...opened.notices, ...records.notices] };
}

async function readAs(opened: TextFile, kindName: string, onProgress: ReadOptions["onProgress"]): Promise<Records> {
  const layout = jsonLayout(opened.head, kindName);
  if (layout === null) {
    const conll = conllLayout(kindName, opened.head);
    return conll
      ? readConll(opened, conll, onProgress)
      : readDelimited(opened, guessDelimiter(opened.head, kindName), onProgress);
  }
  if (layout === "lines") return readJsonLines(opened, onProgress);
  try {
    return await readJsonList(opened, onProgress);
  } catch (error) {
    if (!(error instanceof NoJsonList) || !isObjectALine(opened.head)) throw error;
    return readJsonLines(opened, onProgress);
  }
}

/** Null where the text is no JSON. */
function jsonLayout(head: string, name: string): "lines" | "list" | null {
  const start = head.trimStart();
  const isNamed = /\.(jsonl|ndjson|json)$/i.test(name);
  if (!isNamed && (/\.(csv|tsv|tab)$/i.test(name) || !/^(?:\{|\[\s*\{)/.test(start))) return null;
  const [first, ...others] = start.split("\n").filter((line) => line.trim() !== "");
  if (start.startsWith("[")) return /\.json$/i.test(name) || /^\[\s*(?:\{|$)/.test(start) ? "list" : "lines";
  if (!start.startsWith("{") || (others.length > 0 && isObject(first!))) return "lines";
  return /\.(jsonl|ndjson)$/i.test(name) && first?.trim() !== "{" ? "lines" : "list";
}

/** Whether the first line is a whole object, or is longer than the text's beginning. */
function isObjectALine(head: string): boolean {
  const [line, next] = head.trimStart().split("\n");
  return line!.startsWith("{") && (next === undefined || isObject(line!));
}

function isObject(line: string): boolean {
  try {
    parseJson(line);
    return line.trimStart().startsWith("{");
  } catch {
    return false;
  }
}
