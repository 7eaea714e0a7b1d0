/**
 * All stylesheets lie on one page, those of parts that are loaded later, too: a class that two of
 * them describe changes its look when the second arrives.
 */

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";

const root = join(import.meta.dirname, "../../../src/page");

/** Classes that a stylesheet has a rule of their own for; rules for paper or widths change it. */
function described(css: string): string[] {
  const bare = css.replaceAll(/\/\*.*?\*\//gs, "");
  const always = bare.replaceAll(/@(?:media|container|supports)[^{]*\{(?:[^{}]*\{[^{}]*\})*[^{}]*\}/g, "");
  return [...always.matchAll(/(?:^|[},])\s*\.([\w-]+)\s*(?=[,{])/g)].map(([, name]) => name!);
}

test("a class has its look from one stylesheet", () => {
  const files = readdirSync(root, { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".css"));
  expect(files.length).toBeGreaterThan(50);
  const places = new Map<string, Set<string>>();
  for (const file of files) {
    for (const name of described(readFileSync(join(root, file), "utf8"))) {
      places.set(name, (places.get(name) ?? new Set()).add(file));
    }
  }
  expect(places.size).toBeGreaterThan(300);
  const twice = [...places].filter(([, where]) => where.size > 1);
  expect(twice.map(([name, where]) => `${name}: ${[...where].join(", ")}`)).toEqual([]);
});

test("rules, lists of rules and rules for paper are told apart", () => {
  const css =
    "/* .a { */ .b { x: y }\n.c,\n.d { x: y }\n.e > .f { x: y }\n@media print { .g { x: y } }\n.h:focus { x: y }";
  expect(described(css)).toEqual(["b", "c", "d"]);
});
