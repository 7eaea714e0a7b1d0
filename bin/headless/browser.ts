/** Starts the headless Chromium that has what was asked for: a graphics adapter, or none. */

import { type Browser, chromium } from "playwright";
import type { DeviceChoice } from "../../src/worker/api";
import { launchOptions } from "../../tools/chromium.mjs";

export type AdapterChoice = "auto" | "hardware" | "software";
/** What the studio computes on. */
export type ExecutorChoice = AdapterChoice | "processor";

export interface GraphicsBrowser {
  browser: Browser;
  adapter: "hardware" | "software";
}

export interface StudioBrowser {
  browser: Browser;
  /** What the worker is to be asked for. */
  choice: DeviceChoice;
}

async function launch(flags: Parameters<typeof launchOptions>[0]): Promise<Browser> {
  try {
    // Signals end the comparison in an orderly way; the browser must outlive them.
    const outlives = { handleSIGINT: false, handleSIGTERM: false, handleSIGHUP: false };
    return await chromium.launch({ ...launchOptions(flags), ...outlives });
  } catch (error) {
    if (!/No usable sandbox/.test((error as Error).message)) throw error;
    throw new Error(
      "Chromium cannot start its sandbox here: the system lets nobody but root make namespaces. Allow it " +
        "(kernel.unprivileged_userns_clone, kernel.apparmor_restrict_unprivileged_userns), or do without the sandbox: " +
        "STUDIO_SANDBOX=off.",
      { cause: error },
    );
  }
}

/** Whether WebGPU gives a page of this browser an adapter that is not the CPU. */
async function hasHardwareAdapter(browser: Browser): Promise<boolean> {
  const page = await browser.newPage();
  try {
    // WebGPU needs a secure context, and localhost is one; nothing is listening there, nor needs
    // to.
    const address = "http://localhost/";
    await page.route(address, (route) => route.fulfill({ contentType: "text/html", body: "<title>adapter</title>" }));
    await page.goto(address);
    return await page.evaluate(async () => {
      const adapter = await navigator.gpu?.requestAdapter({ powerPreference: "high-performance" });
      if (!adapter) return false;
      return !adapter.info.isFallbackAdapter && !/swiftshader|llvmpipe/i.test(adapter.info.architecture);
    });
  } finally {
    await page.close();
  }
}

const noHardware = () =>
  new Error(
    "Chromium offers WebGPU no hardware adapter here: there is no graphics card, its driver is missing, or " +
      "Chromium blocks it. Look at chrome://gpu, or choose another --adapter.",
  );

/**
 * For what computes on WebGPU and nothing else.
 * @param choice `auto`: hardware where there is one, else software.
 * @throws {Error} When there is no Chromium, or `hardware` is asked for and there is none.
 */
export async function openBrowser(choice: AdapterChoice): Promise<GraphicsBrowser> {
  if (choice !== "software") {
    const browser = await launch({ software: false });
    if (await hasHardwareAdapter(browser)) return { browser, adapter: "hardware" };
    await browser.close();
    if (choice === "hardware") throw noHardware();
  }
  return { browser: await launch({ software: true }), adapter: "software" };
}

/**
 * For the studio.
 * @param choice `auto`: the processor, or where there is a graphics card the faster of the two.
 * @param jsFlags V8's own; default: as people have it
 * @throws {Error} When there is no Chromium, or `hardware` is asked for and there is none.
 */
export async function openStudioBrowser(choice: ExecutorChoice, jsFlags?: string): Promise<StudioBrowser> {
  if (choice === "processor") return { browser: await launch({ webgpu: false, jsFlags }), choice };
  if (choice === "software") return { browser: await launch({ software: true, jsFlags }), choice };
  const browser = await launch({ software: false, jsFlags });
  if (await hasHardwareAdapter(browser)) return { browser, choice: choice === "auto" ? "auto" : "graphics" };
  if (choice === "auto") return { browser, choice: "processor" };
  await browser.close();
  throw noHardware();
}
