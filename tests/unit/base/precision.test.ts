import { expect, test } from "vitest";
import { choosePrecision, Float16Overflow } from "../../../src/base/precision";

const half = 2 ** 28;
const entries = (type: "F16" | "BF16" | "F32", elements: number) => [{ type, shape: [elements / 64, 64] }];

test("what is asked for is taken", () => {
  expect(choosePrecision("float16", entries("F32", 64))).toBe("float16");
  expect(choosePrecision("float32", entries("F16", 4 * half))).toBe("float32");
});

test("automatic takes float16 for 16-bit files that would need over 1 GiB as float32", () => {
  expect(choosePrecision("auto", entries("F16", half + 64))).toBe("float16");
  expect(choosePrecision("auto", entries("BF16", half + 64))).toBe("float16");
  expect(choosePrecision("auto", entries("F16", half))).toBe("float32");
  expect(choosePrecision("auto", entries("F32", 4 * half))).toBe("float32");
  expect(choosePrecision("auto", [...entries("F16", half), ...entries("F32", 2 * half)])).toBe("float32");
});

test("an overflow names tensor, value and limit", () => {
  expect(new Float16Overflow("w", 70000).message).toMatch(/"w" holds 70000, but float16 ends at 65504/);
});
