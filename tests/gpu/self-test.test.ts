/** The start-up self-test: it passes on a device that computes, and says by how much another is off. */

import { beforeAll, describe, expect, test } from "vitest";
import type { ForwardSession, Runtime } from "../../src/executors/webgpu/runtime";
import type { ForwardGraph } from "../../src/forward/graph";
import type { Tensor } from "../../src/program/tensor";
import type { Engine } from "../../src/training/engine";
import { selfTest } from "../../src/training/self-test";
import { testEngine } from "./engine";

let engine: Engine;
beforeAll(async () => {
  engine = await testEngine();
});

/** The engine with something done to every session's outputs after, or instead of, its run. */
function spoiled(after: (output: GPUBuffer) => void, run = true): Engine {
  const runtime: Pick<Runtime, "session"> = {
    async session(graph: ForwardGraph, buffer: (tensor: Tensor) => GPUBuffer): Promise<ForwardSession> {
      const session = await engine.runtime.session(graph, buffer);
      return {
        async run() {
          if (run) await session.run();
          for (const output of graph.outputs) after(buffer(output));
        },
        release: () => session.release(),
      };
    },
  };
  return { ...engine, runtime: runtime as Runtime };
}

const measured = async (spoilt: Engine) => {
  const { message } = await selfTest(spoilt).then(
    () => expect.unreachable("the self-test passed"),
    (error: Error) => error,
  );
  expect(message).toMatch(/computes wrong numbers: .+ 0\.0001 is allowed/);
  return Number(/off by ([^,]+),/.exec(message)![1]);
};

describe("selfTest", () => {
  test("passes here and leaves nothing on the device", async () => {
    const before = engine.memory.bytes("self-test");
    await selfTest(engine);
    expect(engine.memory.bytes("self-test")).toEqual(before);
    expect(before.total).toBe(0);
  });

  test("says how far an output of zeros is off, and frees its buffers", async () => {
    const off = await measured(spoiled(() => {}, false));
    // The largest number that should have come out: a sum of 32 products of sines.
    expect(off).toBeGreaterThan(0.1);
    expect(off).toBeLessThan(32);
    expect(engine.memory.bytes("self-test").total).toBe(0);
  });

  test("notices one wrong number among all", async () => {
    const { queue } = engine.device;
    const off = await measured(
      spoiled((output) => queue.writeBuffer(output, output.size - 4, new Float32Array([100]))),
    );
    expect(Math.abs(off - 100)).toBeLessThan(32);
  });

  test("notices a number that is none", async () => {
    const { queue } = engine.device;
    const off = await measured(spoiled((output) => queue.writeBuffer(output, 0, new Float32Array([Number.NaN]))));
    expect(off).toBeNaN();
  });
});
