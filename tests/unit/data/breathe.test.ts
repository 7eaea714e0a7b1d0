/** Breaks in long work: when they come, and that they make no garbage but one message each. */

import { afterEach, expect, test, vi } from "vitest";
import { createBreather } from "../../../src/data/breathe";

afterEach(() => {
  vi.unstubAllGlobals();
  vi.resetModules();
});

test("whatever waits has its turn in a break, which comes once the time is over and not before", async () => {
  let pauses = 0;
  let waited = false;
  setImmediate(() => {
    waited = true;
  });
  const never = createBreather(() => pauses++, Number.POSITIVE_INFINITY);
  for (let piece = 0; piece < 1000; piece++) await never();
  expect([pauses, waited]).toEqual([0, false]);
  await createBreather(() => pauses++, 0)();
  expect([pauses, waited]).toEqual([1, true]);
});

test("in a browser, breaks of everybody go through one channel", async () => {
  let channels = 0;
  vi.stubGlobal("setImmediate", undefined);
  vi.stubGlobal(
    "MessageChannel",
    class extends MessageChannel {
      constructor() {
        super();
        channels++;
        // Else Node waits for messages for ever.
        (this.port1 as MessagePort & { unref?(): void }).unref?.();
      }
    },
  );
  vi.resetModules();
  const { createBreather } = await import("../../../src/data/breathe");
  const done: number[] = [];
  const work = async (own: number) => {
    const breathe = createBreather(undefined, 0);
    for (let piece = 0; piece < 3; piece++) {
      await breathe();
      done.push(own);
    }
  };
  await Promise.all([work(0), work(1)]);
  expect(done).toEqual([0, 1, 0, 1, 0, 1]);
  expect(channels).toBe(1);
});
