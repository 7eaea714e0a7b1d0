/**
 * Where a browser gets onnxruntime for the processor from. A visitor downloads one build: the plain one, or where a graphics card
 * is in use the very files that it uses (`webgpu/runtime.ts`), which hold the processor's kernels too.
 */

import type { ProcessorOptions } from "./executor";
import type { ModuleFactory } from "./module";

/** `plain` has no WebGPU in it, and is the smallest. */
export type Build = "plain" | "jspi" | "asyncify";

const addresses: Record<Build, () => Promise<[{ default: string }, { default: string }]>> = {
  plain: () =>
    Promise.all([
      import("onnxruntime-web/ort-wasm-simd-threaded.mjs?url"),
      import("onnxruntime-web/ort-wasm-simd-threaded.wasm?url"),
    ]),
  jspi: () =>
    Promise.all([
      import("onnxruntime-web/ort-wasm-simd-threaded.jspi.mjs?url"),
      import("onnxruntime-web/ort-wasm-simd-threaded.jspi.wasm?url"),
    ]),
  asyncify: () =>
    Promise.all([
      import("onnxruntime-web/ort-wasm-simd-threaded.asyncify.mjs?url"),
      import("onnxruntime-web/ort-wasm-simd-threaded.asyncify.wasm?url"),
    ]),
};

/** The build that the graphics card's executor uses in this browser. */
export const graphicsBuild = (): Build => ("Suspending" in WebAssembly ? "jspi" : "asyncify");

/** Rejects with an Error that names the file that could not be fetched. */
export async function fetchBuild(build: Build): ReturnType<ProcessorOptions["build"]> {
  const [script, wasm] = await addresses[build]();
  const load = async (address: string) => {
    try {
      return (await import(/* @vite-ignore */ new URL(address, import.meta.url).href)) as { default: ModuleFactory };
    } catch (error) {
      throw new Error(`${address} could not be loaded: ${error instanceof Error ? error.message : String(error)}`);
    }
  };
  const { default: factory } = await load(script.default);
  return { factory, locateFile: () => new URL(wasm.default, import.meta.url).href };
}

/** Why only one thread can be used here, and what would change that; null where more can. */
export function threadsRefusal(): string | null {
  if (typeof SharedArrayBuffer === "function" && globalThis.crossOriginIsolated) return null;
  return (
    "Training runs on one thread: this page is not cross-origin isolated. Serve it with the headers " +
    "Cross-Origin-Opener-Policy: same-origin and Cross-Origin-Embedder-Policy: require-corp to use all processor cores."
  );
}

/** All of them up to four, then no more than eight. */
export function threadsHere(): number {
  if (threadsRefusal() !== null) return 1;
  return Math.max(1, Math.min(8, navigator.hardwareConcurrency || 1));
}
