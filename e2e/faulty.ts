/** What tests of faults share: a small comparison, its curves, and the ways on after a fault. */

import { expect, type Page } from "@playwright/test";
import { csv, films } from "./films";
import { chooseFile, keepRuns, openStep, setTraining, waitUntilReady } from "./studio";

const SHORT = { "Batch size": "4", "Evaluate every": "5", "Learning rate for all": "0.01" };

export const startAgain = (page: Page) => page.getByRole("button", { name: "Start the engine again" });

/** Goes on from where the runs are kept. */
export const continueTraining = (page: Page) =>
  page
    .getByRole("button", { name: /^Continue from step \d+$/ })
    .first()
    .click();

/** Two runs on a small file of one's own. */
export async function prepare(page: Page, steps: number): Promise<void> {
  await page.goto("/");
  await waitUntilReady(page);
  await openStep(page, "Data");
  await chooseFile(page, "Training file", "films.csv", csv(films(24)));
  await waitUntilReady(page);
  await keepRuns(page, ["LoRA", "Head only"]);
  await setTraining(page, { ...SHORT, Steps: String(steps) });
}

/** Rows of the table of a chart, as they are shown. */
export async function tableOf(page: Page, title: string): Promise<string[]> {
  const button = page.getByRole("button", { name: `${title} as a table` });
  if (await button.isVisible()) await button.click();
  const table = page.getByRole("region", { name: `${title}, table` });
  // Charts and tables are drawn a moment later.
  await expect(table.getByRole("cell").filter({ hasText: "–" })).toHaveCount(0);
  return table.getByRole("row").allInnerTexts();
}
