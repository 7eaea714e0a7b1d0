/**
 * From a file to a result in the fewest steps, at the width of a phone. The whole job is
 * scenario.spec.ts.
 */

import { expect, test } from "@playwright/test";
import { csv, films } from "./films";
import {
  chart,
  chooseFile,
  compareButton,
  expectAccessible,
  keepRuns,
  openStep,
  setTraining,
  waitForStatus,
  waitUntilReady,
} from "./studio";

test.skip(({ isMobile }) => !isMobile, "scenario.spec.ts is for wide windows");

test("a file is compared in two steps", async ({ page }) => {
  await page.goto("/");
  await waitUntilReady(page);
  await openStep(page, "Data");
  await chooseFile(page, "Training file", "films.csv", csv(films(24)));
  await expect(page.getByRole("region", { name: "First rows of films.csv" })).toBeVisible();
  await keepRuns(page, ["SK-Prefix", "Head only"]);
  await setTraining(page, { Steps: "2", "Batch size": "4", "Evaluate every": "2" });
  await compareButton(page).tap();
  await waitForStatus(page, /^Finished: 2 steps/);
  await expect(chart(page, "Training loss")).toHaveAccessibleName(/2 lines over step/);
  await expect(page.getByRole("region", { name: "Run table" }).getByRole("rowheader")).toHaveText([
    "SK-Prefix",
    "Head only",
  ]);
  const overflow = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
  expect(overflow).toBeLessThanOrEqual(0);
  await expectAccessible(page);
});
