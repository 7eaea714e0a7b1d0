import { describe, expect, it } from "vitest";
import { DataError } from "../../../src/data/errors";
import { readTable } from "../../../src/data/table";

function fileOf(content: string | BlobPart[], name = "data.csv"): File {
  return new File(typeof content === "string" ? [content] : content, name);
}

async function errorOf(content: string | BlobPart[], name?: string): Promise<DataError> {
  const error = await readTable(fileOf(content, name)).catch((caught: unknown) => caught);
  if (!(error instanceof DataError)) throw new Error(`expected a DataError, got ${JSON.stringify(error)}`);
  return error;
}

describe("readTable", () => {
  it("reads quoted fields with separators, quotes and line ends", async () => {
    const table = await readTable(fileOf('text,label\n"a, ""b""\nc",x\nplain "inner" quote,y\n'));
    expect(table.columns).toEqual(["text", "label"]);
    expect(table.rows).toEqual([
      ['a, "b"\nc', "x"],
      ['plain "inner" quote', "y"],
    ]);
    expect(table.rowNumbers).toEqual([2, 3]);
    expect(table.notices).toEqual([]);
  });

  it.each([
    ["LF", "\n"],
    ["CRLF", "\r\n"],
    ["CR", "\r"],
  ])("reads %s line ends", async (_, end) => {
    const table = await readTable(fileOf(["text,label", 'one,"a"', "two,b", ""].join(end)));
    expect(table.columns).toEqual(["text", "label"]);
    expect(table.rows).toEqual([
      ["one", "a"],
      ["two", "b"],
    ]);
  });

  it.each([
    ["comma", "text,label\na; b,x\nc,y\n", "d.csv"],
    ["semicolon", "text;label\na, b;x\nc;y\n", "d.csv"],
    ["tab", "text\tlabel\na, b\tx\nc;d, e\ty\n", "d.csv"],
    ["tab by extension", "te,xt\tla,bel\na,b\tx\nc,d\ty\n", "d.tsv"],
  ])("guesses the %s", async (_, content, name) => {
    const table = await readTable(fileOf(content, name));
    expect(table.rows.map((row) => [row.length, row[1]])).toEqual([
      [2, "x"],
      [2, "y"],
    ]);
  });

  it("strips a byte order mark, stray returns and spaces from the header", async () => {
    const bom = await readTable(fileOf("\uFEFFtext,label\r\na,x\r\n"));
    expect(bom.columns).toEqual(["text", "label"]);
    const stray = await readTable(fileOf('text\r, label \r\r\na,x\nb,y\n"c\r\n",z\n'));
    expect(stray.columns).toEqual(["text", "label"]);
    expect(stray.rows).toHaveLength(3);
    expect(stray.notices[0]).toMatch(/data\.csv, row 1: .*"text", "label"/);
  });

  it("skips empty lines and says which", async () => {
    const table = await readTable(fileOf("\ntext,label\na,x\n\n , \nb,y\n"));
    expect(table.rowNumbers).toEqual([3, 6]);
    expect(table.notices).toEqual(["data.csv: skipped 3 empty rows (rows 1, 4, 5)."]);
  });

  it("decodes UTF-16 with a byte order mark", async () => {
    const text = "\uFEFFtext,label\nnaïve 😀,x\n";
    for (const littleEndian of [true, false]) {
      const view = new DataView(new ArrayBuffer(text.length * 2));
      [...Array(text.length).keys()].forEach((i) => {
        view.setUint16(i * 2, text.charCodeAt(i), littleEndian);
      });
      const table = await readTable(fileOf([view]));
      expect(table.columns).toEqual(["text", "label"]);
      expect(table.rows).toEqual([["naïve 😀", "x"]]);
    }
  });

  it("reads a table whose pieces cut characters, quotes and line ends anywhere", async () => {
    const content = 'text,label\r\n"é😀""q"" \r\nx",a\r\n"z" ,b\r\n';
    const bytes = new TextEncoder().encode(content);
    const expected = (await readTable(fileOf(content))).rows;
    expect(expected).toEqual([
      ['é😀"q" \r\nx', "a"],
      ["z", "b"],
    ]);
    for (let cut = 1; cut < bytes.length; cut++) {
      const file = fileOf(content);
      file.stream = () =>
        new ReadableStream({
          start(controller) {
            controller.enqueue(bytes.slice(0, cut));
            controller.enqueue(bytes.slice(cut));
            controller.close();
          },
        }) as ReturnType<File["stream"]>;
      expect((await readTable(file)).rows, `cut at byte ${cut}`).toEqual(expected);
    }
  });

  it("reads JSON Lines by extension or first character, over growing columns", async () => {
    const content =
      '{"text":"a","label":1}\r\n\n{"label":true,"text":"b","extra":{"k":[1]}}\n{"text":null,"label":"x"}';
    for (const name of ["d.jsonl", "noextension"]) {
      const table = await readTable(fileOf(content, name));
      expect(table.columns).toEqual(["text", "label", "extra"]);
      expect(table.rows).toEqual([
        ["a", "1", ""],
        ["b", "true", '{"k":[1]}'],
        ["", "x", ""],
      ]);
      expect(table.rowNumbers).toEqual([1, 3, 4]);
      expect(table.notices).toEqual([`${name}: skipped 1 empty row (row 2).`]);
    }
  });

  it("takes quotes literally in a tab-separated file that does not pair them", async () => {
    const table = await readTable(fileOf('text\tlabel\n"odd start\tx\nit is 5" long\ty\n', "d.tsv"));
    expect(table.rows).toEqual([
      ['"odd start', "x"],
      ['it is 5" long', "y"],
    ]);
    expect(table.notices[0]).toMatch(/first in row 2/);
  });
});

