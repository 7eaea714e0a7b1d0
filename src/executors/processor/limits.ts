/** How much memory the processor's executor may have, and the error where there is no more. */

import { OutOfMemoryError } from "../executor";

/** Bytes that WebAssembly's 32-bit addresses reach. */
export const ADDRESSABLE = 2 ** 32;
/** Bytes of it that onnxruntime takes for code, threads' stacks and sessions. */
const RESERVED = 128 * 2 ** 20;
/** Bytes that all buffers and onnxruntime's working memory may have together. */
export const CAPACITY = ADDRESSABLE - RESERVED;

/** The error of memory that was asked for in vain. `what`: who needed how much. */
export function outOfMemory(
  { HEAPU8 }: { HEAPU8: Uint8Array },
  what: string,
  label: string,
  bytes: number,
): OutOfMemoryError {
  return new OutOfMemoryError(
    `Out of memory: ${what} on top of the ${HEAPU8.length} bytes in use; the processor has ${CAPACITY} in all (WebAssembly's ` +
      "limit) or the browser gives no more. Compare fewer runs, use a smaller batch or shorter texts, or close other pages.",
    label,
    bytes,
  );
}
