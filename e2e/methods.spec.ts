/**
 * Choosing methods: several at once from the dialog; a card that follows its options; a sweep that
 * is trained and drawn as a map.
 */

import { expect, test } from "@playwright/test";
import { csv, films } from "./films";
import {
  chart,
  chooseFile,
  compareButton,
  downloaded,
  expectAccessible,
  keepRuns,
  openStep,
  runCard,
  setTraining,
  step,
  waitForStatus,
  waitUntilAsked,
  waitUntilReady,
} from "./studio";

test("three methods are found by searching, and added at once", async ({ page }) => {
  await page.goto("/");
  await waitUntilReady(page);
  await openStep(page, "Methods");
  const add = step(page, "Methods").getByRole("button", { name: "Add method" });
  await add.click();
  const dialog = page.getByRole("dialog", { name: "Add methods" });
  const search = dialog.getByLabel("Search");
  await expect(search).toBeFocused();
  const rows = dialog.getByRole("region", { name: "Methods found" });
  const row = (title: string) => rows.getByRole("listitem").filter({ has: page.getByText(title, { exact: true }) });
  await expect(rows.getByRole("checkbox")).toHaveCount(45);
  // What each trains on the open model is found one after the other.
  await expect(row("LoRA")).toContainText(/[\d,]+ \+ [\d,]+ head/, { timeout: 60_000 });
  await expect(row("LoRA")).toContainText("PEFT loads it · Hu et al. 2021");
  await expect(row("Majority")).toContainText("takes none");
  await expectAccessible(page);

  // Enter ticks what is found first.
  await search.fill("IA3");
  await expect(rows.getByRole("checkbox")).toHaveCount(1);
  await search.press("Enter");
  await expect(search).toHaveValue("");
  await search.fill("rotary adaptation");
  await row("RoAd").getByRole("checkbox").check();
  await search.fill("DPTE");
  await dialog.getByRole("button", { name: "DePT", exact: true }).click();
  await row("DePT").getByRole("checkbox").check();
  await search.fill("");
  await dialog.getByRole("button", { name: /^Modules/ }).click();
  await expect(row("LoRA")).toHaveCount(0);
  await search.fill("video");
  await expect(rows.getByRole("region", { name: "Not here" })).toContainText("read text, not video");
  await dialog.getByRole("button", { name: "Add 3 methods" }).click();
  await expect(dialog).toHaveCount(0);
  for (const title of ["(IA)³", "RoAd", "DePT"]) await expect(runCard(page, title)).toBeVisible();
  await expect(add).toBeFocused();
});

test("the drawing follows the options, few of them are open, and a proof stays on the card", async ({ page }) => {
  await page.goto("/");
  await waitUntilReady(page);
  await openStep(page, "Methods");
  const card = runCard(page, "LoRA");
  const drawing = card.getByRole("img", { name: /^Trained: / });
  await expect(drawing.first()).toHaveAccessibleName("Trained: queries, values in every block; and the head.");
  await card.getByRole("button", { name: "Options of LoRA" }).click();
  await expect(card.getByLabel("Rank", { exact: true })).toBeVisible();
  await expect(card.getByLabel("Alpha", { exact: true })).toBeVisible();
  await expect(card.getByLabel("Dropout", { exact: true })).toBeHidden();
  await card.getByText("All options", { exact: true }).click();
  await expect(card.getByLabel("Dropout", { exact: true })).toBeVisible();
  await card.getByRole("group", { name: "Targets" }).getByRole("button", { name: "down_proj" }).click();
  await card.getByLabel("Blocks", { exact: true }).fill("0");
  await expect(drawing.first()).toHaveAccessibleName(
    /^Trained: queries, values, the feed-forward layers in 1 of \d blocks; and the head\.$/,
  );
  await card.getByRole("button", { name: "Prove it" }).first().click();
  const badge = card.getByText("= Head only at step 0, proved");
  await expect(badge).toBeVisible({ timeout: 60_000 });
  await card.getByRole("button", { name: "Options of LoRA" }).click();
  await expect(badge).toBeVisible();
  await expectAccessible(page);
  // It is of these options alone.
  await card.getByRole("button", { name: "Options of LoRA" }).click();
  await card.getByLabel("Rank", { exact: true }).fill("2");
  await expect(badge).toHaveCount(0);
});

