/**
 * Tables in every kind of file that people have: the cells that pandas reads from the same file.
 */

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { DataError } from "../../../src/data/errors";
import { LARGEST_BYTES, MOST_COLUMNS } from "../../../src/data/files/records";
import { readTable, type Table, type TableOptions } from "../../../src/data/table";

const folder = fileURLToPath(new URL("../../fixtures/tables", import.meta.url));
const expected: Record<string, { columns: string[]; rows: string[][] }> = JSON.parse(
  readFileSync(join(folder, "expected.json"), "utf8"),
);
const fixture = (name: string) => new File([readFileSync(join(folder, name))], name);
const file = (content: string | BlobPart[], name = "data.csv") =>
  new File(typeof content === "string" ? [content] : content, name);

async function errorOf(opened: File): Promise<DataError> {
  const error = await readTable(opened).catch((caught: unknown) => caught);
  if (!(error instanceof DataError)) throw new Error(`expected a DataError, got ${String(error).slice(0, 200)}`);
  expect(error.message.length).toBeLessThan(600);
  return error;
}

test("every fixture is compared, but those that are refused", () => {
  const refused = ["several.zip", "expected.json"];
  expect(Object.keys(expected).sort()).toEqual(
    readdirSync(folder)
      .filter((name) => !refused.includes(name))
      .sort(),
  );
});

test.each(Object.keys(expected))("%s: pandas' columns and cells", async (name) => {
  const { columns, rows } = await readTable(fixture(name), undefined, { header: name !== "no-header.csv" });
  expect({ columns, rows }).toEqual(expected[name]);
});

