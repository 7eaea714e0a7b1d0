/**
 * Data sets of the Hub: which of their files hold rows, of which part, and bringing one of them,
 * checked. Not for reading rows.
 */

import type { ExpectedFile } from "./checksum";
import { completeFolder, type TransferProgress } from "./download";
import type { FileStore } from "./file-store";
import { HUB_ADDRESS, type HubModel, type HubRequest, lookUp, openContent, parseHubName } from "./hub-client";

export type DataPart = "train" | "validation" | "test";

export interface HubDataFile extends ExpectedFile {
  /** By its name or its folder's, as the Hub's own library takes it; null where neither says. */
  readonly part: DataPart | null;
}

export interface HubDataset extends HubModel {
  /** Files of rows alone, in the order of their names. */
  readonly files: readonly HubDataFile[];
}

/** Files that hold rows, packed or not. */
const ROWS = /\.(csv|tsv|tab|jsonl|ndjson|json|parquet|conll|conllu|bio|iob2?|txt)(\.gz)?$/i;
/** What libraries write beside them. */
const SETTINGS =
  /(^|\/)(dataset_infos?|dataset_dict|state|config|metadata)\.json$|(^|\/)(readme|license|licence|requirements)\b/i;

/** The words of file names that say a part. */
const PARTS: ReadonlyMap<string, DataPart> = new Map([
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
  return { ...found, files };
}

/** Of the file's name, else of its folders, the nearest first. */
function partOf(path: string): DataPart | null {
  for (const name of path.toLowerCase().split("/").reverse()) {
    for (const word of name.split(/[^a-z]+/)) {
      const part = PARTS.get(word);
      if (part) return part;
    }
  }
  return null;
}

/**
 * The likeliest file of each part: the first for training, and those of the same name but for the
 * part's word. Null where there is none.
 */
export function likelyFiles(files: readonly HubDataFile[]): Record<DataPart, HubDataFile | null> {
  const train = files.find(({ part }) => part === "train") ?? files.find(({ part }) => part === null) ?? files[0]!;
  const alike = (part: DataPart) => {
    const own = files.filter((file) => file.part === part && file !== train);
    return (
      own.find((file) => withoutPart(file.name) === withoutPart(train.name)) ??
      own.find((file) => folderOf(file.name) === folderOf(train.name)) ??
      null
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

const folderOf = (path: string) => path.slice(0, path.lastIndexOf("/") + 1);

/**
 * One file of a data set that was looked up, complete and checked, from where an earlier download
 * into this store broke off.
 * @throws Error as `completeFolder`, and with both numbers where the store has no room.
 */
export async function bringDataFile(
  store: FileStore,
  dataset: HubDataset,
  name: string,
  progress: TransferProgress,
  signal?: AbortSignal,
): Promise<{ readonly folder: string; readonly file: string }> {
  const wanted = dataset.files.find((one) => one.name === name);
  if (!wanted) throw new Error(`${dataset.request.name} has no file ${name}.`);
  // A store has folders of files, and a commit's files never change.
  const folder = `dataset:${dataset.request.name}@${dataset.commit}/${folderOf(name)}`;
  const file = { ...wanted, name: name.slice(folderOf(name).length) };
  const present = (await store.files(folder)).get(file.name) ?? 0;
  const room = await store.room();
  if (room && wanted.bytes - present > room.bytes) {
    throw new Error(
      `${name} needs ${wanted.bytes - present} more bytes, but ${room.where} has ${room.bytes} left. ${room.instead}`,
    );
  }
  await completeFolder(store, folder, [file], (_, from) => openContent(dataset, name, from), progress, signal);
  return { folder, file: file.name };
}
