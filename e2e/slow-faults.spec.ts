/**
 * As `faults.spec.ts`, for what takes minutes: part of `npm run test:real -- --full` alone, which
 * sets STUDIO_FAULTS.
 */

import { expect, type Page, test } from "@playwright/test";
import { continueTraining, prepare, startAgain, tableOf } from "./faulty";
import { beforeWorker, chart, compareButton, step, waitForStatus, waitUntilReady } from "./studio";

test.skip(process.env.STUDIO_FAULTS !== "full", "slow: part of npm run test:real -- --full");
test.skip(({ isMobile }) => Boolean(isMobile), "the same at any width");
test.setTimeout(900_000);

const losses = (page: Page) => tableOf(page, "Validation loss");

/** The losses of a comparison that nothing disturbs. */
async function undisturbed(page: Page, steps: number): Promise<string[]> {
  await prepare(page, steps);
  await compareButton(page).click();
  await waitForStatus(page, new RegExp(`^Finished: ${steps} steps`), 300_000);
  return losses(page);
}

const send = (page: Page, channel: string) =>
  page.evaluate((name) => new BroadcastChannel(name).postMessage("now"), channel);

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
  await waitForStatus(page, /^Finished: 20 steps/, 300_000);
  expect(await losses(page)).toEqual(whole);
});

test("a thread of the processor that ends: the engine is started again and goes on to the same losses", async ({
  page,
}) => {
  const whole = await undisturbed(page, 60);
  await beforeWorker(
    page,
    `{
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
    }`,
  );
  await page.clock.install();
  await prepare(page, 60);
  await compareButton(page).click();
  await waitForStatus(page, /^step ([6-9]|[12]\d) of 60/, 300_000);
  await send(page, "threads");
  await page.clock.runFor(600_000);
  await startAgain(page).click();
  await waitUntilReady(page);
  await continueTraining(page);
  await waitForStatus(page, /^Finished: 60 steps/, 300_000);
  expect(await losses(page)).toEqual(whole);
});

test.describe("without service workers", () => {
  test.use({ serviceWorkers: "block" });

  test("isolation that is lost with a reload: one thread goes on to the same losses", async ({ page }) => {
    const whole = await undisturbed(page, 60);
    await prepare(page, 60);
    await compareButton(page).click();
    await waitForStatus(page, /^step ([6-9]|[12]\d) of 60/, 300_000);
    await page.route(/\/$/, async (route) => {
      const response = await route.fetch();
      const headers = Object.entries(response.headers()).filter(([name]) => !name.startsWith("cross-origin-"));
      await route.fulfill({ response, headers: Object.fromEntries(headers) });
    });
    await page.goto("/");
    expect(await page.evaluate(() => window.crossOriginIsolated)).toBe(false);
    await waitUntilReady(page);
    await page.getByRole("button", { name: /^Go on from step \d+$/ }).click();
    await waitForStatus(page, /^Finished: 60 steps/, 300_000);
    await expect(page.locator(".banners")).toContainText("Training runs on one thread");
    expect(await losses(page)).toEqual(whole);
  });
});

test("thirty runs are trained side by side, and are there after a reload", async ({ page }) => {
  await prepare(page, 6);
  for (let count = 2; count < 30; count++) {
    await page.getByRole("button", { name: "Add a copy of LoRA", exact: true }).click();
  }
  await expect(step(page, "Methods").locator(".run-card")).toHaveCount(30);
  await waitUntilReady(page);
  await compareButton(page).click();
  await waitForStatus(page, /^Finished: 6 steps/, 600_000);
  await expect(chart(page, "Training loss")).toHaveAccessibleName(/30 lines over step/);
  await page.reload();
  await waitUntilReady(page);
  await expect(page.getByRole("region", { name: "Run table" }).getByRole("rowheader")).toHaveCount(30);
});
