/**
 * Which files of a data set of the Hub are one table: the shards of a part, by the card's
 * configurations or by their names. Not for asking the Hub (`hub-datasets.ts`).
 */

import { RE2JS } from "re2js";
import * as z from "zod";
import { checkShards } from "../data/shards";
import type { DataRole } from "../data/types";
import { checkedBy } from "../errors/checked-by";
import type { ExpectedFile } from "./checksum";

export interface HubDataFile extends ExpectedFile {
  /** By its name or its folder's, as the Hub's own library takes it; null where neither says. */
  readonly part: DataRole | null;
}

/** Files that are one part together, in order. */
export interface HubTable {
  /** A file's own, or with a star where the names of several differ. */
  readonly name: string;
  readonly part: DataRole | null;
  readonly files: readonly HubDataFile[];
  readonly bytes: number;
}

/** A configuration, as the Hub says: tables that belong together, such as those of a language. */
export interface HubSubset {
  /** Empty: files outside of all others' folders. */
  readonly name: string;
  /** Whether it is meant where none is named: it is the only one, or the card says so. */
  readonly isDefault: boolean;
  readonly tables: readonly HubTable[];
}

/** Files by their names as people count: 2 before 10. */
const inOrder = new Intl.Collator("en", { numeric: true });
const byName = (a: { readonly name: string }, b: { readonly name: string }) => inOrder.compare(a.name, b.name);

function grouped<One>(all: readonly One[], keyOf: (one: One) => string): Map<string, One[]> {
  const groups = new Map<string, One[]>();
  for (const one of all) {
    const key = keyOf(one);
    const group = groups.get(key);
    if (group) group.push(one);
    else groups.set(key, [one]);
  }
  return groups;
}

/** The words of file names that say a part. */
const PARTS: ReadonlyMap<string, DataRole> = new Map([
  ["train", "train"],
  ["training", "train"],
  ["validation", "validation"],
  ["valid", "validation"],
  ["val", "validation"],
  ["dev", "validation"],
  ["eval", "validation"],
  ["evaluation", "validation"],
  ["test", "test"],
  ["testing", "test"],
]);
/** Words before a number that count files, beside those that say a part. */
const COUNTERS = new Set(["part", "shard", "chunk", "split", "file", "data"]);
/** Folders that say nothing of what is in them. */
const PLAIN_FOLDERS = new Set(["data", "dataset", "datasets", "files", "csv", "json", "jsonl", "parquet"]);

const partOfWords = (text: string) => {
  for (const word of text.toLowerCase().split(/[^a-z]+/)) {
    const part = PARTS.get(word);
    if (part) return part;
  }
  return null;
};

/** Of the file's name, else of its folders, the nearest first. */
export function partOf(path: string): DataRole | null {
  for (const name of path.split("/").reverse()) {
    const part = partOfWords(name);
    if (part) return part;
  }
  return null;
}

export const folderOf = (path: string) => path.slice(0, path.lastIndexOf("/") + 1);
const baseOf = (path: string) => path.slice(path.lastIndexOf("/") + 1);
const endingOf = (path: string) => /\.[^./]+(\.gz)?$/i.exec(path)?.[0].toLowerCase() ?? "";

/** A shard's number of so many: `train-00000-of-00002.parquet`, perhaps with a hash behind it. */
const SHARD = /(?<=^|[-_./])(\d+)([-_.]of[-_.])(\d+)(?:-[0-9a-f]{8,})?(?=[-_.]|$)/i;

/** The subsets of a data set, each with its tables; at least one where there is a file. */
export function findSubsets(files: readonly HubDataFile[], card: unknown): readonly HubSubset[] {
  const found = ofCard(files, card) ?? byFolders(files);
  const only = found.length === 1;
  const taken = new Map<string, HubTable>();
  return found.map(({ name, isDefault, tables }) => ({
    ...{ name, isDefault: only || isDefault },
    tables: tables.map((table) => {
      const other = taken.get(table.name) ?? table;
      taken.set(table.name, other);
      const isSame =
        table.files.length === other.files.length && table.files.every((file, place) => file === other.files[place]);
      return isSame ? table : { ...table, name: `${table.name} (${name})` };
    }),
  }));
}

// By the card.

const paths = z.union([z.string(), z.array(z.string())]);
const cardSchema = z.object({
  configs: z
    .array(
      z.object({
        config_name: z.string().min(1),
        default: z.boolean().nullish(),
        data_dir: z.string().nullish(),
        data_files: z
          .union([z.string(), z.array(z.union([z.string(), z.object({ split: z.string(), path: paths })]))])
          .nullish(),
      }),
    )
    .min(1),
});
const LONGEST_PATTERN = 500;

