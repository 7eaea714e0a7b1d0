/**
 * A notebook's file holds what went in, and what is damaged, cut off, of another version or too
 * clever is refused with its reason, as a whole.
 */

import { parse, stringify } from "devalue";
import { strFromU8, strToU8, unzipSync, zipSync } from "fflate";
import { beforeAll, describe, expect, it, test } from "vitest";
import { fileBytes, givenAnswers, readNotebook, writeNotebook } from "../../../src/page/kept/notebook-file";
import { openRecord, readRecord } from "../../../src/page/store/session";
import type { NotebookEntry } from "../../../src/page/store/state";
import { ended, kept, LABELS } from "./kept";

const WHEN = new Date(Date.UTC(2026, 10, 30, 9));
const [FIRST, SECOND] = ["mb1x-aaaa", "mb1y-bbbb"];
const bytesOf = async (blob: Blob) => new Uint8Array(await blob.arrayBuffer());

let whole: Uint8Array;
let files: Record<string, Uint8Array>;
beforeAll(async () => {
  whole = await bytesOf(await writeNotebook(kept([ended(FIRST), ended(SECOND)]), WHEN));
  files = unzipSync(whole);
});

/** The file with some of its content changed. */
const changed = (changes: Record<string, (text: string) => string>) =>
  zipSync({
    ...files,
    ...Object.fromEntries(
      Object.entries(changes).map(([path, change]) => [path, strToU8(change(strFromU8(files[path]!)))]),
    ),
  });
// biome-ignore lint/suspicious/noExplicitAny: what is damaged has no type
const withList = (change: (list: any) => void) =>
  changed({
    "notebook.json": (text) => {
      const list = JSON.parse(text);
      change(list);
      return JSON.stringify(list);
    },
  });

describe("a file", () => {
  test("gives back records, curves, labels and adapters", async () => {
    const read = readNotebook(whole);
    expect(read.records.map(([id]) => id)).toEqual([FIRST, SECOND]);
    expect(read.labels).toEqual([[FIRST, LABELS]]);
    expect(read.adapters.map(([run]) => run)).toEqual([`${FIRST}/a`, `${SECOND}/a`]);
    expect(await read.adapters[1]![1].text()).toBe("an adapter");
    const comparison = openRecord(readRecord(read.records[0]![1]));
    const { since: _, ...written } = ended(FIRST);
    expect(comparison).toEqual(written);
    expect(comparison.runs[0]!.curves.evaluations.last("loss")).toBeNaN();
    expect([...comparison.runs[0]!.curves.steps.column("loss")]).toEqual([0.5]);
  });

  test("without adapters says of no run that its adapter is kept", async () => {
    const blob = await writeNotebook({ ...kept([ended(FIRST)]), adapters: [] }, WHEN);
    const { records, adapters } = readNotebook(await bytesOf(blob));
    expect(adapters).toEqual([]);
    expect(readRecord(records[0]![1]).runs[0]!.saved).toBe(false);
  });

  test("has one that was running as stopped", async () => {
    const running = ended(FIRST, { endedAt: null, state: "running" });
    const { records } = readNotebook(await bytesOf(await writeNotebook(kept([running]), WHEN)));
    expect(readRecord(records[0]![1])).toMatchObject({ state: "stopped", endedAt: 1000 });
  });

  test("of a comparison of an earlier version is written and read in today's", async () => {
    const [, record] = kept([ended(FIRST)]).records[0]!;
    const earlier = { ...(record as object), version: 3 };
    const old = { ...kept([]), records: [[FIRST, earlier] as const] };
    expect(readRecord(readNotebook(await bytesOf(await writeNotebook(old, WHEN))).records[0]![1]).id).toBe(FIRST);
    // And where another studio wrote it so.
    const asWritten = changed({ "comparisons/1.json": (text) => stringify({ ...parse(text), version: 3 }) });
    expect(readRecord(readNotebook(asWritten).records[0]![1])).toMatchObject({ id: FIRST, runs: [{ name: "a" }] });
  });

  test("says about its size before, and how many answers were given by hand", () => {
    const bytes = { record: 10, adapters: 100, files: 1000 };
    expect(fileBytes([{ bytes }, { bytes }] as unknown as NotebookEntry[], true)).toBe(220);
    expect(fileBytes([{ bytes }] as unknown as NotebookEntry[], false)).toBe(10);
    const { configuration } = ended(FIRST);
    expect(givenAnswers(configuration)).toBe(0);
    const changes = [
      { row: 1, leaveOut: true as const },
      { row: 2, label: "ham" },
      { row: 3, label: "spam" },
    ];
    expect(givenAnswers({ ...configuration, data: { ...configuration.data, changes } })).toBe(2);
  });
});

