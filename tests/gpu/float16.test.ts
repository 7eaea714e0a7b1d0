/** Our conversions of float16 against the browser's own. */

import { expect, test } from "vitest";
import { float16Values, toFloat16 } from "../../src/hub/float16";

test("float16 on the host is the browser's", () => {
  const patterns = Uint16Array.from({ length: 1 << 16 }, (_, bits) => bits);
  const same = (a: ArrayLike<number>, b: ArrayLike<number>) =>
    a.length === b.length && Array.from(a).every((value, index) => Object.is(value, b[index]));
  expect(same(float16Values(), Float32Array.from(new Float16Array(patterns.buffer)))).toBe(true);
  // Around every float16, between two, and beyond.
  const values = [...float16Values()]
    .filter(Number.isFinite)
    .flatMap((value) => [
      value,
      value * (1 + 2 ** -12),
      value * (1 + 2 ** -11),
      value + 2 ** -25,
      value + 3 * 2 ** -25,
    ]);
  const numbers = Float32Array.from(values);
  const bits = new Uint16Array(numbers.length);
  const overflow = toFloat16(numbers, bits);
  expect(same(bits, new Uint16Array(new Float16Array(numbers).buffer))).toBe(true);
  expect(overflow).toBe(numbers.findIndex((value) => Math.abs(value) >= 65520));
});
