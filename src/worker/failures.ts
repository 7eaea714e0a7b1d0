/** Failures with their kind before the message. */

import { OutOfMemoryError } from "../executors/executor";

/** An error that no call of ours was waiting for. */
export function describeGpuError(error: GPUError): Error {
  if (error instanceof GPUOutOfMemoryError) return new Error(`out of memory: ${error.message}`);
  const kind = error instanceof GPUValidationError ? "GPU validation error" : "internal GPU error";
  return new Error(`${kind}: ${error.message}`);
}

/** An error that a call rejected with. */
export function namedError(error: unknown): Error {
  if (error instanceof OutOfMemoryError)
    return new Error(`out of memory: ${error.message.replace(/^out of memory: /i, "")}`);
  return error instanceof Error ? error : new Error(String(error));
}
