/** States as directions, so that how far apart two are does not depend on how long they are. */

/** [rows, width], each row of length 1; a row of zeros stays as it is. */
export function unitStates(states: Float32Array, width: number): Float64Array {
  const units = Float64Array.from(states);
  for (let start = 0; start < units.length; start += width) {
    const row = units.subarray(start, start + width);
    const length = Math.hypot(...row);
    if (length > 0) for (let column = 0; column < width; column++) row[column]! /= length;
  }
  return units;
}

/** 1 − cosine of every row of `a` [rows, width] with every one of `b`: [rows of a, rows of b]. */
export async function cosineDistances(
  a: Float64Array,
  b: Float64Array,
  width: number,
  breathe: () => Promise<void> = async () => {},
): Promise<Float64Array> {
  const [rows, columns] = [a.length / width, b.length / width];
  const distances = new Float64Array(rows * columns);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      let sum = 0;
      for (let place = 0; place < width; place++) sum += a[row * width + place]! * b[column * width + place]!;
      distances[row * columns + column] = 1 - sum;
    }
    await breathe();
  }
  return distances;
}
