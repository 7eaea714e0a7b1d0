/**
 * What the page computes on: without WebGPU, on hosts that send no headers, chosen by hand, and
 * where the browser refuses something.
 */

import { expect, type Locator, type Page, test } from "@playwright/test";
import { unzipSync } from "fflate";
import { csv, films } from "./films";
import { type StaticServer, serveStatically } from "./static-server";
import {
  addMethod,
  beforeWorker,
  chart,
  chooseFile,
  compareButton,
  downloaded,
  keepRuns,
  openStep,
  setTraining,
  status,
  waitForStatus,
  waitUntilAsked,
  waitUntilReady,
} from "./studio";

test.skip(({ isMobile }) => Boolean(isMobile), "the same at any width");

const TINY = { Steps: "4", "Batch size": "4", "Evaluate every": "2", "Learning rate for all": "0.01" };
const THREADS = /processor, [2-8] threads/;
/** What is said where a page is not isolated. */
const NOT_ISOLATED =
  "Training runs on one thread: this page is not cross-origin isolated. Serve it with the headers " +
  "Cross-Origin-Opener-Policy: same-origin and Cross-Origin-Embedder-Policy: require-corp to use all processor cores.";

const deviceButton = (page: Page) => page.getByRole("button", { name: /^Device/ });
const deviceMenu = (page: Page) => page.getByRole("dialog", { name: "Device" });

async function openFilms(page: Page, address = "/"): Promise<void> {
  await page.goto(address);
  await waitUntilReady(page);
  await openStep(page, "Data");
  await chooseFile(page, "Training file", "films.csv", csv(films(24)));
  await waitUntilReady(page);
}

/**
 * Presses a button in the very frame in which it is there and the page says this: from outside,
 * what is waited for can be over before the button is found.
 */
async function pressOnceSaid(page: Page, button: string, said: string): Promise<void> {
  await page.evaluate(
    ([name, words]) =>
      new Promise<void>((resolve) => {
        const look = () => {
          const buttons = [...document.querySelectorAll("button")];
          const found = buttons.find(({ textContent, disabled }) => textContent.trim() === name && !disabled);
          if (!found || !document.body.innerText.includes(words!)) return requestAnimationFrame(look);
          found.click();
          resolve();
        };
        look();
      }),
    [button, said],
  );
}

/** Two runs from the first step to the last. */
async function expectTraining(page: Page): Promise<void> {
  await keepRuns(page, ["LoRA", "Head only"]);
  await setTraining(page, TINY);
  await compareButton(page).click();
  await waitForStatus(page, /^Finished: 4 steps/, 90_000);
  await expect(chart(page, "Training loss")).toHaveAccessibleName(/2 lines over step/);
}

async function expectAdapter(page: Page, run: string): Promise<void> {
  const zip = await downloaded(page, () =>
    page
      .getByRole("button", { name: `Download the adapter of ${run}`, exact: true, disabled: false })
      .first()
      .click(),
  );
  expect(Object.keys(unzipSync(zip.bytes)).some((name) => name.endsWith("adapter_model.safetensors"))).toBe(true);
}

async function chooseDevice(page: Page, name: RegExp): Promise<Locator> {
  await deviceButton(page).click();
  const choice = deviceMenu(page).getByRole("radio", { name });
  await choice.click();
  return choice;
}

test("without WebGPU the sample's runs are compared on the processor", async ({ page }) => {
  await page.addInitScript("delete Navigator.prototype.gpu;");
  await beforeWorker(page, "delete WorkerNavigator.prototype.gpu;");
  await page.goto("/");
  await waitUntilReady(page);
  expect(await page.evaluate(() => "gpu" in navigator)).toBe(false);
  await expect(deviceButton(page)).toContainText(THREADS);
  await expect(page.getByRole("alert")).toHaveCount(0);

  await setTraining(page, { Steps: "3", "Evaluate every": "3" });
  await compareButton(page).click();
  await waitForStatus(page, /^Finished: 3 steps/, 120_000);
  await expect(chart(page, "Training loss")).toHaveAccessibleName(/4 lines over step/);
  await expect(page.getByRole("region", { name: "Run table" }).getByRole("rowheader")).toHaveText([
    "SK-Prefix",
    "LoRA",
    "Head only",
    "Hard text + head",
  ]);
  await expect(page.getByRole("img", { name: /^Processor memory\. / })).toBeVisible();
  for (const run of ["SK-Prefix", "LoRA"]) await expectAdapter(page, run);

  await deviceButton(page).click();
  const graphics = deviceMenu(page).getByRole("radio", { name: /^Graphics card This browser has no WebGPU/ });
  await expect(graphics).toBeDisabled();
  await expect(deviceMenu(page).getByRole("radio")).toHaveCount(3);
});

