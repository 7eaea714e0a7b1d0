/**
 * How much JavaScript a browser fetches before the page can be used, from the built page. Not the
 * worker's, nor chunks loaded later.
 */

import { readdirSync, readFileSync } from "node:fs";
import { join, posix } from "node:path";
import { gzipSync } from "node:zlib";
import { parseAst } from "vite";

export interface FileSize {
  file: string;
  bytes: number;
  gzip: number;
}

export interface PageSize {
  /** The entry of index.html and everything it imports statically. */
  page: FileSize[];
  /** All other JavaScript of the build. */
  later: FileSize[];
}

function sized(folder: string, file: string): FileSize {
  const content = readFileSync(join(folder, file));
  return { file, bytes: content.byteLength, gzip: gzipSync(content, { level: 9 }).byteLength };
}

/** Modules that a chunk imports statically, relative to the build's folder. */
function staticImports(folder: string, file: string): string[] {
  const { body } = parseAst(readFileSync(join(folder, file), "utf8"));
  return body.flatMap((node) => {
    const source = "source" in node ? node.source?.value : undefined;
    return typeof source === "string" ? [posix.join(posix.dirname(file), source)] : [];
  });
}

/**
 * @param folder A build of the page.
 * @throws {Error} When its index.html loads no module.
 */
export function pageSize(folder: string): PageSize {
  const html = readFileSync(join(folder, "index.html"), "utf8");
  const entries = [...html.matchAll(/<script\b[^>]*\btype="module"[^>]*\bsrc="\/?([^"]+)"/g)].map((match) =>
    posix.normalize(match[1]!),
  );
  if (entries.length === 0) throw new Error(`${join(folder, "index.html")} loads no module; build the page again.`);
  const reached = new Set<string>();
  const waiting = [...entries];
  for (let file = waiting.pop(); file !== undefined; file = waiting.pop()) {
    if (reached.has(file)) continue;
    reached.add(file);
    waiting.push(...staticImports(folder, file));
  }
  const all = readdirSync(join(folder, "assets")).filter((name) => name.endsWith(".js"));
  const later = all.map((name) => `assets/${name}`).filter((file) => !reached.has(file));
  return { page: [...reached].map((file) => sized(folder, file)), later: later.map((file) => sized(folder, file)) };
}
