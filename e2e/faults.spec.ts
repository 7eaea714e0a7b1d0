/**
 * What breaks while it trains, in a real browser: nothing but the steps since the last evaluation
 * is lost, and the page says in one sentence what has happened.
 */

import { expect, type Page, test } from "@playwright/test";
import { csv, films } from "./films";
import {
  beforeWorker,
  chooseFile,
  compareButton,
  keepRuns,
  openStep,
  setTraining,
  status,
  waitForStatus,
  waitUntilReady,
} from "./studio";

test.skip(({ isMobile }) => Boolean(isMobile), "the same at any width");

const SHORT = { "Batch size": "4", "Evaluate every": "5", "Learning rate for all": "0.01" };

const startAgain = (page: Page) => page.getByRole("button", { name: "Start the engine again" });
const goOn = (page: Page) => page.getByRole("button", { name: /^Go on from step \d+$/ });

/** Two runs on a small file of one's own. */
async function prepare(page: Page, steps: number): Promise<void> {
  await page.goto("/");
  await waitUntilReady(page);
  await openStep(page, "Data");
  await chooseFile(page, "Training file", "films.csv", csv(films(24)));
  await waitUntilReady(page);
  await keepRuns(page, ["LoRA", "Head only"]);
  await setTraining(page, { ...SHORT, Steps: String(steps) });
}

/** Rows of the table of a chart, as they are shown. */
async function tableOf(page: Page, title: string): Promise<string[]> {
  const button = page.getByRole("button", { name: `${title} as a table` });
  if (await button.isVisible()) await button.click();
  return page
    .getByRole("region", { name: `${title}, table` })
    .getByRole("row")
    .allInnerTexts();
}

/** Has the worker hold on to a step for as long as the page wants: it stays in mid-run. */
const SLOW_STEPS = `{
  const { postMessage } = MessagePort.prototype;
  MessagePort.prototype.postMessage = function (...given) {
    setTimeout(() => postMessage.apply(this, given), given[0] === null ? 30 : 0);
  };
}`;

test("after a reload in mid-run the page offers to go on, and it goes on to the same losses", async ({ page }) => {
  await prepare(page, 30);
  await compareButton(page).click();
  await waitForStatus(page, /^Finished: 30 steps/);
  const whole = { training: await tableOf(page, "Training loss"), validation: await tableOf(page, "Validation loss") };
  expect(whole.validation).toHaveLength(8);

  await beforeWorker(page, SLOW_STEPS);
  await prepare(page, 30);
  await compareButton(page).click();
  await waitForStatus(page, /^step (1[2-9]|2\d) of 30/);
  await page.reload();
  const offer = page.getByRole("status").filter({ hasText: "A comparison was broken off." });
  await expect(offer).toContainText(/2.runs on films\.csv, at step \d+ of 30\./);
  await waitUntilReady(page);
  const step = Number(/\d+/.exec((await goOn(page).textContent()) ?? "")?.[0]);
  expect(step).toBeGreaterThanOrEqual(10);
  expect(step % 5).toBe(0);
  await goOn(page).click();
  await waitForStatus(page, /^Finished: 30 steps/);
  expect(await tableOf(page, "Training loss")).toEqual(whole.training);
  expect(await tableOf(page, "Validation loss")).toEqual(whole.validation);
  await expect(page.locator(".banners")).toBeEmpty();
  // Nothing is left to go on with.
  await page.reload();
  await waitUntilReady(page);
  await expect(offer).toHaveCount(0);
});

test("a worker that was ended is noticed, and everything but its last steps is kept", async ({ page }) => {
  await page.addInitScript(() => {
    const workers: Worker[] = [];
    const Original = window.Worker;
    window.Worker = class extends Original {
      constructor(url: string | URL, options?: WorkerOptions) {
        super(url, options);
        workers.push(this);
      }
    };
    Object.assign(window, {
      endWorkers: () => {
        for (const worker of workers) worker.terminate();
      },
    });
  });
  await page.clock.install();
  await prepare(page, 400);
  await compareButton(page).click();
  await waitForStatus(page, /^step [6-9] of|^step \d\d+ of/);
  await page.evaluate(() => (window as unknown as { endWorkers: () => void }).endWorkers());
  await page.clock.runFor(20_000);
  await expect(startAgain(page)).toHaveCount(0);
  await page.clock.runFor(600_000);
  await expect(page.getByRole("status").filter({ hasText: "The engine has not answered for" })).toBeVisible();
  await startAgain(page).click();
  await waitUntilReady(page);
  await expect(page.getByRole("alert")).toHaveCount(0);
  await expect(startAgain(page)).toHaveCount(0);
  await waitForStatus(page, /^Failed at step \d+ of 400: The engine did not answer and was started again\./);
  await page.getByRole("button", { name: /^Continue from step \d+$/ }).click();
  await waitForStatus(page, /^step \d+ of 400/);
  await page.getByRole("button", { name: "Stop", exact: true }).click();
  await waitForStatus(page, /^Stopped at step \d+ of 400/);
  await expect(status(page)).toBeVisible();
});
