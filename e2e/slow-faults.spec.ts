/**
 * As `faults.spec.ts`, for what takes minutes: part of `npm run test:real -- --full` alone, which
 * sets STUDIO_FAULTS.
 */

import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";
import { chromium, expect, type Page, test } from "@playwright/test";
import { launchOptions } from "../tools/chromium.mjs";
import { continueTraining, prepare, SLOW_STEPS, send, startAgain, tableOf } from "./faulty";
import { csv, films } from "./films";
import {
  beforeWorker,
  chart,
  chooseFile,
  compareButton,
  openStep,
  status,
  step,
  waitForStatus,
  waitUntilAsked,
  waitUntilReady,
} from "./studio";

test.skip(process.env.STUDIO_FAULTS !== "full", "slow: part of npm run test:real -- --full");
test.skip(({ isMobile }) => Boolean(isMobile), "the same at any width");
test.setTimeout(900_000);

/** Long enough that what breaks breaks in the middle. */
const STEPS = 40;

const losses = (page: Page) => tableOf(page, "Validation loss");
const waitForEnd = (page: Page, steps: number) => waitForStatus(page, new RegExp(`^Finished: ${steps} steps`), 300_000);

/** The losses of a comparison that nothing disturbs. */
async function undisturbed(page: Page, steps: number): Promise<string[]> {
  await prepare(page, steps);
  await compareButton(page).click();
  await waitForEnd(page, steps);
  return losses(page);
}

let onProcessor: string[] | null = null;

/** Those of a comparison on the processor, which is made once for all tests. */
async function undisturbedOnProcessor(page: Page): Promise<string[]> {
  onProcessor ??= await undisturbed(page, STEPS);
  return onProcessor;
}

/** Begins the same once more, slower, and resolves once it has evaluated and has a way to go. */
async function begin(page: Page, address = "/"): Promise<void> {
  await prepare(page, STEPS, address);
  await compareButton(page).click();
  await waitForStatus(page, new RegExp(`^step ([6-9]|1\\d) of ${STEPS}`), 300_000);
}

test("a graphics device that is destroyed: training goes on to the same losses", async ({ page }) => {
  await page.addInitScript(() => localStorage.setItem("device", "software"));
  const whole = await undisturbed(page, 20);
  await beforeWorker(
    page,
    `{
      const { requestDevice } = GPUAdapter.prototype;
      GPUAdapter.prototype.requestDevice = async function (...given) {
        const device = await requestDevice.apply(this, given);
        new BroadcastChannel("destroy").onmessage = () => device.destroy();
        return device;
      };
    }`,
  );
  await prepare(page, 20);
  await compareButton(page).click();
  await waitForStatus(page, /^step ([7-9]|1\d) of 20/, 300_000);
  await send(page, "destroy");
  await expect(page.getByRole("alert").filter({ hasText: "The device or its worker was lost." })).toBeVisible();
  await startAgain(page).click();
  await waitUntilReady(page);
  await continueTraining(page);
  await waitForEnd(page, 20);
  expect(await losses(page)).toEqual(whole);
});

/** Has the worker end its threads when it is told to. */
const ENDS_THREADS = `{
  const threads = [];
  self.Worker = class extends self.Worker {
    constructor(...given) {
      super(...given);
      threads.push(this);
    }
  };
  new BroadcastChannel("threads").onmessage = () => {
    for (const thread of threads) thread.terminate();
  };
}`;

test("a thread of the processor that ends: training goes on, or the engine is started again, to the same losses", async ({
  page,
}) => {
  const whole = await undisturbedOnProcessor(page);
  await beforeWorker(page, `${SLOW_STEPS}\n${ENDS_THREADS}`);
  await page.clock.install();
  await begin(page);
  await send(page, "threads");
  // One that ends in the middle of a task is waited for for ever; of one that ends between two the
  // others do the work. Which it is nobody can choose.
  await expect(async () => {
    await page.clock.runFor(2000);
    const hasEnded = /^Finished/.test((await status(page).textContent()) ?? "");
    expect(hasEnded || (await startAgain(page).isVisible())).toBe(true);
  }).toPass({ timeout: 600_000, intervals: [500] });
  if (await startAgain(page).isVisible()) {
    await startAgain(page).click();
    await waitUntilReady(page);
    await continueTraining(page);
  }
  await waitForEnd(page, STEPS);
  await expect.poll(() => losses(page)).toEqual(whole);
});

