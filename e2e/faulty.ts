/** What tests of faults share: a small comparison, its curves, and the ways on after a fault. */

import { expect, type Page } from "@playwright/test";
import { csv, films } from "./films";
import { chooseFile, keepRuns, openStep, setTraining, waitUntilReady } from "./studio";

const SHORT = { "Batch size": "4", "Evaluate every": "5", "Learning rate for all": "0.01" };

/** Has the worker hold on to a step for as long as the page wants: it stays in mid-run. */
export const SLOW_STEPS = `{
  const { postMessage } = MessagePort.prototype;
  MessagePort.prototype.postMessage = function (...given) {
    setTimeout(() => postMessage.apply(this, given), given[0] === null ? 30 : 0);
  };
}`;

/** Tells what listens within a worker that its moment has come. */
export const send = (page: Page, channel: string) =>
  page.evaluate((name) => new BroadcastChannel(name).postMessage("now"), channel);

export const startAgain = (page: Page) => page.getByRole("button", { name: "Start the engine again" });

/** Goes on from where the runs are kept. */
export const continueTraining = (page: Page) =>
  page
    .getByRole("button", { name: /^Continue from step \d+$/ })
    .first()
    .click();

/**
 * Two runs on a small file of one's own. `address`: of the page, for a browser that has no base for
 * it.
 */
export async function prepare(page: Page, steps: number, address = "/"): Promise<void> {
  await page.goto(address);
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
  if ((await button.getAttribute("aria-pressed")) === "false") await button.click();
  const table = page.getByRole("region", { name: `${title}, table` });
  // Charts and tables are drawn a moment later.
  await expect(table.getByRole("cell").filter({ hasText: "–" })).toHaveCount(0);
  return table.getByRole("row").allInnerTexts();
}
