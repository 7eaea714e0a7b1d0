/** A walk through the page at each width, photographed in both colour schemes on the way. */

import { expect, type Page, test } from "@playwright/test";
import {
  chooseFile,
  compareButton,
  openStep,
  runCard,
  setTraining,
  status,
  step,
  waitForStatus,
  waitUntilReady,
} from "./studio";

/** A light and a dark picture of the whole page; columns that scroll by themselves are shown from end to end. */
async function pictures(page: Page, name: string): Promise<void> {
  const size = page.viewportSize();
  if (!size) throw new Error("The page has no size of its own.");
  await page.evaluate(() => {
    for (const element of document.querySelectorAll(".steps, .results")) element.scrollTop = 0;
  });
  const height = await page.evaluate(() => {
    const hidden = [...document.querySelectorAll(".steps, .results")].map(
      (column) => column.scrollHeight - column.clientHeight,
    );
    return window.innerHeight + Math.max(0, ...hidden);
  });
  await page.setViewportSize({ ...size, height });
  for (const colorScheme of ["light", "dark"] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
    await page.screenshot({ path: `screenshots/${name}-${colorScheme}.png`, fullPage: true });
  }
  await page.setViewportSize(size);
}

const TEXT = "Is this message to a shop about account, delivery, payment, product or refund?";

test("the page's states", async ({ page, isMobile }, { project }) => {
  // Enough for curves on the wide picture.
  const steps = isMobile ? 12 : 48;
  const shoot = (state: string) => pictures(page, `${state}-${project.name}`);
  await page.goto("/");
  await waitUntilReady(page);
  await expect(step(page, "Methods")).toContainText("Together about");
  await shoot("empty");

  await openStep(page, "Data");
  await page.getByRole("button", { name: /^Customer messages/ }).click();
  await expect(page.getByRole("region", { name: "First rows of customer-messages.csv" })).toBeVisible();
  for (const name of ["Hard text + head", "SK-Prefix"]) {
    await page.getByRole("button", { name: `Options of ${name}` }).click();
    await runCard(page, name)
      .getByLabel(/T = \d+.tokens/)
      .fill(TEXT);
    if (name !== "SK-Prefix") await page.getByRole("button", { name: `Options of ${name}` }).click();
  }
  await setTraining(page, {
    Steps: String(steps),
    "Evaluate every": String(steps / 6),
    "Learning rate for all": "0.005",
  });
  await expect(page.getByRole("list", { name: "Tokens of this text" })).toContainText("refund");
  await waitUntilReady(page);
  await shoot("data");

  await page.getByRole("button", { name: "Options of SK-Prefix" }).click();
  await compareButton(page).click();
  await waitForStatus(page, new RegExp(`^step ${isMobile ? "[5-9]" : "2\\d"} of`), 600_000);
  await shoot("training");

  await waitForStatus(page, /^Finished/, 600_000);
  await page.getByRole("region", { name: "Try it" }).getByLabel("Text").fill("My parcel is a week late. Where is it?");
  await expect(page.locator(".prediction")).toHaveCount(5);
  await shoot("finished");
  if (!isMobile) {
    await page.emulateMedia({ colorScheme: "light" });
    await page.setViewportSize({ width: 1440, height: 1180 });
    await status(page).hover();
    await page.screenshot({ path: "screenshots/studio.png" });
    await page.setViewportSize({ width: 1440, height: 900 });
  }

  await openStep(page, "Data");
  await chooseFile(page, "Training file", "quotes.csv", 'text,label\nfine,good\n"never closed,bad\nfine,good\n');
  await expect(step(page, "Data").getByRole("alert")).toBeVisible();
  await chooseFile(page, "Configuration file", "old.json", '{ "training": { "batchsize": 4 } }');
  await expect(page.getByRole("alert").first()).toContainText("old.json");
  await shoot("error");
});
