/**
 * Tables in every kind of file that people have: the cells that pandas reads from the same file.
 */

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { DataError } from "../../../src/data/errors";
import { checkRowCount, LARGEST_BYTES, MOST_COLUMNS, MOST_ROWS } from "../../../src/data/files/records";
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
  ["columns.json", [/the file is one object, and was read by columns/]],
  ["rows.json", [/read as an object for each row; the names of the rows are left out/]],
  ["split.json", [/read as a table with its columns apart/]],
  [
    "class-names.parquet",
    [
      /column "label": numbers are read as the names of classes that the file keeps \(0 is "neg", 1 is "pos"\)/,
      /column "ner_tags": .*\(0 is "O", 1 is "B-PER", 2 is "B-LOC"\)/,
    ],
  ],
  ["index.parquet", [/pandas' own index, "__index_level_0__", is left out/]],
  ["sheets.xlsx", [/the first sheet, "Reviews", was read; 1 other sheet was not \("Notes"\)/]],
  [
    "cover.xlsx",
    [/the first sheet that holds a table, "Data & more", was read; 2 other sheets were not \("Read me", "Empty"\)/],
  ],
  ["merged.xlsx", [/merged cells \(B2:B4, B5:B6\): the value belongs to each of the rows that they span/]],
  [
    "formulas.xlsx",
    [
      /3 formulas without a saved result \(C2, C3, C4\) are empty cells: open the workbook in your spreadsheet/,
      /2 cells with an error of the spreadsheet \(#N\/A in D3, #REF! in D4\) are read as empty/,
    ],
  ],
  ["times.parquet", []],
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
    "the first of two lists of objects",
    '{"n": [[1], []], "a": {"b": [{"c": "]}\\""}]}, "d": [{"e": 1}]}',
    "d.json",
    [["c"], [']}"']],
  ],
  [
    "a list of training rows behind one of test rows",
    '{"test": [{"a": 1}, {"a": 2}], "train": [{"a": 3}]}',
    "d.json",
    [["a"], ["3"]],
  ],
  [
    "the list that is called as rows are",
    '{"rows": [{"a": 1}], "log": [{"b": 1}, {"b": 2}]}',
    "d.json",
    [["a"], ["1"]],
  ],
  [
    "the longer of two lists",
    '{"meta": [{"b": 1}], "texts": [{"a": [{"c": 2}]}, {"a": 3}]}',
    "d.json",
    [["a"], ['[{"c":2}]'], ["3"]],
  ],
  [
    "a list of conversations",
    '[[{"role": "user"}], [{"role": "]"}, {}]]',
    "d.json",
    [["messages"], ['[{"role":"user"}]'], ['[{"role":"]"},{}]']],
  ],
  [
    "a conversation a line",
    '[{"role": "user"}]\n[{"role": "a"}]\n',
    "d.jsonl",
    [["messages"], ['[{"role":"user"}]'], ['[{"role":"a"}]']],
  ],
  [
    "a list of lists",
    "[[1, 2], [3, null]]",
    "d.json",
    [
      ["column 1", "column 2"],
      ["1", "2"],
      ["3", ""],
    ],
  ],
  [
    "a list of lists whose first are names",
    '[["text", "label"], ["a, \\"b\\"", 1], ["c", [2]]]',
    "data",
    [
      ["text", "label"],
      ['a, "b"', "1"],
      ["c", "[2]"],
    ],
  ],
  [
    "a list on each line",
    '["text", "label"]\n["a", 0.5]\n\n["b", "]"]\n',
    "d.json",
    [
      ["text", "label"],
      ["a", "0.5"],
      ["b", "]"],
    ],
  ],
  ["a key that stands twice", '{"a": "x", "a": "y"}\n{"a": "z"}\n', "d.jsonl", [["a"], ["y"], ["z"]]],
  ["a comma behind each line", '{"a": "x"},\n{"a": "y"},\n{"a": "z"}\n', "d.jsonl", [["a"], ["x"], ["y"], ["z"]]],
  [
    "Python's dictionaries",
    "{'a': 'x', 'b': None}\n{'a': \"it's\", 'b': True}\n",
    "d.jsonl",
    [
      ["a", "b"],
      ["x", ""],
      ["it's", "true"],
    ],
  ],
  ["commas too many in a list", '[{"a": "x",},\n{"a": "y",},\n]', "d.json", [["a"], ["x"], ["y"]]],
  [
    "columns of lists",
    '{"a": ["x", "y"],\n"b": [[1], [2]]}',
    "d.json",
    [
      ["a", "b"],
      ["x", "[1]"],
      ["y", "[2]"],
    ],
  ],
  ["rows under their names", '{"i": {"a": "x"}, "j": {"a": "y"}}', "d.json", [["a"], ["x"], ["y"]]],
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

test.each<[what: string, content: string, name: string, rows: number, said: RegExp | null]>([
  [
    "a quote that closes in a later row",
    'text,label\na film,neg\n"an open one,neg\nlong,pos\nended"",pos\nshort,pos\n'.replace('""', '"'),
    "d.csv",
    3,
    /a text in row 3 goes on over several lines that look like rows of their own.*a double quote before it/,
  ],
  [
    "the same between tabs",
    'label\ttext\nneg\ta\npos\t"b\nneg\tc"\npos\td\nneg\te\n',
    "d.tsv",
    4,
    /a text in row 3 goes on/,
  ],
  ["texts of several lines", 'text,label\n"roses, red\nviolets, blue",pos\nb,neg\nc,pos\n', "d.csv", 3, null],
])("says it of %s", async (_, content, name, rows, said) => {
  const table = await readTable(file(content, name));
  expect(table.rows).toHaveLength(rows);
  if (said) expect(table.notices).toEqual([expect.stringMatching(said)]);
  else expect(table.notices).toEqual([]);
});

test.each<[what: string, content: string, name: string, said: RegExp]>([
  [
    "lists that are not read",
    '{"test": [{"a": 1}, {"a": 2}], "train": [{"a": 3}]}',
    "d.json",
    /1 row of the list "train" was read\. Not read: "test" \(2 rows\)/,
  ],
  ["commas", '{"a": "x"},\n{"a": "y"}\n', "d.jsonl", /a comma behind the row in 1 row \(row 1\)/],
  [
    "a key twice",
    '{"a": "x", "b": "\\"a\\": \\"a\\":", "a": "y"}\n{"a": "z"}\n{"b": 1, "a": 2, "a": 3}\n',
    "d.jsonl",
    /^d\.jsonl: a key stands more than once, and its last value is read: "a" in 2 rows \(rows 1, 3\)\.$/,
  ],
  [
    "keys twice in an object within",
    '[{"t": [{"role": "user", "role": "bot"}], "b": {"c": 1}}, {"c": 1}]',
    "d.json",
    /last value is read: "role" in 1 row \(row 1\)/,
  ],
  ["keys that differ in a space", '{"a": "x", " a": "y"}\n', "d.jsonl", /last value is read: "a" in 1 row/],
  [
    "a column twice",
    '{"a": {"0": 1, "1": 2}, "b": {"0": 3, "1": 4}, "a": {"0": 5, "1": 6}}',
    "d.json",
    /a key stands more than once, and its last value is read: "a"\./,
  ],
  ["Python's spelling", "{'a': 'x'}\n{'a': 'y'}\n", "d.jsonl", /Python's spelling in 2 rows \(rows 1, 2\)/],
  [
    "a key twice in Python's spelling",
    "{'a': 'x', 'b': \"'a': 'a':\", 'a': None}\n{'a': 'z'}\n{'b': True, 'a': 2, 'a': 3}\n",
    "d.jsonl",
    /^d\.jsonl: a key stands more than once, and its last value is read: "a" in 2 rows \(rows 1, 3\)\.$/,
  ],
  [
    "a key twice in a dictionary within",
    "{'t': [{'role': 'user', 'role': 'bot'}], 'b': {'c': 1}, 'c': 1}\n",
    "d.jsonl",
    /last value is read: "role" in 1 row \(row 1\)/,
  ],
  ["names that differ in a space, by Python", "{'a': 'x', ' a': 'y'}\n", "d.jsonl", /last value is read: "a" in 1 row/],
  ["a key twice before a comma", '{"a": "x", "a": "y"},\n', "d.jsonl", /last value is read: "a" in 1 row \(row 1\)/],
  ["a key twice among commas", '{"a": "x", "a": "y",}\n', "d.jsonl", /last value is read: "a" in 1 row \(row 1\)/],
])("says it of %s, too", async (_, content, name, said) => {
  expect((await readTable(file(content, name))).notices.at(-1)).toMatch(said);
});

test.each<[what: string, content: BlobPart[], rows: number]>([
  ["one member", [gzipSync("a,b\n1,2\n")], 1],
  ["several", [gzipSync("a,b\n1,2\n"), gzipSync(""), gzipSync("3,4\n5,6\n")], 3],
  ["zeros behind it", [gzipSync("a,b\n1,2\n"), new Uint8Array(512)], 1],
  ["another packed file within it", [gzipSync(gzipSync("a,b\n1,2\n"), { level: 0 })], 1],
])("a file of gzip with %s is read", async (_, content, rows) => {
  const table = await readTable(file(content, "rows.csv.gz"));
  expect(table.columns).toEqual(["a", "b"]);
  expect(table.rows).toHaveLength(rows);
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

test.each<[what: string, content: string, rows: string[][], said: RegExp | null]>([
  [
    "the names of the columns again",
    "text,label\na,x\nb,y\ntext,label\nc,x\n\uFEFFtext,label\nd,y\n",
    [
      ["a", "x"],
      ["b", "y"],
      ["c", "x"],
      ["d", "y"],
    ],
    /2 rows that have the names of the columns again are left out \(rows 4, 6\)/,
  ],
  ["a text that is the name of its one column", "text\na\ntext\n", [["a"], ["text"]], null],
  [
    "the line below the names of a Markdown table",
    "text | label\n:--- | ---:\na | x\nb | y\n",
    [
      ["a ", " x"],
      ["b ", " y"],
    ],
    /row 2, the line below the names \(Markdown\), is left out/,
  ],
  [
    "full-width commas",
    "文，签\n你，好\n再，见\n",
    [["你，好"], ["再，见"]],
    /as many “，” as the first, and is read as one text/,
  ],
  ["signs", "text#label\na#x\nb#y\n", [["a#x"], ["b#y"]], /as many “#” as the first/],
  ["arrows", "text => label\na => x\nb => y\n", [["a => x"], ["b => y"]], /as many arrows \(-> or =>\) as the first/],
  [
    "gaps",
    "text    label\na b  x\nc d   y\n",
    [["a b  x"], ["c d   y"]],
    /as many gaps of several spaces as the first/,
  ],
  ["sentences with such commas", "他说，好\n今天，天气，不错\n好的\n", [["今天，天气，不错"], ["好的"]], null],
])("rows with %s", async (_, content, rows, said) => {
  const table = await readTable(file(content));
  expect(table.rows).toEqual(rows);
  if (said) expect(table.notices.join("\n")).toMatch(said);
  else expect(table.notices).toEqual([]);
});

test("a text that begins as such files do is read", async () => {
  for (const content of [
    "- one: two\n- three: four\n",
    "Create table of contents,x\na,y\n",
    "1 2:3\na b\n",
    "---\na\n",
  ]) {
    expect((await readTable(file(content, "lines.txt"))).rows).toHaveLength(1);
  }
});

describe("numbers of rows that the header has no name for, as R's write.table writes them", () => {
  test.each([
    [",", "data.csv"],
    ["\t", "data.txt"],
    [";", "data.txt"],
  ])("between %j they are left out, and said", async (separator, name) => {
    const lines = [["text", "label"], ...["good", "bad", "so so"].map((text, row) => [String(row + 1), text, "pos"])];
    const { columns, rows, notices } = await readTable(
      file(lines.map((cells) => cells.map((cell) => `"${cell}"`).join(separator)).join("\n"), name),
    );
    expect(columns).toEqual(["text", "label"]);
    expect(rows).toEqual(["good", "bad", "so so"].map((text) => [text, "pos"]));
    expect(notices).toEqual([expect.stringMatching(/first column has no name and counts the rows/)]);
  });

  test("a first row with a separator too many is named, not taken for such a one", async () => {
    const error = await errorOf(file("text,label\n1,good,pos\nbad,neg\nso so,neg\n"));
    expect(error.message).toContain("The row has 3 fields where the header has 2");
    expect(error.row).toBe(2);
  });
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

const deep = `${"[".repeat(20_000)}${"]".repeat(20_000)}`;

test.each<[what: string, opened: () => File, message: RegExp]>([
  [
    "a line of JSON nested without end",
    () => new File([`{"text": "a", "label": 1}\n{"text": ${deep}, "label": 1}`], "deep.jsonl"),
    /^deep\.jsonl, row 2, column "text": The value is nested deeper than 128 lists and objects\./,
  ],
  [
    "an object of a list nested without end",
    () => new File([`[\n{"text": "a", "label": ${deep}}\n]`], "deep.json"),
    /^deep\.json, row 1, column "label": The value is nested deeper than 128 lists and objects\./,
  ],
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
  ...(
    [
      [
        "an HTML page",
        "<!DOCTYPE html>\n<table><tr><td>a</td></tr></table>\n",
        /an HTML page; .*save the sheet as \.xlsx/,
      ],
      ["a table of HTML that is called a workbook", "\n<table>\n<tr><td>a</td></tr>\n</table>", /an HTML page/],
      ["a workbook of 2003", '\uFEFF<?xml version="1.0"?>\n<Workbook/>', /an XML file/],
      ["a PDF", "%PDF-1.4\n", /a PDF; such files are not read/],
      [
        "a pointer of Git LFS",
        "version https://git-lfs.github.com/spec/v1\noid sha256:4d7a21\nsize 12345\n",
        /a pointer of Git LFS, which stands for a file that was not brought.*git lfs pull/,
      ],
      ["a list of YAML", "- text: a\n  label: x\n- text: b\n  label: y\n", /a YAML file; .*CSV or JSON Lines/],
      ["rows of TOML", '[[row]]\ntext = "a"\n', /a TOML file/],
      [
        "a dump of SQL",
        "CREATE TABLE t (text TEXT, label TEXT);\nINSERT INTO t VALUES ('a','x');\n",
        /a dump of a database/,
      ],
      ["rows of SQL", "INSERT INTO t VALUES ('a','x');\nINSERT INTO t VALUES ('b','y');\n", /a dump of a database/],
      ["ARFF", "% made by Weka\n@RELATION t\n@ATTRIBUTE text string\n", /an ARFF file/],
      ["LibSVM", "+1 1:0.5 7:1e-3\n-1 2:0.25 3:1\n", /numbers in LibSVM's format/],
      ["subtitles", "WEBVTT\n\n00:00.000 --> 00:02.000\nHello\n", /subtitles \(WebVTT\)/],
      [
        "rows that end in a comma",
        "text,label\na,x,\nb,y,\n",
        /3 fields where the header has 2.*Take the comma from the end/,
      ],
      [
        "a title above the names",
        "Survey\ntext,label\na,x\n",
        /2 fields where the header has 1.*If a title stands above/,
      ],
      [
        "a title with cells beside it",
        "Survey,\ntext,label\na,x\n",
        /Column 2 of 2 has no name.*names stand further down/,
      ],
    ] as const
  ).map(([what, content, message]) => [what, () => file(content), message] as [string, () => File, RegExp]),
  ...(
    [
      [
        "bzip2",
        [0x42, 0x5a, 0x68, 0x39, ..."1AY&SY"].map((one) => (typeof one === "string" ? one.charCodeAt(0) : one)),
      ],
      ["xz", [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0]],
      ["Zstandard", [0x28, 0xb5, 0x2f, 0xfd, 0]],
    ] as const
  ).map(
    ([by, bytes]) =>
      [
        `a file packed by ${by}`,
        () => file([Uint8Array.from(bytes)]),
        new RegExp(`packed by ${by};.*Unpack it first`),
      ] as [string, () => File, RegExp],
  ),
  ["a Python pickle", () => file([Uint8Array.of(0x80, 4, 0x95, 1, 0)]), /a Python pickle; .*with pandas/],
  ["a tar archive", () => file([Uint8Array.of(...new Array(257).fill(97)), "ustar"]), /a tar archive; /],
  [
    "Shift-JIS",
    () =>
      file(["text,label\n", Uint8Array.of(0x92, 0x67, 0x82, 0xa9, 0x82, 0xa2, 0x89, 0x66, 0x89, 0xe6, 0x2c, 0x78, 10)]),
    /not UTF-8: byte 11 \(0x92\).*shift_jis/,
  ],
  ["objects one after the other", () => file('{"a": 1} {"a": 2}', "d.json"), /row 1: The line is not valid JSON/],
  ...["{}", "{}\n{}\n", "[{}, {}]", '{"columns": [], "data": [[], []]}'].map(
    (content): [string, () => File, RegExp] => [
      `no column in ${content}`,
      () => file(content, "d.json"),
      /not one column: its objects or lists are empty/,
    ],
  ),
  ["a JSON list of lists of one cell", () => file("[[1], [3]]", "d.json"), /holds no list of objects/],
  [
    "a JSON list of lists of several lengths",
    () => file('[["a", "x"], ["b", "y"], ["c"]]', "d.json"),
    /row 3: The row is a list of 1 entry, and the first has 2\. Give every row as many/,
  ],
  [
    "a JSON list of lists with another entry",
    () => file('[["a", "x"], {"text": "b"}]', "d.json"),
    /row 2: The list has .* where the entries before are lists/,
  ],
  [
    "lines of lists and objects",
    () => file('{"text": "a"}\n["b", "y"]\n', "d.jsonl"),
    /row 2: The line is a list, and the lines before are objects/,
  ],
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

test("more rows than can be held are refused with the number", () => {
  expect(() => checkRowCount("a.csv", MOST_ROWS)).not.toThrow();
  expect(() => checkRowCount("a.csv", MOST_ROWS + 1)).toThrow(/^a\.csv: The file has more than 4,000,000 rows/);
  expect(() => checkRowCount("b.csv", MOST_ROWS - 5, 5)).not.toThrow();
  expect(() => checkRowCount("b.csv", MOST_ROWS - 4, 5)).toThrow(
    /^b\.csv: With the 5 of the files before it there are more than 4,000,000 rows/,
  );
});