test.describe("without service workers", () => {
  test.use({ serviceWorkers: "block" });

  test("isolation that is lost with a reload: one thread goes on to the same losses", async ({ page }) => {
    const whole = await undisturbedOnProcessor(page);
    await beforeWorker(page, SLOW_STEPS);
    await begin(page);
    await page.route(/\/$/, async (route) => {
      const response = await route.fetch();
      const headers = Object.entries(response.headers()).filter(([name]) => !name.startsWith("cross-origin-"));
      await route.fulfill({ response, headers: Object.fromEntries(headers) });
    });
    await page.goto("/");
    expect(await page.evaluate(() => window.crossOriginIsolated)).toBe(false);
    await waitUntilReady(page);
    await page.getByRole("button", { name: /^Go on from step \d+$/ }).click();
    await waitForEnd(page, STEPS);
    await expect(page.locator(".banners")).toContainText("Training runs on one thread");
    await expect.poll(() => losses(page)).toEqual(whole);
  });
});

/** A port of this machine that nobody uses. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0);
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}

/** Playwright has every page shown and awake. */
const KEEPS_AWAKE = [
  "--disable-backgrounding-occluded-windows",
  "--disable-renderer-backgrounding",
  "--disable-background-timer-throttling",
];

test("a tab that is hidden for a minute trains on, and is right when it is shown again", async ({
  page,
  baseURL,
  viewport,
}) => {
  const whole = await undisturbedOnProcessor(page);
  const port = await freePort();
  const options = launchOptions({ software: true });
  const browser = await chromium.launch({
    ...options,
    args: [...options.args, `--remote-debugging-port=${port}`],
    ignoreDefaultArgs: KEEPS_AWAKE,
  });
  try {
    const shown = await chromium.connectOverCDP(`http://127.0.0.1:${port}`, { noDefaults: true });
    const context = shown.contexts()[0]!;
    const tab = await context.newPage();
    await tab.setViewportSize(viewport!);
    await beforeWorker(tab, SLOW_STEPS);
    await begin(tab, baseURL);
    const stepBefore = Number(/\d+/.exec((await status(tab).textContent())!)![0]);
    const other = await context.newPage();
    await other.bringToFront();
    await expect.poll(() => tab.evaluate(() => document.visibilityState)).toBe("hidden");
    await new Promise((resolve) => setTimeout(resolve, 60_000));
    expect(await tab.evaluate(() => document.visibilityState)).toBe("hidden");
    const said = (await status(tab).textContent())!;
    expect(said.startsWith("Finished") || Number(/\d+/.exec(said)![0]) > stepBefore).toBe(true);
    await tab.bringToFront();
    await waitForEnd(tab, STEPS);
    await expect.poll(() => losses(tab)).toEqual(whole);
    await expect(tab.locator(".banners")).toBeEmpty();
  } finally {
    await browser.close();
  }
});

test("thirty runs are trained side by side, and are there after a reload", async ({ page }) => {
  await page.goto("/");
  await waitUntilReady(page);
  await openStep(page, "Data");
  await chooseFile(page, "Training file", "films.csv", csv(films(24)));
  await waitUntilReady(page);
  const configuration = {
    model: "bundled:tiny-base",
    data: { train: "films.csv", columns: { text: "sentence", label: "sentiment" } },
    training: { steps: 4, batchSize: 4 },
    runs: Array.from({ length: 30 }, (_, index) => ({ name: `LoRA ${index + 1}`, method: "lora" })),
  };
  await chooseFile(page, "Configuration file", "thirty.json", JSON.stringify(configuration));
  await expect(step(page, "Methods").locator(".run-card")).toHaveCount(30);
  await waitUntilReady(page);
  await compareButton(page).click();
  await waitForEnd(page, 4);
  await expect(chart(page, "Training loss")).toHaveAccessibleName(/30 lines over step/);
  await page.reload();
  await waitUntilAsked(page, "films.csv");
  await expect(page.getByRole("region", { name: "Run table" }).getByRole("rowheader")).toHaveCount(30);
});
