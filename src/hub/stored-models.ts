/**
 * The models that are kept in this browser: a record beside each one's files says what belongs to
 * it.
 */

import * as z from "zod";
import type { ExpectedFile } from "./checksum";
import { completeFolder, findFault, type OpenContent, type TransferProgress } from "./download";
import type { FileStore } from "./file-store";
import { blobFile } from "./sources";
import type { ModelFolder } from "./types";

/** Beside a model's files; no file of a model is called so. */
const RECORD = "stored-model.json";

const recordSchema = z.strictObject({
  /** `bundled:NAME` or `hf:OWNER/NAME[@REVISION]`. */
  source: z.string(),
  name: z.string(),
  /** Of the server the files came from. */
  address: z.string(),
  /** The commit the files are of; null for bundled models. */
  commit: z.string().nullable(),
  licence: z.string().nullable(),
  files: z.array(
    z.strictObject({
      name: z.string(),
      bytes: z.int().min(0),
      sha256: z.string().nullable(),
      gitId: z.string().nullable(),
    }),
  ),
});

export type ModelRecord = z.infer<typeof recordSchema>;

export interface StoredModel {
  readonly record: ModelRecord;
  /** What is there; less than all its files' bytes while a download is not complete. */
  readonly storedBytes: number;
  readonly totalBytes: number;
}

/**
 * All of them, also those whose download is not complete. Folders without a readable record are
 * left out.
 */
export async function listStored(store: FileStore): Promise<StoredModel[]> {
  const found: StoredModel[] = [];
  for (const folder of await store.folders()) {
    const stored = await readStored(store, folder);
    if (stored) found.push(stored);
  }
  return found.sort((a, b) => a.record.source.localeCompare(b.record.source));
}

/** The model kept under a source; null where there is none. */
export async function readStored(store: FileStore, source: string): Promise<StoredModel | null> {
  const blob = await store.read(source, RECORD);
  if (!blob) return null;
  let record: ModelRecord;
  try {
    record = recordSchema.parse(JSON.parse(await blob.text()));
  } catch {
    // Written by another version of the studio, or cut short.
    return null;
  }
  const sizes = await store.files(source);
  const storedBytes = record.files.reduce((sum, { name, bytes }) => sum + Math.min(bytes, sizes.get(name) ?? 0), 0);
  return { record, storedBytes, totalBytes: record.files.reduce((sum, { bytes }) => sum + bytes, 0) };
}

/**
 * Makes a model's files complete and correct, bringing what is missing, and keeps its record.
 * @throws Error with both numbers when the store has no room for what is missing; else as
 * `completeFolder`.
 */
export async function bringModel(
  store: FileStore,
  record: ModelRecord,
  open: OpenContent,
  progress: TransferProgress,
  signal?: AbortSignal,
): Promise<ModelFolder> {
  const known = await readStored(store, record.source);
  await checkRoom(store, record, known?.storedBytes ?? 0);
  if (!known || JSON.stringify(known.record) !== JSON.stringify(record)) await writeRecord(store, record);
  await completeFolder(store, record.source, record.files, open, progress, signal);
  return storedFolder(store, record);
}

async function checkRoom(store: FileStore, { name, files }: ModelRecord, storedBytes: number): Promise<void> {
  const missing = files.reduce((sum, { bytes }) => sum + bytes, 0) - storedBytes;
  const room = await store.room();
  if (!room || missing <= room.bytes) return;
  throw new Error(`${name} needs ${missing} more bytes, but ${room.where} has ${room.bytes} left. ${room.instead}`);
}

async function writeRecord(store: FileStore, record: ModelRecord): Promise<void> {
  // Files of an earlier record are kept where they may be the same: they are checked before they
  // are used.
  const kept = new Set(record.files.map(({ name }) => name));
  for (const name of (await store.files(record.source)).keys()) {
    if (!kept.has(name)) await store.remove(record.source, name);
  }
  const writer = await store.append(record.source, RECORD, 0);
  try {
    writer.write(new TextEncoder().encode(JSON.stringify(record)));
  } finally {
    writer.close();
  }
}

/**
 * A stored model that needs no server; every byte is checked first.
 * @throws Error naming the file that is missing or damaged; a damaged one is removed, so that a
 * download brings it anew.
 */
export async function openStored(store: FileStore, source: string, progress: TransferProgress): Promise<ModelFolder> {
  const stored = await readStored(store, source);
  if (!stored) throw new Error(`${source} is not stored in this browser. Look it up and download it first.`);
  const { record } = stored;
  const broken = await findFault(store, source, record.files, progress);
  if (!broken) return storedFolder(store, record);
  const { file, fault } = broken;
  const partial = ((await store.files(source)).get(file.name) ?? 0) < file.bytes;
  if (!partial) await store.remove(source, file.name);
  throw new Error(
    partial
      ? `${record.name} is not stored completely: ${file.name}: ${fault}. Look it up and download again to go on.`
      : `The stored copy of ${record.name} is damaged: ${file.name}: ${fault}. That file was removed; ` +
          "look the model up and download again to replace it.",
  );
}

/** Files as they lie in the store. */
function storedFolder(store: FileStore, record: ModelRecord): ModelFolder {
  const names: readonly string[] = record.files.map(({ name }: ExpectedFile) => name);
  return {
    source: record.source,
    name: record.name,
    files: names,
    sums: new Map(record.files.flatMap(({ name, sha256 }) => (sha256 === null ? [] : [[name, sha256]]))),
    async open(name) {
      const blob = names.includes(name) ? await store.read(record.source, name) : null;
      return blob && blobFile(name, blob);
    },
  };
}
