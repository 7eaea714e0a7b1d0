/** Holds a dispatch to its kernel's description, the same on every executor. */

import { type Dispatch, isWritten } from "../kernels/kernel";
import type { DeviceBuffer } from "./executor";

/**
 * @throws Error that names the kernel if the dispatch names an option, size or binding that the
 * kernel has not, leaves out a size or binding, gives a size that is none, or binds one buffer
 * twice where it is written.
 */
export function checkDispatch({ kernel, bindings, sizes, options }: Dispatch<DeviceBuffer>): void {
  const { name: said } = kernel;
  for (const name of Object.keys(options)) {
    if (!(name in kernel.options)) throw new Error(`Kernel "${said}" has no option "${name}".`);
  }
  for (const name of Object.keys(sizes)) {
    if (!(name in kernel.sizes)) throw new Error(`Kernel "${said}" has no size "${name}".`);
  }
  for (const [name, type] of Object.entries(kernel.sizes)) {
    const value = sizes[name];
    if (value === undefined) throw new Error(`A dispatch of kernel "${said}" leaves out the size "${name}".`);
    const fits = type === "f32" ? Number.isFinite(value) : Number.isInteger(value) && value >= 0 && value < 2 ** 32;
    if (fits) continue;
    const wanted = type === "f32" ? "" : ", not a whole number below 2^32";
    throw new RangeError(`Kernel "${said}": size "${name}" is ${value}${wanted}.`);
  }
  for (const name of Object.keys(bindings)) {
    if (!(name in kernel.bindings)) throw new Error(`Kernel "${said}" has no binding "${name}".`);
  }
  const seen = new Map<DeviceBuffer, string>();
  for (const [name, use] of Object.entries(kernel.bindings)) {
    const buffer = bindings[name];
    if (!buffer) throw new Error(`A dispatch of kernel "${said}" leaves out the binding "${name}".`);
    const other = seen.get(buffer);
    if (other && (isWritten(use) || isWritten(kernel.bindings[other]!))) {
      throw new Error(
        `Kernel "${said}" gets the same buffer ("${buffer.label}") as "${other}" and as "${name}", one of which it writes. ` +
          "Use two buffers.",
      );
    }
    seen.set(buffer, name);
  }
}
