/**
 * Text that holds a table: finds whether it is JSON, one object a line, a CoNLL file, one of
 * fastText, or cells between separators, and reads it as that.
 */

import { readStructure } from "../literals";
import { areObjects, isListRow, parseJson } from "./cells";
import { conllLayout, readConll } from "./conll";
import { asWindows, NotUtf8, openText, type TextFile } from "./decode";
import { guessDelimiter, readDelimited } from "./delimited";
import { isUtf8 } from "./encodings";
import { isFastText, readFastText } from "./fast-text";
import { readJsonLines } from "./json-lines";
import { NoJsonList, readJsonList, SeveralValues } from "./json-list";
import { readJsonObject } from "./json-object";
import { checkBytes, type FileKind, type NamedBlob, type ReadOptions, type Records } from "./records";

export const text: FileKind = {
  /** Whatever is nothing else. */
  matches: () => true,

  /**
   * Where no encoding is chosen and the file is not UTF-8, it is read as the one for that case, or
   * as Windows-1252 where it is plainly that.
   */
  async read(file, options) {
    const { otherwise } = options;
    // A text of seven bits is UTF-8, too.
    const encoding = options.encoding ?? (otherwise === "iso-2022-jp" ? otherwise : undefined);
    const opened = await openText(file, encoding);
    if (encoding !== undefined) {
      const records = await readText(opened, options);
      return { ...records, encoding, notices: [...(await utf8Notices(file, encoding)), ...records.notices] };
    }
    try {
      return await readText(opened, options);
    } catch (error) {
      if (!(error instanceof NotUtf8)) throw error;
      const other = await (otherwise === undefined ? asWindows(file) : openText(file, otherwise));
      if (!other) throw error;
      return { ...(await readText(other, options)), encoding: other.encoding };
    }
  },
};

/** Of a file that is read in an encoding as was chosen, though it is UTF-8. */
async function utf8Notices(file: NamedBlob, encoding: string): Promise<string[]> {
  if (/^utf-?(8|16)/i.test(encoding) || !(await isUtf8(file))) return [];
  return [
    `${file.name}: read as ${encoding}, as was chosen, though the file is UTF-8. If letters are wrong, choose none.`,
  ];
}

async function readText(opened: TextFile, options: ReadOptions): Promise<Records> {
  const { file } = opened;
  const { taken } = options;
  checkBytes(file.name, file.size, "The file has", taken.bytes);
  const records = await readAs(opened, options);
  taken.bytes += file.size;
  return { ...records, notices: [...opened.notices, ...records.notices] };
}

async function readAs(opened: TextFile, { kindName, onProgress, taken }: ReadOptions): Promise<Records> {
  const layout = jsonLayout(opened.head, kindName);
  if (layout === null) {
    if (isFastText(opened.head)) return readFastText(opened, onProgress);
    const conll = conllLayout(kindName, opened.head);
    return conll
      ? readConll(opened, conll, onProgress)
      : readDelimited(opened, guessDelimiter(opened.head, kindName), onProgress);
  }
  if (layout === "lines") return readJsonLines(opened, taken, onProgress);
  try {
    return await readJsonList(opened, taken, onProgress);
  } catch (error) {
    if (!(error instanceof NoJsonList)) throw error;
    const table = error instanceof SeveralValues ? null : await readJsonObject(opened, onProgress);
    if (table) return table;
    if (!isObjectALine(opened.head)) throw error;
    return readJsonLines(opened, taken, onProgress);
  }
}

/** Null where the text is no JSON. */
function jsonLayout(head: string, name: string): "lines" | "list" | null {
  const start = head.trimStart();
  const isNamed = /\.(jsonl|ndjson|json)$/i.test(name);
  if (!isNamed && (/\.(csv|tsv|tab)$/i.test(name) || !/^(?:\{|\[\s*[{[])/.test(start))) return null;
  const [first, ...others] = start.split("\n").filter((line) => line.trim() !== "");
  if (start.startsWith("[")) return /\.json$/i.test(name) || /^\[\s*(?:[{[]|$)/.test(start) ? "list" : "lines";
  if (!start.startsWith("{") || (others.length > 0 && isObject(first!))) return "lines";
  return /\.(jsonl|ndjson)$/i.test(name) && first?.trim() !== "{" ? "lines" : "list";
}

/**
 * Whether the first line is a whole object, or is longer than the text's beginning; or a list that
 * is a row, with other lines after it.
 */
function isObjectALine(head: string): boolean {
  const [line, next] = head.trimStart().split("\n");
  if (line!.startsWith("[")) return next !== undefined && isList(line!);
  if (!line!.startsWith("{")) return false;
  if (next === undefined || isObject(line!)) return true;
  const structure = readStructure(line!);
  return structure !== undefined && !Array.isArray(structure);
}

function isList(line: string): boolean {
  try {
    const value = parseJson(line);
    return areObjects(value) || isListRow(value);
  } catch {
    return false;
  }
}

function isObject(line: string): boolean {
  try {
    parseJson(line);
    return line.trimStart().startsWith("{");
  } catch {
    return false;
  }
}
