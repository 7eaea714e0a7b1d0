/** Tables in documents: what stands between `<!-- NAME -->` and `<!-- /NAME -->`. */

import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { projectRoot } from "../build.mjs";

/**
 * What stands between the marks of a document.
 * @param {string} document Its path in the project.
 * @param {string} name
 * @returns {{ before: string, lines: string[], after: string }}
 * @throws {Error} When the marks are not there.
 */
export function marked(document, name) {
  const text = readFileSync(join(projectRoot, document), "utf8");
  const [begin, end] = [`<!-- ${name} -->`, `<!-- /${name} -->`];
  const [start, stop] = [text.indexOf(begin), text.indexOf(end)];
  if (start < 0 || stop < start) throw new Error(`${document} has no ${begin} … ${end}.`);
  const first = start + begin.length;
  return { before: text.slice(0, first), lines: text.slice(first, stop).trim().split("\n"), after: text.slice(stop) };
}

/**
 * Puts lines between the marks of a document.
 * @param {string} document Its path in the project.
 * @param {string} name
 * @param {string[]} lines
 * @throws {Error} When the marks are not there.
 */
export function fill(document, name, lines) {
  const { before, after } = marked(document, name);
  writeFileSync(join(projectRoot, document), `${before}\n\n${lines.join("\n")}\n\n${after}`);
}
