/**
 * What a kernel's WGSL begins with: its description as declarations, so that a source repeats none
 * of them. Not for formulas, functions or constants, which are the source's own (`shaders/`).
 */

import { isWritten, type Kernel } from "../../kernels/kernel";

/** The type of activations and their gradients. */
export type Element = "f32" | "f16";

/** What the bindings of a kernel's `stored` hold; `packed` are pairs of float16 in 32-bit words. */
export type StoredTypes = Readonly<Record<string, Element | "packed">>;

/**
 * In this order: types of elements, `override` constants with their defaults, the uniform `sizes`
 * (none if the kernel has no sizes) and the storage bindings, from `@binding(1)` on. Activations
 * are of type `element`; `stored` has a type for each of the bindings that the kernel's own
 * `stored` names.
 */
export function prelude(kernel: Kernel, element: Element, stored: StoredTypes): string {
  const lines = element === "f16" ? ["enable f16;"] : [];
  lines.push(`alias Element = ${element};`);
  for (const [name, type] of Object.entries(stored)) {
    if (kernel.packable?.includes(name)) lines.push(...packable(name, type, kernel.vectors));
    else lines.push(`alias ${capitalise(name)} = ${type};`);
  }
  for (const [name, value] of Object.entries(kernel.options)) lines.push(`override ${name}: u32 = ${value};`);
  const sizes = Object.entries(kernel.sizes).map(([name, type]) => `  ${name}: ${type},`);
  if (sizes.length > 0) {
    lines.push("struct Sizes {", ...sizes, "}", "@group(0) @binding(0) var<uniform> sizes: Sizes;");
  }
  Object.entries(kernel.bindings).forEach(([name, use], index) => {
    const access = isWritten(use) ? "read_write" : "read";
    lines.push(`@group(0) @binding(${index + 1}) var<storage, ${access}> ${name}: array<${itemOf(kernel, name)}>;`);
  });
  return `${lines.join("\n")}\n`;
}

const capitalise = (name: string) => name[0]!.toUpperCase() + name.slice(1);

/** The type of what one index of a binding reads. */
function itemOf({ bindings, stored = {}, packable, vectors }: Kernel, name: string): string {
  if (packable?.includes(name)) return `Stored${capitalise(name)}`;
  const element = name in stored ? capitalise(name) : (bindings[name]!.split(" ")[1] ?? "Element");
  return vectors ? `vec4<${element}>` : element;
}

/**
 * How a binding that may hold pairs of float16 is stored, and read as f32: one element, or four.
 */
function packable(binding: string, type: Element | "packed", vectors = false): readonly string[] {
  const name = capitalise(binding);
  const declared = (stored: string, result: string, value: string) => [
    `alias Stored${name} = ${stored};`,
    `fn read${name}(i: u32) -> ${result} { return ${value}; }`,
  ];
  if (type !== "packed") {
    const [item, result] = vectors ? [`vec4<${type}>`, "vec4f"] : [type, "f32"];
    return declared(item, result, `${result}(${binding}[i])`);
  }
  if (!vectors) return declared("u32", "f32", `unpack2x16float(${binding}[i / 2])[i % 2]`);
  const [low, high] = ["x", "y"].map((part) => `unpack2x16float(${binding}[i].${part})`);
  return declared("vec2u", "vec4f", `vec4f(${low}, ${high})`);
}
