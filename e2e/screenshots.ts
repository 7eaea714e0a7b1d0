/** A walk through the page at each width, photographed in both colour schemes on the way. */

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, type Page, test } from "@playwright/test";
import { serveHub } from "../tests/hub-server";
import { chip, choose, chooser, fixtures } from "./base-model";
import { csv, films } from "./films";
import {
  chooseFile,
  compareButton,
  downloaded,
  keepRuns,
  openMethods,
  openStep,
  runCard,
  setTraining,
  status,
  step,
  waitForStatus,
  waitUntilReady,
} from "./studio";

/**
 * A light and a dark picture of the whole page. Columns that scroll by themselves are shown from
 * end to end; where there is one column, what stays at the lower edge is below the last of it.
 */
async function pictures(page: Page, name: string): Promise<void> {
  const size = page.viewportSize();
  if (!size) throw new Error("The page has no size of its own.");
  await page.evaluate(() => {
    for (const element of document.querySelectorAll(".steps, .results")) element.scrollTop = 0;
  });
  const height = await page.evaluate(() => {
    const { scrollHeight, clientHeight } = document.documentElement;
    if (scrollHeight > clientHeight) return scrollHeight;
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
  if (project.name === "desktop") {
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

test("choosing a base model", async ({ page }, { project }) => {
  const shoot = async (state: string) => {
    for (const colorScheme of ["light", "dark"] as const) {
      await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
      await page.screenshot({ path: `screenshots/model-${state}-${project.name}-${colorScheme}.png` });
    }
  };
  const folder = join(fixtures, "families/tiny-gemma2");
  const files = Object.fromEntries(
    readdirSync(folder)
      .filter((name) => !name.startsWith("case."))
      .map((name) => [name, new Uint8Array(readFileSync(join(folder, name)))]),
  );
  const hub = await serveHub({ "tiny/gemma": { files, licence: "apache-2.0" } });
  try {
    await page.goto("/");
    await waitUntilReady(page);
    await choose(page, "Ready here");
    await shoot("ready");
    await choose(page, "Hub");
    const dialog = chooser(page);
    await dialog.getByText("Token for gated models, another Hub address").click();
    await dialog.getByLabel("Hub address").fill(hub.address);
    await dialog.getByLabel("Model", { exact: true }).fill("tiny/gemma");
    await dialog.getByRole("button", { name: "Look up" }).click();
    await expect(dialog.getByRole("region", { name: "About tiny/gemma" })).toBeVisible();
    await shoot("hub");
    await choose(page, "This computer");
    await shoot("computer");
    const config = { name: "config.json", mimeType: "", buffer: Buffer.from("{}") };
    const pickle = { name: "pytorch_model.bin", mimeType: "", buffer: Buffer.from("weights") };
    await dialog.getByLabel("Model files").setInputFiles([config, pickle]);
    await expect(dialog.getByRole("alert")).toBeVisible();
    await shoot("refused");
    await dialog.getByLabel("Model folder").setInputFiles(folder);
    await expect(dialog.getByRole("region", { name: "About tiny-gemma2" })).toBeVisible();
    await shoot("folder");
    await choose(page, "Storage");
    await shoot("storage");
    await page.keyboard.press("Escape");
    await chip(page).click();
    await shoot("chip");
    await page.keyboard.press("Escape");
    await openStep(page, "Training");
    await step(page, "Training").getByText("Rows and read-out").click();
    await step(page, "Training").getByLabel("The head reads").scrollIntoViewIfNeeded();
    await shoot("training");
  } finally {
    await hub.close();
  }
});

test("the dialogs and the panels of results", async ({ page }, { project }) => {
  const shoot = async (state: string, on: Page = page) => {
    for (const colorScheme of ["light", "dark"] as const) {
      await on.emulateMedia({ colorScheme, reducedMotion: "reduce" });
      await on.screenshot({ path: `screenshots/${state}-${project.name}-${colorScheme}.png` });
    }
  };
  const compareShortly = async (steps: string) => {
    await setTraining(page, { Steps: steps, "Batch size": "4", "Evaluate every": steps });
    await waitUntilReady(page);
    await compareButton(page).click();
    await waitForStatus(page, new RegExp(`^Finished: ${steps} steps`), 600_000);
  };
  await page.goto("/");
  await waitUntilReady(page);
  await openMethods(page);
  await expect(page.getByLabel("Search")).toBeVisible();
  await shoot("dialog-methods");
  await page.keyboard.press("Escape");
  await page.getByRole("button", { name: "Help and keyboard shortcuts" }).click();
  await page.getByRole("dialog", { name: "Help" }).getByRole("button", { name: "frozen" }).click();
  await expect(page.getByRole("dialog", { name: "frozen" })).toBeVisible();
  await shoot("dialog-help-and-glossary");
  await page.keyboard.press("Escape");
  await page.keyboard.press("Escape");

  // Rows that the check has something to say of: twice the same, and answered in two ways.
  await openStep(page, "Data");
  const rows = films(24);
  await chooseFile(page, "Training file", "films.csv", csv([...rows, ...rows.slice(0, 3)]));
  await expect(page.getByRole("region", { name: "First rows of films.csv" })).toBeVisible();
  const check = step(page, "Data").locator(".data-check");
  await expect(check.getByRole("listitem").first()).toBeVisible();
  await check.scrollIntoViewIfNeeded();
  await shoot("data-check");

  await keepRuns(page, ["LoRA", "Head only"]);
  await compareShortly("4");
  const card = runCard(page, "LoRA");
  await openStep(page, "Methods");
  await card.getByRole("button", { name: "Options of LoRA" }).click();
  await card.getByText("Try several values: a sweep").click();
  await card.getByLabel("Values of Rank").fill("1, 4");
  await card.getByLabel("Values of Learning rate").fill("0.001, 0.02");
  await shoot("sweep-chosen");
  await card.getByRole("button", { name: "Add 4 runs" }).click();
  await compareShortly("2");
  await page.getByRole("region", { name: "Sweep of LoRA" }).scrollIntoViewIfNeeded();
  await shoot("sweep-results");

  await page.getByRole("button", { name: "Save", exact: true }).click();
  await shoot("menu-save");
  const { bytes } = await downloaded(page, () => page.getByRole("menuitem", { name: /^Report \(HTML\)/ }).click());
  const report = await page.context().newPage();
  await report.setViewportSize(page.viewportSize()!);
  await report.setContent(new TextDecoder().decode(bytes));
  await pictures(report, `report-${project.name}`);
  await report.close();

  await page.getByRole("button", { name: "Notebook of comparisons" }).click();
  const notebook = page.getByRole("dialog", { name: "Notebook" });
  await expect(notebook).toContainText("this browser stores");
  await notebook.getByRole("checkbox", { name: "All" }).check();
  await shoot("dialog-notebook");
  await notebook.getByRole("button", { name: "Compare two" }).click();
  await expect(notebook).toContainText("Is it luck?");
  await notebook.locator("summary").click();
  await shoot("dialog-notebook-two");
  await notebook.getByRole("button", { name: "All comparisons" }).click();
  await notebook.getByRole("button", { name: "Export ticked…" }).click();
  await shoot("dialog-notebook-export");
});
