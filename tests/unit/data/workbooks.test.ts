/**
 * Workbooks whose cells are not what they look like: formulas that nobody has computed, errors,
 * merged cells, and sheets beside the table. Cells of valid ones are compared with pandas' in
 * files.test.ts.
 */

import { strToU8, zipSync } from "fflate";
import { expect, test } from "vitest";
import { DataError } from "../../../src/data/errors";
import { sequenceClassification } from "../../../src/data/formats/sequence-classification";
import { readTable } from "../../../src/data/table";

type Cell = string | number | { readonly formula: string; readonly error?: string; readonly text?: true } | null;

const main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
const relations = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";

function cellXml(cell: Cell, row: number, column: number): string {
  if (cell === null) return "";
  const place = `r="${String.fromCharCode(65 + column)}${row + 1}"`;
  if (typeof cell === "number") return `<c ${place}><v>${cell}</v></c>`;
  if (typeof cell === "string") return `<c ${place} t="inlineStr"><is><t>${cell}</t></is></c>`;
  const formula = `<f>${cell.formula}</f>`;
  if (cell.error !== undefined) return `<c ${place} t="e">${formula}<v>${cell.error}</v></c>`;
  return `<c ${place}${cell.text ? ' t="str"' : ""}>${formula}</c>`;
}

function workbook(
  sheets: Readonly<Record<string, readonly (readonly Cell[])[]>>,
  merged: readonly string[] = [],
): File {
  const names = Object.keys(sheets);
  const files = {
    "xl/workbook.xml": `<workbook xmlns="${main}" xmlns:r="${relations}"><sheets>${names
      .map((name, place) => `<sheet name="${name}" sheetId="${place + 1}" r:id="rId${place + 1}"/>`)
      .join("")}</sheets></workbook>`,
    "xl/_rels/workbook.xml.rels": `<Relationships>${names
      .map(
        (_, place) => `<Relationship Id="rId${place + 1}" Type="${relations}/worksheet" Target="/xl/s${place}.xml"/>`,
      )
      .join("")}</Relationships>`,
    ...Object.fromEntries(
      Object.values(sheets).map((rows, place) => [
        `xl/s${place}.xml`,
        `<worksheet xmlns="${main}"><sheetData>${rows
          .map((row, at) => `<row r="${at + 1}">${row.map((cell, column) => cellXml(cell, at, column)).join("")}</row>`)
          .join(
            "",
          )}</sheetData><mergeCells>${merged.map((ref) => `<mergeCell ref="${ref}"/>`).join("")}</mergeCells></worksheet>`,
      ]),
    ),
  };
  const zipped = zipSync(Object.fromEntries(Object.entries(files).map(([name, text]) => [name, strToU8(text)])));
  return new File([zipped as Uint8Array<ArrayBuffer>], "book.xlsx");
}

const TABLE = [
  ["text", "label"],
  ["a film", "pos"],
  ["a bore", "neg"],
];
const uncomputed = { formula: "B1" };

test.each<[what: string, file: File, rows: string[][], notices: RegExp[]]>([
  [
    "a sheet of notes before the table",
    workbook({ Notes: [["Collected in 2024"], ["By hand"]], Data: TABLE }),
    TABLE.slice(1),
    [/the first sheet that holds a table, "Data", was read; 1 other sheet was not \("Notes"\)/],
  ],
  [
    "an empty sheet before the table",
    workbook({ Cover: [], Data: TABLE, Old: TABLE }),
    TABLE.slice(1),
    [/"Data", was read; 2 other sheets were not \("Cover", "Old"\)/],
  ],
  [
    "texts alone, which are notes only where there is a table",
    workbook({ Texts: [["text"], ["a film"], ["a bore"]] }),
    [["a film"], ["a bore"]],
    [],
  ],
  [
    "names that are merged downwards",
    workbook({ Data: [TABLE[0]!, [], ...TABLE.slice(1)] }, ["A1:A2", "B1:B2"]),
    TABLE.slice(1),
    [/skipped 1 empty row/],
  ],
  [
    "cells of a row that are merged",
    workbook({ Data: [...TABLE, ["both", null]] }, ["A4:B4"]),
    [...TABLE.slice(1), ["both", ""]],
    [/cells merged over several columns \(A4:B4\): the value is that of the first cell alone/],
  ],
  [
    "a formula of a text without a result",
    workbook({ Data: [...TABLE, ["a film", { formula: "B1", text: true }]] }),
    [...TABLE.slice(1), ["a film", ""]],
    [/1 formula without a saved result \(B4\) is an empty cell/],
  ],
  [
    "more merged rows than the sheet has",
    workbook({ Data: TABLE }, ["B3:B1048576"]),
    TABLE.slice(1),
    [/merged cells \(B3:B1048576\)/],
  ],
])("reads %s", async (_, file, rows, notices) => {
  const table = await readTable(file);
  expect(table.rows).toEqual(rows);
  expect(table.notices).toEqual(notices.map((notice) => expect.stringMatching(notice)));
});

test.each<[what: string, file: File, message: RegExp]>([
  [
    "a title that is merged over the columns",
    workbook({ Data: [["Survey", null], ...TABLE] }, ["A1:B1"]),
    /row 1: The cells A1:B1 are merged, .*give every column a name; if they hold a title, delete the row/,
  ],
])("refuses %s", async (_, file, message) => {
  const error = await readTable(file).catch((caught: unknown) => caught);
  expect(error).toBeInstanceOf(DataError);
  expect((error as DataError).message).toMatch(message);
});

test("a column of labels that is empty by formulas and errors says so", async () => {
  const error = { formula: "1/0", error: "#DIV/0!" };
  const rows = [["text", "label"], ...["a", "b", "c"].map((text) => [text, uncomputed]), ["d", error], ["e", "pos"]];
  const table = await readTable(workbook({ Data: rows }));
  const columns = { text: "text", label: "label" };
  expect(() => sequenceClassification.read(table, columns, null)).toThrow(
    /column "label": The column is empty in 4 of 5 rows: 3 formulas without a saved result and 1 error of the spreadsheet\./,
  );
});
