/**
 * Holds the documents at the root and in docs/ to one another and to the source: links name files
 * and headings that are there, paths and functions named in them exist, and ARCHITECTURE.md lists
 * every folder of src. Not for whether what they say of them is so.
 */

import { readdirSync, readFileSync, statSync } from "node:fs";
import { dirname, join, posix } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";

const root = fileURLToPath(new URL("../../..", import.meta.url));

const isThere = (path: string) => statSync(join(root, path), { throwIfNoEntry: false }) !== undefined;
const isFile = (path: string) => statSync(join(root, path), { throwIfNoEntry: false })?.isFile() === true;
const textOf = (path: string) => readFileSync(join(root, path), "utf8");

/** Paths from the root, with `/`. */
const documents = ["", "docs"].flatMap((folder) =>
  readdirSync(join(root, folder))
    .filter((name) => name.endsWith(".md"))
    .map((name) => posix.join(folder, name)),
);

/** What Markdown reads as text: no fenced code, no code spans. */
function prose(text: string): string {
  return text.replace(/^```.*?^```/gms, "").replace(/`[^`]*`/g, "");
}

/** Targets of links and pictures. */
function linksIn(text: string): string[] {
  return [...prose(text).matchAll(/\]\(([^()\s]+)\)/g)].map(([, target]) => target!);
}

/** The fragments of a document's headings, as GitHub makes them. */
function fragmentsOf(text: string): Set<string> {
  const found = new Set<string>();
  for (const [, title] of text.replace(/^```.*?^```/gms, "").matchAll(/^#{1,6} (.+)$/gm)) {
    const plain = title!.toLowerCase().replace(/[^\p{L}\p{N} _-]/gu, "");
    const fragment = plain.replaceAll(" ", "-");
    let own = fragment;
    for (let count = 1; found.has(own); count++) own = `${fragment}-${count}`;
    found.add(own);
  }
  return found;
}

/** What is wrong with the links of a document at this path. */
function brokenLinks(path: string, text: string): string[] {
  return linksIn(text)
    .filter((target) => !/^[a-z]+:/.test(target))
    .flatMap((target) => {
      const [file = "", fragment] = target.split("#");
      const named = file === "" ? path : posix.join(dirname(path), file);
      if (named !== path && !isThere(named)) return [`${path}: there is no ${named}`];
      if (fragment === undefined) return [];
      const headings = fragmentsOf(named === path ? text : textOf(named));
      return headings.has(fragment) ? [] : [`${path}: ${named} has no heading #${fragment}`];
    });
}

/** Code spans that name a file or folder by its path, with what follows a colon. */
function pathsIn(text: string): { path: string; names: string[] }[] {
  const spans = [...text.replace(/^```.*?^```/gms, "").matchAll(/`([^`\n]+)`/g)].map(([, span]) => span!);
  return spans.flatMap((span) => {
    const [, path, names = ""] = /^([\w.-]+(?:\/[\w.-]+)+\/?)(?::(.+))?$/.exec(span) ?? [];
    if (path === undefined) return [];
    // A placeholder in capitals (`src/kernels/NAME.ts`) stands for any name.
    if (/\b[A-Z]{2,}\b(?!\.md)/.test(path)) return [];
    const isOurs = path.startsWith("src/") || /\.(ts|tsx|mjs|wgsl|py|md)$/.test(path);
    return isOurs ? [{ path, names: names.split(/,\s*/).filter((name) => name !== "") }] : [];
  });
}

/** A path from the root, or, as ARCHITECTURE.md shortens them, from src. */
function resolved(path: string): string | null {
  return [path, `src/${path}`].find(isThere) ?? null;
}

/** What a document names and is not there: files, folders, and functions after a file's colon. */
function missing(path: string, text: string): string[] {
  return pathsIn(text).flatMap(({ path: named, names }) => {
    const file = resolved(named);
    if (file === null) return [`${path}: there is no ${named}`];
    if (names.length === 0) return [];
    if (!isFile(file)) return [`${path}: ${named} is no file, so it holds no ${names.join(", ")}`];
    const source = textOf(file);
    return names
      .filter((name) => !new RegExp(`(^|[^\\w#])${name}\\b`).test(source))
      .map((name) => `${path}: ${named} has no ${name}`);
  });
}

describe("links", () => {
  test("documents are found", () => {
    expect(documents).toEqual(expect.arrayContaining(["README.md", "ARCHITECTURE.md", "docs/methods.md"]));
  });

  test.each(documents)("of %s name files and headings that are there", (path) => {
    expect(brokenLinks(path, textOf(path))).toEqual([]);
  });

  test("that lead nowhere are found", () => {
    const text = "# One\n## Two: words\n## Two: words\n[a](#two-words-1) [b](#three) ![c](no.png) [d](../README.md#no)";
    expect(brokenLinks("docs/x.md", text)).toEqual([
      "docs/x.md: docs/x.md has no heading #three",
      "docs/x.md: there is no docs/no.png",
      "docs/x.md: README.md has no heading #no",
    ]);
    expect(brokenLinks("docs/x.md", "`[a](no.md)` and [b](https://example.org/no)")).toEqual([]);
  });
});

describe("paths", () => {
  test.each(documents)("that %s names exist, and so do the functions it names in them", (path) => {
    expect(missing(path, textOf(path))).toEqual([]);
  });

  test("that do not exist are found", () => {
    const text = "`src/no/file.ts`, `runs/run.ts:train, derail`, `src/runs/:x`, `src/kernels/NAME.ts`, `OWNER/NAME`";
    expect(missing("x.md", text)).toEqual([
      "x.md: there is no src/no/file.ts",
      "x.md: runs/run.ts has no derail",
      "x.md: src/runs/ is no file, so it holds no x",
    ]);
  });

  test("ARCHITECTURE.md lists every folder of src, and no other", () => {
    const listed = [...textOf("ARCHITECTURE.md").matchAll(/^src\/(\w+)\/ /gm)].map(([, folder]) => folder!);
    const folders = readdirSync(join(root, "src"), { withFileTypes: true }).filter((entry) => entry.isDirectory());
    expect(listed.sort()).toEqual(folders.map(({ name }) => name).sort());
  });
});