describe("readTable's errors", () => {
  it("names an empty file, a blank one and a header without rows", async () => {
    expect((await errorOf("", "empty.csv")).message).toMatch(/^empty\.csv: The file is empty \(0 bytes\)\./);
    expect((await errorOf(" \n\n")).message).toMatch(/nothing but white space \(3 bytes\)/);
    expect((await errorOf("text,label\n")).message).toMatch(/header \(text, label\) and no rows/);
    expect((await errorOf("text,label\n\n\n")).message).toMatch(/no rows/);
  });

  it("names missing and duplicate column names", async () => {
    expect((await errorOf(",text,label\nq,a,x\n")).message).toMatch(/row 1: Column 1 of 3 has no name/);
    const duplicate = await errorOf("text,label, text\na,x,b\n");
    expect(duplicate.message).toMatch(/row 1, column "text": Columns 1 and 3 have the same name/);
  });

  it.each([
    ["at the end of the file", 'text,label\na,x\n\n"never closed,y\nb,x\nc,y\n', 4],
    ["closed by a later row's quote", 'text,label\na,x\n"open,y\n"b",x\nc,y\n', 3],
    ["in the last row", 'text,label\na,x\n"b",y\nc,"z', 4],
  ])("names the row of a quote that is not closed: %s", async (_, content, row) => {
    const error = await errorOf(content);
    expect(error.row).toBe(row);
    expect(error.message).toMatch(new RegExp(`row ${row}: A double quote opens in row ${row}`));
  });

  it("does not read a huge file over and over behind an unclosed quote", async () => {
    const error = await errorOf([`text,label\na,x\n"open,y\n`, ...Array(100).fill("b,x\n".repeat(16_384))]);
    expect(error.row).toBe(3);
    expect(error.message).toMatch(/not closed/);
  });

  it("names a ragged row with both counts", async () => {
    const long = await errorOf("text,label\na,x\n\nb, c,y\n");
    expect(long.row).toBe(4);
    expect(long.message).toMatch(/data\.csv, row 4: The row has 3 fields where the header has 2: "b, c,y"/);
    const short = await errorOf("text,label\na,x\nb\n");
    expect(short.message).toMatch(/row 3: The row has 1 field where the header has 2/);
  });

  it("names an invalid JSON line", async () => {
    expect((await errorOf('{"text":"a"}\n{"text":\n', "d.jsonl")).message).toMatch(
      /^d\.jsonl, row 2: .*not valid JSON/,
    );
    expect((await errorOf("[1]\n", "d.jsonl")).message).toMatch(/row 1: The line is a list, not an object/);
  });

  it.each([
    ["a Latin-1 letter", "caf\xe9, fine,x\n", 0xe9],
    ["a lone continuation byte", "caf\x80 fine,x\n", 0x80],
    ["a Latin-1 letter at the very end", "ab,caf\xe9", 0xe9],
  ])("names byte and line of text that is not UTF-8: %s", async (_, line, value) => {
    // One letter of UTF-8 says that the file is no Windows-1252 as a whole.
    const rows = `text\xc3\xb6,label\n${"text,label\n".repeat(39_999)}`;
    const bytes = Uint8Array.from(rows + line, (character) => character.charCodeAt(0));
    const offset = bytes.indexOf(value);
    const error = await errorOf([bytes]);
    expect(error.message).toContain(`byte ${offset.toLocaleString("en-US")} (0x${value.toString(16).toUpperCase()})`);
    expect(error.message).toContain("on line 40,001");
    expect(error.message).toMatch(/Choose its encoding/);
  });

  it("finds the invalid byte wherever pieces were cut", async () => {
    const bytes = Uint8Array.of(...new TextEncoder().encode("text,label\n😀é,"), 0xe9, 0x20, 0x78);
    for (let cut = 1; cut < bytes.length; cut++) {
      const file = fileOf([bytes]);
      file.stream = () =>
        new ReadableStream({
          start(controller) {
            controller.enqueue(bytes.slice(0, cut));
            controller.enqueue(bytes.slice(cut));
            controller.close();
          },
        }) as ReturnType<File["stream"]>;
      await expect(readTable(file), `cut at byte ${cut}`).rejects.toThrow(/byte 18 \(0xE9\)/);
    }
  });

  it("recognises workbooks, binary files and broken UTF-16", async () => {
    expect((await errorOf([Uint8Array.of(0x50, 0x4b, 3, 4, 20)], "a.csv")).message).toMatch(/workbook/);
    expect((await errorOf("text,la\0bel\n")).message).toMatch(/Byte 7 is zero/);
    expect((await errorOf([Uint8Array.of(0xff, 0xfe, 0x61, 0, 0x62)])).message).toMatch(/UTF-16LE text is broken/);
  });
});

