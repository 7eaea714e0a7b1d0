import { afterEach, describe, expect, it } from "vitest";
import { OutOfMemoryError } from "../../src/executors/executor";
import { GpuMemory } from "../../src/executors/webgpu/memory";
import { openBench } from "./bench";

const allocation = { label: "tensor", category: "activations", owner: "a" } as const;
let release: () => void = () => {};
afterEach(() => release());

async function openMemory(): Promise<GpuMemory> {
  const { device } = await openBench();
  const memory = new GpuMemory(device);
  release = () => {
    for (const owner of ["a", "b"]) memory.releaseOwner(owner);
  };
  return memory;
}

describe("GpuMemory", () => {
  it("counts live bytes by owner and category, rounded up to 16", async () => {
    const memory = await openMemory();
    const first = memory.allocate(17, allocation);
    memory.allocate(4, { ...allocation, category: "weights", owner: "b" });
    expect(first.size).toBe(32);
    expect(memory.bytes()).toMatchObject({ activations: 32, weights: 16, total: 48 });
    expect(memory.bytes("b")).toMatchObject({ activations: 0, weights: 16, total: 16 });
    memory.release(first);
    memory.release(first);
    expect(memory.bytes().total).toBe(16);
    memory.releaseOwner("b");
    expect(memory.bytes().total).toBe(0);
  });

  it("refuses a buffer above the device's limits, naming the tensor and both numbers", async () => {
    const memory = await openMemory();
    const allowed = memory.device.limits.maxStorageBufferBindingSize;
    expect(() => memory.allocate(allowed + 16, { ...allocation, label: "embedding" })).toThrow(
      new RegExp(`"embedding".*${allowed + 16}.*${allowed}`),
    );
    expect(memory.bytes().total).toBe(0);
  });

  it("reports that memory ran out, once, naming the tensor", async () => {
    const memory = await openMemory();
    // A device whose next scope reports it: filling the memory of the machine that runs the tests
    // would harm it.
    const { device } = memory;
    const pop = device.popErrorScope;
    device.popErrorScope = async function (this: GPUDevice) {
      await pop.call(device);
      return new GPUOutOfMemoryError("full");
    };
    try {
      memory.allocate(64, { ...allocation, label: "logits" });
    } finally {
      device.popErrorScope = pop;
    }
    await expect(memory.settled()).rejects.toThrow(OutOfMemoryError);
    await expect(memory.settled()).resolves.toBeUndefined();
    memory.allocate(64, allocation);
    await expect(memory.settled()).resolves.toBeUndefined();
  });

  it("counts buffers that others make on the device as onnxruntime, until destroyed", async () => {
    const memory = await openMemory();
    const { device } = memory;
    const create = device.createBuffer;
    try {
      memory.observe();
      memory.foreignOwner = "session";
      const foreign = device.createBuffer({ size: 64, usage: GPUBufferUsage.STORAGE });
      memory.allocate(16, allocation);
      expect(foreign.label).toBe("onnxruntime: storage");
      expect(memory.bytes()).toMatchObject({ onnxruntime: 64, activations: 16, total: 80 });
      expect(memory.bytes("session").total).toBe(64);
      foreign.destroy();
      expect(memory.bytes().onnxruntime).toBe(0);
    } finally {
      device.createBuffer = create;
    }
  });
});
