import { describe, expect, it } from "vitest";
import type { Kernel } from "../../src/kernels/kernel";
import { openBench } from "../gpu/bench";
import { FITS, onProcessor } from "./harness";

const modules = import.meta.glob<Record<string, unknown>>("../../src/kernels/*.ts", { eager: true });
const kernels = Object.values(modules)
  .flatMap((module) => Object.values(module))
  .filter((item): item is Kernel => typeof item === "object" && item !== null && "source" in item);

describe.each(kernels)("$name", (kernel) => {
  it("has a shader that uses every binding and option of its description", () => {
    const words = new Set(kernel.source.replaceAll(/\/\/.*/g, "").match(/\w+/g));
    const unused = [...Object.keys(kernel.bindings), ...Object.keys(kernel.options)].filter((name) => {
      return !words.has(name) && !words.has(`read${name[0]!.toUpperCase()}${name.slice(1)}`);
    });
    expect(unused).toEqual([]);
  });

  it.skipIf(onProcessor).each(FITS)("compiles against the layout of its description (%s)", async (fit) => {
    const { device, [fit]: pipelines } = await openBench();
    device.pushErrorScope("validation");
    const WORKGROUP_WIDTH = fit === "direct" ? 1 : 64;
    const options = "WORKGROUP_WIDTH" in kernel.options ? { ...kernel.options, WORKGROUP_WIDTH } : kernel.options;
    await pipelines.get(kernel, options);
    expect((await device.popErrorScope())?.message ?? null).toBeNull();
  });
});

it("finds the kernels", () => {
  expect(kernels.length).toBeGreaterThan(20);
  expect(new Set(kernels.map(({ name }) => name)).size).toBe(kernels.length);
});
