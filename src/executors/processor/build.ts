/**
 * Where a browser gets onnxruntime for the processor from. A visitor downloads one build: the plain
 * one, or where a graphics card is in use the very files that it uses (`webgpu/runtime.ts`), which
 * hold the processor's kernels too.
 */

import { messageOf } from "../../errors/message-of";
import type { Build } from "./executor";
import type { ModuleFactory } from "./module";

/** `plain` has no WebGPU in it, and is the smallest. */
export type BuildName = "plain" | "jspi" | "asyncify";

const addresses: Record<BuildName, () => Promise<[{ default: string }, { default: string }]>> = {
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
export const graphicsBuild = (): BuildName => ("Suspending" in WebAssembly ? "jspi" : "asyncify");

const ADVICE =
  "Look at the connection and reload the page; if that does not help, files of the studio are missing where it is served from.";

const reasonOf = (error: unknown) => messageOf(error).replace(/\.$/, "");

/** Rejects with an Error that names the file that could not be fetched. */
export async function fetchBuild(name: BuildName): Promise<Build> {
  const [script, wasm] = await addresses[name]();
  const load = async (address: string) => {
    try {
      return (await import(/* @vite-ignore */ new URL(address, import.meta.url).href)) as { default: ModuleFactory };
    } catch (error) {
      throw new Error(`${address} could not be loaded: ${reasonOf(error)}. ${ADVICE}`);
    }
  };
  const { default: factory } = await load(script.default);
  const address = new URL(wasm.default, import.meta.url).href;
  return { factory, locateFile: () => address, check: () => checkFile(address) };
}

/** onnxruntime says of a file that is not there only that it is no WebAssembly. */
async function checkFile(address: string): Promise<void> {
  let problem: string | null = null;
  try {
    const { ok, status, headers } = await fetch(address, { method: "HEAD" });
    // Some hosts answer no question about a file, only for it.
    if (!ok && status !== 405) problem = `the server answers ${status}`;
    else if (headers.get("content-type")?.startsWith("text/html")) problem = "the server answers with a page";
  } catch (error) {
    problem = reasonOf(error);
  }
  if (problem !== null) throw new Error(`${new URL(address).pathname} could not be loaded: ${problem}. ${ADVICE}`);
}

/** Why only one thread can be used here, and what would change that; null where more can. */
export function threadsRefusal(): string | null {
  if (globalThis.crossOriginIsolated) {
    if (typeof SharedArrayBuffer === "function") return null;
    return "Training runs on one thread: this browser has no SharedArrayBuffer. A current one uses all processor cores.";
  }
  return (
    "Training runs on one thread: this page is not cross-origin isolated. Serve it with the headers " +
    "Cross-Origin-Opener-Policy: same-origin and Cross-Origin-Embedder-Policy: require-corp to use all processor cores."
  );
}

/** As many as the processor has cores, eight at most. */
export function threadsHere(): number {
  if (threadsRefusal() !== null) return 1;
  return Math.max(1, Math.min(8, navigator.hardwareConcurrency || 1));
}
