/**
 * How a comparison ends: with a verdict that stays, and with questions that several runs answer.
 */

import { readFileSync } from "node:fs";
import { expect, type Page, test } from "@playwright/test";
import { unzipSync } from "fflate";
import { csv, films } from "./films";
import {
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

const saveAs = (page: Page, item: string) =>
  downloaded(page, async () => {
    await page.getByRole("button", { name: "Save" }).click();
    await page.getByRole("menuitem", { name: item }).click();
  });

test("a comparison ends with a verdict, and a reload finds the same", async ({ page }) => {
  await page.goto("/");
  await waitUntilReady(page);
  const verdict = page.getByRole("region", { name: "Verdict" });
  await expect(verdict).toHaveCount(0);
  await openStep(page, "Data");
  await chooseFile(page, "Training file", "films.csv", csv(films(40)));
  await keepRuns(page, ["SK-Prefix", "Head only"]);
  await setTraining(page, { Steps: "4", "Batch size": "4", "Evaluate every": "2" });
  await step(page, "Training").getByLabel("The verdict goes by").selectOption({ label: "F1" });
  await waitUntilReady(page);
  await compareButton(page).click();
  await expect(page.getByText("Here the verdict will stand")).toBeVisible();
  await expect(verdict).toHaveCount(0);

  await waitForStatus(page, /^Finished: 4 steps/);
  await expect(verdict).toContainText(/on \d+.(validation|test) rows of films\.csv/);
  await expect(verdict.getByLabel("Judged by")).toHaveValue("f1");
  const headline = await verdict.locator(".verdict-headline").textContent();
  expect(headline).toMatch(/\S+ .*\.$/);
  const rows = verdict.getByRole("table", { name: "Runs, best first" }).locator("tbody tr");
  await expect(rows).toHaveCount(2);
  const shares = (await rows.locator("strong").allTextContents()).map(Number.parseFloat);
  expect(shares).toEqual(shares.toSorted((a, b) => b - a));
  for (const [row, share] of shares.entries()) {
    const [low, high] = (await rows.nth(row).locator(".verdict-value .under").textContent())!
      .match(/\d+\.\d/g)!
      .map(Number);
    expect(low).toBeLessThanOrEqual(share);
    expect(high).toBeGreaterThanOrEqual(share);
  }
  await verdict.getByText(/^1.pair of runs/).click();
  await expect(verdict.getByRole("region", { name: "Pairs of runs" }).locator("tbody tr")).toHaveCount(1);
  for (const colorScheme of ["light", "dark"] as const) {
    await page.emulateMedia({ colorScheme });
    await expectAccessible(page);
  }
  const overflow = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
  expect(overflow).toBeLessThanOrEqual(0);
  // Nor does a label that is one long word leave its place.
  const beyond = await verdict.evaluate((panel) => {
    const added = [".verdict-sentence", ".verdict-runs tbody th"].map((place) => {
      const word = document.createElement("span");
      word.className = place.startsWith(".verdict-runs") ? "verdict-notes" : "";
      word.textContent = "x".repeat(400);
      panel.querySelector(place)!.append(word);
      return word;
    });
    const width = panel.scrollWidth - panel.clientWidth;
    for (const word of added) word.remove();
    return width;
  });
  expect(beyond).toBeLessThanOrEqual(0);

  // The report has the page's own sentences, and no text of a row.
  await page.getByRole("button", { name: "Save" }).click();
  const saving = page.waitForEvent("download");
  await page.getByRole("menuitem", { name: "Report (Markdown)" }).click();
  const saved = await saving;
  expect(saved.suggestedFilename()).toMatch(/^report-films\.csv-.*\.md$/);
  const report = readFileSync(await saved.path(), "utf8");
  expect(report.replaceAll("\u00a0", " ")).toContain(headline!.replaceAll("\u00a0", " "));
  for (const { sentence } of films(40)) expect(report).not.toContain(sentence);

  // As a page of its own, which needs no script.
  const own = await saveAs(page, "Report (HTML)");
  expect(own.name).toMatch(/^report-films\.csv-.*\.html$/);
  const html = Buffer.from(own.bytes).toString("utf8");
  expect(html).not.toMatch(/<script/i);
  for (const { sentence } of films(40)) expect(html).not.toContain(sentence);
  // Hashes are told while it trains.
  expect(html).toContain("model.safetensors");
  await page.getByRole("button", { name: "Save" }).click();
  await page.getByRole("menuitemcheckbox", { name: /^Rows in the report/ }).click();
  await page.keyboard.press("Escape");
  expect(Buffer.from((await saveAs(page, "Report (HTML)")).bytes).toString("utf8")).toContain(films(40)[0]!.sentence);
  const logs = unzipSync((await saveAs(page, "Log files (zip)")).bytes);
  expect(
    Object.keys(logs).filter((name) => /^logs\/(SK-Prefix|Head only)\/events\.out\.tfevents\./.test(name)),
  ).toHaveLength(2);

  // Another metric may be looked at, and the verdict says that it was chosen late.
  const late = "Accuracy was chosen after training began";
  await expect(verdict).not.toContainText(late);
  await verdict.getByLabel("Judged by").selectOption({ label: "accuracy" });
  await expect(verdict).toContainText(late);
  await verdict.getByLabel("Judged by").selectOption({ label: "F1" });
  await expect(verdict).not.toContainText(late);

  await openStep(page, "Training");
  await step(page, "Training").getByLabel("The verdict goes by").selectOption({ label: "Accuracy" });
  await expect(verdict).toContainText("Accuracy is chosen for the next comparison; this one goes by F1.");

  const heading = page.locator(".results-heading");
  await setTraining(page, { Seed: "1" });
  await expect(heading).toContainText("These results are not of what is open now.");
  await setTraining(page, { Seed: "0" });
  await expect(heading).not.toContainText("not of what is open now");

  const sentences = await verdict.locator(".verdict-headline, .verdict-sentence").allTextContents();
  await page.reload();
  await expect(verdict.locator(".verdict-headline")).toBeVisible();
  expect(await verdict.locator(".verdict-headline, .verdict-sentence").allTextContents()).toEqual(sentences);

  await waitUntilAsked(page, "films.csv");
  await expect(heading).not.toContainText("not of what is open now");
});

test("a question chooses its runs, which can be taken back", async ({ page }) => {
  await page.goto("/");
  await waitUntilReady(page);
  await openStep(page, "Methods");
  const methods = step(page, "Methods");
  await methods.getByRole("button", { name: "Does the meaning matter?" }).click();
  await expect(methods.locator(".run-card")).toHaveCount(7);
  await waitUntilReady(page);
  await page.getByRole("button", { name: "Options of SK-Prefix from random tokens" }).click();
  const control = runCard(page, "SK-Prefix from random tokens").getByLabel("Control", { exact: true });
  await expect(control.locator("option:checked")).toHaveText("random-tokens");
  await methods.getByRole("button", { name: /^Back to the 4.runs before$/ }).click();
  await expect(methods.locator(".run-card")).toHaveCount(4);
  await expect(runCard(page, "LoRA")).toBeVisible();
});

test("a file that names a preset is opened with its runs", async ({ page }) => {
  await page.goto("/");
  await waitUntilReady(page);
  const data = { train: "questions.csv", columns: { text: "text", label: "label" } };
  const file = JSON.stringify({ model: "bundled:tiny-base", data, preset: "bars-to-beat" });
  await chooseFile(page, "Configuration file", "bars.json", file);
  await expect(page.getByText("Opened bars.json: the preset bars-to-beat.")).toBeVisible();
  await openStep(page, "Methods");
  for (const name of [
    "Majority",
    "Bag of words",
    "Nearest neighbours",
    "Fitted head",
    "Hard text + head",
    "Head only",
  ]) {
    await expect(runCard(page, name)).toBeVisible();
  }
});