/** Null where the card has no configurations, or its patterns fit no file. */
function ofCard(files: readonly HubDataFile[], card: unknown): HubSubset[] | null {
  const checked = checkedBy(cardSchema, card);
  if ("issues" in checked) return null;
  const subsets = checked.value.configs.flatMap(
    ({ config_name: name, default: isDefault, data_dir: folder, data_files: given }) => {
      const within = folder ? `${folder.replace(/^\.?\/|\/$/g, "")}/` : "";
      const fitting = (patterns: readonly string[]) => matching(files, patterns, within);
      const entries = given === null || given === undefined ? ["**"] : [given].flat();
      const named = entries.flatMap((entry) => (typeof entry === "string" ? [] : [entry]));
      const plain = entries.filter((entry) => typeof entry === "string");
      const tables = [
        ...[...grouped(named, ({ split }) => split)].map(([split, some]) =>
          tableOf(fitting(some.flatMap(({ path }) => path)), partOfWords(split)),
        ),
        ...(plain.length > 0 ? byNames(fitting(plain)) : []),
      ].filter((table) => table !== null);
      return tables.length > 0 ? [{ name, isDefault: isDefault === true || name === "default", tables }] : [];
    },
  );
  // Of two that say that they are it, none is.
  const chosen = subsets.filter(({ isDefault }) => isDefault).length === 1;
  return subsets.length > 0 ? subsets.map((one) => ({ ...one, isDefault: chosen && one.isDefault })) : null;
}

