/**
 * The start-up self-test: it passes on a device that computes, and says by how much another is off.
 */

import { beforeAll, describe, expect, test } from "vitest";
import { selfTest } from "../../src/base/self-test";
import type { DeviceBuffer, Executor } from "../../src/executors/executor";
import { testExecutor } from "./executor";
import { limited } from "./limited";

let executor: Executor;
beforeAll(async () => {
  executor = await testExecutor();
});

/** The executor with something done to every session's outputs after, or instead of, its run. */
function spoiled(after: (output: DeviceBuffer) => void, run = true): Executor {
  return {
    ...limited(executor, executor.largestBuffer),
    async session(graph, buffer) {
      const session = await executor.session(graph, buffer);
      return {
        async run() {
          if (run) await session.run();
          for (const output of graph.outputs) after(buffer(output));
        },
        release: () => session.release(),
      };
    },
  };
}

const measured = async (spoilt: Executor) => {
  const { message } = await selfTest(spoilt).then(
    () => expect.unreachable("the self-test passed"),
    (error: Error) => error,
  );
  expect(message).toMatch(/computes wrong numbers: .+ 0\.0001 is allowed/);
  return Number(/off by ([^,]+),/.exec(message)![1]);
};

describe("selfTest", () => {
  test("passes here and leaves nothing on the device", async () => {
    const before = executor.memory.bytes("self-test");
    await selfTest(executor);
    expect(executor.memory.bytes("self-test")).toEqual(before);
    expect(before.total).toBe(0);
  });

  test("says how far an output of zeros is off, and frees its buffers", async () => {
    const off = await measured(spoiled(() => {}, false));
    // The largest number that should have come out: a sum of 32 products of sines.
    expect(off).toBeGreaterThan(0.1);
    expect(off).toBeLessThan(32);
    expect(executor.memory.bytes("self-test").total).toBe(0);
  });

  test("notices one wrong number among all", async () => {
    const off = await measured(spoiled((output) => executor.write(output, new Float32Array([100]), output.size - 4)));
    expect(Math.abs(off - 100)).toBeLessThan(32);
  });

  test("notices a number that is none", async () => {
    const off = await measured(spoiled((output) => executor.write(output, new Float32Array([Number.NaN]))));
    expect(off).toBeNaN();
  });
});
