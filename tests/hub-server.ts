/**
 * A server in Node that speaks the Hugging Face Hub's file layout, for tests that must not need the
 * internet: model and tree answers, files by range, large files behind a redirect, gated models,
 * transfers that break off or arrive damaged.
 */

import { createHash } from "node:crypto";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

export interface ServedModel {
  /** By name. Those that end in `.safetensors` or `.parquet` are in large-file storage. */
  files: Record<string, Uint8Array>;
  licence?: string;
  /** Metadata of the card, beside the licence. */
  card?: Record<string, unknown>;
  /** Files are sent only with this token; with another one the conditions were not accepted. */
  gatedBy?: string;
  /** Name → commit; `main` is there by itself. */
  revisions?: Record<string, string>;
}

export interface HubServer {
  /** Without a slash at its end. */
  readonly address: string;
  /** What was asked for, as `PATH` or `PATH bytes=FROM-TO`. Grows. */
  readonly requests: string[];
  /** The next transfer of this file's content ends after so many bytes, with the connection. */
  breakOff(file: string, afterBytes: number): void;
  /** From the next transfer on, so many transfers of this file arrive with one wrong byte. */
  damage(file: string, transfers: number): void;
  /** Milliseconds between pieces of 64 KiB, from now on. */
  slowDown(milliseconds: number): void;
  close(): Promise<void>;
}

export const COMMIT = "0123456789abcdef0123456789abcdef01234567";

const EXPOSED =
  "X-Repo-Commit,X-Request-Id,X-Error-Code,X-Error-Message,ETag,Link,Content-Range,X-Linked-Size,X-Linked-ETag";

const isLarge = (name: string) => /\.(safetensors|parquet)$/.test(name);
const sha256 = (bytes: Uint8Array) => createHash("sha256").update(bytes).digest("hex");
const gitId = (bytes: Uint8Array) => createHash("sha1").update(`blob ${bytes.length}\0`).update(bytes).digest("hex");

/**
 * Serves models by `OWNER/NAME`, and data sets by `datasets/OWNER/NAME`, on a free port of the
 * loopback address.
 */
