/**
 * What a sheet of a workbook says beside the values of its cells: formulas without a saved result,
 * errors, and merged cells. Not for the values, which a library reads (`excel.ts`).
 */

import type { NamedBlob } from "./records";
import { listZip, unpackEntry } from "./zip-archive";

export interface SheetMarks {
  /** Cells whose formula was never computed by the program that wrote the file. */
  readonly unsaved: readonly SheetCell[];
  readonly errors: readonly (SheetCell & { readonly error: string })[];
  readonly merged: readonly Merged[];
}

/** Row and column from 0, and the name that a spreadsheet shows: `B2`. */
export interface SheetCell {
  readonly name: string;
  readonly row: number;
  readonly column: number;
}

/** Cells that are shown as one, the first and the last of them: both are within. */
export interface Merged {
  readonly name: string;
  readonly first: SheetCell;
  readonly last: SheetCell;
}

const NONE: SheetMarks = { unsaved: [], errors: [], merged: [] };

/**
 * Marks of a sheet, by its name; none where the workbook does not say which file the sheet is.
 * Layout: ECMA-376, part 1, 18.2 (workbook) and 18.3 (worksheet).
 * @throws DataError for an archive that is damaged
 */
export async function readMarks(file: NamedBlob, sheet: string): Promise<SheetMarks> {
  const entries = await listZip(file);
  const read = async (name: string) => {
    const entry = entries.find((one) => one.name === name);
    // What the workbook takes is counted by who reads the values.
    return entry ? (await unpackEntry(file, entry, { bytes: 0, cells: 0 })).text() : "";
  };
  const [workbook, relations] = [await read("xl/workbook.xml"), await read("xl/_rels/workbook.xml.rels")];
  const id = elements(workbook, "sheet").find((one) => attribute(one, "name") === sheet);
  const relation = id && elements(relations, "Relationship").find((one) => attribute(one, "Id") === relationOf(id));
  const target = relation && attribute(relation, "Target");
  if (!target) return NONE;
  return marksOf(await read(target.startsWith("/") ? target.slice(1) : `xl/${target}`));
}

function marksOf(content: string): SheetMarks {
  const unsaved: SheetCell[] = [];
  const errors: (SheetCell & { error: string })[] = [];
  for (const [, attributes = "", inner = ""] of content.matchAll(CELL)) {
    const value = VALUE.exec(inner)?.[1] ?? "";
    const isError = attribute(attributes, "t") === "e";
    if (!isError && (value !== "" || !FORMULA.test(inner))) continue;
    const cell = cellAt(attribute(attributes, "r") ?? "");
    if (!cell) continue;
    if (isError) errors.push({ ...cell, error: value });
    else unsaved.push(cell);
  }
  const merged = elements(content, "mergeCell").flatMap((one): Merged[] => {
    const name = attribute(one, "ref") ?? "";
    const [first, last] = name.split(":").map(cellAt);
    return first && last ? [{ name, first, last }] : [];
  });
  merged.sort((a, b) => a.first.row - b.first.row || a.first.column - b.first.column);
  return { unsaved, errors, merged };
}

// A cell's content holds no other cell, and "<" stands in no text or attribute of XML.
const CELL = /<(?:\w+:)?c(\s[^>]*?)?(?:\/>|>(.*?)<\/(?:\w+:)?c>)/gs;
const VALUE = /<(?:\w+:)?v(?:\s[^>]*)?>([^<]*)</;
const FORMULA = /<(?:\w+:)?f[\s/>]/;

/** The attributes of every element of a name, as they are written. */
const elements = (content: string, name: string): string[] =>
  Array.from(content.matchAll(new RegExp(`<(?:\\w+:)?${name}\\s([^>]*)>`, "g")), ([, attributes]) => attributes!);

/** The identifier of a relation has the prefix of its namespace, which any writer may choose. */
const relationOf = (sheet: string) => /\s\w+:id\s*=\s*["']([^"']*)["']/.exec(` ${sheet}`)?.[1];

function attribute(attributes: string, name: string): string | undefined {
  const written = new RegExp(`(?:^|\\s)${name}\\s*=\\s*(?:"([^"]*)"|'([^']*)')`).exec(attributes);
  return (written?.[1] ?? written?.[2])?.replace(/&(?:#x([0-9a-f]+)|#(\d+)|(\w+));/gi, unescapeOne);
}

function unescapeOne(all: string, hex?: string, decimal?: string, name = ""): string {
  if (hex ?? decimal)
    return String.fromCodePoint(Math.min(Number.parseInt((hex ?? decimal)!, hex ? 16 : 10), 0x10ffff));
  return Object.hasOwn(ENTITIES, name) ? ENTITIES[name]! : all;
}

const ENTITIES: Readonly<Record<string, string>> = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'" };

/** `B2` → row 1, column 1. */
function cellAt(name: string): SheetCell | null {
  const [, letters, digits] = /^\$?([A-Z]{1,3})\$?(\d{1,7})$/.exec(name) ?? [];
  if (letters === undefined) return null;
  const column = [...letters].reduce((sum, letter) => sum * 26 + letter.charCodeAt(0) - 64, 0) - 1;
  return { name, row: Number(digits) - 1, column };
}
