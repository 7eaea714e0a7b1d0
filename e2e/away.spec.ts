/**
 * What a browser is asked for while a comparison trains: that the screen stays on, and, where
 * somebody presses the bell, a notification at the end for whoever looks elsewhere.
 */

import { expect, type Page, test } from "@playwright/test";
import { csv, films } from "./films";
import {
  compareButton,
  dropTrainingFile,
  keepRuns,
  openStep,
  setTraining,
  waitForStatus,
  waitUntilReady,
} from "./studio";

test.skip(({ isMobile }) => Boolean(isMobile), "the same at any width");

interface Asked {
  /** Wake locks that are held, and how many were asked for. */
  held: number;
  asked: number;
  notified: string[];
}

declare global {
  interface Window {
    asked: Asked;
  }
}

/** Counts what goes to the browser, which does all of it nevertheless. */
async function countWhatIsAsked(page: Page): Promise<void> {
  await page.addInitScript(() => {
    window.asked = { held: 0, asked: 0, notified: [] };
    const request = navigator.wakeLock.request.bind(navigator.wakeLock);
    navigator.wakeLock.request = async (type) => {
      window.asked.asked++;
      const lock = await request(type);
      window.asked.held++;
      lock.addEventListener("release", () => window.asked.held--);
      return lock;
    };
    const show = ServiceWorkerRegistration.prototype.showNotification;
    ServiceWorkerRegistration.prototype.showNotification = function (title, options) {
      window.asked.notified.push(title);
      return show.call(this, title, options);
    };
    window.Notification = new Proxy(Notification, {
      construct(target, [title, options]: [string, NotificationOptions]) {
        window.asked.notified.push(title);
        return new target(title, options);
      },
    });
  });
}

const asked = (page: Page) => page.evaluate(() => window.asked);

/** As if its tab were behind another: a headless page is never hidden by itself. */
async function lookElsewhere(page: Page, elsewhere: boolean): Promise<void> {
  await page.evaluate((hidden) => {
    Object.defineProperty(document, "visibilityState", { value: hidden ? "hidden" : "visible", configurable: true });
    document.dispatchEvent(new Event("visibilitychange"));
  }, elsewhere);
}

test("the screen stays on while it trains, and a tab that nobody sees tells of the end where it may", async ({
  page,
  context,
}) => {
  test.slow();
  await context.grantPermissions(["notifications", "screen-wake-lock" as "notifications"]);
  await countWhatIsAsked(page);
  await page.goto("/");
  await waitUntilReady(page);
  await openStep(page, "Data");
  await dropTrainingFile(page, "films.csv", csv(films(24)));
  await keepRuns(page, ["LoRA", "Head only"]);
  await setTraining(page, { Steps: "40", "Batch size": "4", "Evaluate every": "40" });
  await waitUntilReady(page);
  expect(await asked(page)).toEqual({ held: 0, asked: 0, notified: [] });

  await test.step("nothing is told of a comparison that somebody watches", async () => {
    await compareButton(page).click();
    await expect.poll(async () => (await asked(page)).held).toBe(1);
    await expect(page).toHaveTitle(/^\d+ % · films\.csv · SK-Tuning Studio$/);
    const bell = page.getByRole("button", { name: /notif/i });
    await bell.click();
    await expect(bell).toHaveAttribute("aria-pressed", "true");
    await waitForStatus(page, /^Finished: 40 steps/, 120_000);
    await expect.poll(async () => (await asked(page)).held).toBe(0);
    await expect(page).toHaveTitle("✓ · films.csv · SK-Tuning Studio");
    expect((await asked(page)).notified).toEqual([]);
  });

  await test.step("a hidden tab gives the lock back, takes it again, and tells of the end once", async () => {
    await compareButton(page).click();
    await expect.poll(async () => (await asked(page)).held).toBe(1);
    await lookElsewhere(page, true);
    await expect.poll(async () => (await asked(page)).held).toBe(0);
    await lookElsewhere(page, false);
    await expect.poll(async () => (await asked(page)).held).toBe(1);
    await lookElsewhere(page, true);
    await expect
      .poll(async () => (await asked(page)).notified, { timeout: 120_000 })
      .toEqual(["✓ · films.csv · SK-Tuning Studio"]);
  });

  await test.step("the choice is there after a reload", async () => {
    await page.reload();
    await expect.poll(() => page.evaluate(() => localStorage.getItem("notify"))).toBe("on");
  });
});
