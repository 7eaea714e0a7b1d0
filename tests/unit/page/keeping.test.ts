/** What a browser with little room does not keep is said until that very thing is kept, or gone. */

import "fake-indexeddb/auto";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { keepAdapter, keepSession } from "../../../src/page/actions/keeping";
import { remove } from "../../../src/page/actions/removal";
import { largestKept, loadAdapter, loadComparison } from "../../../src/page/store/session";
import { patch, useStudio } from "../../../src/page/store/store";
import { ended } from "./kept";

const ID = "mb1a-aaaa";
const refused = () => useStudio.getState().storage.results;

/** A disk that has room for curves, and none for an adapter. */
function fillDisk() {
  const { put } = IDBObjectStore.prototype;
  return vi.spyOn(IDBObjectStore.prototype, "put").mockImplementation(function (this: IDBObjectStore, value, key) {
    if (value instanceof Blob) throw new DOMException("the disk is full", "QuotaExceededError");
    return put.call(this, value, key);
  });
}

beforeEach(() => {
  vi.stubGlobal("navigator", {});
  const one = ended(ID);
  patch("comparison", { current: { ...one, runs: one.runs.map((run) => ({ ...run, saved: false })) }, past: [] });
});
afterEach(async () => {
  vi.restoreAllMocks();
  await remove([ID]);
  vi.unstubAllGlobals();
});

describe("an adapter that finds no room", () => {
  test("is said though its curves are kept after it, until it is kept", async () => {
    const disk = fillDisk();
    await keepAdapter("a", new Blob(["an adapter"]));
    await keepSession();
    expect((await loadComparison(ID))?.runs[0]?.saved).toBe(false);
    expect(refused()).toEqual({ [`${ID}/a`]: "the disk is full" });
    disk.mockRestore();
    await keepAdapter("a", new Blob(["an adapter"]));
    expect(refused()).toEqual({});
    expect((await loadComparison(ID))?.runs[0]?.saved).toBe(true);
  });

  test("is no matter any more once its comparison is removed", async () => {
    fillDisk();
    await keepAdapter("a", new Blob(["an adapter"]));
    expect(Object.keys(refused())).toEqual([`${ID}/a`]);
    await remove([ID]);
    expect(refused()).toEqual({});
  });
});

test("an adapter that is too large to keep is said with both numbers", async () => {
  await keepAdapter("a", new Blob([new Uint8Array(largestKept + 1)]));
  expect(refused()).toEqual({
    [`${ID}/a`]: `the adapter of "a" has ${largestKept + 1} bytes, and at most ${largestKept} are kept of one`,
  });
  expect(await loadAdapter(`${ID}/a`)).toBeNull();
});
