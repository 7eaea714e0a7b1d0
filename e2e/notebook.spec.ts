/**
 * The notebook: comparisons outlive a reload, are named, found, compared, removed and had back, and
 * travel in a file to a browser that has none.
 */

import { readFileSync } from "node:fs";
import { expect, type Locator, type Page, test } from "@playwright/test";
import { unzipSync } from "fflate";
import { csv, films } from "./films";
import {
  chart,
  compareButton,
  compareOn,
  downloaded,
  expectAccessible,
  openStep,
  runCard,
  setTraining,
  step,
  waitForStatus,
  waitUntilReady,
} from "./studio";

const notebook = (page: Page) => page.getByRole("dialog", { name: "Notebook" });
const entries = (page: Page) => notebook(page).locator(".notebook-entry");
const entry = (page: Page, name: string) => notebook(page).getByRole("listitem", { name, exact: true });

async function openNotebook(page: Page): Promise<Locator> {
  await page.getByRole("button", { name: "Notebook of comparisons" }).click();
  await expect(notebook(page)).toContainText("this browser stores");
  return notebook(page);
}

test("comparisons are kept, named, found, compared, removed and had back, exported and imported", async ({
  page,
  context,
  isMobile,
}, info) => {
  test.slow();
  await compareOn(page, csv(films(24)), { runs: ["LoRA", "Head only"], steps: 4 });
  await setTraining(page, { Steps: "2", "Evaluate every": "2" });
  await waitUntilReady(page);
  await compareButton(page).click();
  await waitForStatus(page, /^Finished: 2 steps/);
  await expect(page.getByRole("region", { name: "Verdict" })).toBeVisible();

  await test.step("an earlier one is shown without what only the engine knows, which stays the later one's", async () => {
    const answers = page.getByRole("region", { name: "Where each run is right and wrong" });
    await expect(answers).toBeVisible();
    for (const [steps, isThere] of [
      [4, false],
      [2, true],
    ] as const) {
      await openNotebook(page);
      await entries(page)
        .filter({ hasText: new RegExp(`${steps}.steps`) })
        .getByRole("button", { name: "Open" })
        .click();
      await expect(page.locator(".results-heading")).toContainText(new RegExp(`${steps}.steps`));
      await expect(answers).toBeVisible({ visible: isThere });
      // Else the other comparison's runs would answer below this one's verdict.
      await expect(page.getByRole("region", { name: "Try it" }).getByLabel("Text")).toBeEnabled({ enabled: isThere });
    }
  });

  await test.step("a run's log files are downloaded alone, and the link is copied", async () => {
    const runs = page.getByRole("region", { name: "Run table" });
    await runs.getByRole("button", { name: "Other forms of Head only" }).click();
    const logs = page.getByRole("menuitem", { name: /^Its log files/ });
    const { name, bytes } = await downloaded(page, () => logs.click());
    expect(name).toMatch(/^logs-head-only-.*\.zip$/);
    expect(Object.keys(unzipSync(bytes)).map((path) => path.split("/")[1])).toEqual(Array(4).fill("Head only"));

    await context.grantPermissions(["clipboard-read", "clipboard-write"]);
    await page.getByRole("button", { name: "Save", exact: true }).click();
    await page.getByRole("menuitem", { name: /^Copy link/ }).click();
    await expect(page.locator(".banners")).toContainText("The link is copied");
    expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(page.url());
    expect(page.url()).toContain("#c=");
  });
  await page.reload();

  // By its key, where keys are at hand.
  if (isMobile) await openNotebook(page);
  else await page.locator("body").press("n");
  await expect(entries(page)).toHaveCount(2);
  await expect(notebook(page)).toContainText(/2.comparisons take about .* of adapters\. In all, this browser stores/);
  await expectAccessible(page);

  await test.step("one is named and tagged, and found by both", async () => {
    const older = entries(page).filter({ hasText: /4.steps/ });
    await older.getByRole("button", { name: /^Name, notes and tags of films\.csv/ }).click();
    await notebook(page).getByLabel("Name", { exact: true }).fill("Twice as long");
    await notebook(page).getByLabel("Tags", { exact: true }).fill("thesis, films");
    await notebook(page).getByLabel("Notes", { exact: true }).fill("Has it converged?");
    await notebook(page).getByRole("button", { name: "Keep", exact: true }).click();
    await expect(entry(page, "Twice as long")).toContainText("Has it converged?");
    await entry(page, "Twice as long").getByRole("button", { name: "Pin Twice as long" }).click();
    await expect(notebook(page).getByRole("region", { name: "Pinned" }).getByRole("listitem").first()).toContainText(
      "Twice",
    );

    const search = notebook(page).getByRole("searchbox");
    await search.fill("converged lora");
    await expect(entries(page)).toHaveCount(1);
    await search.fill("converged prefix");
    await expect(notebook(page)).toContainText("No comparison is found.");
    await search.fill("");
    await notebook(page).getByRole("button", { name: "thesis", exact: true }).click();
    await expect(entries(page)).toHaveCount(1);
    await notebook(page).getByRole("button", { name: "thesis", exact: true }).click();
    await expect(entries(page)).toHaveCount(2);
  });

  await test.step("both are compared: only what differs, and their figures", async () => {
    await notebook(page).getByRole("checkbox", { name: "All" }).check();
    await notebook(page).getByRole("button", { name: "Compare two" }).click();
    const settings = notebook(page).getByRole("region", { name: "Settings that differ" }).locator("tbody tr");
    await expect(settings).toHaveText([/Training\s*Length\s*[24].steps\s*[24].steps/, /Training\s*Evaluate every/]);
    await expect(notebook(page).getByRole("region", { name: "Runs of both" }).locator("tbody tr")).toHaveCount(4);
    // From what was kept of their answers: the page was loaded anew since.
    await expect(notebook(page)).toContainText(/ahead of a run of the other beyond luck, on the same \d+.\w+ rows?\./);
    await notebook(page).getByText("4 pairs of runs, none apart beyond luck").click();
    await expect(notebook(page).getByRole("region", { name: "Pairs of runs" }).locator("tbody tr")).toHaveCount(4);
    await expectAccessible(page);
    await notebook(page).getByRole("button", { name: "Show both in the charts" }).click();
    await expect(notebook(page)).toBeHidden();
    await expect(page.locator(".results-heading")).toContainText("films.csv");
    await expect(chart(page, "Validation loss")).toBeVisible();
  });

  await test.step("one is opened: its verdict, curves and table, whose adapter is its own", async () => {
    await openNotebook(page);
    await entry(page, "Twice as long").getByRole("button", { name: "Open", exact: true }).click();
    await expect(page.locator(".results-heading")).toContainText("Twice as long");
    await expect(page.locator(".results-heading")).toContainText(/4.steps/);
    await expect(page.getByRole("region", { name: "Verdict" })).toBeVisible();
    const runs = page.getByRole("region", { name: "Run table" });
    await expect(runs.getByRole("button", { name: "Download the adapter of LoRA" }).first()).toBeEnabled();
  });

  await test.step("another begins from its settings", async () => {
    await openNotebook(page);
    await entry(page, "Twice as long").getByRole("button", { name: "Same with…" }).click();
    await expect(page.locator(".banners")).toContainText("These are the settings of “Twice as long”");
    await expect(runCard(page, "LoRA")).toBeVisible();
    await openStep(page, "Training");
    await expect(step(page, "Training").getByLabel("Steps", { exact: true })).toHaveValue("4");
  });

  await test.step("what is removed can be had back, with its adapter", async () => {
    await openNotebook(page);
    await entry(page, "Twice as long").getByRole("button", { name: "Remove Twice as long" }).click();
    await expect(entries(page)).toHaveCount(1);
    await expect(notebook(page)).toContainText(/Removed: “Twice as long”, with 2.adapters/);
    await notebook(page).getByRole("button", { name: "Undo" }).click();
    await expect(entry(page, "Twice as long")).toContainText("Has it converged?");
  });

  const file = info.outputPath("notebook.zip");
  await test.step("a file holds both, says what is in it, and comes back into an empty notebook", async () => {
    await notebook(page).getByRole("button", { name: "Export all…" }).click();
    await expect(notebook(page)).toContainText("but none of your rows");
    await expect(notebook(page).getByLabel(/^With 4.adapters \(/)).toBeChecked();
    const [saved] = await Promise.all([
      page.waitForEvent("download"),
      notebook(page).getByRole("button", { name: "Save the file" }).click(),
    ]);
    expect(saved.suggestedFilename()).toMatch(/^notebook-\d{4}-\d\d-\d\d\.zip$/);
    await saved.saveAs(file);

    await notebook(page).getByRole("checkbox", { name: "All" }).check();
    await notebook(page).getByRole("button", { name: "Remove", exact: true }).click();
    await expect(notebook(page)).toContainText("Nothing is kept yet.");
    // Said once it is done: a reload before that would find them again.
    await expect(notebook(page)).toContainText(/Removed: 2.comparisons, with 4.adapters/);
    await page.reload();
    await openNotebook(page);
    await expect(entries(page)).toHaveCount(0);

    const picker = notebook(page).getByLabel("Notebook file", { exact: true });
    const whole = readFileSync(file);
    await picker.setInputFiles({ name: "cut.zip", mimeType: "", buffer: whole.subarray(0, whole.length - 30) });
    await expect(notebook(page).getByRole("alert")).toContainText(
      /^cut\.zip was not imported, and nothing of it was kept\./,
    );
    await expect(entries(page)).toHaveCount(0);
    await picker.setInputFiles(file);
    await expect(notebook(page)).toContainText(/2.comparisons and 4.adapters came from notebook\.zip/);
    await expect(entry(page, "Twice as long")).toContainText("Has it converged?");
    await picker.setInputFiles(file);
    await expect(notebook(page)).toContainText("Nothing new came from notebook.zip. 2 were here already");
    await entry(page, "Twice as long").getByRole("button", { name: "Open", exact: true }).click();
    await expect(page.getByRole("region", { name: "Verdict" })).toBeVisible();
    await expect(page.locator(".results-heading")).toContainText("Twice as long");
  });
});
