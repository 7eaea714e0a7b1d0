import { readFile } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import { formats, guessTask } from "../../../src/data/formats/registry";
import { splitExamples } from "../../../src/data/split";
import { readTable } from "../../../src/data/table";
import type { SampleListing } from "../../../src/data/types";

const folder = new URL("../../../public/samples/", import.meta.url);
const listings: SampleListing[] = JSON.parse(await readFile(new URL("index.json", folder), "utf8"));

describe("bundled samples", () => {
  it.each(listings)(
    "$id reads without a notice, has the listed task and rows and can be split",
    async ({ id, task, rows }) => {
      const table = await readTable(new File([await readFile(new URL(`${id}.csv`, folder))], `${id}.csv`));
      expect(table.notices).toEqual([]);
      expect(table.rows).toHaveLength(rows);
      const guess = guessTask(table);
      expect(guess).toEqual({ task, columns: { text: "text", textPair: null, label: "label" } });
      const { examples, labels, notices } = formats[task].read(table, guess.columns, null);
      expect(notices).toEqual([]);
      expect(new Set(examples.map(({ text }) => text)).size).toBe(rows);
      const { train, validation } = splitExamples(examples, 0.1, 0);
      for (const half of [train, validation]) expect(new Set(half.map(({ label }) => label)).size).toBe(labels.length);
    },
  );
});
