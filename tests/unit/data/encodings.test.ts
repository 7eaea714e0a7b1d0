/** Files of text that are not UTF-8: what is offered for them, and what is read as chosen. */

import { gzipSync } from "node:zlib";
import { zipSync } from "fflate";
import { expect, test } from "vitest";
import { possibleEncodings } from "../../../src/data/files/possible-encodings";
import { readTable, type TableOptions } from "../../../src/data/table";
import { readConfiguration } from "../../../src/plan/read-configuration";

/** "Привет, мир" in Windows-1251, and its kin; bytes by iconv. */
const TEXTS = {
  "windows-1251": { bytes: "cff0e8e2e5f22c20ece8f0", text: "Привет, мир" },
  "koi8-r": { bytes: "f0d2c9d7c5d42c20cdc9d2", text: "Привет, мир" },
  shift_jis: { bytes: "8db793fc82ea82dc82b582bd", text: "差入れました" },
  gb18030: { bytes: "c4e3bac3cac0bde7", text: "你好世界" },
  "windows-1250": { bytes: "9e6c759d6f75e86bfd", text: "žluťoučký" },
} as const;

const bytesOf = (hex: string) => Uint8Array.from(hex.match(/../g)!, (byte) => Number.parseInt(byte, 16));

function fileOf(hex: string): File {
  return new File(['label,text\nplain,ascii only\npos,"', bytesOf(hex), '"\nneg,"', bytesOf(hex), '!"\n'], "data.csv");
}

test.each(Object.entries(TEXTS))(
  "%s is offered with its lines, and read as chosen",
  async (encoding, { bytes, text }) => {
    const file = fileOf(bytes);
    const offered = await possibleEncodings(file);
    const own = offered.find((one) => one.encoding === encoding);
    expect(own?.lines).toEqual([`pos,"${text}"`, `neg,"${text}!"`]);
    expect(offered.length).toBeGreaterThan(1);
    const table = await readTable(file, undefined, { encoding });
    expect(table.rows).toEqual([
      ["plain", "ascii only"],
      ["pos", text],
      ["neg", `${text}!`],
    ]);
    expect(table.encoding).toBe(encoding);
    expect(table.notices).toEqual([]);
  },
);

test.each<[what: string, file: File]>([
  ["UTF-8", new File(["text,label\nПривет,x\n"], "data.csv")],
  ["ASCII", new File(["text,label\na,x\n"], "data.csv")],
  ["a binary file", new File([Uint8Array.of(0x89, 0x50, 0, 0xff)], "data.png")],
])("nothing is offered for %s", async (_, file) => {
  expect(await possibleEncodings(file)).toEqual([]);
});

const CP1251 = Buffer.from("text,label\n");

test.each<[what: string, make: () => File]>([
  [
    "packed by gzip",
    () => new File([gzipSync(Buffer.concat([CP1251, bytesOf("cff0"), Buffer.from(",x\n")]))], "d.csv.gz"),
  ],
  [
    "in a zip",
    () => new File([zipSync({ "d.csv": Buffer.concat([CP1251, bytesOf("cff0"), Buffer.from(",x\n")]) })], "d.zip"),
  ],
  [
    "after 9 MB of ASCII",
    () => new File([CP1251, "only ascii here,x\n".repeat(500_000), bytesOf("cff0"), ",x\n"], "long.csv"),
  ],
])("encodings are offered for a file whose letters are %s", async (_, make) => {
  const offered = await possibleEncodings(make());
  expect(offered.find(({ encoding }) => encoding === "windows-1251")?.lines).toEqual(["Пр,x"]);
});

test("a long file of UTF-8 offers none, wherever its parts are cut", async () => {
  for (const before of [0, 1, 2]) {
    expect(await possibleEncodings(new File(["x".repeat(before), "€".repeat(3_000_000)], "long.txt"))).toEqual([]);
  }
});

