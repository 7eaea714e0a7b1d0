/**
 * Brings files into the store: goes on where an earlier transfer broke off, and checks every file.
 * Knows nothing of the Hub; where bytes come from is the caller's.
 */

import { type Checksum, checksum, type ExpectedFile, eachPiece } from "./checksum";
import type { FileStore } from "./file-store";

/**
 * Bytes of all files together that are in the store, of `total`; `checking` while stored bytes are
 * read again.
 */
export type TransferProgress = (state: {
  readonly file: string;
  readonly done: number;
  readonly total: number;
  readonly checking: boolean;
}) => void;

/** The content of a file from a byte on. */
export type OpenContent = (file: string, from: number) => Promise<ReadableStream<Uint8Array>>;

/**
 * How often a transfer that breaks off is taken up again by itself, without any byte in between.
 */
const ATTEMPTS = 3;
const PAUSE_MILLISECONDS = 500;

/**
 * What has arrived of each file: checked whole, or the length of a beginning that is worth going on
 * from.
 */
interface Present {
  readonly bytes: number;
  /** Of the beginning; null when the file is complete. */
  readonly sum: Checksum | null;
}

/**
 * Completes a folder of the store. Resolves when every file is there and has been checked.
 * @throws Error naming the file when its transfer keeps breaking off (what arrived stays) or its
 * content is wrong twice.
 */
export async function completeFolder(
  store: FileStore,
  folder: string,
  files: readonly ExpectedFile[],
  open: OpenContent,
  progress: TransferProgress,
  signal?: AbortSignal,
): Promise<void> {
  const total = files.reduce((sum, { bytes }) => sum + bytes, 0);
  let before = 0;
  for (const file of files) {
    const report = (bytes: number, checking: boolean) =>
      progress({ file: file.name, done: before + bytes, total, checking });
    await complete(store, folder, file, open, report, signal);
    before += file.bytes;
  }
}

async function complete(
  store: FileStore,
  folder: string,
  file: ExpectedFile,
  open: OpenContent,
  report: (bytes: number, checking: boolean) => void,
  signal?: AbortSignal,
): Promise<void> {
  let failures = 0;
  let wrong = 0;
  for (;;) {
    signal?.throwIfAborted();
    const { bytes: from, sum } = await present(store, folder, file, (bytes) => report(bytes, true));
    if (!sum) return report(file.bytes, false);
    let arrived = from;
    const writer = await store.append(folder, file.name, from);
    let broken: unknown = null;
    try {
      for await (const piece of pieces(await open(file.name, from), signal)) {
        writer.write(piece);
        sum.update(piece);
        arrived += piece.byteLength;
        report(arrived, false);
        if (arrived > file.bytes) break;
      }
    } catch (error) {
      broken = error;
    } finally {
      writer.close();
    }
    signal?.throwIfAborted();
    if (arrived >= file.bytes) {
      const fault = sum.fault();
      if (fault === null) return;
      await store.remove(folder, file.name);
      wrong++;
      if (wrong < 2) continue;
      throw new Error(`${file.name} arrived twice with the wrong content: ${fault}. It was not kept; try again later.`);
    }
    failures = arrived > from ? 1 : failures + 1;
    if (failures < ATTEMPTS && !isFinal(broken)) {
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MILLISECONDS * failures));
      continue;
    }
    if (isFinal(broken)) throw broken;
    const reason = broken instanceof Error ? broken.message : "the transfer ended early";
    throw new Error(
      `${file.name} broke off at ${arrived} of ${file.bytes} bytes (${reason}). What has arrived is kept: ` +
        "download again to go on from there.",
    );
  }
}

/** Whether asking again would bring the same answer: the server refused, or the storage is full. */
function isFinal(error: unknown): boolean {
  return error !== null && !(error instanceof TypeError || (error as Error).name === "NetworkError");
}

async function* pieces(stream: ReadableStream<Uint8Array>, signal?: AbortSignal): AsyncGenerator<Uint8Array> {
  const reader = stream.getReader();
  const stop = () => void reader.cancel().catch(() => {});
  signal?.addEventListener("abort", stop, { once: true });
  try {
    for (let next = await reader.read(); !next.done; next = await reader.read()) yield next.value;
  } finally {
    signal?.removeEventListener("abort", stop);
    // Also when the caller has enough; a stream that has ended takes no notice.
    stop();
  }
}

/** What is there of a file already. Content that cannot be its own is removed. */
async function present(
  store: FileStore,
  folder: string,
  file: ExpectedFile,
  onBytes: (bytes: number) => void,
): Promise<Present> {
  const stored = await store.read(folder, file.name);
  if (stored && stored.size <= file.bytes) {
    const sum = checksum(file);
    let read = 0;
    await eachPiece(stored, (piece) => {
      sum.update(piece);
      read += piece.byteLength;
      onBytes(read);
    });
    if (stored.size < file.bytes) return { bytes: stored.size, sum };
    if (sum.fault() === null) return { bytes: file.bytes, sum: null };
  }
  await store.remove(folder, file.name);
  return { bytes: 0, sum: checksum(file) };
}

/**
 * The first file of a folder that is missing or damaged, and what is wrong with it; null when all
 * are as they should be.
 */
export async function findFault(
  store: FileStore,
  folder: string,
  files: readonly ExpectedFile[],
  progress: TransferProgress,
): Promise<{ file: ExpectedFile; fault: string } | null> {
  const total = files.reduce((sum, { bytes }) => sum + bytes, 0);
  let done = 0;
  for (const file of files) {
    const stored = await store.read(folder, file.name);
    if (!stored) return { file, fault: "it is missing" };
    const sum = checksum(file);
    await eachPiece(stored, (piece) => {
      sum.update(piece);
      done += piece.byteLength;
      progress({ file: file.name, done: Math.min(done, total), total, checking: true });
    });
    const fault = sum.fault();
    if (fault !== null) return { file, fault };
  }
  return null;
}
