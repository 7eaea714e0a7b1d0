/** Whether WebAssembly, which onnxruntime is, may be started here at all: asked before it is. */

import { messageOf } from "../errors/message-of";

/** The smallest module there is: what refuses it refuses all. */
const SMALLEST = Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0);

/** @throws {Error} With what forbids it, and who can allow it. */
export function requireWebAssembly(): void {
  try {
    new WebAssembly.Module(SMALLEST);
  } catch (error) {
    throw new Error(
      "onnxruntime does not start: WebAssembly is forbidden here. Where the server of this page sends a " +
        "Content-Security-Policy, its script-src must have 'self' and 'wasm-unsafe-eval', for the page and for its " +
        `workers; else a setting of the browser forbids it. The browser says: ${messageOf(error)}`,
    );
  }
}
