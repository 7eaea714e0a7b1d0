/** The notebook's list while it is read: what somebody does meanwhile stays. */

import "fake-indexeddb/auto";
import { expect, test, vi } from "vitest";
import { refreshNotebook } from "../../../src/page/actions/notebook-list";
import { remove } from "../../../src/page/actions/removal";
import { readNotebook } from "../../../src/page/store/notebook";
import { saveComparison } from "../../../src/page/store/session";
import { useStudio } from "../../../src/page/store/store";
import { ended } from "./kept";

/** What the worker answers when it comes to it. */
const waiting = vi.hoisted(() => ({ answers: [] as (() => void)[], slow: false }));
vi.mock("../../../src/page/worker", () => ({
  studio: () => ({
    listKept: () =>
      waiting.slow
        ? new Promise((resolve) => waiting.answers.push(() => resolve({ open: [] })))
        : Promise.resolve({ open: [] }),
  }),
}));

const listed = () => useStudio.getState().notebook.entries?.map(({ id }) => id);

test("a list that was read before one was removed does not bring it back", async () => {
  const estimate = vi.fn(async () => ({ usage: 1, quota: 2 }));
  vi.stubGlobal("navigator", { storage: { estimate } });
  await saveComparison(ended("mb1a-aaaa"), 0);
  await saveComparison(ended("mb1b-bbbb"), 0);
  await refreshNotebook();
  expect(listed()).toHaveLength(2);
  waiting.slow = true;
  const read = refreshNotebook();
  waiting.slow = false;
  // Whatever was asked of the storage before is answered by then.
  await readNotebook();
  await remove(["mb1a-aaaa"]);
  expect(listed()).toEqual(["mb1b-bbbb"]);
  for (const answer of waiting.answers) answer();
  await read;
  expect(listed()).toEqual(["mb1b-bbbb"]);
  // Once for each list that was taken, and not for the one that came too late.
  expect(estimate).toHaveBeenCalledTimes(2);
});
