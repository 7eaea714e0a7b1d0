/**
 * Files that people take for tables and that are not read, known by their first bytes or words:
 * each is named, with what to do.
 */

import { DataError } from "../errors";
import type { FileKind } from "./records";

interface OtherKind {
  readonly what: string;
  readonly fix: string;
  /** Its first bytes, or what its text begins with. */
  readonly begins: readonly number[] | RegExp;
  /** Where these bytes stand; default: 0. */
  readonly at?: number;
}

/** Bytes from which a kind is told. */
export const HEAD_BYTES = 512;

const UNPACK = "Unpack it first; of packed files .gz and .zip are read.";
const SAVE = 'Open it in your spreadsheet and save the sheet as .xlsx, or as "CSV UTF-8".';
const PANDAS = 'Write it as CSV or Parquet; with pandas: to_parquet("data.parquet").';
const TABLE = "Write its rows as CSV or JSON Lines.";
const bytesOf = (text: string) => [...text].map((character) => character.charCodeAt(0));

const OTHERS: readonly OtherKind[] = [
  { what: "a file packed by bzip2", fix: UNPACK, begins: bytesOf("1AY&SY"), at: 4 },
  { what: "a file packed by xz", fix: UNPACK, begins: [0xfd, ...bytesOf("7zXZ"), 0] },
  { what: "a file packed by Zstandard", fix: UNPACK, begins: [0x28, 0xb5, 0x2f, 0xfd] },
  { what: "a 7z archive", fix: UNPACK, begins: [...bytesOf("7z"), 0xbc, 0xaf, 0x27, 0x1c] },
  { what: "a RAR archive", fix: UNPACK, begins: [...bytesOf("Rar!"), 0x1a, 7] },
  { what: "a tar archive", fix: UNPACK, begins: bytesOf("ustar"), at: 257 },
  { what: "a PDF", fix: "Copy its texts into a table.", begins: bytesOf("%PDF-") },
  { what: "an SQLite database", fix: "Export the table as CSV.", begins: bytesOf("SQLite format 3") },
  { what: "an Arrow or Feather file", fix: PANDAS, begins: bytesOf("ARROW1") },
  { what: "an Arrow stream", fix: PANDAS, begins: [0xff, 0xff, 0xff, 0xff] },
  { what: "an Avro file", fix: PANDAS, begins: [...bytesOf("Obj"), 1] },
  { what: "an HDF5 file", fix: PANDAS, begins: [0x89, ...bytesOf("HDF")] },
  { what: "a NumPy file", fix: PANDAS, begins: [0x93, ...bytesOf("NUMPY")] },
  // Never read: unpickling runs what is in it.
  { what: "a Python pickle", fix: PANDAS, begins: [0x80, 4, 0x95] },
  { what: "a Python pickle", fix: PANDAS, begins: [0x80, 5, 0x95] },
  { what: "an RTF document", fix: "Copy its texts into a table.", begins: bytesOf("{\\rtf") },
  { what: "an HTML page", fix: SAVE, begins: /^<(?:!doctype html|html|head|body|table)\b/i },
  { what: "an XML file", fix: SAVE, begins: /^<\?xml\b/i },
  {
    what: "a pointer of Git LFS, which stands for a file that was not brought",
    fix: "Bring the file itself: with git lfs pull, or by downloading it from the site.",
    begins: /^version https:\/\/(?:git-lfs\.github\.com|hawser\.github\.com)\/spec\//,
  },
  // By two lines, since a text may begin with a list.
  { what: "a YAML file", fix: TABLE, begins: /^(?:---\s*\n)?- [\w"' ]+:[^\n]*\n {2,}[\w"' ]+:(?: |\n)/ },
  { what: "a TOML file", fix: TABLE, begins: /^\[\[\w+\]\]\s*\n\s*\w+ *= */ },
  {
    what: "a dump of a database (SQL)",
    fix: "Export the table as CSV.",
    begins:
      /^(?:-- (?:MySQL|MariaDB|PostgreSQL)\b|PRAGMA \w+ ?=|(?:CREATE|DROP) TABLE [^,]*[(;]|INSERT INTO [^,;]+ VALUES\b)/i,
  },
  { what: "an ARFF file of Weka", fix: 'Save it as CSV (in Weka: "Save…").', begins: /^(?:%[^\n]*\n\s*)*@relation\b/i },
  {
    what: "a file of numbers in LibSVM's format",
    fix: "The studio learns from texts: open a table of them.",
    begins: /^[+-]?\d+(?:\.\d+)?(?: \d+:[-+\d.e]+){2,}\s*\n/i,
  },
  { what: "a file of subtitles (WebVTT)", fix: TABLE, begins: /^WEBVTT(?:\s|$)/ },
];

export const otherKinds: FileKind = {
  matches: (head) => kindOf(head) !== undefined,
  read: async (file) => {
    const { what, fix } = kindOf(new Uint8Array(await file.slice(0, HEAD_BYTES).arrayBuffer()))!;
    throw new DataError({ file: file.name, what: `This is ${what}; such files are not read.`, fix });
  },
};

function kindOf(head: Uint8Array): OtherKind | undefined {
  const text = new TextDecoder().decode(head).trimStart();
  return OTHERS.find(({ begins, at = 0 }) =>
    begins instanceof RegExp ? begins.test(text) : begins.every((byte, place) => head[at + place] === byte),
  );
}