test.each<[name: string, notices: RegExp[]]>([
  ["quoted.csv", []],
  ["pandas-index.csv", [/the first column has no name and counts the rows \(pandas' index\); it is left out/]],
  ["pandas-index-shuffled.csv", [/counts the rows/]],
  ["nameless-empty.csv", [/3 columns without a name and without a cell are left out/]],
  ["no-header.csv", [/first row looks like data \("ham", "warm film 0"\).*"header": false/]],
  ["backslash-quotes.csv", [/double quotes stand behind backslashes \(first in row 2\)/]],
  ["windows-1252.csv", [/not UTF-8, and was read as Windows-1252 \(for example "café"\)/]],
  ["utf-16le-no-mark.csv", [/read as UTF-16, by its zero bytes/]],
  ["field.json", [/3 rows of the list "set\.data" were read/]],
  ["index.parquet", [/pandas' own index, "__index_level_0__", is left out/]],
  ["sheets.xlsx", [/the first sheet, "Reviews", was read; 1 other sheet was not \("Notes"\)/]],
  ["quoted.zip", [/"folder\/quoted\.csv" in it was read/]],
  ["quoted.csv.gz", []],
])("%s: what is said", async (name, notices) => {
  const table = await readTable(fixture(name));
  expect(table.notices).toHaveLength(notices.length);
  for (const [place, notice] of notices.entries()) expect(table.notices[place]).toMatch(notice);
  expect(table.file).toBe(name);
});

const rowsOf = ({ columns, rows }: Table) => [columns, ...rows];

test.each<[what: string, content: string, name: string, rows: string[][]]>([
  [
    "a line that names the separator",
    "sep=;\ntext;label\na, b;x\n",
    "d.csv",
    [
      ["text", "label"],
      ["a, b", "x"],
    ],
  ],
  [
    "one in quotes and with a return",
    "sep=|\r\ntext|label\r\na|x\r\n",
    "d.csv",
    [
      ["text", "label"],
      ["a", "x"],
    ],
  ],
  [
    "pairs of colons",
    "text::label\na b::x\nc::y\n",
    "d.dat",
    [
      ["text", "label"],
      ["a b", "x"],
      ["c", "y"],
    ],
  ],
  [
    "a list without a name for its kind",
    '[{"a": 1}, {"b": "x"}]',
    "data",
    [
      ["a", "b"],
      ["1", ""],
      ["", "x"],
    ],
  ],
  ["a list that is called JSON Lines", '[\n{"a": 1},\n{"a": 2}\n]', "d.jsonl", [["a"], ["1"], ["2"]]],
  ["objects on lines that are called JSON", '{"a": 1}\n{"a": 2}\n', "d.json", [["a"], ["1"], ["2"]]],
  [
    "one object on one line",
    '{"a": "x", "b": [1, 2]}',
    "d.json",
    [
      ["a", "b"],
      ["x", "[1,2]"],
    ],
  ],
  [
    "the first list of objects",
    '{"n": [[1], []], "a": {"b": [{"c": "]}\\""}]}, "d": [{"e": 1}]}',
    "d.json",
    [["c"], [']}"']],
  ],
  [
    "long ids",
    '{"id": 9007199254740993, "ids": [1, -12345678901234567890], "t": "9007199254740993", "f": 0.125}\n',
    "d.jsonl",
    [
      ["id", "ids", "t", "f"],
      ["9007199254740993", '[1,"-12345678901234567890"]', "9007199254740993", "0.125"],
    ],
  ],
  [
    "a list with NaN",
    '[{"a": NaN, "t": "NaN"}, {"a": -Infinity, "t": "\\\\\\"NaN"}]',
    "d.json",
    [
      ["a", "t"],
      ["", "NaN"],
      ["", '\\"NaN'],
    ],
  ],
])("reads %s", async (_, content, name, rows) => {
  for (const cut of [0, 3, 7]) {
    const opened = file(content, name);
    if (cut > 0) {
      const bytes = new TextEncoder().encode(content);
      opened.stream = () =>
        new ReadableStream({
          start(controller) {
            for (let from = 0; from < bytes.length; from += cut) controller.enqueue(bytes.slice(from, from + cut));
            controller.close();
          },
        }) as ReturnType<File["stream"]>;
    }
    expect(rowsOf(await readTable(opened)), `in pieces of ${cut} bytes`).toEqual(rows);
  }
});

test("a sheet's numbers of rows are the sheet's", async () => {
  expect((await readTable(fixture("sheets.xlsx"))).rowNumbers).toEqual([2, 3, 4]);
});

test.each<[what: string, content: string, options: TableOptions, said: boolean]>([
  ["labels that come again", "spam,won a prize\nham,see you\nspam,call now\nspam,for cash\nham,late\n", {}, true],
  [
    "texts of several words and numbers",
    "1.5,a rather long text\n2.5,another one of those\n3.5,and then one more\n",
    {},
    true,
  ],
  ["names", "label,text\n1,a rather long text\n0,another one of those\n1,and then one more\n", {}, false],
  [
    "questions of a survey",
    "Time,How do you like our new shop?\n1,I like it very much\n2,It is not so good\n",
    {},
    false,
  ],
  ["years over numbers", "text,2019,2020\na,1,2\nb,2,3\n", {}, false],
  ["the header once more", "text,label\na,x\nb,y\ntext,label\nc,x\ntext,label\n", {}, false],
  ["what was chosen", "spam,won a prize\nham,see you\nspam,call now\nspam,for cash\n", { header: false }, false],
])("a first row of %s", async (_, content, options, said) => {
  const { header } = await readTable(file(content), undefined, options);
  expect(header).toEqual({ isNames: options.header ?? true, looksLikeData: said });
});

test("a first row that is read as data is a row, and the columns are numbered", async () => {
  const table = await readTable(file("spam,won\nham,see\n"), undefined, { header: false });
  expect(rowsOf(table)).toEqual([
    ["column 1", "column 2"],
    ["spam", "won"],
    ["ham", "see"],
  ]);
  expect(table.rowNumbers).toEqual([1, 2]);
  expect(table.notices).toEqual([expect.stringMatching(/row 1, the first, was read as data, as was chosen/)]);
  expect((await readTable(file('{"a": 1}\n', "d.jsonl"), undefined, { header: false })).header).toBeNull();
});

const zipOf = (change: (bytes: Buffer) => void) => {
  const bytes = Buffer.from(readFileSync(join(folder, "quoted.zip")));
  change(bytes);
  return new File([bytes], "quoted.zip");
};
const bytesOf = (name: string) => new Uint8Array(readFileSync(join(folder, name)));

test.each<[what: string, opened: () => File, message: RegExp]>([
  [
    "an archive of several tables",
    () => fixture("several.zip"),
    /2 tables: "train\.csv", "test\.csv"\. Which of them is meant\?/,
  ],
  [
    "an archive without any",
    () => new File([Buffer.from("UEsFBgAAAAAAAAAAAAAAAAAAAAAAAA==", "base64")], "none.csv"),
    /Byte 4 is zero/,
  ],
  [
    "an archive with another content",
    () =>
      zipOf((bytes) => {
        bytes[bytes.indexOf("folder/quoted.csv") + 30]! ^= 1;
      }),
    /does not unpack to what its checksum says/,
  ],
  [
    "an archive that is cut off",
    () => new File([bytesOf("quoted.zip").slice(0, -40)], "cut.zip"),
    /damaged or cut off/,
  ],
  [
    "an archive with a password",
    () =>
      zipOf((bytes) => {
        const at = bytes.lastIndexOf("folder/quoted.csv") - 46;
        bytes[at + 8]! |= 1;
      }),
    /is encrypted, which is not read/,
  ],
  [
    "a compressed file that is cut off",
    () => new File([bytesOf("quoted.csv.gz").slice(0, -4)], "cut.csv.gz"),
    /compressed file is damaged/,
  ],
  [
    "a workbook of 1997",
    () => file([Uint8Array.of(0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1)], "old.xls"),
    /workbook of Excel before 2007.*save the sheet as \.xlsx/,
  ],
  [
    "a Parquet file that is cut off",
    () => new File([bytesOf("zstd.parquet").slice(0, 900)], "cut.parquet"),
    /Parquet file is damaged/,
  ],
  [
    "UTF-32",
    () => file([Uint8Array.from([..."text,label\na,x\n"].flatMap((c) => [c.charCodeAt(0), 0, 0, 0]))]),
    /UTF-32 text, which is not read/,
  ],
  ["UTF-32 with a mark", () => file([Uint8Array.of(0xff, 0xfe, 0, 0, 0x61, 0, 0, 0)]), /UTF-32/],
  [
    "mixed encodings",
    () => file([new TextEncoder().encode("text,label\ncafé,x\n"), Uint8Array.of(0x63, 0xe9, 0x2c, 0x79, 10)]),
    /not UTF-8: byte 20 \(0xE9\), on line 3.*mixes encodings/,
  ],
  [
    "Cyrillic letters in one byte each",
    () =>
      file([
        new TextEncoder().encode("text,label\n"),
        Uint8Array.of(0xcf, 0xf0, 0xe8, 0xe2, 0xe5, 0xf2, 0x2c, 0x78, 10),
      ]),
    /not UTF-8: byte 11 \(0xCF\)/,
  ],
  [
    "a JSON file by columns",
    () => file('{"text": {"0": "a", "1": "b"},\n "label": {"0": "x"}}', "d.json"),
    /holds no list of objects.*orient="records"/,
  ],
  ["objects one after the other", () => file('{"a": 1} {"a": 2}', "d.json"), /row 1: The line is not valid JSON/],
  ["a JSON list of lists", () => file("[[1, 2], [3, 4]]", "d.json"), /holds no list of objects/],
  [
    "a JSON list with another entry",
    () => file('[{"a": 1}, [2]]', "d.json"),
    /row 2: The list has "\[2\]\]" where the entries before are objects/,
  ],
  [
    "a JSON list that is cut off",
    () => file('[{"a": 1}, {"a": ', "d.json"),
    /ends before its last bracket is closed, after 1 whole object/,
  ],
  [
    "a JSON list with an error in an object",
    () => file('[{"a": 1}, {"a" 2}]', "d.json"),
    /row 2: The object is not valid JSON/,
  ],
  [
    "line ends of another kind",
    () => file(`text,label${"\u2028"}${"warm film,neg\u2028".repeat(40)}`),
    /The whole file is one line: it holds a line end of another kind \(U\+2028\)/,
  ],
  [
    "a lone return among line feeds",
    () => file("text,label\na,x\nb,y\rc,z\nd,x\n"),
    /row 3: The row has 3 fields .*line end of another kind \(U\+000D\)/,
  ],
  [
    "a row that is too long",
    () => file([`text,label\n${"word ".repeat(1_000_000)},pos\nshort,neg\n`]),
    /row 2: The row is longer than 4,194,304 characters/,
  ],
  [
    "a line that is too long",
    () => file([`{"text": "a"}\n{"text": "${"word ".repeat(1_000_000)}"}`], "d.jsonl"),
    /row 2: The line is longer than 4,194,304/,
  ],
])("refuses %s", async (_, opened, message) => {
  expect((await errorOf(opened())).message).toMatch(message);
});

const many = (count: number, of: (index: number) => string) => Array.from({ length: count }, (_, index) => of(index));

// Each of these took minutes, gigabytes, or both, where the time was more than the size.
test.each<[what: string, opened: () => File, message: RegExp]>([
  [
    "a key of its own on every line",
    () => file([many(20_000, (k) => `{"a text ${k}": "pos"}\n`).join("")], "d.jsonl"),
    /1,232 rows with 1,232 different keys are 1,517,824 cells/,
  ],
  [
    "a key of its own in every object",
    () => file([`[${many(20_000, (k) => `{"a text ${k}": "pos"}`).join()}]`], "d.json"),
    /different keys are [\d,]+ cells/,
  ],
  [
    "2,500 keys",
    () => file([many(2500, (k) => `{"key ${k % 2500}": 1${" ".repeat(2500)}}\n`).join("")], "d.jsonl"),
    /row 2,001: The file has at least 2,001 columns; at most 2,000 are read/,
  ],
  [
    "50,000 columns",
    () => file([`${many(50_000, (k) => `c${k}`).join()}\n${many(50_000, String).join()}\n`]),
    /at least 50,000 columns; at most 2,000/,
  ],
  [
    "50 MB of line feeds",
    () => file([new Uint8Array(50_000_000).fill(10)]),
    /nothing but white space \(50,000,000 bytes\)/,
  ],
  [
    "a bomb",
    () => file([gzipSync(Buffer.alloc(LARGEST_BYTES + 10_000_000))], "bomb.csv.gz"),
    /Unpacked the file has at least 268,\d{3},\d{3} bytes; at most 268,435,456 are read/,
  ],
])("refuses what is too large: %s", { timeout: 120_000 }, async (_, opened, message) => {
  expect((await errorOf(opened())).message).toMatch(message);
});

test("a file that is too large is refused before it is read", async () => {
  const opened = file("text,label\na,x\n");
  Object.defineProperty(opened, "size", { value: LARGEST_BYTES + 1 });
  opened.slice = opened.stream = () => {
    throw new Error("it was read");
  };
  expect((await errorOf(opened)).message).toMatch(/The file has 268,435,457 bytes; at most 268,435,456 are read/);
});

test("as many columns as are read are read", async () => {
  const names = many(MOST_COLUMNS, (k) => `c${k}`).join();
  const table = await readTable(file(`${names}\n${many(MOST_COLUMNS, String).join()}\n`));
  expect(table.columns).toHaveLength(MOST_COLUMNS);
});
