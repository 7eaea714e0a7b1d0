/**
 * Holds docs/systems.md to its form, its own counts and the files it names; not to whether what a
 * row says is so.
 */

import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";

const root = fileURLToPath(new URL("../../..", import.meta.url));
const text = readFileSync(join(root, "docs/systems.md"), "utf8");

const HEADINGS = ["id", "name", "state", "where", "tests", "what is missing"];
const STATES = ["works", "partly", "no"];

interface Row {
  wave: string;
  id: string;
  name: string;
  state: string;
  where: string;
  tests: string;
  missing: string;
}

/** The cells of every table below a heading, head and rule included. */
function tableBelow(heading: string, section: string): string[][] {
  const lines = section.split("\n").filter((line) => line.startsWith("|"));
  if (lines.length < 2) throw new Error(`There is no table below "${heading}".`);
  return lines.map((line) =>
    line
      .replace(/^\||\|\s*$/g, "")
      .split("|")
      .map((cell) => cell.trim()),
  );
}

const [head = "", ...sections] = text.split(/^## /m);

const rows: Row[] = sections.flatMap((section) => {
  const title = section.split("\n", 1)[0]!;
  const [headings, , ...body] = tableBelow(title, section);
  expect(headings, title).toEqual(HEADINGS);
  return body.map((cells) => {
    expect(cells.length, `cells of ${cells[0]}`).toBe(HEADINGS.length);
    const [id, name, state, where, tests, missing] = cells as [string, string, string, string, string, string];
    return {
      wave: /^Wave (\d):/.exec(title)?.[1] ?? title,
      id,
      name,
      state: state.replaceAll("*", ""),
      where,
      tests,
      missing,
    };
  });
});

const quoted = (cell: string) => [...cell.matchAll(/`([^`]+)`/g)].map(([, path]) => path!);
const isThere = (path: string) => statSync(join(root, path), { throwIfNoEntry: false }) !== undefined;
const isEmpty = (cell: string) => ["", "–", "-", "none"].includes(cell);
const idsOf = (some: readonly Row[]) => some.map(({ id }) => id);

describe("docs/systems.md", () => {
  test("has 160 rows, each with an id of its own and a name", () => {
    expect(rows.length).toBe(160);
    expect(idsOf(rows).filter((id) => !/^S[0-2]-\d\d[a-e]?$/.test(id))).toEqual([]);
    expect(idsOf(rows).filter((id, index, ids) => ids.indexOf(id) !== index)).toEqual([]);
    expect(idsOf(rows.filter(({ name, where }) => isEmpty(name) || isEmpty(where)))).toEqual([]);
  });

  test("every state is one of the three", () => {
    expect(rows.filter(({ state }) => !STATES.includes(state)).map(({ id, state }) => [id, state])).toEqual([]);
  });

  test("every file it names is there", () => {
    const paths = quoted(text);
    expect(paths.length).toBeGreaterThan(rows.length);
    expect(paths.filter((path) => !isThere(path))).toEqual([]);
  });

  test("what works, or works partly, has a file and a test; nothing else stands among the tests", () => {
    const held = rows.filter(({ state }) => state !== "no");
    expect(idsOf(held.filter(({ tests, where }) => [tests, where].some((cell) => quoted(cell).length === 0)))).toEqual(
      [],
    );
    const named = rows.flatMap(({ tests }) => quoted(tests));
    expect(named.filter((path) => !/^(tests\/.+\.test|e2e\/.+\.spec)\.ts$/.test(path))).toEqual([]);
    const rest = rows.filter(({ tests }) => tests !== "none" && tests.replace(/`[^`]+`(, )?/g, "") !== "");
    expect(idsOf(rest)).toEqual([]);
  });

  test("what does not work says what is missing, and what works misses nothing", () => {
    expect(idsOf(rows.filter(({ state, missing }) => (state === "works") !== isEmpty(missing)))).toEqual([]);
  });

  test("the ids that a row names are rows", () => {
    const ids = new Set(idsOf(rows));
    const named = [...text.matchAll(/\bS\d-\d+[a-z]?\b/g)].map(([id]) => id);
    expect(named.filter((id) => !ids.has(id))).toEqual([]);
  });

  test("the counts in its head are those of the rows", () => {
    const [headings, , ...counts] = tableBelow("the head", head);
    expect(headings).toEqual(["wave", "rows", ...STATES]);
    const countsOf = (some: readonly Row[]) => [
      some.length,
      ...STATES.map((state) => some.filter((row) => row.state === state).length),
    ];
    const waves = [...new Set(rows.map(({ wave }) => wave))];
    const expected = [
      ...waves.map((wave) => [wave, ...countsOf(rows.filter((row) => row.wave === wave))]),
      ["all", ...countsOf(rows)],
    ];
    expect(counts).toEqual(expected.map((line) => line.map(String)));
    expect(head).toContain(`${rows.length} rows`);
  });
});
