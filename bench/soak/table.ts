/**
 * What a soak came to, as it is kept in `measured.json`, and the tables of `docs/measured.md` that
 * it makes.
 */

import type { Bytes } from "./memory";
import { slopeOf } from "./slope";

/** Bytes at a step. */
export interface Sample {
  readonly step: number;
  readonly bytes: Bytes;
}

/** One executor's. */
export interface Soaked {
  readonly executor: string;
  /** For a person: what computed. */
  readonly device: string;
  readonly browser: string;
  /** Of its V8; left out: as people have it. */
  readonly jsFlags?: string;
  /** Each right after a collection of garbage. */
  readonly collected: readonly Sample[];
  /** From the last of `collected` on: no garbage was collected but by the browser itself. */
  readonly leftAlone: readonly Sample[];
  /** After one more collection; null: none was left alone. */
  readonly after: Sample | null;
}

/** Share of the samples until which code is compiled and pools fill. */
const WARM_UP = 0.15;

/** What computed, and how the browser was started where that was not as usual. */
const nameOf = ({ device, jsFlags }: Soaked) => (jsFlags === undefined ? device : `${device}, \`${jsFlags}\``);
const megabytes = (bytes: number) => (bytes / 1e6).toFixed(1);
const count = (step: number) => step.toLocaleString("en");

/** Markdown lines, by the name of their place in the document. */
export function memoryTables(all: readonly Soaked[]): Record<"memory held" | "memory left", string[]> {
  return { "memory held": heldTable(all), "memory left": garbageTable(all) };
}

/** What is held, and the slopes of lines through it. */
function heldTable(all: readonly Soaked[]): string[] {
  const rows = all.flatMap((soaked) => {
    const { collected } = soaked;
    return namesOf(collected).map((name) => {
      const points = seriesOf(collected, name);
      const later = points.slice(Math.floor(points.length * WARM_UP));
      const [first, last] = [later[0]!, later.at(-1)!];
      const steps = `${count(first.step)} to ${count(last.step)}`;
      const half = later.slice(Math.floor(later.length / 2));
      return `| ${nameOf(soaked)} | ${steps} | ${name} | ${megabytes(first.bytes)} | ${megabytes(last.bytes)} | ${slopeWords(later)} | ${slopeWords(half)} |`;
    });
  });
  return [
    "| executor | steps | what | first, MB | last, MB | MB for 1,000 steps (95 %) | of the second half alone |",
    "|---|---:|---|---:|---:|---:|---:|",
    ...rows,
  ];
}

/** How much garbage the browser lets lie, and that it is no more than garbage. */
function garbageTable(all: readonly Soaked[]): string[] {
  const rows = all.flatMap((soaked) => {
    const { collected, leftAlone, after } = soaked;
    const before = collected.at(-1);
    if (!before || !after) return [];
    return namesOf(leftAlone).map((name) => {
      const points = seriesOf(leftAlone, name);
      const figures = [
        before.bytes[name]!,
        Math.max(...points.map(({ bytes }) => bytes)),
        points.at(-1)!.bytes,
        after.bytes[name]!,
      ].map(megabytes);
      return `| ${nameOf(soaked)} | ${count(before.step)} to ${count(after.step)} | ${name} | ${figures.join(" | ")} |`;
    });
  });
  return [
    "| executor | steps | what | collected, MB | most, left alone | last, left alone | collected again |",
    "|---|---:|---|---:|---:|---:|---:|",
    ...rows,
  ];
}

const namesOf = (samples: readonly Sample[]) => [...new Set(samples.flatMap(({ bytes }) => Object.keys(bytes)))];

function seriesOf(samples: readonly Sample[], name: string): { readonly step: number; readonly bytes: number }[] {
  return samples.flatMap(({ step, bytes }) => (name in bytes ? [{ step, bytes: bytes[name]! }] : []));
}

function slopeWords(points: readonly { readonly step: number; readonly bytes: number }[]): string {
  const { slope, low, high } = slopeOf(
    points.map(({ step }) => step),
    points.map(({ bytes }) => bytes),
  );
  // Bytes a step, times 1,000 steps, over 1,000,000 bytes.
  const [per, from, to] = [slope, low, high].map((value) => (value / 1000).toFixed(3));
  return `${per} (${from} to ${to})`;
}
