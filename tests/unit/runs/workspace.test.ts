import { describe, expect, test } from "vitest";
import { Workspace } from "../../../src/runs/workspace";
import { recordingExecutor } from "./recording-executor";

describe("the workspace", () => {
  test("claims share buffers, each as large as the largest in its place", () => {
    const { executor, buffers } = recordingExecutor();
    const workspace = new Workspace(executor, "comparison");
    const first = workspace.claim([16, 400, 64]);
    const second = workspace.claim([80, 320]);
    const third = workspace.claim([8, 8, 8, 8]);
    expect(buffers).toEqual([]);
    workspace.allocate();
    // In order of size: 400 and 320; 64 and 80; 16; and the third claim's fourth.
    expect(buffers.map(({ bytes }) => bytes)).toEqual([400, 80, 16, 8]);
    expect(buffers.map(({ category, owner }) => `${category} of ${owner}`)).toEqual(
      Array(4).fill("activations of comparison"),
    );
    const placesOf = (claim: typeof first, count: number) =>
      Array.from({ length: count }, (_, index) => buffers.indexOf(claim.buffer(index) as never));
    expect(placesOf(first, 3)).toEqual([2, 0, 1]);
    expect(placesOf(second, 2)).toEqual([1, 0]);
    // No two places of a claim are one buffer.
    expect(new Set(placesOf(third, 4)).size).toBe(4);
  });

  test("every claim's buffers are large enough, and no two of a claim are the same", () => {
    const { executor, buffers } = recordingExecutor();
    const workspace = new Workspace(executor, "comparison");
    const sizes = Array.from({ length: 9 }, (_, claim) =>
      Array.from({ length: (claim * 5) % 7 }, (_, index) => 4 * ((claim * 31 + index * 17) % 23) + 4),
    );
    const claims = sizes.map((asked) => workspace.claim(asked));
    workspace.allocate();
    for (const [claim, asked] of sizes.entries()) {
      const given = asked.map((_, index) => claims[claim]!.buffer(index) as unknown as { bytes: number });
      given.forEach(({ bytes }, index) => void expect(bytes).toBeGreaterThanOrEqual(asked[index]!));
      expect(new Set(given).size).toBe(asked.length);
    }
    expect(buffers).toHaveLength(Math.max(...sizes.map(({ length }) => length)));
  });

  test("out of order: a buffer before, and a claim after allocating; release frees all", () => {
    const { executor, buffers } = recordingExecutor();
    const workspace = new Workspace(executor, "comparison");
    const claim = workspace.claim([4, 8]);
    expect(() => claim.buffer(0)).toThrow("The workspace is not allocated yet.");
    workspace.allocate();
    expect(() => claim.buffer(2)).toThrow();
    expect(() => workspace.claim([4])).toThrow("The workspace is allocated already.");
    workspace.release();
    expect(buffers.every(({ released }) => released)).toBe(true);
  });
});
