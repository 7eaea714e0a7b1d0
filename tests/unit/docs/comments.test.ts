/** Comments in the source wrap at 100 columns. Not for code, which the formatter wraps. */

import { readdirSync, readFileSync } from "node:fs";
import { extname, join, posix } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

const root = fileURLToPath(new URL("../../..", import.meta.url));

const COLUMNS = 100;

/** By a file's ending; scripts without one are the shell's. */
const HASHES = new Set([".py", ".sh", ".yml", ""]);
const SLASHES = new Set([".ts", ".tsx", ".mts", ".mjs", ".js", ".css", ".wgsl", ".html"]);

/** Source below these folders and at the root; `fixtures` are data except for their own modules. */
const FOLDERS = ["src", "shaders", "public", "tests", "e2e", "bin", "bench", "tools", ".ci"];

/** Generated, or installed by tools into folders of the project. */
const NOT_OURS = /(^|\/)(node_modules|__pycache__|\.venv)\/|_pb\.ts$|^tests\/fixtures\/.*\//;

/** What cannot be broken: the linter reads one line, and so does who follows a link. */
const UNBREAKABLE = /biome-ignore|https?:\/\//;

/** Paths from the root, with `/`. */
function sourceFiles(): string[] {
  const below = FOLDERS.flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => posix.join(entry.parentPath.slice(root.length).replaceAll("\\", "/"), entry.name)),
  );
  const atRoot = readdirSync(root).filter((name) => SLASHES.has(extname(name)) && extname(name) !== "");
  return [...below, ...atRoot].filter((path) => {
    const ending = extname(path);
    return !NOT_OURS.test(path) && (SLASHES.has(ending) || (HASHES.has(ending) && !path.startsWith("public/")));
  });
}

/** Numbers of the lines, from 1, that are comments and too long. */
function longComments(text: string, ending: string): number[] {
  const [opens, closes, single] = HASHES.has(ending) ? [/^"""/, /"""/, /^#/] : [/^\{?\/\*|^<!--/, /\*\/|-->/, /^\/\//];
  let inside = false;
  return text.split("\n").flatMap((line, index) => {
    const trimmed = line.trim();
    const begins = !inside && opens.test(trimmed);
    const isComment = inside || begins || single.test(trimmed);
    if (begins) inside = !closes.test(trimmed.replace(opens, ""));
    else if (inside && closes.test(trimmed)) inside = false;
    return isComment && [...line].length > COLUMNS && !UNBREAKABLE.test(line) ? [index + 1] : [];
  });
}

test("no comment is wider than 100 columns", () => {
  const files = sourceFiles();
  expect(files).toEqual(expect.arrayContaining(["src/runs/run.ts", "shaders/adamw.wgsl", "tools/test.mjs", ".ci/run"]));
  const long = files.flatMap((path) =>
    longComments(readFileSync(join(root, path), "utf8"), extname(path)).map((line) => `${path}:${line}`),
  );
  expect(long).toEqual([]);
});

test("comments that are too wide are found, and nothing else", () => {
  const wide = "x".repeat(COLUMNS);
  expect(longComments(`/**\n * ${wide}\n */\n// ${wide}\ncall("${wide}");\n/* ${wide} */\n${wide}`, ".ts")).toEqual([
    2, 4, 6,
  ]);
  expect(longComments(`// https://example.org/${wide}\n// biome-ignore ${wide}`, ".ts")).toEqual([]);
  expect(longComments(`"""\n${wide}x\n"""\n"""${wide}"""\n# ${wide}\ncall("${wide}")`, ".py")).toEqual([2, 4, 5]);
});
