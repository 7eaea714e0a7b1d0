import { afterEach, describe, expect, it } from "vitest";
import { compileDispatches } from "../../src/executors/webgpu/dispatches";
import { Pipelines } from "../../src/executors/webgpu/pipelines";
import { readBuffer } from "../../src/executors/webgpu/readback";
import { addScaled } from "../../src/kernels/add-scaled";
import { gradientNorm } from "../../src/kernels/gradient-norm";
import { grid } from "../../src/kernels/grid";
import { type Dispatch, dispatch, type Kernel } from "../../src/kernels/kernel";
import { openBench } from "./bench";

const owner = "dispatches";
afterEach(async () => (await openBench()).memory.releaseOwner(owner));

async function open() {
  const { device, memory, direct: pipelines } = await openBench();
  const buffer = (label: string, values: number[]) => {
    const made = memory.allocate(values.length * 4, { label, category: "activations", owner });
    device.queue.writeBuffer(made, 0, Float32Array.from(values));
    return made;
  };
  const compile = (list: Dispatch<GPUBuffer>[]) => compileDispatches({ device, memory, pipelines }, list, { owner });
  const replay = (compiled: Awaited<ReturnType<typeof compile>>) => {
    const encoder = device.createCommandEncoder();
    compiled.encode(encoder);
    device.queue.submit([encoder.finish()]);
  };
  return { device, memory, buffer, compile, replay };
}

describe("compileDispatches", () => {
  it("runs dispatches in order, each time it is encoded, and allocates nothing then", async () => {
    const { device, memory, buffer, compile, replay } = await open();
    const [x, y] = [buffer("x", [1, 2, 3]), buffer("y", [0, 0, 0])];
    const compiled = await compile([
      dispatch(addScaled, { x, out: y }, { count: 3, alpha: 2 }, { ACCUMULATE: 1 }),
      dispatch(addScaled, { x: y, out: x }, { count: 2, alpha: 10 }),
      dispatch(addScaled, { x: y, out: x }, { count: 0, alpha: 1 }),
    ]);
    const before = memory.bytes().total;
    replay(compiled);
    replay(compiled);
    expect(memory.bytes().total).toBe(before);
    expect([...new Float32Array(await readBuffer(device, y, 12))]).toEqual([42, 84, 12]);
    expect([...new Float32Array(await readBuffer(device, x, 12))]).toEqual([420, 840, 3]);
    compiled.release();
    expect(memory.bytes().total).toBeLessThan(before);
  });

  it("runs kernels without sizes", async () => {
    const { device, buffer, compile, replay } = await open();
    const partials = buffer("partials", new Array(256).fill(1));
    const stepFigures = buffer("stepFigures", [0, 0]);
    replay(await compile([dispatch(gradientNorm, { partials, stepFigures }, {})]));
    expect(new Float32Array(await readBuffer(device, stepFigures, 8))[1]).toBe(16);
  });

  it("refuses a buffer that is read and written at once, naming kernel and bindings", async () => {
    const { buffer, compile } = await open();
    const x = buffer("hidden", [1, 2]);
    await expect(compile([dispatch(addScaled, { x, out: x }, { count: 2, alpha: 1 })])).rejects.toThrow(
      /"add-scaled".*"hidden".*"x".*"out"/,
    );
  });

  it("refuses wrong sizes, bindings and options, naming them", async () => {
    const { buffer, compile } = await open();
    const bindings = { x: buffer("x", [1]), out: buffer("out", [1]) };
    const good: Dispatch<GPUBuffer> = dispatch(addScaled, bindings, { count: 1, alpha: 1 });
    const wrong: [Partial<Dispatch<GPUBuffer>>, RegExp][] = [
      [{ sizes: { count: 1 } }, /leaves out the size "alpha"/],
      [{ sizes: { count: 1.5, alpha: 1 } }, /"count" is 1.5/],
      [{ sizes: { count: -1, alpha: 1 } }, /"count" is -1/],
      [{ sizes: { count: 1, alpha: Number.NaN } }, /"alpha" is NaN/],
      [{ sizes: { count: 1, alpha: 1, width: 1 } }, /no size "width"/],
      [{ bindings: { x: bindings.x } }, /leaves out the binding "out"/],
      [{ bindings: { ...bindings, y: bindings.x } }, /no binding "y"/],
      [{ options: { TRANSPOSE: 1 } }, /no option "TRANSPOSE"/],
    ];
    for (const [change, message] of wrong) await expect(compile([{ ...good, ...change }])).rejects.toThrow(message);
  });

  it("names a kernel that does not compile, and why", async () => {
    const { device } = await openBench();
    const broken: Kernel = { ...(addScaled as unknown as Kernel), name: "broken", source: "fn main() { nonsense(); }" };
    const pipelines = new Pipelines(device, { software: true });
    await expect(pipelines.get(broken)).rejects.toThrow(/"broken".*nonsense/s);
  });

  it("compiles a kernel once for the same options", async () => {
    const { direct: pipelines } = await openBench();
    const kernel = addScaled as unknown as Kernel;
    expect(pipelines.get(kernel, { ACCUMULATE: 1 })).toBe(pipelines.get(kernel, { ACCUMULATE: 1 }));
    expect(pipelines.get(kernel, { ACCUMULATE: 1 })).not.toBe(pipelines.get(kernel, { ACCUMULATE: 0 }));
  });
});

describe("grid", () => {
  it.each([0, 1, 64, 65, 65535 * 64, 65535 * 64 + 1, 2 ** 31])("covers %i items within the limit", (count) => {
    const [x, y, z] = grid(count, 64);
    expect(x * y * 64).toBeGreaterThanOrEqual(count);
    expect((x * y - y) * 64).toBeLessThanOrEqual(count);
    expect(Math.max(x, y)).toBeLessThanOrEqual(65535);
    expect(z).toBe(1);
  });
});
