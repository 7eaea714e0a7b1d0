/** The page opens, explains itself and is ready to compare. */

import { fileURLToPath } from "node:url";
import { expect, test } from "@playwright/test";
import { pageSize } from "../bench/page-size";
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

test("asks for at most 240 KiB of JavaScript before it is drawn", () => {
  const { page } = pageSize(fileURLToPath(new URL("../dist", import.meta.url)));
  const kibibytes = page.reduce((sum, { gzip }) => sum + gzip, 0) / 1024;
  expect(kibibytes).toBeGreaterThan(100);
  expect(kibibytes).toBeLessThanOrEqual(240);
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

test("shows the system's theme until one is chosen, and keeps that one", async ({ page }) => {
  const ground = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  const [light, dark] = ["rgb(246, 246, 243)", "rgb(18, 20, 22)"];
  await page.emulateMedia({ colorScheme: "dark" });
  expect(await ground()).toBe(dark);
  await page.getByRole("button", { name: "Theme: system. Change to light" }).click();
  expect(await ground()).toBe(light);
  await page.getByRole("button", { name: "Theme: light. Change to dark" }).click();
  await page.emulateMedia({ colorScheme: "light" });
  expect(await ground()).toBe(dark);
  await page.reload();
  expect(await ground()).toBe(dark);
  await page.getByRole("button", { name: "Theme: dark. Change to system" }).click();
  expect(await ground()).toBe(light);
});

for (const colorScheme of ["light", "dark"] as const) {
  test(`has no serious accessibility fault (${colorScheme})`, async ({ page }) => {
    await page.emulateMedia({ colorScheme });
    await waitUntilReady(page);
    await expectAccessible(page);
  });
}