describe("a 100 MB file", () => {
  it("streams with progress while timers keep running", { timeout: 120_000 }, async () => {
    const row = `"${"word, ".repeat(330)}",label\n`;
    const block = new TextEncoder().encode(row.repeat(500));
    const repeats = Math.ceil(100e6 / block.length);
    const header = new TextEncoder().encode("text,label\n");
    const file = new File([header, block], "big.csv");
    // Generated as it is read, without any wait of its own: only the reader's pauses let timers
    // run.
    let left = repeats;
    file.stream = () =>
      new ReadableStream({
        start: (controller) => controller.enqueue(header),
        pull(controller) {
          if (left-- > 0) controller.enqueue(block);
          else controller.close();
        },
      }) as ReturnType<File["stream"]>;
    Object.defineProperty(file, "size", { value: header.length + repeats * block.length });
    expect(file.size).toBeGreaterThan(100e6);
    let longestGap = 0;
    const started = performance.now();
    let last = started;
    const timer = setInterval(() => {
      longestGap = Math.max(longestGap, performance.now() - last);
      last = performance.now();
    }, 1);
    const progress: number[] = [];
    const table = await readTable(file, (bytes, total) => {
      expect(total).toBe(file.size);
      progress.push(bytes);
    });
    clearInterval(timer);
    expect(table.rows).toHaveLength(repeats * 500);
    expect(progress.length).toBeGreaterThan(20);
    expect(progress).toEqual([...progress].sort((a, b) => a - b));
    expect(progress.at(-1)).toBe(file.size);
    expect(Math.max(longestGap, performance.now() - last)).toBeLessThan((performance.now() - started) / 3);
  });
});
