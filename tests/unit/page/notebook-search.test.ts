/** What a search of the notebook finds, and how it is grouped. */

import { describe, expect, test } from "vitest";
import { inGroups, isFound, readTags, tagsOf } from "../../../src/page/notebook/search";
import { NO_LABELS } from "../../../src/page/store/notebook";
import type { Labels, NotebookEntry } from "../../../src/page/store/state";
import { comparison, record } from "./events";

function entry(id: string, dataTitle: string, labels: Partial<Labels> = {}): NotebookEntry {
  const { configuration } = comparison([record("Prefix 2")]);
  return {
    ...{ id, startedAt: 0, state: "finished", dataTitle, modelName: "tiny-base", steps: 10, configuration },
    labels: { ...NO_LABELS, ...labels },
    methods: ["LoRA", "(IA)³"],
    runNotes: ["winner", "look at row 7"],
    ...{ runs: 2, headline: null, adapters: 0, bytes: { record: 1, adapters: 0, files: 0 } },
  };
}

describe("a search", () => {
  const one = entry("a", "films.csv", { name: "Höhere Rate", notes: "for the thesis", tags: ["chapter 2", "keep"] });

  test.each(["", "films", "tiny", "lora", "IA3", "hohere", "thesis rate", "chapter", "prefix 2", "winner row"])(
    "finds it by %j",
    (search) => {
      expect(isFound(one, search, [])).toBe(true);
    },
  );

  test("does not by a word that is nowhere, or without one of the tags", () => {
    expect(isFound(one, "films spam", [])).toBe(false);
    expect(isFound(one, "films", ["keep"])).toBe(true);
    expect(isFound(one, "films", ["keep", "spam"])).toBe(false);
  });
});

test("groups are by data and base model, those that are pinned first", () => {
  const all = [entry("a", "b.csv"), entry("b", "a.csv"), entry("c", "b.csv"), entry("d", "a.csv", { pinned: true })];
  expect(inGroups(all).map(({ title, entries }) => [title, ...entries.map(({ id }) => id)])).toEqual([
    ["Pinned", "d"],
    ["b.csv · tiny-base", "a", "c"],
    ["a.csv · tiny-base", "b"],
  ]);
});

test("tags are read between commas, each once, and listed by the alphabet", () => {
  expect(readTags(" spam,, two  words,spam ,")).toEqual(["spam", "two words"]);
  expect(readTags(" , ")).toEqual([]);
  expect(tagsOf([entry("a", "", { tags: ["b", "a"] }), entry("b", "", { tags: ["a"] })])).toEqual(["a", "b"]);
});
