/** The studio's words: one list for the page and the documents, and every dotted word is in it. */

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { splitByTerms, type Term, terms } from "../../../src/page/glossary/terms";

const root = fileURLToPath(new URL("../../..", import.meta.url));
const all: [string, Term][] = Object.entries(terms);

test("the glossary of the documents is the page's, in the order of the alphabet", () => {
  const document = readFileSync(join(root, "docs/methods.md"), "utf8");
  const table = document.slice(document.indexOf("## Glossary")).matchAll(/^\| (?!word)([^|]+) \| ([^|]+) \|$/gm);
  const rows = Array.from(table, ([, word, meaning]) => ({ word, meaning }));
  const own = all.map(([, { word, meaning }]) => ({ word, meaning }));
  expect(rows).toEqual(own.sort((a, b) => (a.word.toLowerCase() < b.word.toLowerCase() ? -1 : 1)));
});

test("every meaning is one sentence, and no spelling is of two words", () => {
  for (const [id, { meaning }] of all) expect(meaning, id).not.toMatch(/^[A-Z]|[.!?]( |$)/);
  const spellings = all.flatMap(([, { word, also = [] }]) => [word, ...also]);
  expect(new Set(spellings).size).toBe(spellings.length);
});

test("words that are dotted by hand stand on the page as they are in the glossary", () => {
  const files = readdirSync(join(root, "src/page"), { recursive: true, encoding: "utf8" });
  const marked = files
    .filter((name) => name.endsWith(".tsx"))
    .flatMap((name) =>
      Array.from(readFileSync(join(root, "src/page", name), "utf8").matchAll(/<Term of="(\w+)">([^<]*)</g)),
    );
  expect(marked.length).toBeGreaterThan(1);
  for (const [, id, text] of marked) {
    const { word, also = [] }: Term = terms[id as keyof typeof terms];
    expect([word, ...also], id).toContain(text!.trim());
  }
});

test("README and the runner use words of the glossary as they are written there", () => {
  const readme = readFileSync(join(root, "README.md"), "utf8");
  const used = splitByTerms(readme).flatMap(({ term }) => term ?? []);
  for (const term of ["frozen", "prefix", "head", "control", "adapter", "readOut"]) expect(used).toContain(term);
  const runner = readdirSync(join(root, "bin/headless"), { encoding: "utf8" })
    .map((name) => readFileSync(join(root, "bin/headless", name), "utf8"))
    .join("\n");
  for (const text of [readme, runner]) {
    expect(text).not.toMatch(/\b(hold-?out|held-out set|classifier head|soft token|pseudo token|dev set)\b/i);
  }
});

test("a text is dotted where a word stands first, whole, in any of its spellings", () => {
  expect(splitByTerms("Virtual tokens: 4 virtual tokens of a prefix; prefixes, prefixed.")).toEqual([
    { text: "Virtual tokens: 4 ", term: null },
    { text: "virtual tokens", term: "virtualToken" },
    { text: " of a ", term: null },
    { text: "prefix", term: "prefix" },
    { text: "; prefixes, prefixed.", term: null },
  ]);
  expect(splitByTerms("")).toEqual([]);
});
