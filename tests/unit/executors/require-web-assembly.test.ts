import { afterEach, describe, expect, it, vi } from "vitest";
import { startModule } from "../../../src/executors/processor/module";
import { requireWebAssembly } from "../../../src/executors/require-web-assembly";
import { Runtime } from "../../../src/executors/webgpu/runtime";

afterEach(() => vi.unstubAllGlobals());

/** As where a policy forbids it. */
function forbid(): void {
  class Module {
    constructor() {
      throw new Error("violates the following Content Security policy directive");
    }
  }
  vi.stubGlobal("WebAssembly", { Module });
}

describe("WebAssembly", () => {
  it("is asked for nothing where it may be started", () => {
    expect(requireWebAssembly).not.toThrow();
  });

  it("that is forbidden is said with the directive that allows it, before either executor begins", async () => {
    forbid();
    const said = /script-src must have 'self' and 'wasm-unsafe-eval'.*The browser says: violates the following/;
    const factory = vi.fn();
    await expect(startModule(factory, { numThreads: 1 })).rejects.toThrow(said);
    expect(factory).not.toHaveBeenCalled();
    await expect(new Runtime({} as GPUDevice).load()).rejects.toThrow(said);
  });
});
