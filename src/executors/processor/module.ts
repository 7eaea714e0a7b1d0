/**
 * onnxruntime's WebAssembly module by its C interface, as onnxruntime-web itself calls it
 * (`lib/wasm` of the package): what its JavaScript interface has no word for are tensors that lie
 * in the module's own memory. With them sessions read and write our buffers where they are, and a
 * step copies and allocates nothing. The package's version is exact, so this is too.
 */

import { messageOf } from "../../errors/message-of";
import { OutOfMemoryError } from "../executor";
import { requireWebAssembly } from "../require-web-assembly";
import { ADDRESSABLE, outOfMemory } from "./limits";

/** What the module's factory takes. */
export interface ModuleOptions {
  readonly numThreads: number;
  /** Where the `.wasm` file is; default: beside the `.mjs`. */
  readonly locateFile?: (name: string) => string;
  readonly wasmBinary?: ArrayBufferLike;
}

export type ModuleFactory = (options: ModuleOptions) => Promise<OrtModule>;

/** Some builds suspend: what may wait there resolves later. */
type Awaitable<Value> = Value | Promise<Value>;

export interface OrtModule {
  readonly HEAPU8: Uint8Array;
  readonly PTR_SIZE: number;
  _malloc(bytes: number): number;
  _free(pointer: number): void;
  stackSave(): number;
  stackAlloc(bytes: number): number;
  stackRestore(stack: number): void;
  getValue(pointer: number, type: "*" | "i32"): number;
  setValue(pointer: number, value: number, type: "*" | "i32"): void;
  UTF8ToString(pointer: number): string;
  stringToUTF8(text: string, pointer: number, most: number): void;
  lengthBytesUTF8(text: string): number;
  asyncInit?(): void;
  _OrtInit(threads: number, logLevel: number): number;
  _OrtGetLastError(code: number, message: number): number;
  _OrtCreateSessionOptions(
    optimization: number,
    arena: number,
    memoryPattern: number,
    executionMode: number,
    profiling: number,
    profile: number,
    logId: number,
    logSeverity: number,
    logVerbosity: number,
    optimizedModel: number,
  ): number;
  _OrtReleaseSessionOptions(options: number): number;
  _OrtCreateSession(model: number, bytes: number, options: number): Awaitable<number>;
  _OrtReleaseSession(session: number): number;
  _OrtCreateTensor(type: number, data: number, bytes: number, dims: number, rank: number, location: number): number;
  _OrtReleaseTensor(tensor: number): number;
  _OrtRun(
    session: number,
    inputNames: number,
    inputs: number,
    inputCount: number,
    outputNames: number,
    outputCount: number,
    outputs: number,
    options: number,
  ): Awaitable<number>;
}

/** Errors and fatal errors only. */
const LOG_LEVEL = 3;

/**
 * Starts onnxruntime with so many threads. Rejects with an Error that says what is missing or
 * wrong.
 */
export async function startModule(factory: ModuleFactory, options: ModuleOptions): Promise<OrtModule> {
  requireWebAssembly();
  let ort: OrtModule;
  try {
    ort = await factory(options);
  } catch (error) {
    const reason = messageOf(error);
    // Nothing else of it asks for a size that could be refused.
    if (error instanceof RangeError) {
      throw new OutOfMemoryError(
        `Out of memory: the browser does not set aside the ${ADDRESSABLE} bytes of addresses that onnxruntime's memory grows in ` +
          `(${reason}). Close other pages, or use a 64-bit browser, and reload this one.`,
        "onnxruntime",
        ADDRESSABLE,
      );
    }
    throw new Error(`onnxruntime does not start on the processor: ${reason}`);
  }
  ort.asyncInit?.();
  check(ort, ort._OrtInit(options.numThreads, LOG_LEVEL) === 0, "onnxruntime does not start");
  return ort;
}

/** Throws an Error with what onnxruntime says where something did not work. */
export function check(ort: OrtModule, worked: boolean, what: string): void {
  if (worked) return;
  const stack = ort.stackSave();
  const places = ort.stackAlloc(2 * ort.PTR_SIZE);
  ort._OrtGetLastError(places, places + ort.PTR_SIZE);
  const message = ort.getValue(places + ort.PTR_SIZE, "*");
  const said = message === 0 ? "it does not say why" : ort.UTF8ToString(message);
  ort.stackRestore(stack);
  if (/bad_alloc|out of memory|failed to allocate memory/i.test(said)) {
    throw outOfMemory(ort, `${what}, which needs working memory`, "onnxruntime", 0);
  }
  throw new Error(`${what}: ${said}`);
}
