/**
 * What the studio computes on: a graphics card that WebGPU offers, or the processor. Software
 * adapters are used only when they are asked for, since the processor does the same many times
 * faster.
 */

import { trialTime } from "../base/trial";
import { messageOf } from "../errors/message-of";
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
/**
 * Milliseconds that each has in a trial. A card has to compile its shaders first; one that has not
 * answered by then is the slower one.
 */
const SHARE = { processor: 500, card: 1500 };
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
  /** Of the card: it may go on after the choice was made without it. */
  #trial: Promise<unknown> = Promise.resolve();

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
   * Before a model is opened: where both the card and the processor may be used, whichever computes
   * it faster. Resolves to whether that is another executor than before.
   */
  async decide(family: Family, config: ModelConfig): Promise<boolean> {
    const graphics = this.#graphics;
    if (this.#choice !== "auto" || !graphics) return false;
    const before = this.#executor;
    this.#executor = graphics;
    if (config.hiddenSize > WIDE) {
      this.#reason = `Models wider than ${WIDE} are computed on the graphics card, without a trial.`;
      return graphics !== before;
    }
    const processor = this.#openProcessor();
    try {
      await this.settled();
      await processor.ready();
      await graphics.ready();
      const own = await trialTime(processor, family, config, SHARE.processor);
      const trial = trialTime(graphics, family, config, SHARE.card);
      this.#trial = trial;
      const card = await within(SHARE.card, trial);
      this.#executor = card === null || own < card ? processor : graphics;
      this.#reason = outcome(own, card);
    } catch (error) {
      this.#reason = `The graphics card is used; a trial against the processor failed: ${messageOf(error)}`;
    }
    return this.#executor !== before;
  }

  /** Resolves when no trial works on the card any more. */
  async settled(): Promise<void> {
    await this.#trial.catch(() => {});
  }

  /**
   * Bytes that the largest memory has which may be chosen for a model; infinite where nobody tells.
   */
  get reach(): number {
    const card = this.#choice === "auto" && this.#graphics !== null;
    return (card ? null : this.report.capacity) ?? Number.POSITIVE_INFINITY;
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
    const graphics = this.#graphics;
    const inUse = () => this.#executor === graphics;
    device.addEventListener("uncapturederror", ({ error }) => {
      if (inUse()) listener.broken(describeGpuError(error));
    });
    void device.lost.then(({ message }) => {
      const reason = message.replace(/\.$/, "") || "the browser gave no reason";
      if (inUse()) return listener.lost(reason);
      // Nobody computes on it: it can only not be chosen any more.
      this.#graphics = null;
      this.#gpu = {
        status: "no-adapter",
        adapter: gpu.adapter,
        message: `The browser lost the graphics card (${reason}). Reload the page to use it again.`,
      };
    });
    return graphics;
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

/** What a trial said, in a sentence; null: the card gave no time within its share. */
function outcome(own: number, card: number | null): string {
  if (card === null) return "The processor is used: a short trial of this model took too long on the graphics card.";
  const [faster, factor] = own < card ? ["processor", card / own] : ["graphics card", own / card];
  return `The ${faster} was ${factor.toFixed(1)} times faster in a short trial of this model.`;
}

/**
 * Null after so many milliseconds: the device may take as long as it likes with what it has begun.
 */
function within<Value>(milliseconds: number, work: Promise<Value>): Promise<Value | null> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => resolve(null), milliseconds);
    work.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}
