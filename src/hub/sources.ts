/**
 * Folders of files that are read by range: dropped or chosen ones, and those that the page's own
 * server offers. Not for: what the files hold (`config.ts`, `tokenizer.ts`, `safetensors.ts`) or
 * keeping them (`stored-models.ts`).
 */

import { checkFileNames } from "./refusals";
import type { ModelFile, ModelFolder } from "./types";

/** Bytes of one file that have arrived over the network, out of `total`. */
export type DownloadProgress = (file: string, received: number, total: number) => void;

/**
 * Up to this size a file is fetched once and kept as a Blob; above, every read is an HTTP range.
 */
const WHOLE_FILE_BYTES = 64 * 2 ** 20;

/** A file over a Blob (a dropped file, a finished download). */
export function blobFile(name: string, blob: Blob): ModelFile {
  return {
    name,
    size: blob.size,
    async read(start, end) {
      return new Uint8Array(await blob.slice(start, end).arrayBuffer());
    },
  };
}

/** A file over bytes already in memory. */
export function bytesFile(name: string, bytes: Uint8Array): ModelFile {
  return { name, size: bytes.byteLength, read: async (start, end) => bytes.subarray(start, end) };
}

/** What to say when a server has no file where one should be. */
export function refusalOf(url: URL, response: Response): Error {
  return new Error(
    `${url.pathname} could not be read: the server answered ${response.status} ${response.statusText}. ` +
      "Check that the page is served with its models folder.",
  );
}

/** Drains a response into a Blob, counting bytes. */
async function download(
  url: URL,
  size: number,
  response: Response,
  onBytes: (received: number) => void,
): Promise<Blob> {
  const parts: Uint8Array<ArrayBuffer>[] = [];
  let received = 0;
  if (response.body) {
    const reader = response.body.getReader();
    for (let next = await reader.read(); !next.done; next = await reader.read()) {
      parts.push(next.value);
      received += next.value.byteLength;
      onBytes(received);
    }
  }
  if (received !== size) {
    throw new Error(`${url.pathname} has ${received} bytes, but its server said ${size}. Load the page again.`);
  }
  return new Blob(parts);
}

/**
 * A file on a server. Small files come whole on the first read. Of big ones only the asked range is
 * fetched, unless the server ignores ranges: then its one answer is kept and serves all reads.
 */
function httpFile(url: URL, name: string, size: number, progress: DownloadProgress): ModelFile {
  let whole: Promise<Blob> | null = null;
  let ranged = 0;

  const keepWhole = (response: Promise<Response>): Promise<Blob> => {
    whole ??= response.then((answer) => {
      if (!answer.ok) {
        throw refusalOf(url, answer);
      }
      return download(url, size, answer, (received) => progress(name, received, size));
    });
    // A failed download may be tried again.
    whole.catch(() => {
      whole = null;
    });
    return whole;
  };

  const readRange = async (start: number, end: number): Promise<Uint8Array> => {
    const response = await fetch(url, { headers: { Range: `bytes=${start}-${end - 1}` } });
    if (response.status === 200) {
      if (whole) {
        // Another read has begun to keep the whole file already.
        await response.body?.cancel();
      }
      const blob = await (whole ?? keepWhole(Promise.resolve(response)));
      return new Uint8Array(await blob.slice(start, end).arrayBuffer());
    }
    if (response.status !== 206) {
      throw refusalOf(url, response);
    }
    const bytes = new Uint8Array(await response.arrayBuffer());
    ranged = Math.min(size, ranged + bytes.byteLength);
    progress(name, ranged, size);
    return bytes;
  };

  return {
    name,
    size,
    async read(start, end) {
      if (start >= end) {
        return new Uint8Array(0);
      }
      if (whole === null && size > WHOLE_FILE_BYTES) {
        return readRange(start, end);
      }
      const blob = await (whole ?? keepWhole(fetch(url)));
      return new Uint8Array(await blob.slice(start, end).arrayBuffer());
    },
  };
}

/** A file and where it lies in what was dropped or chosen, for example `tiny/config.json`. */
export interface LocalFile {
  path: string;
  file: Blob;
}

/**
 * A local folder, dropped or chosen. The folder meant is the one that holds `config.json`.
 * @throws Error when there is no `config.json`, or more than one.
 */
export function filesFolder(name: string, files: readonly LocalFile[]): ModelFolder {
  const configs = files.map(({ path }) => path).filter((path) => path.split("/").pop() === "config.json");
  const [config] = configs;
  if (configs.length > 1) {
    throw new Error(
      `A model folder has one config.json, but "${name}" has ${configs.length} (${configs.join(", ")}). ` +
        "Choose the folder that holds config.json, tokenizer.json and model.safetensors.",
    );
  }
  const source = `dir:${name}`;
  if (config === undefined) {
    checkFileNames(
      files.map(({ path }) => path.split("/").at(-1)!),
      name,
    );
    throw new Error(`${name} has no config.json.`);
  }
  const root = config.slice(0, -"config.json".length);
  const byPath = new Map(files.map(({ path, file }) => [path, file]));
  const inside = [...byPath.keys()].filter((path) => path.startsWith(root)).map((path) => path.slice(root.length));
  return {
    source,
    name,
    files: inside,
    async open(fileName) {
      const file = byPath.get(root + fileName);
      return file ? blobFile(fileName, file) : null;
    },
  };
}

/** What a served folder is called: the URL's fragment, else the last part of its path. */
export function servedFolderName(url: URL): string {
  return decodeURIComponent(url.hash.slice(1)) || url.pathname.split("/").filter(Boolean).at(-1) || "model";
}

/**
 * A model folder that this page's own server offers: what the headless runner does for `dir:PATH`.
 * The URL's fragment is the folder's name, or `hf:OWNER/NAME[@REVISION]` for what the runner
 * brought from the Hub.
 * @throws Error when the URL is not of this origin: nothing is fetched from elsewhere.
 */
export function servedFolder(url: URL, origin: string, progress: DownloadProgress = () => {}): ModelFolder {
  if (url.origin !== origin) {
    throw new Error(`A model folder must be served by this page's own server (${origin}), not by ${url.origin}.`);
  }
  const called = servedFolderName(url);
  const hub = /^hf:([^@]+)/.exec(called);
  return {
    source: hub ? called : `dir:${called}`,
    name: hub?.[1] ?? called,
    async open(file) {
      const place = new URL(`${url.pathname.replace(/\/$/, "")}/${file}`, url.origin);
      const response = await fetch(place, { method: "HEAD" });
      if (response.status === 404) {
        return null;
      }
      if (!response.ok) {
        throw refusalOf(place, response);
      }
      return httpFile(place, file, Number(response.headers.get("content-length")), progress);
    },
  };
}
