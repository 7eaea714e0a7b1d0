/**
 * Data sets of the Hub: which of their files hold rows, which table is meant, and bringing it,
 * checked. Not for reading rows.
 */

import type { DataRole } from "../data/types";
import { completeFolder, type TransferProgress } from "./download";
import type { FileStore } from "./file-store";
import { HUB_ADDRESS, type HubModel, type HubRequest, lookUp, openContent, parseHubName } from "./hub-client";
import {
  findSubsets,
  folderOf,
  type HubDataFile,
  type HubSubset,
  type HubTable,
  partOf,
  shownNames,
  tableProblem,
} from "./hub-tables";

export interface HubDataset extends HubModel {
  /** Files of rows alone, in the order of their names. */
  readonly files: readonly HubDataFile[];
  /** At least one. */
  readonly subsets: readonly HubSubset[];
}

/** Files that hold rows, packed or not. */
const ROWS = /\.(csv|tsv|tab|jsonl|ndjson|json|parquet|conll|conllu|bio|iob2?|txt)(\.gz)?$/i;
/** What libraries write beside them. */
const SETTINGS =
  /(^|\/)(dataset_infos?|dataset_dict|state|config|metadata)\.json$|(^|\/)(readme|license|licence|requirements)\b/i;

/**
 * What a person typed: as for a model, or the data set's page.
 * @throws Error when it is no data set's name.
 */
export function parseDatasetName(typed: string, address = HUB_ADDRESS): Pick<HubRequest, "name" | "revision"> {
  const page = `${address}/datasets/`;
  const text = typed.trim().replace(/^hf:/, "");
  const own = text.startsWith(page) ? `${address}/${text.slice(page.length)}` : text.replace(/^datasets\//, "");
  try {
    return parseHubName(own.replace(/\/(viewer|blob)\/.*$/, ""), address);
  } catch {
    throw new Error(`"${typed.trim()}" is not a data set's name on the Hub. Write OWNER/NAME or OWNER/NAME@REVISION.`);
  }
}

/**
 * The files of rows of a data set.
 * @throws Error as `lookUp`, and where no file can be read as rows.
 */
export async function lookUpDataset(request: Omit<HubRequest, "kind">): Promise<HubDataset> {
  const found = await lookUp({ ...request, kind: "dataset" });
  const files = found.files
    .filter(({ name }) => ROWS.test(name) && !SETTINGS.test(name))
    .map((file) => ({ ...file, part: partOf(file.name) }))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
  if (files.length === 0) {
    throw new Error(
      `${request.name} has no file that can be read as rows (CSV, TSV, JSON, JSON Lines, Parquet, CoNLL). ` +
        `Try ${request.name}@refs/convert/parquet, where the Hub keeps most data sets as Parquet.`,
    );
  }
  return { ...found, files, subsets: findSubsets(files, found.card) };
}

/**
 * The table that a person means for a part.
 * @param wanted a file, a table or a subset by its name; null: none is named
 * @throws Error naming what there is, where it is none of these, or where several could be meant.
 */
export function findTable(dataset: HubDataset, part: DataRole, wanted: string | null): HubTable {
  const { request, files, subsets } = dataset;
  const named = wanted === null ? null : tableNamed(dataset, wanted);
  if (named) return named;
  const has = (what: string, names: readonly string[]) => {
    const listed = names.slice(0, 8).join(", ");
    const more = names.length > 8 ? `, and ${names.length - 8} more` : "";
    return new Error(`${request.name} has ${what}. Write hf:${request.name}:NAME with one of ${listed}${more}.`);
  };
  const subset = wanted === null ? null : subsets.find(({ name }) => name === wanted);
  if (subset === undefined) {
    throw has(`no file ${wanted}`, [...subsetNames(subsets), ...files.map(({ name }) => name)]);
  }
  const own = subset ?? (subsets.find(({ isDefault }) => isDefault) as HubSubset | undefined) ?? null;
  const candidates = (own ? [own] : subsets)
    .map(({ tables }) => ofPart(tables, part))
    .filter(({ length }) => length > 0);
  if (candidates.length === 0) {
    throw has(
      "no file for this part",
      files.map(({ name }) => name),
    );
  }
  if (!own) throw has(`${subsets.length} subsets`, subsetNames(subsets));
  const [tables] = candidates as [HubTable[]];
  if (tables.length > 1) {
    throw has(
      `${tables.length} tables for this part`,
      tables.map(({ name }) => name),
    );
  }
  return tables[0]!;
}

/** A file of no subset's folder has none to be named by. */
const subsetNames = (subsets: readonly HubSubset[]) => subsets.flatMap(({ name }) => (name === "" ? [] : [name]));

/** Where nothing says its part, a table is for training. */
function ofPart(tables: readonly HubTable[], part: DataRole): HubTable[] {
  const own = tables.filter((table) => table.part === part);
  if (own.length > 0 || part !== "train") return own;
  const free = tables.filter((table) => table.part === null);
  return free.length > 0 || tables.length > 1 ? free : [...tables];
}

/** A table, or a file by itself; null where there is none of this name. */
export function tableNamed({ files, subsets }: HubDataset, name: string): HubTable | null {
  const file = files.find((one) => one.name === name);
  if (file) return { name, part: file.part, files: [file], bytes: file.bytes };
  return subsets.flatMap(({ tables }) => tables).find((table) => table.name === name) ?? null;
}

/** A file of a table in the store, and what it is called in messages. */
export interface BroughtFile {
  readonly folder: string;
  readonly file: string;
  readonly shown: string;
}

/**
 * The files of a table of a data set that was looked up, in order, complete and checked, each from
 * where an earlier download into this store broke off.
 * @throws Error before anything is asked for: a missing file by its name, and with both numbers
 * what is too large to be a table or for the store; then as `completeFolder`.
 */
export async function bringTable(
  store: FileStore,
  dataset: HubDataset,
  table: HubTable,
  progress: TransferProgress,
  signal?: AbortSignal,
): Promise<readonly BroughtFile[]> {
  const problem = tableProblem(table);
  if (problem !== null) throw new Error(`${dataset.request.name}: ${problem}`);
  const shown = shownNames(table.files);
  // A store has folders of files, and a commit's files never change.
  const places = table.files.map((wanted, index) => {
    const folder = folderOf(wanted.name);
    return {
      ...{ wanted, folder: `dataset:${dataset.request.name}@${dataset.commit}/${folder}` },
      ...{ file: wanted.name.slice(folder.length), shown: shown[index]! },
    };
  });
  let present = 0;
  for (const { folder, file } of places) present += (await store.files(folder)).get(file) ?? 0;
  const room = await store.room();
  if (room && table.bytes - present > room.bytes) {
    throw new Error(
      `${table.name} needs ${table.bytes - present} more bytes, but ${room.where} has ${room.bytes} left. ${room.instead}`,
    );
  }
  let before = 0;
  for (const { wanted, folder, file } of places) {
    const report: TransferProgress = ({ done, checking }) =>
      progress({ file: wanted.name, done: before + done, total: table.bytes, checking });
    const open = (_: string, from: number) => openContent(dataset, wanted.name, from);
    await completeFolder(store, folder, [{ ...wanted, name: file }], open, report, signal);
    before += wanted.bytes;
  }
  return places.map(({ folder, file, shown: name }) => ({ folder, file, shown: name }));
}
