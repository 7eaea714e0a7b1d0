/**
 * The method guide: found from the dialog of methods and from the help, searched, and used to add a
 * run.
 */

import { expect, test } from "@playwright/test";
import { expectAccessible, openMethods, runCard, waitUntilReady } from "./studio";

test("the guide has every method's card, and what is not here with its reason", async ({ page }) => {
  await page.goto("/");
  await waitUntilReady(page);
  const chooser = await openMethods(page);
  const methods = await chooser.locator(".chooser-label strong").allTextContents();
  await chooser.getByRole("button", { name: /^Method guide/ }).click();
  const guide = page.getByRole("dialog", { name: "Method guide" });
  // What the dialog offers, in its order.
  await expect(guide.getByRole("button", { name: /^Add / })).toHaveCount(methods.length);
  for (const [place, title] of methods.entries())
    await expect(guide.getByRole("button", { name: /^Add / }).nth(place)).toHaveAccessibleName(`Add ${title}`);
  await expectAccessible(page);

  await guide.getByLabel("Search").fill("video");
  await expect(guide.getByRole("status")).toHaveText(/^1\sentry$/);
  const never = guide.getByRole("region", { name: "Out of scope" });
  await expect(never).toContainText("Because the studio's models read text, not video");

  await guide.getByLabel("Search").fill("IA3");
  await expect(guide.getByRole("button", { name: "Add (IA)³" })).toBeVisible();
  await guide.getByLabel("Search").fill("QLoRA");
  await expect(guide.getByRole("region", { name: "Base models that are refused" })).toContainText("quantised weights");
  await guide.getByLabel("Search").fill("");
  await guide.getByLabel("Show").selectOption("What is not here");
  await expect(guide.getByRole("button", { name: /^Add / })).toHaveCount(0);
  const survey = guide.getByRole("region", { name: "Instruction tuning, as surveys order it" });
  await expect(survey).toContainText("Data construction: self-improvement · not here");
  await expect(survey).not.toContainText("LoRA · here");
  await guide.getByLabel("Show").selectOption("everything");
  await expect(survey).toContainText("LoRA · here");

  await guide.getByLabel("Show").selectOption("Soft prompts");
  await guide.getByLabel("Search").fill("low-rank DEPT");
  await guide.getByRole("listitem").filter({ hasText: "DePT" }).getByText("What it trains").first().click();
  await expect(guide.getByRole("img", { name: /^Trained: / }).first()).toBeVisible();
  await guide.getByRole("button", { name: "Add DePT" }).click();
  await expect(guide).toHaveCount(0);
  await expect(runCard(page, "DePT")).toBeVisible();

  await page.getByRole("button", { name: "Help and keyboard shortcuts" }).click();
  await page.getByRole("button", { name: "Open the method guide" }).click();
  await expect(guide).toBeVisible();
  await expect(page.getByRole("dialog")).toHaveCount(1);
});
