/**
 * Holds docs/page.md to the tests that it names: each file has a test of the name whose beginning
 * is quoted after it. Not for whether the test holds what the row says.
 */

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";

const root = fileURLToPath(new URL("../../..", import.meta.url));
const textOf = (path: string) => readFileSync(join(root, path), "utf8");

/** Cells of the rows of all tables, without their headings. */
function rowsOf(text: string): string[][] {
  const lines = text.split("\n").filter((line) => line.startsWith("|"));
  const cells = lines.map((line) =>
    line
      .split("|")
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
  const isRule = (row: string[] | undefined) => row?.every((cell) => /^-+$/.test(cell)) ?? false;
  return cells.filter((row, place) => !isRule(row) && !isRule(cells[place + 1]));
}

/** Files of tests with the beginnings of names that are quoted after them. */
function testsIn(text: string): { path: string; name: string | undefined }[] {
  return [...text.matchAll(/`((?:tests|e2e)\/[\w./-]+\.(?:test|spec)\.ts)`(?: “([^”]+)”)?/g)].map(([, path, name]) => ({
    path: path!,
    name,
  }));
}

/** Tests that are named and not there. */
function missing(text: string): string[] {
  return testsIn(text).flatMap(({ path, name }) => {
    if (name === undefined) return [`${path}: no test is named`];
    const source = textOf(path);
    return ['"', "`"].some((quote) => source.includes(quote + name)) ? [] : [`${path}: no “${name}”`];
  });
}

describe("docs/page.md", () => {
  const document = textOf("docs/page.md");
  const rows = rowsOf(document);

  test("names tests that are there", () => {
    expect(testsIn(rows.join("\n")).length).toBeGreaterThan(60);
    expect(missing(rows.join("\n"))).toEqual([]);
  });

  test("has all faults and all that was missed, each with a test or with where it belongs", () => {
    const faults = rows.filter(([id]) => /^B\d+$/.test(id!));
    expect(faults.map(([id]) => id)).toEqual(Array.from({ length: 34 }, (_, index) => `B${index + 1}`));
    const missed = rows.filter(([id]) => /^\d+$/.test(id!));
    expect(missed.map(([id]) => id)).toEqual(Array.from({ length: 17 }, (_, index) => `${index + 1}`));
    const without = [...faults, ...missed].filter((row) => testsIn(row.at(-1)!).length === 0);
    expect(without.filter((row) => row.at(-1) !== "–" || !row.at(-2)!.startsWith("not the page's: "))).toEqual([]);
  });
});

test("a test that is not there is found", () => {
  const named = "`tests/unit/docs/page.test.ts` “a test that is not there”, `tests/unit/docs/page.test.ts` “no such”";
  expect(missing(named)).toEqual(["tests/unit/docs/page.test.ts: no “no such”"]);
  expect(missing("`tests/unit/docs/page.test.ts`")).toEqual(["tests/unit/docs/page.test.ts: no test is named"]);
});
