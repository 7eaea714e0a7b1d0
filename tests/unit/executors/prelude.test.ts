/** What Pipelines write before a kernel's source, from its description. */

import { expect, test } from "vitest";
import { prelude } from "../../../src/executors/webgpu/prelude";
import { crossEntropy } from "../../../src/kernels/cross-entropy";
import { gradientNorm } from "../../../src/kernels/gradient-norm";
import type { Kernel } from "../../../src/kernels/kernel";
import { matmul } from "../../../src/kernels/matmul";
import { matmulVector } from "../../../src/kernels/matmul-vector";

const kernel = (described: unknown) => described as Kernel;

test("options, sizes and bindings, with float16 in pairs and types that depend on the dispatch", () => {
  expect(prelude(kernel(matmul), "f32", { a: "f32", b: "packed", out: "f32" })).toBe(`\
alias Element = f32;
alias A = f32;
alias StoredB = u32;
fn readB(i: u32) -> f32 { return unpack2x16float(b[i / 2])[i % 2]; }
alias Out = f32;
override TRANSPOSE_A: u32 = 0;
override TRANSPOSE_B: u32 = 0;
override ACCUMULATE: u32 = 0;
struct Sizes {
  rows: u32,
  columns: u32,
  inner: u32,
  alpha: f32,
}
@group(0) @binding(0) var<uniform> sizes: Sizes;
@group(0) @binding(1) var<storage, read> a: array<A>;
@group(0) @binding(2) var<storage, read> b: array<StoredB>;
@group(0) @binding(3) var<storage, read_write> out: array<Out>;
`);
});

test("types that a binding always has, and float16 activations", () => {
  expect(prelude(kernel(crossEntropy), "f16", {})).toBe(`\
enable f16;
alias Element = f16;
override WORKGROUP_WIDTH: u32 = 64;
struct Sizes {
  rows: u32,
  classes: u32,
}
@group(0) @binding(0) var<uniform> sizes: Sizes;
@group(0) @binding(1) var<storage, read> logits: array<Element>;
@group(0) @binding(2) var<storage, read> labels: array<i32>;
@group(0) @binding(3) var<storage, read> shares: array<f32>;
@group(0) @binding(4) var<storage, read_write> rowLoss: array<f32>;
@group(0) @binding(5) var<storage, read_write> out: array<Element>;
`);
});

test("no uniform without sizes; storage bindings begin at 1 all the same", () => {
  expect(prelude(kernel(gradientNorm), "f32", {})).toBe(`\
alias Element = f32;
@group(0) @binding(1) var<storage, read> partials: array<f32>;
@group(0) @binding(2) var<storage, read_write> stepFigures: array<f32>;
`);
});

test.each([
  ["f32", "alias StoredB = f32;\nfn readB(i: u32) -> f32 { return f32(b[i]); }\n"],
  ["f16", "alias StoredB = f16;\nfn readB(i: u32) -> f32 { return f32(b[i]); }\n"],
] as const)("a packable binding that holds %s is read as f32", (b, expected) => {
  expect(prelude(kernel(matmul), "f16", { a: "f16", b, out: "f32" })).toContain(expected);
});

test.each([
  ["f32", "alias StoredB = vec4<f32>;\nfn readB(i: u32) -> vec4f { return vec4f(b[i]); }\n"],
  ["f16", "alias StoredB = vec4<f16>;\nfn readB(i: u32) -> vec4f { return vec4f(b[i]); }\n"],
  [
    "packed",
    "alias StoredB = vec2u;\n" +
      "fn readB(i: u32) -> vec4f { return vec4f(unpack2x16float(b[i].x), unpack2x16float(b[i].y)); }\n",
  ],
] as const)("four elements at an index, where the second factor holds %s", (b, expected) => {
  const text = prelude(kernel(matmulVector), "f16", { a: "f16", b, out: "f32" });
  expect(text).toContain(expected);
  expect(text).toContain("var<storage, read> a: array<vec4<A>>;");
  expect(text).toContain("var<storage, read> b: array<StoredB>;");
  expect(text).toContain("var<storage, read_write> out: array<vec4<Out>>;");
});
