/**
 * What the sample sets are made with: seeded drawing, sections of hand-written lines, words in
 * slots, and tables as files. It knows no set.
 */

import { readFileSync } from "node:fs";
import Papa from "papaparse";

/** The same numbers for the same seed, on every machine (mulberry32). */
export class Draw {
  #state;

  /** @param {string} seed */
  constructor(seed) {
    this.#state = [...seed].reduce((hash, letter) => Math.imul(hash ^ letter.codePointAt(0), 16777619), 2166136261);
  }

  /** A number in [0, 1). */
  number() {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }

  /** A whole number in [0, `below`). */
  below(below) {
    return Math.floor(this.number() * below);
  }

  pick(list) {
    return list[this.below(list.length)];
  }

  shuffle(list) {
    const shuffled = [...list];
    for (let last = shuffled.length - 1; last > 0; last--) {
      const other = this.below(last + 1);
      [shuffled[last], shuffled[other]] = [shuffled[other], shuffled[last]];
    }
    return shuffled;
  }

  /**
   * Deals a list's entries out in a random order, and anew when all are out: none is used much more
   * often than another.
   */
  deck(list) {
    let left = [];
    return () => {
      if (left.length === 0) left = this.shuffle(list);
      return left.pop();
    };
  }
}

/** The lines of `texts/NAME.txt`. */
export function readLines(name) {
  const text = readFileSync(new URL(`texts/${name}.txt`, import.meta.url), "utf8");
  return text.trimEnd().split("\n");
}

/** The lines below each `# heading` of `texts/NAME.txt`, by heading, in the file's order. */
export function readSections(name) {
  const sections = new Map();
  for (const line of readLines(name)) {
    if (line.startsWith("# ")) sections.set(line.slice(2), []);
    else if (line !== "") [...sections.values()].at(-1).push(line);
  }
  return sections;
}

/**
 * The groups of lines of `texts/NAME.txt` that an empty line separates; lines that begin with `#`
 * are remarks.
 */
export function readBlocks(name) {
  const lines = readLines(name).filter((line) => !line.startsWith("#"));
  const blocks = lines.join("\n").trim().split(/\n\n+/);
  return blocks.map((block) => block.split("\n"));
}

/**
 * Of every `[a|b|c]` the choice number `choice`, so that sentences that belong together take the
 * same.
 */
export function choose(text, choice) {
  return text.replace(/\[([^\]|]*\|[^\]]*)\]/g, (_, choices) => choices.split("|")[choice]);
}

/** How many choices every `[a|b|c]` of a text has; 1 where there is none. */
export function choicesOf(text) {
  return text.match(/\[([^\]|]*\|[^\]]*)\]/)?.[1].split("|").length ?? 1;
}

/** `{slot}` as what `fill` says of it. */
export function fillSlots(text, fill) {
  return text.replace(/\{(\w+)\}/g, (_, slot) => fill(slot));
}

export function capitalise(text) {
  return text[0].toUpperCase() + text.slice(1);
}

/**
 * The rows of which no earlier one has the same text.
 * @param key What of a row must not be there twice.
 */
export function distinct(rows, key) {
  const seen = new Set();
  return rows.filter((row) => {
    const text = key(row).toLowerCase();
    if (seen.has(text)) return false;
    seen.add(text);
    return true;
  });
}

/** Rows as CSV, their keys as the header. */
export function toCsv(rows) {
  return `${Papa.unparse(rows, { newline: "\n" })}\n`;
}

/** Rows as one JSON object a line. */
export function toJsonLines(rows) {
  return rows.map((row) => `${JSON.stringify(row)}\n`).join("");
}
