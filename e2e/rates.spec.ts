/**
 * The fair race on the page: a rate that is searched, a size that is matched, and what stays
 * unequal.
 */

import { expect, test } from "@playwright/test";
import { csv, films } from "./films";
import {
  chooseFile,
  compareButton,
  expectAccessible,
  keepRuns,
  openStep,
  runCard,
  setTraining,
  showAllOptions,
  status,
  waitForStatus,
  waitUntilAsked,
  waitUntilReady,
} from "./studio";

test.skip(({ isMobile }) => Boolean(isMobile), "the same at any width");

test("a rate is searched and a size matched; what is not equal is said", async ({ page }) => {
  await page.goto("/");
  await waitUntilReady(page);
  await openStep(page, "Data");
  await chooseFile(page, "Training file", "films.csv", csv(films(24)));
  await keepRuns(page, ["LoRA", "SK-Prefix", "Head only"]);
  await setTraining(page, { Steps: "4", "Batch size": "4", "Evaluate every": "4" });
  const card = runCard(page, "LoRA");
  await card.getByRole("button", { name: "Options of LoRA" }).click();

  await test.step("the size of a rank", async () => {
    await showAllOptions(card);
    await card.getByLabel("As many parameters as LoRA of rank").fill("2");
    await card.getByRole("button", { name: "Match the size" }).click();
    await expect(card.getByLabel("Rank", { exact: true })).toHaveValue("2");
    await expect(card).toContainText(/Rank 2 trains ([\d,]+) parameters; LoRA trains \1\./);
  });

  await test.step("the search", async () => {
    await waitUntilReady(page);
    await card.getByRole("button", { name: "Find the best rate" }).click();
    await expect(status(page)).toHaveText("Searching learning rates on held-out training rows.");
    await expect(card).toContainText(/found by search.*It took \d+ steps in/, { timeout: 120_000 });
    await expect(card.getByLabel("Learning rate", { exact: true })).toHaveValue(/^0\.\d+/);
    await expect(card.getByRole("img", { name: /^Loss by learning rate: after 1 steps/ })).toBeVisible();
    await expectAccessible(page);
    // The head alone learns at the rate of all heads.
    const head = runCard(page, "Head only");
    await head.getByRole("button", { name: "Options of Head only" }).click();
    await expect(head).toContainText("the rate of all heads");
    await expect(head.getByRole("button", { name: "Find the best rate" })).toHaveCount(0);
  });

  await test.step("how the rate was found stays in the address, and what has changed since is said", async () => {
    const changed = card.getByText(/^The learning rate of LoRA was found by a search/);
    await expect(changed).toHaveCount(0);
    await setTraining(page, { Steps: "40" });
    await expect(changed).toHaveText(/by a search for 4 steps, not 40: search again, or leave it to the method\.$/);
    await setTraining(page, { Steps: "4" });
    await expect(changed).toHaveCount(0);
    await waitUntilReady(page);
    await page.reload();
    await waitUntilAsked(page, "films.csv");
    await chooseFile(page, "Training file", "films.csv", csv(films(24)));
    await waitUntilReady(page);
    await openStep(page, "Methods");
    await card.getByRole("button", { name: "Options of LoRA" }).click();
    await expect(card).toContainText(/found by an earlier search of \d+ steps, judged by \d+ training rows/);
    await expect(changed).toHaveCount(0);
    await setTraining(page, { Seed: "7" });
    await expect(changed).toHaveText(/on other training rows: .* may be validation or test rows now\.$/);
    await expectAccessible(page);
    await setTraining(page, { Seed: "0" });
    await expect(changed).toHaveCount(0);
  });

  await test.step("the comparison", async () => {
    await waitUntilReady(page);
    await compareButton(page).click();
    await waitForStatus(page, /^Finished/);
    const unequal = page.getByRole("region", { name: "What is not equal" });
    await expect(unequal.getByRole("listitem").first()).toContainText("Adapters are of different sizes");
    await expect(unequal).toContainText("The learning rate was searched for LoRA, and not for SK-Prefix.");
    await page.getByText("by FLOPs", { exact: true }).first().click();
    await expect(page.getByRole("figure", { name: /^Training loss/ }).locator(".chart-detail")).toHaveText("by FLOPs");
    await expect(page.getByRole("region", { name: "Run table" }).getByText(/FLOP$/)).toHaveCount(3);
  });
});
