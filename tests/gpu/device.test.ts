import { afterEach, describe, expect, it, vi } from "vitest";
import { isSoftware, openDevice } from "../../src/executors/webgpu/device";

afterEach(() => vi.restoreAllMocks());

const info = { vendor: "", architecture: "", device: "", description: "" };

describe("openDevice", () => {
  it("gives a device with the adapter's largest limits", async () => {
    const adapter = (await navigator.gpu.requestAdapter())!;
    const opened = await openDevice();
    if (!("device" in opened)) throw new Error(opened.message);
    expect(opened.device.limits.maxBufferSize).toBe(adapter.limits.maxBufferSize);
    expect(opened.limits.maxStorageBufferBindingSize).toBe(adapter.limits.maxStorageBufferBindingSize);
    expect(opened.status).toBe(opened.software ? "software" : "ready");
    expect(opened.message === "").toBe(!opened.software);
    // Smaller subgroups make onnxruntime's attention silently wrong.
    if ((adapter.info.subgroupMinSize ?? 0) < 16) expect(opened.features).not.toContain("subgroups");
    expect([...opened.device.features]).toEqual(expect.arrayContaining([...opened.features]));
    opened.device.destroy();
  });

  it("says so when there is no WebGPU", async () => {
    vi.spyOn(navigator, "gpu", "get").mockReturnValue(undefined as unknown as GPU);
    expect(await openDevice()).toMatchObject({ status: "no-webgpu", message: expect.stringContaining("Chrome") });
  });

  it("says so when there is no adapter", async () => {
    vi.spyOn(navigator.gpu, "requestAdapter").mockResolvedValue(null);
    expect(await openDevice()).toMatchObject({ status: "no-adapter", message: expect.stringContaining("driver") });
  });

  it("names a limit that is too low, with both numbers", async () => {
    const limits = { maxStorageBuffersPerShaderStage: 4, maxStorageBufferBindingSize: 2 ** 30 };
    const adapter = { info: { ...info, vendor: "small" }, limits } as unknown as GPUAdapter;
    vi.spyOn(navigator.gpu, "requestAdapter").mockResolvedValue(adapter);
    const opened = await openDevice();
    expect(opened).toMatchObject({
      status: "limit-too-low",
      adapter: { vendor: "small" },
      limit: { name: "maxStorageBuffersPerShaderStage", needed: 8, allowed: 4 },
    });
    expect(opened.message).toMatch(/4.*8/);
  });
});

describe("isSoftware", () => {
  it("knows software adapters by their names", () => {
    expect(isSoftware({ ...info, isFallbackAdapter: true })).toBe(true);
    expect(isSoftware({ ...info, vendor: "google", architecture: "swiftshader" })).toBe(true);
    expect(isSoftware({ ...info, vendor: "mesa", description: "llvmpipe (LLVM 15)" })).toBe(true);
    expect(isSoftware({ ...info, vendor: "nvidia", architecture: "hopper" })).toBe(false);
    expect(isSoftware({ ...info, vendor: "apple", architecture: "metal-3" })).toBe(false);
    // Mesa's hardware drivers name themselves in the description.
    expect(isSoftware({ ...info, vendor: "intel", description: "Mesa Intel(R) Xe Graphics" })).toBe(false);
  });
});