test("a stop is said at once, ends the comparison within the step, and the runs go on from it", async ({ page }) => {
  await page.goto("/");
  await waitUntilReady(page);
  await setTraining(page, { Steps: "400", "Evaluate every": "400" });
  await compareButton(page).click();
  await waitForStatus(page, /^step [2-9]/, 90_000);
  const stop = page.getByRole("button", { name: "Stop", exact: true });
  // Read in the page, at the same moment: what the worker says arrives later.
  const said = await stop.evaluate(async (button) => {
    (button as HTMLButtonElement).click();
    await new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)));
    const buttons = [...document.querySelectorAll<HTMLButtonElement>(".compare-buttons button")];
    const enabled = buttons.filter(({ disabled }) => !disabled).map(({ textContent }) => textContent?.trim());
    return { status: document.querySelector(".compare-status")?.textContent, enabled };
  });
  expect(said.status).toMatch(/^Stopping… · (a last evaluation · )?step \d+ of 400$/);
  // The pass in flight may have ended by then.
  expect(said.enabled).toEqual(said.status!.includes("evaluation") ? ["Stop now"] : []);
  await waitForStatus(page, /^Stopped at step \d+ of 400\.$/);
  await expect(page.getByRole("button", { name: /^Continue from step \d+$/ })).toBeVisible();

  await page.getByRole("button", { name: /^Continue from step \d+$/ }).click();
  await waitForStatus(page, /^step \d+ of 400 · /);
  await stop.click();
  await waitForStatus(page, /^Stopped at step \d+ of 400\.$/);
});

test("a last evaluation says so and can be left out, and one that a stop falls into is given up", async ({ page }) => {
  await page.goto("/");
  await waitUntilReady(page);
  await openStep(page, "Data");
  await chooseFile(page, "Training file", "films.csv", csv(films(4000)));
  await waitUntilReady(page);
  await keepRuns(page, ["LoRA"]);
  await setTraining(page, { Steps: "400", "Evaluate every": "400", "Rows measured meanwhile": "" });
  await compareButton(page).click();
  await pressOnceSaid(page, "Stop", "Evaluating LoRA");
  await waitForStatus(page, /^Stopped at step 0 of 400\.$/);

  await page.getByRole("button", { name: "Continue from step 0" }).click();
  await waitForStatus(page, /^step [1-9]/, 90_000);
  await page.getByRole("button", { name: "Stop", exact: true }).click();
  await pressOnceSaid(page, "Stop now", "Stopping… · a last evaluation");
  await waitForStatus(page, /^Stopped at step [1-9]\d* of 400\.$/);
  await expect(page.getByRole("button", { name: /^Continue from step [1-9]\d*$/ })).toBeVisible();
});

test("a stop while the comparison is being prepared ends it before its first step", async ({ page }) => {
  await openFilms(page);
  await keepRuns(page, ["Head only"]);
  await setTraining(page, TINY);
  await Promise.all([pressOnceSaid(page, "Stop", ""), compareButton(page).click()]);
  await waitForStatus(page, /^Stopped at step 0 of 4\.$/);
});

test.describe("on a host that sends no headers", () => {
  let host: StaticServer;
  test.beforeEach(async () => {
    host = await serveStatically();
  });
  // After a skipped test too, for which none was served.
  test.afterEach(() => (host as StaticServer | undefined)?.close());

  test("a service worker isolates the page, and all cores train", async ({ page }) => {
    let loads = 0;
    page.on("load", () => loads++);
    await openFilms(page, host.address);
    expect(await page.evaluate(() => window.crossOriginIsolated)).toBe(true);
    expect(loads).toBe(2);
    await expect(deviceButton(page)).toContainText(THREADS);
    await expect(page.locator(".banners")).toBeEmpty();
    await expectTraining(page);

    await page.reload();
    await waitUntilAsked(page, "films.csv");
    expect(loads).toBe(3);
    await expect(deviceButton(page)).toContainText(THREADS);

    // A forced reload asks no service worker: the page is not isolated, and is loaded once more.
    const session = await page.context().newCDPSession(page);
    await session.send("Page.reload", { ignoreCache: true });
    await expect.poll(() => loads).toBe(5);
    // It leaves nothing of the tab's history entry either; the tab's session knows the file's name.
    await waitUntilAsked(page, "films.csv");
    await expect(deviceButton(page)).toContainText(THREADS);
  });

  test.describe("to a browser without service workers", () => {
    test.use({ serviceWorkers: "block" });

    test("one thread trains, and the page says what would make it faster", async ({ page }) => {
      let loads = 0;
      page.on("load", () => loads++);
      await openFilms(page, host.address);
      expect(await page.evaluate(() => window.crossOriginIsolated)).toBe(false);
      expect(loads).toBeLessThanOrEqual(2);
      await expect(deviceButton(page)).toContainText("processor, 1 thread");
      await expect(page.locator(".banners")).toHaveText(NOT_ISOLATED);
      await expectTraining(page);
      await expectAdapter(page, "LoRA");
    });
  });
});

