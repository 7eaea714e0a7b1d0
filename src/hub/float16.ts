/**
 * IEEE 754 binary16, on the host: what its bit patterns are worth, and which pattern is nearest to
 * a number.
 */

/** The largest finite float16. */
export const LARGEST_FLOAT16 = 65504;

let table: Float32Array | null = null;

/** The float32 value of every float16 bit pattern: 256 KiB, made once. */
export function float16Values(): Float32Array {
  if (table) return table;
  table = new Float32Array(1 << 16);
  for (let bits = 0; bits < table.length; bits++) {
    const sign = bits & 0x8000 ? -1 : 1;
    const exponent = (bits >> 10) & 0x1f;
    const fraction = bits & 0x3ff;
    if (exponent === 0) table[bits] = sign * fraction * 2 ** -24;
    else if (exponent === 31) table[bits] = fraction ? Number.NaN : sign * Number.POSITIVE_INFINITY;
    else table[bits] = sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
  }
  return table;
}

/**
 * Writes the nearest float16 of every value (ties to even) into `target`. Returns the index of the
 * first finite value that is too large for float16, or -1.
 */
export function toFloat16(values: Float32Array, target: Uint16Array): number {
  const bits = new Uint32Array(values.buffer, values.byteOffset, values.length);
  let overflow = -1;
  for (let index = 0; index < bits.length; index++) {
    const word = bits[index]!;
    const sign = (word >>> 16) & 0x8000;
    const magnitude = word & 0x7fffffff;
    if (magnitude >= 0x7f800000) {
      target[index] = sign | (magnitude > 0x7f800000 ? 0x7e00 : 0x7c00);
    } else if (magnitude >= 0x477ff000) {
      // 65520 and more would round to infinity.
      if (overflow < 0) overflow = index;
      target[index] = sign | 0x7c00;
    } else if (magnitude >= 0x38800000) {
      const rounded = magnitude - 0x38000000 + 0xfff + ((magnitude >>> 13) & 1);
      target[index] = sign | (rounded >>> 13);
    } else {
      // Below 2^-14: whole multiples of 2^-24.
      const units = Math.abs(values[index]!) * 2 ** 24;
      const whole = Math.floor(units);
      const rest = units - whole;
      target[index] = sign | (whole + (rest > 0.5 || (rest === 0.5 && whole % 2 === 1) ? 1 : 0));
    }
  }
  return overflow;
}