test("a sweep of two options is counted, trained and drawn as a map", async ({ page }) => {
  test.slow();
  await page.goto("/");
  await waitUntilReady(page);
  await openStep(page, "Data");
  await chooseFile(page, "Training file", "films.csv", csv(films(24)));
  await keepRuns(page, ["LoRA"]);
  await setTraining(page, { Steps: "2", "Batch size": "4", "Evaluate every": "2" });
  const card = runCard(page, "LoRA");
  await card.getByRole("button", { name: "Options of LoRA" }).click();
  await card.getByText("Try several values: a sweep").click();
  await card.getByLabel("Values of Rank").fill("2, 2");
  await expect(card.getByText("2 is there twice.")).toBeVisible();
  await card.getByLabel("Values of Rank").fill(Array.from({ length: 40 }, (_, index) => index + 1).join(" "));
  await expect(card.getByText(/these are 120 runs; there may be 100/)).toBeVisible();
  await expect(card.getByRole("button", { name: "Add 120 runs" })).toBeDisabled();
  await card.getByLabel("Values of Rank").fill("1, 4");
  await card.getByLabel("Values of Learning rate").fill("0.001, 0.02");
  await expect(card.getByText("2 × 2 = 4 runs")).toBeVisible();
  await card.getByRole("button", { name: "Add 4 runs" }).click();
  await expect(card).toContainText("4 runs: rank 1 · 4 × learning rate 0.001 · 0.02");
  await expectAccessible(page);

  // The address keeps it.
  await waitUntilReady(page);
  await page.reload();
  await waitUntilAsked(page, "films.csv");
  await chooseFile(page, "Training file", "films.csv", csv(films(24)));
  await waitUntilReady(page);
  await openStep(page, "Methods");
  await expect(card).toContainText("4 runs: rank 1 · 4 × learning rate 0.001 · 0.02");

  await compareButton(page).click();
  await waitForStatus(page, /^Finished: 2 steps/, 300_000);
  const panel = page.getByRole("region", { name: "Sweep of LoRA" });
  await expect(panel).toContainText(
    /Best of 4.settings by accuracy on the \d+ validation rows: rank [14], learning rate/,
  );
  await expect(panel).toContainText("it looks better than it is");
  const map = chart(page, "Sweep map: LoRA");
  await expect(map.locator(".sweep-cell")).toHaveCount(4);
  await expect(map.locator(".sweep-figure")).toHaveText(Array.from({ length: 4 }, () => /%$/));
  await expect(map.locator(".sweep-best")).toHaveCount(1);
  await expect(chart(page, "All settings: LoRA").locator(".sweep-path")).toHaveCount(4);
  await panel.getByRole("button", { name: "Sweep map: LoRA as a table" }).click();
  await expect(panel.getByRole("region", { name: "Sweep map: LoRA, table" }).locator("tbody tr")).toHaveCount(4);
  await panel.getByRole("button", { name: "Sweep map: LoRA as a table" }).click();
  await panel.getByRole("button", { name: "Download Sweep map: LoRA" }).click();
  const saved = await downloaded(page, () => page.getByRole("menuitem", { name: /SVG/ }).click());
  expect(new TextDecoder().decode(saved.bytes)).toContain("Sweep map: LoRA");
  // Who is ahead says so, too.
  await expect(page.getByRole("region", { name: "Verdict" })).toContainText(
    "LoRA was trained with 4 settings, and which of them is best is seen on these same rows",
  );
  await expectAccessible(page);
});