test("the device is chosen in the menu and stays chosen", async ({ page }) => {
  await page.goto("/");
  await waitUntilReady(page);
  await expect(deviceButton(page)).toContainText(THREADS);
  await deviceButton(page).click();
  await expect(deviceMenu(page).getByRole("radio", { name: /^Automatic/ })).toBeChecked();
  await page.keyboard.press("Escape");

  await chooseDevice(page, /, very slow$/);
  await expect(deviceButton(page)).toContainText(/swiftshader/i);
  await waitUntilReady(page);
  await expect(page.getByRole("alert")).toHaveCount(0);
  await page.reload();
  await waitUntilReady(page);
  await expect(deviceButton(page)).toContainText(/swiftshader/i);
  await expect(page.locator(".banners")).toContainText("WebGPU runs on the CPU here");
  await deviceButton(page).click();
  await expect(deviceMenu(page).getByRole("radio", { name: /, very slow$/ })).toBeChecked();
  await expect(deviceMenu(page)).toContainText("Architecture");
  await expect(
    deviceMenu(page).getByRole("radio", { name: /^Graphics card WebGPU offers no graphics/ }),
  ).toBeDisabled();
  await page.keyboard.press("Escape");

  await chooseDevice(page, /^Processor/);
  await expect(deviceButton(page)).toContainText(THREADS);
  await waitUntilReady(page);
  await expect(page.getByRole("alert")).toHaveCount(0);
  await page.reload();
  await waitUntilReady(page);
  await expect(deviceButton(page)).toContainText(THREADS);
  await expect(page.locator(".banners")).toBeEmpty();
});

test("the software adapter trains and keeps its choice while it does", async ({ page }) => {
  test.setTimeout(240_000);
  await page.addInitScript(() => localStorage.setItem("device", "software"));
  await openFilms(page);
  await expect(deviceButton(page)).toContainText(/swiftshader/i);
  await keepRuns(page, ["SK-Prefix", "LoRA"]);
  await setTraining(page, { ...TINY, Steps: "2" });
  await compareButton(page).click();
  await deviceButton(page).click();
  await expect(deviceMenu(page)).toContainText("It can be changed when nothing is training.");
  await expect(deviceMenu(page).getByRole("radio", { name: /^Processor/ })).toBeDisabled();
  await page.keyboard.press("Escape");
  await waitForStatus(page, /^Finished: 2 steps/, 180_000);
  await expect(chart(page, "Training loss")).toHaveAccessibleName(/2 lines over step/);
  await expect(page.getByRole("img", { name: /^GPU memory\. / })).toBeVisible();
  await expectAdapter(page, "SK-Prefix");

  await test.step("with the processor chosen, its curves stay and the next comparison goes on there", async () => {
    await chooseDevice(page, /^Processor/);
    await expect(deviceButton(page)).toContainText(THREADS);
    await waitUntilReady(page);
    await compareButton(page).click();
    await waitForStatus(page, /^Finished: 2 steps/, 90_000);
    await page.getByText("1 earlier comparison").click();
    await page.getByRole("button", { name: "show all" }).click();
    await expect(chart(page, "Training loss")).toHaveAccessibleName(/4 lines over step/);
  });
});

/**
 * What a browser may refuse, as the worker finds it; the page says so in one line, and one thread
 * trains.
 */
const ONE_THREAD: [what: string, change: string, said: RegExp | string][] = [
  [
    "without shared memory",
    "delete self.SharedArrayBuffer;",
    "Training runs on one thread: this browser has no SharedArrayBuffer. A current one uses all processor cores.",
  ],
  [
    "that starts no threads",
    "self.Worker = class { constructor() { throw new Error('blocked by the browser'); } };",
    /^Training runs on one thread: \d could not be started \(.*blocked by the browser\)\.$/,
  ],
];