export async function serveHub(models: Record<string, ServedModel>): Promise<HubServer> {
  const requests: string[] = [];
  const breaking = new Map<string, number>();
  const damaged = new Map<string, number>();
  let pause = 0;

  const send = (
    response: ServerResponse,
    status: number,
    headers: Record<string, string>,
    body: Uint8Array | string,
  ) => {
    response.writeHead(status, headers).end(body);
  };
  const sendJson = (response: ServerResponse, status: number, value: unknown, headers: Record<string, string> = {}) =>
    send(response, status, { "Content-Type": "application/json; charset=utf-8", ...headers }, JSON.stringify(value));

  async function sendContent(request: IncomingMessage, response: ServerResponse, name: string, content: Uint8Array) {
    const range = /^bytes=(\d+)-(\d*)$/.exec(request.headers.range ?? "");
    const from = range ? Number(range[1]) : 0;
    const to = range?.[2] ? Math.min(Number(range[2]) + 1, content.length) : content.length;
    const isProbe = to - from <= 1;
    const part = content.slice(from, to);
    const wrong = damaged.get(name) ?? 0;
    if (wrong > 0 && !isProbe && part.length > 100) {
      damaged.set(name, wrong - 1);
      part[50]! ^= 0xff;
    }
    response.writeHead(range ? 206 : 200, {
      "Content-Type": "application/octet-stream",
      "Content-Length": String(part.length),
      "Accept-Ranges": "bytes",
      ETag: `"${isLarge(name) ? sha256(content) : gitId(content)}"`,
      ...(range ? { "Content-Range": `bytes ${from}-${to - 1}/${content.length}` } : {}),
    });
    const limit = isProbe ? undefined : breaking.get(name);
    const end = limit === undefined ? part.length : Math.min(limit, part.length);
    for (let at = 0; at < end && !response.destroyed; at += 65536) {
      response.write(part.subarray(at, Math.min(at + 65536, end)));
      if (pause > 0) await new Promise((resolve) => setTimeout(resolve, pause));
    }
    if (limit === undefined || limit >= part.length) {
      response.end();
      return;
    }
    breaking.delete(name);
    // What was written must be on its way before the line is cut.
    setTimeout(() => response.destroy(), 50);
  }

  const answer = async (request: IncomingMessage, response: ServerResponse) => {
    const { pathname } = new URL(request.url ?? "/", "http://hub");
    requests.push(request.headers.range ? `${pathname} ${request.headers.range}` : pathname);
    response.setHeader("Access-Control-Allow-Origin", "*");
    response.setHeader("Access-Control-Expose-Headers", EXPOSED);
    if (request.method === "OPTIONS") {
      const allowed = {
        "Access-Control-Allow-Headers": "authorization, range, accept",
        "Access-Control-Allow-Methods": "GET",
      };
      return send(response, 204, allowed, "");
    }
    const parts = pathname.split("/").slice(1).map(decodeURIComponent);
    if (parts[0] === "large") {
      const [, key, ...path] = parts as [string, string, ...string[]];
      const file = path.join("/");
      return sendContent(request, response, file, models[key]!.files[file]!);
    }
    const isApi = parts[0] === "api";
    const isData = parts[isApi ? 1 : 0] === "datasets";
    const [owner, name, kind, revision, ...path] = parts.slice(isApi ? 2 : isData ? 1 : 0);
    const key = `${isData ? "datasets/" : ""}${owner}/${name}`;
    const model = models[key];
    const token = request.headers.authorization?.replace(/^Bearer /, "") ?? null;
    if (!model) {
      // As the Hub does: what is not there looks like what is private.
      const status = token === null ? 401 : 404;
      return sendJson(response, status, { error: "Repository not found" }, { "X-Error-Code": "RepoNotFound" });
    }
    const commits: Record<string, string> = { main: COMMIT, HEAD: COMMIT, ...model.revisions };
    const commit = commits[revision ?? "main"] ?? Object.values(commits).find((known) => known === revision);
    if (!commit) {
      const said = { error: `Invalid rev id: ${revision}` };
      return sendJson(response, 404, said, { "X-Error-Code": "RevisionNotFound" });
    }
    response.setHeader("X-Repo-Commit", commit);
    if (isApi && kind === "revision") {
      return sendJson(response, 200, {
        _id: "621ffdc036468d709f17434d",
        id: `${owner}/${name}`,
        sha: commit,
        private: false,
        gated: model.gatedBy ? "manual" : false,
        downloads: 1,
        likes: 1,
        lastModified: "2026-01-01T00:00:00.000Z",
        cardData: { ...model.card, ...(model.licence && { license: model.licence }) },
      });
    }
    if (isApi && kind === "tree") {
      const entries = Object.entries(model.files).map(([file, bytes]) => ({
        type: "file",
        oid: isLarge(file) ? "0".repeat(40) : gitId(bytes),
        size: bytes.length,
        path: file,
        ...(isLarge(file) ? { lfs: { oid: sha256(bytes), size: bytes.length, pointerSize: 134 } } : {}),
      }));
      return sendJson(response, 200, entries);
    }
    if (model.gatedBy && token !== model.gatedBy) {
      const said = { error: `Access to model ${owner}/${name} is restricted.` };
      return sendJson(response, token === null ? 401 : 403, said, { "X-Error-Code": "GatedRepo" });
    }
    const file = path.join("/");
    const content = model.files[file];
    if (kind !== "resolve" || !content) {
      return sendJson(response, 404, { error: "Entry not found" }, { "X-Error-Code": "EntryNotFound" });
    }
    if (!isLarge(file)) return sendContent(request, response, file, content);
    const headers = { "X-Linked-Size": String(content.length), "X-Linked-ETag": `"${sha256(content)}"` };
    return send(response, 302, { ...headers, Location: `/large/${encodeURIComponent(key)}/${file}` }, "");
  };

  const server: Server = createServer((request, response) => {
    answer(request, response).catch((error: Error) => response.destroy(error));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    address: `http://127.0.0.1:${port}`,
    requests,
    breakOff: (file, afterBytes) => void breaking.set(file, afterBytes),
    damage: (file, transfers) => void damaged.set(file, transfers),
    slowDown(milliseconds) {
      pause = milliseconds;
    },
    close() {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}
