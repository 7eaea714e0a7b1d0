/** One write at a time, and of what comes meanwhile only the newest. */

import { describe, expect, it } from "vitest";
import { newestOnly } from "../../../src/storage/newest-only";

/** A storage whose writes end when they are told to. */
function slowStorage() {
  const begun: { value: number; end: (error?: Error) => void }[] = [];
  const save = newestOnly<number>(
    (value) =>
      new Promise<void>((resolve, reject) => {
        begun.push({ value, end: (error) => (error ? reject(error) : resolve()) });
      }),
  );
  return { begun, save, values: () => begun.map(({ value }) => value) };
}

/** Lets promises settle. */
const settled = () => new Promise((resolve) => setImmediate(resolve));

describe("newestOnly", () => {
  it("skips what is out of date before its turn, and tells everybody when theirs is written", async () => {
    const { begun, save, values } = slowStorage();
    const told: string[] = [];
    const say = (name: string, promise: Promise<void>) => void promise.then(() => told.push(name));
    say("first", save(1));
    say("second", save(2));
    say("third", save(3));
    await settled();
    expect(values()).toEqual([1]);
    begun[0]!.end();
    await settled();
    expect([values(), told]).toEqual([[1, 3], ["first"]]);
    say("fourth", save(4));
    begun[1]!.end();
    await settled();
    expect([values(), told]).toEqual([
      [1, 3, 4],
      ["first", "second", "third"],
    ]);
    begun[2]!.end();
    await settled();
    say("fifth", save(5));
    expect(values()).toEqual([1, 3, 4, 5]);
  });

  it("a write that fails rejects for its own value alone", async () => {
    const { begun, save, values } = slowStorage();
    const first = save(1);
    const second = save(2);
    begun[0]!.end(new Error("full"));
    await expect(first).rejects.toThrow("full");
    await settled();
    expect(values()).toEqual([1, 2]);
    begun[1]!.end();
    await expect(second).resolves.toBeUndefined();
  });
});
