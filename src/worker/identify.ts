/**
 * What tells the open files from others: hashes of the rows, and of the base model's files, for a
 * report. Not for checking a file: `hub/checksum.ts`.
 */

import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex } from "@noble/hashes/utils.js";
import { createBreather } from "../data/breathe";
import { fingerprint, tableFingerprint } from "../data/fingerprint";
import type { ModelFile, ModelFolder } from "../hub/types";
import { weightsFingerprint } from "../hub/weights-fingerprint";
import type { Identity } from "../report/facts";
import type { StudioSession } from "./studio-session";

/** Bytes of a file up to which it is read for its sum, where nobody told it: half a second. */
const LARGEST_READ = 64 * 2 ** 20;
const PIECE = 2 ** 20;

/** Rejects with an Error where rows or a model are not open. */
export async function identify({ data, divisions, model }: StudioSession): Promise<Identity> {
  const { train, validation, test } = data.data;
  const parts = [
    { part: "train" as const, table: train },
    { part: "validation" as const, table: validation },
    { part: "test" as const, table: test },
  ];
  const { folder, family } = model;
  const tables: Identity["tables"][number][] = [];
  for (const { part, table } of parts) {
    if (table) tables.push({ part, file: table.file, fingerprint: await tableFingerprint(table) });
  }
  return {
    tables,
    rows: await fingerprint(divisions[0]!.train),
    model: { weights: await weightsFingerprint(folder, family.prefixes), files: await filesOf(folder) },
  };
}

async function filesOf(folder: ModelFolder): Promise<Identity["model"]["files"]> {
  const names = [...(folder.files ?? FILES)].filter(isModelFile).sort();
  const files = [];
  for (const name of names) {
    const file = await folder.open(name);
    if (!file) continue;
    const known = folder.sums?.get(name) ?? null;
    const sum = known ?? (file.size <= LARGEST_READ ? await sumOf(file) : null);
    files.push({ name, bytes: file.size, sha256: sum });
  }
  return files;
}

/** Of a folder whose server does not tell what is in it. */
const FILES = ["config.json", "tokenizer.json", "tokenizer_config.json", "model.safetensors"];

/** Those that a model is read from. */
const isModelFile = (name: string) => FILES.includes(name) || /^[\w-]+\.safetensors(?:\.index\.json)?$/.test(name);

async function sumOf(file: ModelFile): Promise<string> {
  const hash = sha256.create();
  const breathe = createBreather();
  for (let from = 0; from < file.size; from += PIECE) {
    hash.update(await file.read(from, Math.min(file.size, from + PIECE)));
    await breathe();
  }
  return bytesToHex(hash.digest());
}
