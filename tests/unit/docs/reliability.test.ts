/**
 * Holds docs/reliability.md to the files that it names, and its threads to their number; not to
 * whether what a row says is so.
 */

import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

const root = fileURLToPath(new URL("../../..", import.meta.url));
const text = readFileSync(join(root, "docs/reliability.md"), "utf8");
const threads = text.split("## Threads of users")[1]!.split(/^## /m)[0]!;
const rows = [...threads.matchAll(/^\| (\d+) \|(.*)\|$/gm)].map(([, thread, rest]) => ({
  thread: Number(thread),
  cells: rest!.split("|").map((cell) => cell.trim()),
}));

test("every file that the document names is there", () => {
  const named = [...text.matchAll(/`((?:tests|e2e|src|bin|docs)\/[^`]+)`/g)].map(([, path]) => path!);
  const missing = named.filter((path) => !statSync(join(root, path), { throwIfNoEntry: false })?.isFile());
  expect(missing).toEqual([]);
});

test("every thread has a row of its own, in order", () => {
  const numbers = rows.map(({ thread }) => thread);
  expect(numbers).toHaveLength(85);
  expect(numbers).toEqual([...new Set(numbers)].sort((a, b) => a - b));
});

test.each(rows)(
  "thread $thread says what happens, and names tests that are there, or why there is none",
  ({ cells }) => {
    expect(cells).toHaveLength(3);
    const [met, happens, held] = cells as [string, string, string];
    expect(met).not.toBe("");
    expect(happens).not.toBe("");
    if (held === "none needed") expect(happens).toContain("does not apply");
    else if (held !== "not held") expect(held).toMatch(/^`(?:tests|e2e)\/[^`]+`(?:, `(?:tests|e2e)\/[^`]+`)*$/);
  },
);
