/**
 * Serves the built page on this machine, and beside it the files that a configuration names; takes
 * the page's files in.
 */

import { randomUUID } from "node:crypto";
import { createWriteStream, statSync } from "node:fs";
import { rm } from "node:fs/promises";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { basename, dirname } from "node:path";
import { pipeline } from "node:stream/promises";
import sirv from "sirv";
import { preview } from "vite";
import { HUB_SERVERS, securityHeaders } from "../../tools/security/headers.mjs";
import { servedPolicy } from "../../tools/security/plugin.mjs";
import { diskError } from "./disk-error";

type Middleware = (request: IncomingMessage, response: ServerResponse, next: () => void) => void;

/** Files and folders under one unguessable path. */
export class SharedFiles {
  readonly prefix = `/configuration-${randomUUID()}`;
  readonly #entries: { folder: Middleware; only: string | null }[] = [];
  /** By their path on the server: where to, and what is done with it then. */
  readonly #awaited = new Map<string, { path: string; written: () => void; refused: () => void }>();

  /**
   * Makes a file, or the files directly in a folder, readable.
   * @param path Absolute, existing.
   * @returns Its path on the server, without a slash at the end.
   */
  share(path: string): string {
    const isFolder = statSync(path).isDirectory();
    const folder = sirv(isFolder ? path : dirname(path), { dev: true, dotfiles: true, extensions: [] }) as Middleware;
    this.#entries.push({ folder, only: isFolder ? null : basename(path) });
    const place = `${this.prefix}/${this.#entries.length - 1}`;
    return isFolder ? place : `${place}/${encodeURIComponent(basename(path))}`;
  }

  /**
   * Lets the page PUT one file, which is written to `path`, and calls `written`: what it throws, or
   * the disk says, is the answer, after `refused`. A page may only download ten files by itself.
   * @returns Where to, on the server.
   */
  receive(path: string, written: () => void = () => {}, refused: () => void = () => {}): string {
    const place = `/${randomUUID()}`;
    this.#awaited.set(place, { path, written, refused });
    return this.prefix + place;
  }

  /** Answers requests under `prefix`, which the caller has removed from the request's URL. */
  readonly middleware: Middleware = (request, response) => {
    const missing = () => {
      response.statusCode = 404;
      response.end();
    };
    const awaited = request.method === "PUT" ? this.#awaited.get(request.url ?? "") : undefined;
    if (awaited !== undefined) {
      this.#awaited.delete(request.url ?? "");
      const answer = (status: number, text = "") => {
        response.statusCode = status;
        response.end(text);
      };
      pipeline(request, createWriteStream(awaited.path, { flush: true }))
        .then(awaited.written)
        .then(
          () => answer(204),
          async (error: unknown) => {
            // Half of a file takes room, and is of no use.
            await rm(awaited.path, { force: true }).catch(() => {});
            awaited.refused();
            answer(507, diskError(error, awaited.path).message);
          },
        );
      return;
    }
    const [, index, name, ...deeper] = (request.url ?? "").split("/");
    const entry = this.#entries[Number(index)];
    if (!entry || !name || deeper.length > 0) return missing();
    if (entry.only !== null && name !== encodeURIComponent(entry.only)) return missing();
    request.url = `/${name}`;
    entry.folder(request, response, missing);
  };
}

export interface StudioServer {
  /** Ends with a slash. */
  readonly url: string;
  readonly shared: SharedFiles;
  close(): Promise<void>;
}

/**
 * Serves `dist/` of the project on a free port of the loopback address.
 * @param endpoint A Hub that the page may ask beside this server and huggingface.co.
 */
export async function serveStudio(root: string, endpoint: string): Promise<StudioServer> {
  const shared = new SharedFiles();
  const listening = process.listeners("SIGTERM");
  const hubs = [...HUB_SERVERS, new URL(endpoint).origin];
  const server = await preview({
    root,
    logLevel: "error",
    preview: { host: "127.0.0.1", port: 0, open: false, headers: securityHeaders(hubs) },
    plugins: [
      servedPolicy(hubs),
      {
        name: "configuration-files",
        configurePreviewServer: ({ middlewares }) => {
          middlewares.use(shared.prefix, shared.middleware);
        },
      },
    ],
  });
  // Vite ends the process at once, the runner after what is to be written.
  for (const listener of process.listeners("SIGTERM")) {
    if (listening.includes(listener)) continue;
    process.removeListener("SIGTERM", listener);
    process.stdin.removeListener("end", listener);
  }
  const { port } = server.httpServer.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}/`, shared, close: () => server.close() };
}
