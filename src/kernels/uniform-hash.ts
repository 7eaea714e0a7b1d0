/** The numbers that kernels draw on the processor: those of `uniform-hash.wgsl`. */

/** A number in [0, 1), the same for the same four. */
export const uniform = (x: number, y: number, z: number, w: number): number => (hash(x, y, z, w) >>> 8) / 16777216;

/** pcg4d's first number, as unsigned 32-bit integers multiply and add. */
function hash(x: number, y: number, z: number, w: number): number {
  const spread = (v: number) => (Math.imul(v, 1664525) + 1013904223) | 0;
  let [a, b, c, d] = [spread(x), spread(y), spread(z), spread(w)];
  a = (a + Math.imul(b, d)) | 0;
  b = (b + Math.imul(c, a)) | 0;
  c = (c + Math.imul(a, b)) | 0;
  d = (d + Math.imul(b, c)) | 0;
  a ^= a >>> 16;
  b ^= b >>> 16;
  c ^= c >>> 16;
  d ^= d >>> 16;
  a = (a + Math.imul(b, d)) | 0;
  return a >>> 0;
}