test("a character of UTF-8 that is cut at the end of what is looked at offers nothing", async () => {
  const file = new File(["x".repeat(4 * 2 ** 20 - 1), "é"], "data.txt");
  expect(await possibleEncodings(file)).toEqual([]);
});

test("the message of a file that is not UTF-8 says where its encoding is chosen", async () => {
  await expect(readTable(fileOf(TEXTS["windows-1251"].bytes))).rejects.toThrow(
    /The file is not UTF-8: byte 33 \(0xCF\), on line 3, is not valid there\. Choose its encoding \(in a configuration: "encoding" under "data"/,
  );
});

test("a choice that does not fit is said by its name", async () => {
  const file = fileOf(TEXTS["windows-1251"].bytes);
  await expect(readTable(file, undefined, { encoding: "utf-8" })).rejects.toThrow(/The file is not UTF-8/);
  await expect(readTable(file, undefined, { encoding: "shift_jis" })).rejects.toThrow(
    /The SHIFT_JIS text is broken at or shortly after byte \d+\. Choose another encoding/,
  );
});

const CYRILLIC = TEXTS["windows-1251"];

test.each<[what: string, file: File, options: TableOptions, text: string, encoding: string | undefined]>([
  ["is read as the one for that case", fileOf(CYRILLIC.bytes), { otherwise: "koi8-r" }, "оПХБЕР, ЛХП", "koi8-r"],
  [
    "is read as its own one",
    fileOf(CYRILLIC.bytes),
    { encoding: "windows-1251", otherwise: "koi8-r" },
    CYRILLIC.text,
    "windows-1251",
  ],
  [
    "stays UTF-8 where it is that",
    new File([`label,text\nplain,ascii only\npos,"${CYRILLIC.text}"\nneg,x\n`], "data.csv"),
    { otherwise: "windows-1251" },
    CYRILLIC.text,
    undefined,
  ],
  [
    "is seven bits, as UTF-8 may be",
    new File(["label,text\nplain,ascii only\npos,", bytesOf("1b2442243324731b2842"), "\nneg,x\n"], "data.csv"),
    { otherwise: "iso-2022-jp" },
    "こん",
    "iso-2022-jp",
  ],
])("a file beside one of another encoding %s", async (_, file, options, text, encoding) => {
  const table = await readTable(file, undefined, options);
  expect(table.rows[1]).toEqual(["pos", text]);
  expect(table.encoding).toBe(encoding);
  expect(table.notices).toEqual([]);
});

test("an encoding that is chosen for a file of UTF-8 is used, and said", async () => {
  const { notices } = await readTable(new File(["text,label\nПривет,x\nмир,y\n"], "data.csv"), undefined, {
    encoding: "windows-1251",
  });
  expect(notices).toEqual([
    "data.csv: read as windows-1251, as was chosen, though the file is UTF-8. If letters are wrong, choose none.",
  ]);
});

test("a guess is told, so that another can be chosen", async () => {
  const latin = await readTable(new File(["text,label\ncaf", bytesOf("e9"), ",x\ntea,y\n"], "data.csv"));
  expect(latin.encoding).toBe("windows-1252");
  expect(latin.notices).toEqual([expect.stringMatching(/If letters are wrong, choose another encoding for it/)]);
  expect((await readTable(new File(["text,label\né,x\n"], "data.csv"))).encoding).toBeUndefined();
});

test("a configuration names an encoding, and only one that there is", () => {
  const columns = { text: "text", label: "label" };
  const given = (encoding: string) =>
    JSON.stringify({
      model: "bundled:tiny-base",
      data: { train: "a.csv", task: "sequence-classification", columns, encoding },
      runs: [{ name: "head", method: "linear-probe" }],
    });
  expect(readConfiguration(given("windows-1251")).data.encoding).toBe("windows-1251");
  expect(() => readConfiguration(given("cyrillic-1"))).toThrow(
    /data\.encoding: has no encoding "cyrillic-1"; there are windows-1251, shift_jis, gb18030 and others/,
  );
});
