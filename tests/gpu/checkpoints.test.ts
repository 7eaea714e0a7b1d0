/**
 * Where comparisons stand, in a real IndexedDB: each in a place of its own, told apart from those
 * that an open tab has, and what earlier versions kept.
 */

import { set } from "idb-keyval";
import { afterEach, describe, expect, test } from "vitest";
import type { KeptRun } from "../../src/folders/kept-run";
import { configurationSchema } from "../../src/plan/configuration";
import { openStore } from "../../src/storage/open-store";
import {
  claimComparison,
  dropCheckpoints,
  dropUnlessOpen,
  keepCheckpoints,
  keptCheckpoints,
  listKept,
} from "../../src/worker/checkpoints";

const configuration = configurationSchema.parse({
  model: "bundled:tiny",
  data: { train: "films.csv", columns: { text: "text", label: "label" } },
  runs: [{ name: "LoRA", method: "lora" }],
});

function stateAt(step: number): ReadonlyMap<string, KeptRun> {
  const values = new Map([["head", Float32Array.of(step, 2)]]);
  const checkpoint = { step, values, tokens: 1, seconds: 2, flops: 3 } as unknown as KeptRun["checkpoint"];
  return new Map([["LoRA", { checkpoint, best: null, worse: 0, ended: null }]]);
}

const listed = async () => (await listKept()).interrupted.map(({ id, runs }) => [id, runs]);

afterEach(async () => {
  for (const id of ["a", "b", "earlier"]) await dropCheckpoints(id);
});

describe("what a comparison goes on from", () => {
  test("is what was kept last, and each has its own", async () => {
    for (const [id, step] of [
      ["a", 5],
      ["b", 7],
      ["a", 10],
    ] as const) {
      await keepCheckpoints(id, { configuration, rows: `rows of ${id}`, kept: stateAt(step) });
    }
    expect(await keptCheckpoints("a")).toEqual({ configuration, rows: "rows of a", kept: stateAt(10) });
    expect(await listed()).toEqual([
      ["a", [{ run: "LoRA", step: 10 }]],
      ["b", [{ run: "LoRA", step: 7 }]],
    ]);
    await dropCheckpoints("a");
    expect(await keptCheckpoints("a")).toBeNull();
    expect(await listed()).toEqual([["b", [{ run: "LoRA", step: 7 }]]]);
  });

  test("is not offered while somebody has it, and had by one alone", async () => {
    await keepCheckpoints("a", { configuration, rows: null, kept: stateAt(5) });
    const release = await claimComparison("a");
    expect(await listKept()).toMatchObject({ interrupted: [], open: ["a"] });
    // A page whose worker was ended a moment ago asks for its own.
    expect(await listKept("a")).toMatchObject({ interrupted: [{ id: "a" }], open: [] });
    const [other] = await Promise.all([
      claimComparison("a"),
      expect(dropUnlessOpen("a")).rejects.toThrow("goes on in another tab"),
    ]);
    expect(other).toBeNull();
    release!();
    await expect.poll(listed).toEqual([["a", [{ run: "LoRA", step: 5 }]]]);
    await dropUnlessOpen("a");
    expect(await listKept()).toEqual({ interrupted: [], open: [] });
  });

  test("of an earlier version, in the one place of all tabs, gets a place of its own", async () => {
    const { checkpoint } = stateAt(4).get("LoRA")!;
    const { flops: _, ...uncounted } = checkpoint;
    const before = openStore("keyval-store", "keyval");
    await set("comparison checkpoints", { configuration, checkpoints: new Map([["LoRA", uncounted]]) }, before);
    expect(await listed()).toEqual([["earlier", [{ run: "LoRA", step: 4 }]]]);
    const kept = await keptCheckpoints("earlier");
    expect(kept!.rows).toBeNull();
    expect(kept!.kept.get("LoRA")).toEqual({
      checkpoint: { ...checkpoint, flops: 0 },
      best: null,
      worse: 0,
      ended: null,
    });
    // It was moved, not copied.
    await dropCheckpoints("earlier");
    expect(await listed()).toEqual([]);
  });

  test("of a newer studio stays where it is, unlisted", async () => {
    const newer = { ...configuration, version: 999 };
    await keepCheckpoints("a", { configuration: newer, rows: null, kept: stateAt(5) });
    expect(await listed()).toEqual([]);
    await expect(keptCheckpoints("a")).rejects.toThrow("newer studio");
  });
});
