/** A browser that denies storage, has none, or does not answer rejects, and throws nowhere. */

import { get } from "idb-keyval";
import { afterEach, describe, expect, it, vi } from "vitest";
import { openStore } from "../../../src/storage/open-store";

afterEach(() => {
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

describe("a store", () => {
  it("rejects where there is no IndexedDB", async () => {
    vi.stubGlobal("indexedDB", undefined);
    const store = openStore("none", "entries");
    await expect(get("key", store)).rejects.toThrow();
  });

  it("rejects where opening throws", async () => {
    const denied = () => {
      throw new DOMException("access to the Indexed Database API is denied", "SecurityError");
    };
    vi.stubGlobal("indexedDB", { open: denied });
    const store = openStore("denied", "entries");
    await expect(get("key", store)).rejects.toThrow("is denied");
  });

  it("rejects where nothing answers, with the time", async () => {
    vi.useFakeTimers();
    vi.stubGlobal("indexedDB", { open: () => ({}) });
    const asked = get("key", openStore("silent", "entries"));
    const refused = expect(asked).rejects.toThrow("it has not answered for 60 s");
    await vi.advanceTimersByTimeAsync(60_000);
    await refused;
  });
});
