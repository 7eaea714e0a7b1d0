/**
 * Opens the one GPUDevice of the studio, or says why there is none. Features and limits are those
 * that onnxruntime would ask for, because the device is given to it. Not for testing that the
 * device computes correctly.
 */

export interface AdapterDescription {
  readonly vendor: string;
  readonly architecture: string;
  readonly device: string;
  readonly description: string;
}

export interface UsableDevice {
  readonly status: "ready" | "software";
  /** What the user should know; empty when ready. */
  readonly message: string;
  readonly adapter: AdapterDescription;
  readonly device: GPUDevice;
  /** Works on the CPU: slow, and a workgroup barrier costs more than the work it saves. */
  readonly software: boolean;
  readonly features: readonly string[];
  readonly limits: { readonly maxBufferSize: number; readonly maxStorageBufferBindingSize: number };
}

export interface RefusedDevice {
  readonly status: "no-webgpu" | "no-adapter" | "limit-too-low";
  /** What is the matter, why, what to do. */
  readonly message: string;
  readonly adapter: AdapterDescription;
  readonly limit?: { readonly name: string; readonly needed: number; readonly allowed: number };
}

export type OpenedDevice = UsableDevice | RefusedDevice;

/** Asked for at the adapter's maximum. */
const LIMITS = [
  "maxBufferSize",
  "maxStorageBufferBindingSize",
  "maxStorageBuffersPerShaderStage",
  "maxComputeWorkgroupStorageSize",
  "maxComputeInvocationsPerWorkgroup",
  "maxComputeWorkgroupSizeX",
  "maxComputeWorkgroupSizeY",
  "maxComputeWorkgroupSizeZ",
  "maxComputeWorkgroupsPerDimension",
  "maxBindGroups",
] as const satisfies readonly (keyof GPUSupportedLimits)[];

const NEEDED = {
  maxStorageBuffersPerShaderStage: 8,
  maxStorageBufferBindingSize: 128 * 1024 * 1024,
} as const;

/**
 * onnxruntime's attention is silently wrong on smaller subgroups, so the feature is left out there.
 */
const SMALLEST_SUBGROUP = 16;

const NO_ADAPTER: AdapterDescription = { vendor: "", architecture: "", device: "", description: "" };
const SOFTWARE_NAMES = /swiftshader|llvmpipe|lavapipe|softpipe|microsoft basic render/i;
const SOFTWARE_VENDORS = new Set(["google", "mesa"]);

/** Whether an adapter computes on the CPU. */
export function isSoftware(info: AdapterDescription & { readonly isFallbackAdapter?: boolean }): boolean {
  if (info.isFallbackAdapter) return true;
  if (SOFTWARE_NAMES.test([info.vendor, info.architecture, info.device, info.description].join(" "))) return true;
  return SOFTWARE_VENDORS.has(info.vendor.toLowerCase());
}

/** The device, or a refusal; it never rejects for want of WebGPU. */
export async function openDevice(): Promise<OpenedDevice> {
  const gpu = (navigator as Partial<Navigator>).gpu;
  if (!gpu) {
    return {
      status: "no-webgpu",
      adapter: NO_ADAPTER,
      message:
        "This browser has no WebGPU. Use a current Chrome or Edge, Safari 26 or Firefox 145 or later, on https or localhost, " +
        "or train on the processor.",
    };
  }
  const adapter = await gpu.requestAdapter({ powerPreference: "high-performance" }).catch(() => null);
  if (!adapter) {
    return {
      status: "no-adapter",
      adapter: NO_ADAPTER,
      message:
        "The browser has WebGPU but offers no graphics adapter: hardware acceleration is off, or the driver is blocked. " +
        "Turn hardware acceleration on in the browser's settings, or update the graphics driver.",
    };
  }
  const { vendor, architecture, device: model, description } = adapter.info;
  const described = { vendor, architecture, device: model, description };
  for (const [name, needed] of Object.entries(NEEDED) as [keyof typeof NEEDED, number][]) {
    const allowed = adapter.limits[name];
    if (allowed < needed) {
      return {
        status: "limit-too-low",
        adapter: described,
        limit: { name, needed, allowed },
        message: `This graphics adapter allows ${name} = ${allowed}, but the studio needs ${needed}. Use another GPU or browser.`,
      };
    }
  }
  const wanted: GPUFeatureName[] = ["shader-f16", "timestamp-query"];
  if ((adapter.info.subgroupMinSize ?? 0) >= SMALLEST_SUBGROUP) wanted.push("subgroups");
  const features = wanted.filter((feature) => adapter.features.has(feature));
  const device = await adapter
    .requestDevice({
      label: "studio",
      requiredFeatures: features,
      requiredLimits: Object.fromEntries(LIMITS.map((name) => [name, adapter.limits[name]])),
    })
    .catch((error: unknown) => error as Error);
  if (device instanceof Error) {
    return {
      status: "no-adapter",
      adapter: described,
      message: `The graphics adapter gave no device (${device.message}). Reload the page; if that fails, restart the browser.`,
    };
  }
  const software = isSoftware(adapter.info);
  return {
    status: software ? "software" : "ready",
    message: software
      ? "WebGPU runs on the CPU here, which is many times slower than training on the processor. Choose the processor, or turn " +
        "on hardware acceleration to use a graphics card."
      : "",
    adapter: described,
    device,
    software,
    features,
    limits: {
      maxBufferSize: device.limits.maxBufferSize,
      maxStorageBufferBindingSize: device.limits.maxStorageBufferBindingSize,
    },
  };
}