describe("a file is refused that", () => {
  it.each<[string, () => Uint8Array, RegExp]>([
    ["is no zip", () => strToU8("a,b\n1,2\n"), /not a zip that can be read/],
    ["is cut off", () => whole.slice(0, whole.length - 40), /not a zip that can be read/],
    ["is cut off early", () => whole.slice(0, 200), /not a zip that can be read/],
    [
      "is another zip",
      () => zipSync({ "adapter_config.json": strToU8("{}") }),
      /no notebook: the zip has no notebook\.json/,
    ],
    ["has no JSON as its list", () => changed({ "notebook.json": () => "{" }), /damaged: notebook\.json is not JSON/],
    [
      "is of a newer studio",
      () =>
        withList((list) => {
          list.version = 2;
        }),
      /The notebook has version 2 .* up to version 1/,
    ],
    [
      "holds a comparison of a newer studio",
      () => changed({ "comparisons/2.json": (text) => stringify({ ...parse(text), version: 99 }) }),
      /has version 99 .* newer studio; this one reads up to version 4/,
    ],
    [
      "lacks a file",
      () => zipSync(Object.fromEntries(Object.entries(files).filter(([path]) => path !== "comparisons/2/1.zip"))),
      /not whole: notebook\.json names "comparisons\/2\/1\.zip"/,
    ],
    [
      "has a comparison that is cut off",
      () => changed({ "comparisons/1.json": (text) => text.slice(0, 500) }),
      /"comparisons\/1\.json" cannot be read/,
    ],
    [
      "has a run whose name turns the words around it",
      () => changed({ "comparisons/2.json": (text) => text.replaceAll('"a"', '"a\u202e"') }),
      /^It cannot be used: in "comparisons\/2\.json" the name of a run must not hold U\+202E, which turns /,
    ],
    [
      "has a key that nobody knows",
      () =>
        withList((list) => {
          list.colour = "red";
        }),
      /notebook\.json the list has a "colour", which nobody knows/,
    ],
    [
      "has a comparison twice",
      () =>
        withList((list) => {
          list.comparisons[1].id = list.comparisons[0].id;
        }),
      /the list holds a comparison twice/,
    ],
    [
      "gives a comparison another's id",
      () =>
        withList((list) => {
          list.comparisons[1].id = "mb1z-cccc";
        }),
      /"comparisons\/2\.json" at id/,
    ],
    [
      "calls a comparison by a word of the language",
      () =>
        withList((list) => {
          list.comparisons[1].id = "constructor";
        }),
      /comparisons\[1\]\.id/,
    ],
    [
      "has tags without end",
      () =>
        withList((list) => {
          list.comparisons[0].labels.tags = Array.from({ length: 60 }, (_, i) => `t${i}`);
        }),
      /labels\.tags/,
    ],
    [
      "has a circle in it",
      () => changed({ "comparisons/1.json": () => '[{"a":0}]' }),
      /"comparisons\/1\.json" cannot be read \(it is nested without end\)/,
    ],
    [
      "holds what no record holds",
      () => changed({ "comparisons/1.json": () => '[["BigInt","5"]]' }),
      /it holds a bigint/,
    ],
    [
      "has a run of another comparison",
      () => changed({ "comparisons/1.json": (text) => text.replace(`"${FIRST}/a"`, `"${SECOND}/a"`) }),
      /"comparisons\/1\.json" at runs\[0\]\.key/,
    ],
  ])("%s", (_, make, said) => {
    expect(() => readNotebook(make())).toThrow(said);
  });

  test("was changed on its way", () => {
    const damaged = whole.slice();
    const at = new TextDecoder("latin1").decode(damaged).indexOf("an adapter");
    damaged[at] = damaged[at]! ^ 1;
    expect(() => readNotebook(damaged)).toThrow(/damaged: "comparisons\/1\/1\.zip" has the checksum/);
  });
});
