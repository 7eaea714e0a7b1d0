/**
 * Files of one's own: what is known of those that are open, and whether a file is one that was open
 * before the page was loaded. Reading rows is the worker's.
 */

import { largestKept } from "./session";
import type { AwaitedData, DataSlice, OwnFile } from "./state";

/** The open files, the training file first; none while a sample or nothing is open. */
export function ownFiles({ summary, sample, fingerprints }: OpenData): OwnFile[] {
  if (!summary) return [];
  const roles = sample ? (["validation", "test"] as const) : (["train", "validation", "test"] as const);
  return roles.flatMap((role) => {
    const file = summary[role];
    return file
      ? { role, file: file.file, rows: file.rows, bytes: file.bytes, fingerprint: fingerprints[role] ?? null }
      : [];
  });
}

type OpenData = Pick<DataSlice, "summary" | "sample" | "fingerprints">;

/** Where both fingerprints are known they decide, whatever the files are called. */
export function isSameFile(a: Omit<OwnFile, "role" | "rows">, b: Omit<OwnFile, "role" | "rows">): boolean {
  if (a.fingerprint !== null && b.fingerprint !== null) return a.fingerprint === b.fingerprint;
  return a.file === b.file && a.bytes === b.bytes;
}

/**
 * What is still awaited once this file is open: of another training file than the one that was
 * open, nothing is.
 */
export function awaitedAfter({ linked, files }: AwaitedData, opened: Omit<OwnFile, "rows">): AwaitedData | null {
  const { role } = opened;
  const before = files.find((file) => file.role === role);
  const others = files.filter((file) => file.role !== role);
  if (role !== "train") return others.length > 0 ? { linked, files: others } : null;
  const isTheOne = before !== undefined && (before.file === opened.file || isSameFile(before, opened));
  return isTheOne && others.length > 0 ? { linked: null, files: others } : null;
}

/**
 * SHA-256 of a file's bytes, as hexadecimal; null of several, and where it is too large to be read
 * whole at once.
 */
export async function fingerprintOf([file, ...others]: readonly File[]): Promise<string | null> {
  if (!file || others.length > 0 || file.size > largestKept) return null;
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", await file.arrayBuffer()));
  return [...digest].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
