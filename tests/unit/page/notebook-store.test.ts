/**
 * What is kept of comparisons: listed with what it takes, taken out as a whole and put back as it
 * was, and where the disk is full either all of it is kept or nothing.
 */

import "fake-indexeddb/auto";
import { entries, keys, set } from "idb-keyval";
import { afterEach, describe, expect, test, vi } from "vitest";
import {
  knownIds,
  loadLabels,
  NO_LABELS,
  nameOf,
  putIn,
  readKept,
  readNotebook,
  saveLabels,
  storedBytes,
  takeOut,
} from "../../../src/page/store/notebook";
import { typedTextsWarning } from "../../../src/page/store/personal-data";
import { adapters, comparisons, loadComparison, loadRecent } from "../../../src/page/store/session";
import { ended, kept, LABELS, storedRecord } from "./kept";

const [A, B, C] = ["mb1a-aaaa", "mb1b-bbbb", "mb1c-cccc"];

afterEach(async () => {
  vi.restoreAllMocks();
  await takeOut(await keys<string>(comparisons));
});

describe("the notebook", () => {
  test("lists everything, newest first, with labels, verdict and bytes", async () => {
    const dataCheck = [{ id: "personal-data", isGood: false, said: "Texts hold e-mail addresses." }] as const;
    await putIn(kept([ended(A, { startedAt: 1, dataCheck }), ended(B, { startedAt: 2, dataTitle: "b.csv" })]));
    const { entries: all, unreadable } = await readNotebook();
    expect(unreadable).toEqual([]);
    expect(all.map(({ id }) => id)).toEqual([B, A]);
    expect(all[1]).toMatchObject({ labels: LABELS, methods: ["a"], runs: 1, adapters: 1, headline: null });
    expect(all[1]!.bytes.adapters).toBe("an adapter".length);
    // Curves of 64 rows each at least.
    expect(all[1]!.bytes.record).toBeGreaterThan(100);
    expect(all[0]).toMatchObject({ labels: NO_LABELS, dataTitle: "b.csv" });
    expect(all.map(({ personalData }) => personalData)).toEqual([undefined, "Texts hold e-mail addresses."]);
    expect(typedTextsWarning(all.map(({ personalData }) => personalData))).toMatch(/^The texts of 1.comparison hold/);
    expect(typedTextsWarning([undefined])).toBeNull();
  });

  test("keeps more than the page reads at its start, which are the newest", async () => {
    const ids = Array.from({ length: 12 }, (_, i) => `mb1${i.toString(36)}-zzzz`);
    await putIn(kept(ids.map((id, i) => ended(id, { startedAt: i }))));
    const { past } = await loadRecent();
    expect(past.map(({ id }) => id)).toEqual(ids.toReversed().slice(0, 8));
    expect((await readNotebook()).entries).toHaveLength(12);
    expect((await loadComparison(ids[0]!))?.id).toBe(ids[0]);
    expect(await loadComparison("mb9-none")).toBeNull();
  });

  test("names what cannot be read, which can be removed like all else", async () => {
    await set(C, { ...(storedRecord(ended(C)) as object), version: 99 }, comparisons);
    await set(B, { ...(storedRecord(ended(B)) as object), runs: "none" }, comparisons);
    const { entries: all, unreadable } = await readNotebook();
    expect(all).toEqual([]);
    expect(unreadable.map(({ why }) => why)).toEqual([
      expect.stringContaining("damaged (runs)"),
      expect.stringMatching(/version 99 .* up to version 4/),
    ]);
    await expect(loadComparison(C)).rejects.toThrow("version 99");
    const gone = await takeOut([B, C]);
    expect(await readNotebook()).toEqual({ entries: [], unreadable: [] });
    await putIn(gone);
    expect((await readNotebook()).unreadable).toHaveLength(2);
  });

  test("is called as somebody named it, or by data, model and time", () => {
    const one = ended(A, { startedAt: Date.UTC(2026, 10, 30, 9), modelName: "tiny" });
    expect(nameOf(one, LABELS)).toBe("First try");
    expect(nameOf(one)).toMatch(/^t\.csv · tiny · .*30/);
  });

  test("changes labels a field at a time", async () => {
    await saveLabels(A, { name: "x" });
    await saveLabels(A, { tags: ["y"] });
    expect(await loadLabels()).toEqual({ [A]: { ...NO_LABELS, name: "x", tags: ["y"] } });
    await takeOut([A]);
  });
});

describe("taking out", () => {
  test("removes records, labels and adapters of these alone, and putting in brings all back", async () => {
    await putIn(kept([ended(A), ended(B)]));
    const before = await readKept([A, B]);
    const out = await takeOut([A]);
    expect(out.labels).toEqual([[A, LABELS]]);
    expect((await readNotebook()).entries.map(({ id }) => id)).toEqual([B]);
    expect(await keys(adapters)).toEqual([`${B}/a`]);
    expect(await knownIds([A, B])).toEqual(new Set([B]));
    await putIn(out);
    expect(await readKept([A, B])).toEqual(before);
    expect(await (await readKept([A])).adapters[0]![1].text()).toBe("an adapter");
  });
});

describe("where the disk is full", () => {
  test.each(["comparisons", "adapters"])("while %s are written nothing of it stays", async (full) => {
    await putIn(kept([ended(A)]));
    const put = IDBObjectStore.prototype.put;
    vi.spyOn(IDBObjectStore.prototype, "put").mockImplementation(function (this: IDBObjectStore, ...given) {
      if (this.name === full && String(given[1]).startsWith(B)) throw new DOMException("full", "QuotaExceededError");
      return put.apply(this, given);
    });
    await expect(putIn(kept([ended(B)]))).rejects.toMatchObject({ name: "QuotaExceededError" });
    vi.restoreAllMocks();
    expect((await readNotebook()).entries.map(({ id }) => id)).toEqual([A]);
    expect((await entries(adapters)).map(([key]) => key)).toEqual([`${A}/a`]);
    expect(Object.keys(await loadLabels())).toEqual([A]);
  });
});

test("bytes are about those of the content", () => {
  expect(storedBytes({ a: new Float64Array(10), b: "four", c: [1, null], d: new Blob(["12345"]) })).toBe(
    4 + 80 + 4 + (1 + 8 + 1 + 8) + 5,
  );
});
