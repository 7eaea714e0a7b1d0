import { afterEach, describe, expect, it } from "vitest";
import { GpuCommands } from "../../src/executors/webgpu/commands";
import { GpuReadbackRing } from "../../src/executors/webgpu/readback";
import { openBench } from "./bench";

const owner = "readback";
afterEach(async () => (await openBench()).memory.releaseOwner(owner));

async function open(slots: number, deliver?: (value: number, tag: number) => void) {
  const { device, memory } = await openBench();
  const source = memory.allocate(8, { label: "step figures", category: "runtime", owner });
  const delivered: [number, number][] = [];
  const ring = new GpuReadbackRing<number>(memory, { slots, bytes: 8, owner }, (data, tag) => {
    const value = new Float32Array(data)[0]!;
    deliver?.(value, tag);
    delivered.push([value, tag]);
  });
  const step = (tag: number) => {
    device.queue.writeBuffer(source, 0, Float32Array.from([tag * 1.5, 0]));
    const commands = new GpuCommands(device);
    ring.push(commands, source, 4, tag);
    void commands.submit();
    ring.submitted();
  };
  return { device, source, ring, delivered, step };
}

describe("GpuReadbackRing", () => {
  it("delivers every copy in order, with back-pressure instead of a wait for each", async () => {
    const { ring, delivered, step } = await open(3);
    for (let tag = 0; tag < 10; tag++) {
      await ring.ready();
      step(tag);
    }
    expect(delivered.length).toBeLessThan(10);
    await ring.drained();
    expect(delivered).toEqual(Array.from({ length: 10 }, (_, tag) => [tag * 1.5, tag]));
  });

  it("refuses a copy when none is free or it is too large", async () => {
    const { device, source, ring, step } = await open(1);
    expect(() => ring.push(new GpuCommands(device), source, 12, 0)).toThrow(/12 bytes.*8/);
    step(0);
    expect(() => ring.push(new GpuCommands(device), source, 4, 1)).toThrow(/ready/);
    await ring.drained();
  });

  it("rejects with what its callback threw", async () => {
    const { ring, step } = await open(2, () => {
      throw new Error("unwanted value");
    });
    step(0);
    await expect(ring.drained()).rejects.toThrow("unwanted value");
    await expect(ring.ready()).rejects.toThrow("unwanted value");
  });
});
