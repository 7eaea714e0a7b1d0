/** Starts the headless Chromium on the adapter asked for. */

import { type Browser, chromium } from "playwright";
import { chromiumArguments, findChromium } from "../../tools/chromium.mjs";

export type AdapterChoice = "auto" | "hardware" | "software";

export interface StudioBrowser {
  browser: Browser;
  adapter: "hardware" | "software";
}

function launch(software: boolean): Promise<Browser> {
  // Ctrl-C stops the comparison in an orderly way; the browser must outlive it.
  return chromium.launch({
    executablePath: findChromium(),
    args: chromiumArguments({ software }),
    handleSIGINT: false,
  });
}

/** Whether WebGPU gives a page of this browser an adapter that is not the CPU. */
async function hasHardwareAdapter(browser: Browser): Promise<boolean> {
  const page = await browser.newPage();
  try {
    // WebGPU needs a secure context, and localhost is one; nothing is listening there, nor needs to.
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

/**
 * @param choice `auto`: hardware where there is one, else software.
 * @throws {Error} When there is no Chromium, or `hardware` is asked for and there is none.
 */
export async function openBrowser(choice: AdapterChoice): Promise<StudioBrowser> {
  if (choice !== "software") {
    const browser = await launch(false);
    if (await hasHardwareAdapter(browser)) return { browser, adapter: "hardware" };
    await browser.close();
    if (choice === "hardware") {
      throw new Error(
        "Chromium offers WebGPU no hardware adapter here: there is no graphics card, its driver is missing, or " +
          "Chromium blocks it. Look at chrome://gpu, or use --adapter software.",
      );
    }
  }
  return { browser: await launch(true), adapter: "software" };
}
