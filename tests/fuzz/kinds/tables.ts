/** CSV, TSV and JSON Lines: the samples, damaged; read, guessed and made into rows to train on. */

import { readdir, readFile } from "node:fs/promises";
import { buildDataset } from "../../../src/data/dataset";
import { DataError } from "../../../src/data/errors";
import { guessTask } from "../../../src/data/formats/registry";
import type { Random } from "../../../src/data/random";
import { readTable, type Table } from "../../../src/data/table";
import type { FuzzKind } from "../kind";
import { changeBytes, changeText, type Mutated, pick, several } from "../mutate";
import { readRfc4180 } from "../rfc4180";

const FOLDER = "public/samples";
const ROWS = 70;

export const tables: FuzzKind = {
  name: "tables",
  async prepare() {
    const names = (await readdir(FOLDER)).filter((name) => /\.(csv|jsonl)$/.test(name));
    const samples = await Promise.all(
      names.map(async (name) => ({ name, text: beginning(await readFile(`${FOLDER}/${name}`, "utf8")) })),
    );
    return (random) => {
      const { name, text } = pick(random, samples);
      const { value, what } = damage(random, text);
      const file = Object.assign(new Blob([value as Uint8Array<ArrayBuffer>]), { name });
      return {
        what: `${name}: ${what}`,
        text: new TextDecoder().decode(value),
        bytes: value,
        read: async () => {
          const table = await readTable(file);
          return wrongTable(table, value) ?? wrongDataset(table);
        },
      };
    };
  },
};

const beginning = (text: string) => text.split("\n").slice(0, ROWS).join("\n");

function damage(random: Random, text: string): Mutated<Uint8Array> {
  const encode = (value: string) => new TextEncoder().encode(value);
  if (random.next() < 0.3) return several(random, encode(text), changeBytes);
  const { value, what } = several(random, text, changeText);
  if (random.next() < 0.9) return { value: encode(value), what };
  return { value: Uint8Array.from(value, (sign) => sign.charCodeAt(0) & 255), what: `${what}, as Latin-1` };
}

/** Against the second reader where that has a verdict; and what holds of every table. */
function wrongTable(table: Table, bytes: Uint8Array): string | null {
  const { columns, rows, rowNumbers } = table;
  if (rows.some((row) => row.length !== columns.length)) return "a row has more or fewer cells than there are columns";
  if (rowNumbers.length !== rows.length) return "rows without a row number";
  if (new Set(columns).size !== columns.length) return "two columns have one name";
  if (rows.some((row) => row.some((cell) => typeof cell !== "string"))) return "a cell is no text";
  if (rows.length === 0) return "a table without rows";
  if (!/\.csv$/.test(table.file) || table.notices.length > 0) return null;
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return "bytes that are not UTF-8 were read without a notice";
  }
  const known = [",", ";", "\t", "|"].map((delimiter) => readRfc4180(text, delimiter));
  const same = known.filter((read) => read?.[0]?.length === columns.length);
  if (same.length !== 1) return null;
  const told = same[0]!.slice(1).filter((row) => row.length > 1 || row[0] !== "");
  if (told.some((row) => row.length !== columns.length)) return "rows of other lengths were read without a notice";
  const differs = rows.findIndex((row, index) => row.some((cell, column) => cell !== told[index]?.[column]));
  if (differs >= 0) return `row ${rowNumbers[differs]} differs from what RFC 4180 says`;
  return rows.length === told.length ? null : `${rows.length} rows of ${told.length} were read without a notice`;
}

/** What is guessed can be trained on, or is a problem that is said. */
function wrongDataset(table: Table): string | null {
  const guessed = guessTask(table);
  let dataset: ReturnType<typeof buildDataset>;
  try {
    dataset = buildDataset(
      { train: table, validation: null, test: null },
      { ...guessed, maxLength: 64, validationFraction: 0.2, test: null, group: null, seed: 0 },
    );
  } catch (error) {
    if (error instanceof DataError) throw error;
    throw new TypeError(`building the data set: ${error instanceof Error ? error.message : String(error)}`);
  }
  const { train, validation, labels } = dataset;
  const examples = [...train, ...validation];
  if (examples.length > table.rows.length) return "more rows to train on than there are";
  if (new Set(labels).size !== labels.length) return "two labels have one name";
  const classes = Math.max(1, labels.length);
  const isClass = (id: number) => Number.isInteger(id) && id >= 0 && id < classes;
  for (const { row, text, label, values, words, tags } of examples) {
    if (typeof text !== "string" || !isClass(label)) return `row ${row} has no text or no class`;
    if (values?.some((value) => !Number.isFinite(value))) return `row ${row} has a number that is not finite`;
    if (tags && (tags.length !== words?.length || !tags.every(isClass))) return `row ${row} has not one tag a word`;
  }
  return null;
}
