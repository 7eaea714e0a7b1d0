/**
 * Holds the threads of docs/reliability.md to their number and to the files that they name; not to
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
    const named = [...`${happens} ${held}`.matchAll(/`((?:tests|e2e|src|bin|docs)\/[^`]+)`/g)].map(([, path]) => path!);
    for (const path of named) {
      expect(statSync(join(root, path), { throwIfNoEntry: false })?.isFile(), path).toBe(true);
    }
    if (held === "none needed") expect(happens).toContain("does not apply");
    else if (held !== "not held") expect(held).toMatch(/^`(?:tests|e2e)\/[^`]+`(?:, `(?:tests|e2e)\/[^`]+`)*$/);
  },
);
