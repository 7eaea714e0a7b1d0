/** The page opens, explains itself and is ready to compare. */

import { expect, test } from "@playwright/test";
import { expectAccessible, step, waitForStatus, waitUntilReady } from "./studio";

test.beforeEach(async ({ page }) => {
  await page.goto("/");
});

test("shows its name and three steps in order", async ({ page }) => {
  await expect(page.getByRole("heading", { level: 1 })).toContainText("SK-Tuning Studio");
  await expect(page.getByRole("heading", { level: 2, name: /^Step \d:/ })).toHaveText([
    /1.*Data/,
    /2.*Methods/,
    /3.*Training/,
  ]);
  for (const name of ["Data", "Methods", "Training"] as const) await expect(step(page, name)).toBeVisible();
});

test("is ready to compare on arrival", async ({ page }) => {
  await waitUntilReady(page);
  await waitForStatus(page, /^Ready/);
});

test("fits the width of the window", async ({ page }) => {
  await waitUntilReady(page);
  const overflow = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
  expect(overflow).toBeLessThanOrEqual(0);
});

for (const colorScheme of ["light", "dark"] as const) {
  test(`has no serious accessibility fault (${colorScheme})`, async ({ page }) => {
    await page.emulateMedia({ colorScheme });
    await waitUntilReady(page);
    await expectAccessible(page);
  });
}
