/**
 * What the studio computes on: a graphics card that WebGPU offers, or the processor. Software adapters are used only when they are
 * asked for, since the processor does the same many times faster.
 */

import { trialTime } from "../base/trial";
import type { Executor } from "../executors/executor";
import { fetchBuild, graphicsBuild, threadsHere, threadsRefusal } from "../executors/processor/build";
import { ProcessorExecutor } from "../executors/processor/executor";
import { type OpenedDevice, openDevice, type UsableDevice } from "../executors/webgpu/device";
import { WebgpuExecutor } from "../executors/webgpu/executor";
import type { Family, ModelConfig } from "../models/family";
import type { DeviceChoice, DeviceOption, DeviceReport } from "./api";
import { describeGpuError } from "./failures";

/** Who is told when the device breaks. */
export interface DeviceListener {
  broken(error: Error): void;
  lost(reason: string): void;
}

const NO_LIMITS = { maxBufferSize: 0, maxStorageBufferBindingSize: 0 };
const NO_ADAPTER = { vendor: "", architecture: "", device: "", description: "" };
/** Milliseconds that a trial may take, loading what both need included; without an answer the card is used. */
const TRIAL = 8000;
/** Wider models are not tried: the card is for them. */
const WIDE = 768;

export class Devices {
  readonly #openDevice: () => Promise<OpenedDevice>;
  #choice: DeviceChoice = "auto";
  #gpu: OpenedDevice | null = null;
  #graphics: WebgpuExecutor | null = null;
  #processor: ProcessorExecutor | null = null;
  #executor: Executor | null = null;
  /** How the automatic choice was made. */
  #reason: string | null = null;

  constructor(opening: () => Promise<OpenedDevice> = openDevice) {
    this.#openDevice = opening;
  }

  /** Looks at what there is, once, and takes what was asked for. */
  async open(choice: DeviceChoice, listener: DeviceListener): Promise<DeviceReport> {
    this.#choice = choice;
    this.#gpu ??= await this.#openDevice();
    const gpu = usable(this.#gpu);
    const wantsGraphics = choice === "graphics" || (choice === "auto" && gpu?.software === false);
    if (gpu && (wantsGraphics || choice === "software")) this.#executor = this.#openGraphics(gpu, listener);
    else if (choice === "auto" || choice === "processor") this.#executor = this.#openProcessor();
    // Fetched while the person looks at the data; whoever needs it first reports a failure.
    this.#executor?.load().catch(() => {});
    return this.report;
  }

  /** Throws an Error with what keeps the device from being used. */
  get executor(): Executor {
    if (this.#executor) return this.#executor;
    throw new Error(this.#gpu ? this.report.message : "The device is not open yet.");
  }

  /**
   * Before a model is opened: where both the card and the processor may be used, whichever computes it faster.
   * Resolves to whether that is another executor than before.
   */
  async decide(family: Family, config: ModelConfig): Promise<boolean> {
    const graphics = this.#graphics;
    if (this.#choice !== "auto" || !graphics) return false;
    const before = this.#executor;
    this.#executor = graphics;
    this.#reason = null;
    if (config.hiddenSize <= WIDE) {
      const processor = this.#openProcessor();
      try {
        const times = async () => [
          await trialTime(graphics, family, config),
          await trialTime(processor, family, config),
        ];
        const [card, own] = (await inTime(times())) as [number, number];
        const [faster, factor] = own < card ? ["processor", card / own] : ["graphics card", own / card];
        this.#executor = own < card ? processor : graphics;
        this.#reason = `The ${faster} was ${factor.toFixed(1)} times faster in a short trial of this model.`;
      } catch (error) {
        const what = error instanceof Error ? error.message : String(error);
        this.#reason = `The graphics card is used; a trial against the processor failed: ${what}`;
      }
    }
    return this.#executor !== before;
  }

  get report(): DeviceReport {
    const gpu = this.#gpu!;
    const own = usable(gpu);
    const options = this.#options;
    const common = { choice: this.#choice, options, reason: this.#reason, features: [] as string[], limits: NO_LIMITS };
    if (this.#executor?.kind === "processor") {
      const { threads, note } = this.#processor!;
      return {
        ...common,
        status: "ready",
        message: note ?? threadsRefusal() ?? "",
        executor: "processor",
        name: processorName(threads),
        threads,
        capacity: this.#processor!.capacity,
        adapter: NO_ADAPTER,
      };
    }
    const { status, message, adapter } = gpu;
    const card = { ...common, status, message, adapter, executor: "webgpu", threads: null, capacity: null } as const;
    if (own) return { ...card, name: cardName(own), limits: { ...own.limits }, features: [...own.features] };
    const limit = "limit" in gpu ? gpu.limit : undefined;
    return { ...card, name: "", ...(limit && { limit }) };
  }

  get #options(): DeviceOption[] {
    const gpu = this.#gpu!;
    const own = usable(gpu);
    const threads = this.#processor?.threads ?? threadsHere();
    const options: DeviceOption[] = [{ choice: "processor", name: processorName(threads), refusal: null }];
    if (own && !own.software) return [{ choice: "graphics", name: cardName(own), refusal: null }, ...options];
    const refusal = own ? "WebGPU offers no graphics card here, only software." : gpu.message;
    const graphics: DeviceOption = { choice: "graphics", name: "graphics card", refusal };
    const software: DeviceOption[] = own
      ? [{ choice: "software", name: `${cardName(own)}, very slow`, refusal: null }]
      : [];
    return [...options, graphics, ...software];
  }

  #openGraphics(gpu: UsableDevice, listener: DeviceListener): WebgpuExecutor {
    if (this.#graphics) return this.#graphics;
    const { device, software } = gpu;
    this.#graphics = new WebgpuExecutor(device, { software });
    device.addEventListener("uncapturederror", ({ error }) => listener.broken(describeGpuError(error)));
    void device.lost.then(({ message }) => listener.lost(message || "the browser gave no reason"));
    return this.#graphics;
  }

  #openProcessor(): ProcessorExecutor {
    // Beside a graphics card its build is there already: nobody downloads two.
    const build = () => fetchBuild(this.#graphics ? graphicsBuild() : "plain");
    this.#processor ??= new ProcessorExecutor({ build, threads: threadsHere() });
    return this.#processor;
  }
}

const usable = (opened: OpenedDevice): UsableDevice | null => ("device" in opened ? opened : null);

const processorName = (threads: number) => `processor, ${threads === 1 ? "1 thread" : `${threads} threads`}`;

function cardName({ adapter }: UsableDevice): string {
  const pair = [adapter.vendor, adapter.architecture].filter(Boolean).join(" ");
  return adapter.description || adapter.device || pair || "graphics card";
}

/** Rejects with an Error if the trial does not end in time. */
function inTime<Value>(trial: Promise<Value>): Promise<Value> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`it took more than ${TRIAL / 1000} s`)), TRIAL);
    trial.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}
