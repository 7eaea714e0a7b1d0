import { describe, expect, it } from "vitest";
import { expectEnding, secondsUntil } from "../../../src/page/store/time-left";
import { applyProgress, shownWait } from "../../../src/page/store/waits";
import type { ProgressEvent } from "../../../src/worker/api";

/** Seconds left as they are shown at each of these moments, with whether it says "slower". */
function said(moments: readonly (readonly [now: number, left: number])[]): [number | null, boolean][] {
  let ending: ReturnType<typeof expectEnding> | null = null;
  return moments.map(([now, left]) => {
    ending = expectEnding(ending, left * 1000, now * 1000);
    return [secondsUntil(ending, now * 1000), ending.slower];
  });
}

describe("time left", () => {
  it("comes down with the clock while estimates waver, and at once with a smaller one", () => {
    const wavering = said([
      ...[[0, 60] as const, [10, 54] as const, [20, 48] as const, [30, 10] as const, [35, 6] as const],
    ]);
    expect(wavering).toEqual([
      ...[[60, false] as const, [50, false] as const, [40, false] as const, [10, false] as const],
      [5, false],
    ]);
  });

  it("grows only with a word, which stays", () => {
    expect(
      said([
        [0, 60],
        [10, 90],
        [20, 70],
      ]),
    ).toEqual([
      [60, false],
      [90, true],
      [70, true],
    ]);
  });

  it("is not said where it is over", () => {
    expect(secondsUntil({ at: 5000, slower: false }, 5000)).toBeNull();
    expect(secondsUntil(null, 0)).toBeNull();
  });

  it("of a wait goes by all that was done since it began", () => {
    const event = (phase: ProgressEvent["phase"], done: number): ProgressEvent => ({
      ...{ type: "progress", id: 1, wait: "evaluating", detail: "LoRA", unit: "batches" },
      ...{ phase, done, total: 70 },
    });
    let waits = applyProgress({ open: [] }, [event("begin", 0)], 0);
    waits = applyProgress(waits, [event("update", 3)], 500);
    expect(shownWait({ waits })!.ending).toBeNull();
    waits = applyProgress(waits, [event("update", 10)], 2000);
    expect(secondsUntil(shownWait({ waits })!.ending, 2000)).toBe(12);
    // Ten times as slow from here on.
    waits = applyProgress(waits, [event("update", 12)], 6000);
    expect(shownWait({ waits })!.ending).toEqual({ at: 35_000, slower: true });
  });
});
