/** The guide's list of what is not here: docs/systems.md's rows in words for the page. */

import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { families } from "../../../src/models/registry";
import { baseModels, readBaseModels } from "../../../src/page/guide/base-models";
import { matches } from "../../../src/page/guide/find";
import { instructionTuning, readSystems, systems } from "../../../src/page/guide/systems";

const document = readFileSync(new URL("../../../docs/systems.md", import.meta.url), "utf8");
const named = (id: string) => systems.find((system) => system.id === id)!;

describe("what is not here", () => {
  test("is every row of the document, with its state", () => {
    const counts = /^\| all \| (\d+) \| (\d+) \| (\d+) \| (\d+) \|$/m.exec(document)!.slice(1).map(Number);
    const of = (state: string) => systems.filter((system) => system.state === state).length;
    expect([systems.length, of("works"), of("partly"), of("no")]).toEqual(counts);
  });

  test("says for each what is missing or why it will not come, without paths, ids or marks of code", () => {
    for (const { id, state, outOfScope, missing, where } of systems) {
      if (state === "no") expect(outOfScope + missing, id).not.toBe("");
      if (state === "works") expect(missing, id).toBe("");
      for (const text of [where, outOfScope, missing]) {
        expect(text, id).not.toMatch(/`|src\/|\.tsx?|\bS\d-\d/);
        expect((text.match(/\*/g) ?? []).length % 2, id).toBe(0);
        expect(text, id).not.toMatch(/[,;]\s*$|^[,;]|\s[,;]/);
      }
    }
  });

  test("gives the reason of what is out of scope, and its nearest form by name", () => {
    const video = named("S2-09");
    expect(video.outOfScope).toMatch(/^the studio's models read text, not video/);
    expect(video.outOfScope).toContain("“Token Relation Distillation (TRD) loss, text form”");
    expect(named("S2-15").outOfScope).toContain("not images");
    expect(named("S2-10b").outOfScope).toContain("no generator of attacks");
    expect(systems.filter(({ outOfScope }) => outOfScope !== "").length).toBe(
      document.match(/^\|.*out of scope, because/gm)!.length,
    );
  });

  test("a row that is cut off is named", () => {
    expect(() => readSystems("| S9-01 | name | *no* | nowhere |")).toThrow("S9-01");
  });
});

test("instruction tuning is ordered by rows that there are: three ways of getting data, strategies, protocols", () => {
  for (const { title, rows } of instructionTuning)
    for (const id of rows) expect(named(id), `${title}: ${id}`).toBeDefined();
  expect(instructionTuning.map(({ rows }) => rows.length)).toEqual([3, 6, 3]);
});

test("a search finds entries with all of its words, in any order and case", () => {
  expect(matches("", ["anything"])).toBe(true);
  expect(matches("PREFIX  keys", ["Prefix tuning", "trained keys"])).toBe(true);
  expect(matches("prefix video", ["Prefix tuning", undefined])).toBe(false);
  expect(matches("IA3", ["(IA)³"])).toBe(true);
  expect(matches("(ia)3", ["(IA)³"])).toBe(true);
  expect(matches("pre tuning", ["pre-tuning"])).toBe(true);
  expect(matches("lowrank", ["a low-rank part"])).toBe(true);
  expect(matches("IA4", ["(IA)³"])).toBe(false);
});

test("base models are found by name, and QLoRA where quantised weights are refused", () => {
  expect(baseModels.families).toEqual(families.map(({ title, covers }) => ({ title, covers })));
  const found = baseModels.families.filter(({ title, covers }) => matches("BERT", [title, covers]));
  expect(found.map(({ title }) => title)).toContain("BERT, MiniLM, RoBERTa");
  expect(baseModels.refused).toMatch(/^Refused by name: .* know\.$/);
  expect(matches("qlora", [baseModels.refused])).toBe(true);
  expect(() => readBaseModels("# Models")).toThrow("docs/models.md");
});
