import { describe, expect, it } from "vitest";
import type { Kernel } from "../../src/kernels/kernel";
import { openBench } from "../gpu/bench";
import { FITS, onProcessor } from "./harness";

const modules = import.meta.glob<Record<string, unknown>>("../../src/kernels/*.ts", { eager: true });
const kernels = Object.values(modules)
  .flatMap((module) => Object.values(module))
  .filter((item): item is Kernel => typeof item === "object" && item !== null && "source" in item);

/** [name, value] pairs of the first group and the second, for every match. */
function matches(source: string, pattern: RegExp): [string, string][] {
  return [...source.matchAll(pattern)].map(([, first, second]) => [first!, second!]);
}

describe.each(kernels)("$name", (kernel) => {
  it("describes its bindings in order", () => {
    const pattern = /@binding\((\d+)\)\s+var<storage,\s*(read(?:_write)?)>\s+(\w+)/g;
    const declared = [...kernel.source.matchAll(pattern)].map(([, index, access, name]) => [
      Number(index),
      name,
      access,
    ]);
    const described = Object.entries(kernel.bindings).map(([name, access], i) => [
      i + 1,
      name,
      access.replace("-", "_"),
    ]);
    expect(declared).toEqual(described);
  });

  it("names what depends on the dispatch in the element types of its bindings", () => {
    const declared = matches(kernel.source, /var<storage, \w+> (\w+): array<(?:vec4<)?(\w+)/g);
    for (const [name, type] of declared) {
      const alias = name[0]!.toUpperCase() + name.slice(1);
      if (name in (kernel.packable ?? {})) expect(type).toBe(`Stored${alias}`);
      else if (name in (kernel.stored ?? {})) expect(type).toBe(alias);
      else expect(["Element", "f32", "i32"]).toContain(type);
    }
    expect(declared.length).toBe(Object.keys(kernel.bindings).length);
  });

  it("describes its sizes in order", () => {
    const struct = kernel.source.match(/struct Sizes \{([^}]*)\}/)?.[1] ?? "";
    expect(matches(struct, /(\w+)\s*:\s*(\w+)/g)).toEqual(Object.entries(kernel.sizes));
  });

  it("describes its options with their defaults", () => {
    // An override with a formula follows from others and is no option.
    const declared = matches(kernel.source, /override (\w+): u32 = (\d+);/g).map(([name, value]) => [
      name,
      Number(value),
    ]);
    expect(Object.fromEntries(declared)).toEqual(kernel.options);
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
