/** What a dispatch must have, whatever runs it. */

import { describe, expect, test } from "vitest";
import { checkDispatch } from "../../../src/executors/check-dispatch";
import type { DeviceBuffer } from "../../../src/executors/executor";
import { addScaled } from "../../../src/kernels/add-scaled";
import { columnProductSum } from "../../../src/kernels/column-product-sum";
import { type Dispatch, dispatch } from "../../../src/kernels/kernel";

const buffer = (label: string): DeviceBuffer => ({ label, size: 16 });
const bindings = { x: buffer("x"), out: buffer("out") };
const good: Dispatch<DeviceBuffer> = dispatch(addScaled, bindings, { count: 1, alpha: -0.5 });

test("one that fits passes, and so does one of nothing", () => {
  expect(() => checkDispatch(good)).not.toThrow();
  expect(() => checkDispatch({ ...good, sizes: { count: 0, alpha: 0 } })).not.toThrow();
});

describe("what does not fit is named, with the kernel", () => {
  test.each<[string, Partial<Dispatch<DeviceBuffer>>]>([
    ['leaves out the size "alpha"', { sizes: { count: 1 } }],
    ['size "count" is 1.5, not a whole number below 2^32', { sizes: { count: 1.5, alpha: 1 } }],
    ['size "count" is -1, not a whole number below 2^32', { sizes: { count: -1, alpha: 1 } }],
    ['size "count" is 4294967296, not a whole number below 2^32', { sizes: { count: 2 ** 32, alpha: 1 } }],
    ['size "alpha" is NaN.', { sizes: { count: 1, alpha: Number.NaN } }],
    ['size "alpha" is Infinity.', { sizes: { count: 1, alpha: Number.POSITIVE_INFINITY } }],
    ['no size "width"', { sizes: { count: 1, alpha: 1, width: 1 } }],
    ['leaves out the binding "out"', { bindings: { x: bindings.x } }],
    ['no binding "y"', { bindings: { ...bindings, y: bindings.x } }],
    ['no option "TRANSPOSE"', { options: { TRANSPOSE: 1 } }],
  ])("%s", (message, change) => {
    const check = () => checkDispatch({ ...good, ...change });
    expect(check).toThrow(message);
    expect(check).toThrow('"add-scaled"');
  });
});

describe("one buffer", () => {
  test("read twice is fine", () => {
    const x = buffer("x");
    const twice = dispatch(columnProductSum, { x, y: x, out: buffer("out") }, { rows: 1, width: 1 });
    expect(() => checkDispatch(twice)).not.toThrow();
  });

  test("read and written at once is refused, naming it and both bindings", () => {
    const x = buffer("hidden");
    expect(() => checkDispatch({ ...good, bindings: { x, out: x } })).toThrow(
      'Kernel "add-scaled" gets the same buffer ("hidden") as "x" and as "out"',
    );
  });
});