/** The files that fit any of the patterns, in the order of patterns and names. */
function matching(files: readonly HubDataFile[], patterns: readonly string[], within: string): HubDataFile[] {
  const found = new Set<HubDataFile>();
  const sorted = files.toSorted(byName);
  for (const pattern of patterns) {
    const path = within + pattern.replace(/^\.?\//, "");
    const fits = path.length > LONGEST_PATTERN ? null : compiled(path);
    if (!fits) continue;
    // Data sets of hundreds of languages have as many patterns: most files are none of a pattern's.
    const [start = ""] = path.split(/[*?[{]/);
    for (const file of sorted) if (file.name.startsWith(start) && fits.matches(file.name)) found.add(file);
  }
  return [...found];
}

/** Null where it is no pattern. */
function compiled(path: string): RE2JS | null {
  try {
    return RE2JS.compile(expressionOf(path));
  } catch {
    return null;
  }
}

/** A shell's pattern (`data/*.csv`, `**`, `{a,b}`) as one for RE2, which is linear in the text. */
function expressionOf(glob: string): string {
  const pieces = glob.match(/\*\*\/|\*+|\?|\[!?[^\]]+\]|\{[^{}]*\}|[^*?[{]+|./g) ?? [];
  const written = (piece: string): string => {
    if (piece === "**/") return "(?:.*/)?";
    if (piece === "**") return ".*";
    if (/^\*+$/.test(piece)) return "[^/]*";
    if (piece === "?") return "[^/]";
    if (/^\[.+\]$/.test(piece)) return `[${piece.slice(1, -1).replace(/^!/, "^").replace(/[\\[]/g, "\\$&")}]`;
    if (/^\{.*\}$/.test(piece)) return `(?:${piece.slice(1, -1).split(",").map(expressionOf).join("|")})`;
    return RE2JS.quote(piece);
  };
  return pieces.map(written).join("");
}

// By names.

/** Folders beside one another, but for those that say a part, are subsets. */
function byFolders(files: readonly HubDataFile[]): HubSubset[] {
  const subsetOf = ({ name }: HubDataFile) =>
    folderOf(name)
      .split("/")
      .filter((folder) => folder !== "" && !PLAIN_FOLDERS.has(folder.toLowerCase()) && partOfWords(folder) === null)
      .join("/");
  return [...grouped(files, subsetOf)]
    .map(([name, own]) => ({ name, isDefault: name === "default", tables: byNames(own) }))
    .sort(byName);
}

/**
 * Files whose names differ in a count only are one table, and so are all of one kind in the folder
 * of a part.
 */
function byNames(files: readonly HubDataFile[]): HubTable[] {
  const keyOf = ({ name }: HubDataFile) => {
    const base = baseOf(name);
    const inPartFolder = partOfWords(base) === null && partOf(folderOf(name)) !== null;
    return JSON.stringify([
      folderOf(name),
      inPartFolder && !SHARD.test(base) ? `*${endingOf(name)}` : withoutCount(base),
    ]);
  };
  const groups = [...grouped(files.toSorted(byName), keyOf).values()];
  return groups.flatMap((group) => {
    const shards = group.map(({ name }) => SHARD.exec(baseOf(name))?.[1]);
    // Two files of one number are of two versions, and not one table.
    const clash = shards.some((shard, index) => shard !== undefined && shards.indexOf(shard) !== index);
    const tables = clash ? group.map((file) => [file]) : [group];
    return tables.map((own) => tableOf(own, own[0]!.part)!);
  });
}

/** A name in which a count of files is a `#`: not the numbers of versions, as in `v1.1`. */
function withoutCount(base: string): string {
  const ending = endingOf(base);
  const stem = base.slice(0, base.length - ending.length).toLowerCase();
  const counted = SHARD.test(stem)
    ? stem.replace(SHARD, "#$2$3")
    : stem.replace(/([a-z]*)([-_ ]?)(\d+)(?![\d.]|[a-z])/g, (whole, word: string, gap: string) =>
        gap !== "" || word === "" || PARTS.has(word) || COUNTERS.has(word) ? `${word}${gap}#` : whole,
      );
  return counted + ending;
}

/** Null for no file. */
function tableOf(files: readonly HubDataFile[], part: DataRole | null): HubTable | null {
  if (files.length === 0) return null;
  const bytes = files.reduce((sum, file) => sum + file.bytes, 0);
  return { name: commonName(files.map(({ name }) => name)), part, files, bytes };
}

/** `data/train-*-of-00002.parquet`: what the names begin and end with alike. */
function commonName(names: readonly string[]): string {
  const [first, ...others] = names as [string, ...string[]];
  if (others.length === 0)
    return Number(SHARD.exec(baseOf(first))?.[3] ?? 1) > 1 ? folderOf(first) + starred(first) : first;
  const shortest = Math.min(...names.map(({ length }) => length));
  const alike = (count: number, of: (name: string, count: number) => string) =>
    others.every((name) => of(name, count) === of(first, count));
  let start = 0;
  while (start < shortest && alike(start + 1, (name, count) => name.slice(0, count))) start++;
  let end = 0;
  while (end < shortest - start && alike(end + 1, (name, count) => name.slice(-count))) end++;
  // A number is left out whole.
  const head = first.slice(0, start).replace(/\d+$/, "");
  const tail = first.slice(first.length - end).replace(/^\d+/, "");
  return `${head}*${tail}`;
}

/** The name of one shard of several, with a star for its number. */
const starred = (path: string) => baseOf(path).replace(SHARD, "*$2$3");

/** Why a table cannot be read as one, known from the listing alone; null where it may be. */
export function tableProblem({ name, files }: HubTable): string | null {
  // A file that is named by itself is meant so.
  const missing = name === files[0]!.name ? [] : missingShards(files.map((file) => file.name));
  if (missing.length > 0) {
    const named = missing.slice(0, 3).join(", ") + (missing.length > 3 ? ` and ${missing.length - 3} more` : "");
    return (
      `${name}: of ${files.length + missing.length} files ${missing.length} ${missing.length === 1 ? "is" : "are"} ` +
      `missing (${named}). Ask whoever made the data set, or take one of the files.`
    );
  }
  try {
    checkShards(files);
    return null;
  } catch (error) {
    return (error as Error).message;
  }
}

/** What names that count `of-00003` say there should be, too. */
function missingShards(names: readonly string[]): string[] {
  const [first, ...others] = names.map((name) => SHARD.exec(baseOf(name)));
  const found = [first, ...others].flatMap((match) => (match ? [Number(match[1])] : []));
  const total = Number(first?.[3]);
  // Other names have other counts, and far too many would be a list of nothing.
  if (!first || found.length < names.length || others.some((match) => match![3] !== first[3])) return [];
  const from = Math.min(...found) > 0 && found.includes(total) ? 1 : 0;
  const present = new Set(found);
  const width = first[1]!.length;
  const missing = Math.min(total, 100_000);
  const path = folderOf(names[0]!);
  return Array.from({ length: missing }, (_, index) => index + from)
    .filter((index) => !present.has(index))
    .map((index) => {
      const shard = `${String(index).padStart(width, "0")}${first[2]}${first[3]}`;
      return path + baseOf(names[0]!).replace(SHARD, shard);
    });
}

/** The likeliest table of each part; null where there is none. */
export function likelyTables(tables: readonly HubTable[]): Record<DataRole, HubTable | null> {
  const train = tables.find(({ part }) => part === "train") ?? tables.find(({ part }) => part === null) ?? tables[0]!;
  const alike = (part: DataRole) => {
    const own = tables.filter((table) => table.part === part && table !== train);
    const [first] = train.files;
    return (
      own.find(({ files }) => withoutPart(files[0]!.name) === withoutPart(first!.name)) ??
      own.find(({ files }) => folderOf(files[0]!.name) === folderOf(first!.name)) ??
      (own.length === 1 ? own[0]! : null)
    );
  };
  return { train, validation: alike("validation"), test: alike("test") };
}

const withoutPart = (path: string) =>
  path
    .toLowerCase()
    .split(/([^a-z]+)/)
    .map((word) => (PARTS.has(word) ? "*" : word.replace(/\d+/g, "#")))
    .join("");

/**
 * What files of a table are called in messages: their own names, with their folder where that says
 * nothing (`train/0000.parquet`) or two are alike.
 */
export function shownNames(files: readonly { readonly name: string }[]): string[] {
  const bases = files.map(({ name }) => baseOf(name));
  const isPlain = new Set(bases).size === bases.length && bases.every((base) => /[a-z]/i.test(base.split(".")[0]!));
  return isPlain ? bases : files.map(({ name }) => name.split("/").slice(-2).join("/"));
}
