/**
 * Frozen matrices that one buffer cannot hold: cutting them into rows, and refusing what needs them
 * whole.
 */

import { elementBytes, elementCount, type RowPart, type Tensor } from "./tensor";

/** Buffers are allocated in steps of so many bytes. */
const STEP = 16;

/**
 * The rows of a frozen matrix in as few parts of about equal size as buffers of `largestBuffer`
 * bytes allow; undefined where one buffer holds it. A part fits as float32 too: what is kept as
 * float16 is widened a part at a time.
 */
export function rowParts({ name, shape, type, role }: Tensor, largestBuffer: number): RowPart[] | undefined {
  const [rows, width] = shape as [number, number];
  const most = Math.floor((Math.floor(largestBuffer / STEP) * STEP) / (width * elementBytes("float32")));
  if (shape.length !== 2 || rows <= most || most < 1) return undefined;
  const each = Math.ceil(rows / Math.ceil(rows / most));
  return Array.from({ length: Math.ceil(rows / each) }, (_, part) => {
    const start = part * each;
    const end = Math.min(rows, start + each);
    return {
      name: `${name}, rows ${start} to ${end - 1}`,
      shape: [end - start, width],
      type,
      role,
      start,
      largestBuffer,
    };
  });
}

/** What lies in buffers: the parts of a matrix that is kept in parts, or the tensor itself. */
export function storedTensors(tensor: Tensor): readonly Tensor[] {
  return tensor.parts ?? [tensor];
}

/** @throws Error naming a matrix that is kept in parts, for whoever can only read it whole. */
export function requireWhole(tensor: Tensor): void {
  if (!tensor.parts) return;
  const bytes = elementCount(tensor.shape) * elementBytes("float32");
  throw new Error(
    `"${tensor.name}" needs ${bytes} bytes as float32 in one buffer; this device allows ${tensor.parts[0]!.largestBuffer}, ` +
      `so it is kept in ${tensor.parts.length} parts, and this method reads it whole. Leave that layer out, or choose ` +
      "another method.",
  );
}