for (const [what, change, said] of ONE_THREAD) {
  test(`in a browser ${what} one thread trains, and the page says why`, async ({ page }) => {
    await beforeWorker(page, change);
    await openFilms(page);
    await expect(deviceButton(page)).toContainText("processor, 1 thread");
    await expect(page.locator(".banners")).toHaveText(said);
    await expectTraining(page);
  });
}

test("where a policy keeps threads from loading, one thread trains, and the page says why", async ({ page }) => {
  const isolated = {
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Embedder-Policy": "require-corp",
  };
  const host = await serveStatically((path) => ({
    ...isolated,
    ...(/\/assets\/studio-worker-/.test(path) && { "Content-Security-Policy": "worker-src 'none'" }),
  }));
  try {
    await openFilms(page, host.address);
    await expect(deviceButton(page)).toContainText("processor, 1 thread");
    await expect(page.locator(".banners")).toHaveText(
      /^Training runs on one thread: \d could not be started \(.*\)\.$/,
    );
    await expectTraining(page);
  } finally {
    await host.close();
  }
});

for (const [kind, pattern] of [
  [".wasm", /\/assets\/ort-[\w.-]+\.wasm$/],
  [".mjs", /\/assets\/ort-[\w.-]+\.mjs$/],
] as const) {
  test(`a missing ${kind} file is named, with what to do`, async ({ page }) => {
    await page.route(pattern, (route) => route.fulfill({ status: 404, body: "Nothing is here." }));
    await page.goto("/");
    const alert = page.getByRole("alert").filter({ hasText: "The base model was not opened." });
    await expect(alert).toHaveText(
      new RegExp(`/assets/ort-wasm-simd-threaded-[\\w-]+\\${kind} could not be loaded: .* reload the page`),
    );
    await expect(compareButton(page)).toBeDisabled();
    await expect(status(page)).toHaveText("No base model is loaded.");
    // Once the file is there, the model opens.
    await page.unroute(pattern);
    await page.reload();
    await waitUntilReady(page);
  });
}

test("a browser without the addresses says so", async ({ page }) => {
  await beforeWorker(
    page,
    `WebAssembly.Memory = class extends WebAssembly.Memory {
      constructor(given) {
        if (given.maximum > 16384) throw new RangeError("WebAssembly.Memory(): could not allocate memory");
        super(given);
      }
    };`,
  );
  await page.goto("/");
  await expect(page.getByRole("alert").filter({ hasText: "The base model was not opened." })).toHaveText(
    /Out of memory: the browser does not set aside the 4294967296 bytes .*could not allocate memory.* reload this one\.$/,
  );
});

test("when memory runs out, both numbers are named and what was trained is kept", async ({ page }) => {
  // From the page's word on, no more than there is.
  await beforeWorker(
    page,
    `{
      let full = false;
      new BroadcastChannel("memory").onmessage = () => { full = true; };
      const grow = WebAssembly.Memory.prototype.grow;
      WebAssembly.Memory.prototype.grow = function (pages) {
        if (full) throw new RangeError("WebAssembly.Memory.grow(): Unable to grow instance memory");
        return grow.call(this, pages);
      };
    }`,
  );
  await openFilms(page);
  await expectTraining(page);
  await page.evaluate(() => new BroadcastChannel("memory").postMessage("full"));
  await setTraining(page, { "Batch size": "64", Steps: "20" });
  await keepRuns(page, ["LoRA"]);
  await addMethod(page, "Full fine-tuning");
  await waitUntilReady(page);
  await compareButton(page).click();
  await waitForStatus(
    page,
    /^Failed at step \d+ of 20: out of memory: .* on top of the \d{8,} bytes in use; the processor has 4160749568 in all/i,
    90_000,
  );
  const rows = page.getByRole("region", { name: "Run table" }).getByRole("rowheader");
  await expect(rows).toHaveText([/^LoRA.*failed$/, /^Full fine-tuning.*failed$/]);
  await page
    .getByRole("region", { name: "Run table" })
    .getByRole("button", { name: /· 2.runs$/ })
    .click();
  await expect(rows).toHaveText([/^LoRA.*failed$/, /^Full fine-tuning.*failed$/, "LoRA", "Head only"]);
  await page.getByText("1 earlier comparison").click();
  await page.getByRole("button", { name: "show all" }).click();
  await expect(chart(page, "Training loss")).toHaveAccessibleName(/2 lines over step/);
  for (const run of ["LoRA", "Head only"]) await expectAdapter(page, run);
});
