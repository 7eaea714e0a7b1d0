/**
 * The page as a person finds their way in it: where things are, and how to wait until it is so far.
 */

import { readFileSync } from "node:fs";
import AxeBuilder from "@axe-core/playwright";
import { type Download, expect, type Locator, type Page } from "@playwright/test";

/** One of the three numbered steps. */
export function step(page: Page, name: "Data" | "Methods" | "Training"): Locator {
  return page.getByRole("region", { name: new RegExp(`^Step \\d: ${name}`) });
}

/** Unfolds a step; one that is open stays so. */
export async function openStep(page: Page, name: "Data" | "Methods" | "Training"): Promise<void> {
  const toggle = step(page, name).getByRole("button", { name: new RegExp(`^Step \\d: ${name}`) });
  if ((await toggle.getAttribute("aria-expanded")) === "false") await toggle.click();
}

/** A chosen run in step 2. */
export function runCard(page: Page, name: string): Locator {
  return step(page, "Methods").getByRole("listitem", { name, exact: true });
}

/** A chart as a picture; its name says in words what it shows. */
export function chart(page: Page, title: string): Locator {
  return page.getByRole("img", { name: new RegExp(`^${title}\\. `) });
}

export function compareButton(page: Page): Locator {
  return page.getByRole("button", { name: "Compare", exact: true });
}

/** The line beside the Compare button. */
export function status(page: Page): Locator {
  return page.locator(".compare-status");
}

/** Has the page's worker find this done: the code runs before the worker's own. */
export async function beforeWorker(page: Page, code: string): Promise<void> {
  await page.route(/\/assets\/studio-worker-[\w-]+\.js$/, async (route) => {
    const response = await route.fetch();
    await route.fulfill({ response, body: `${code}\n${await response.text()}` });
  });
}

/** Waits until a model and data are open and a comparison could begin. */
export async function waitUntilReady(page: Page): Promise<void> {
  await expect(compareButton(page)).toBeEnabled();
}

/** Waits until the page asks for a file that was open before it was loaded. */
export async function waitUntilAsked(page: Page, file: string): Promise<void> {
  await expect(status(page)).toContainText(`${file} was open as the training file: open it again (step 1).`);
  await expect(compareButton(page)).toBeDisabled();
}

/** Waits until the line beside the Compare button says this. */
export async function waitForStatus(page: Page, said: RegExp, timeout = 60_000): Promise<void> {
  await expect(status(page)).toHaveText(said, { timeout });
}

/** Chooses a file in one of the page's file fields. */
export async function chooseFile(
  page: Page,
  field: "Training file" | "Validation file" | "Test file" | "Configuration file" | "Adapter file",
  name: string,
  content: string | Uint8Array,
): Promise<void> {
  const buffer = typeof content === "string" ? Buffer.from(content) : Buffer.from(content);
  await page.getByLabel(field, { exact: true }).setInputFiles({ name, mimeType: "", buffer });
}

/** A file in a hand that has not let go of it yet. */
function carried(page: Page, name: string, content: string) {
  return page.evaluateHandle(
    ([fileName, text]) => {
      const transfer = new DataTransfer();
      transfer.items.add(new File([text], fileName, { type: "text/csv" }));
      return transfer;
    },
    [name, content] as const,
  );
}

/** Drops a file where training files are dropped. */
export async function dropTrainingFile(page: Page, name: string, content: string): Promise<void> {
  await page.locator(".drop-zone").dispatchEvent("drop", { dataTransfer: await carried(page, name, content) });
}

/** Carries a file over the page, which says these words over the whole window, and away again. */
export async function expectWordsOfDrag(page: Page, words: string): Promise<void> {
  const dataTransfer = await carried(page, "films.csv", "");
  await page.locator(".page").dispatchEvent("dragenter", { dataTransfer });
  const over = page.locator(".drop-words");
  await expect(over).toContainText(words);
  const { width, height } = page.viewportSize()!;
  expect(await over.boundingBox()).toEqual({ x: 0, y: 0, width, height });
  await page.locator(".page").dispatchEvent("dragleave", { dataTransfer });
  await expect(over).toHaveCount(0);
}

/** How long and how a comparison trains, in step 3. */
export async function setTraining(page: Page, fields: Record<string, string>): Promise<void> {
  await openStep(page, "Training");
  const folded = step(page, "Training").locator("details:not([open]) > summary");
  while ((await folded.count()) > 0) await folded.first().click();
  for (const [label, value] of Object.entries(fields)) {
    await step(page, "Training").getByLabel(label, { exact: true }).fill(value);
  }
}

/** Opens the dialog of step 2 in which methods are found. */
export async function openMethods(page: Page): Promise<Locator> {
  await openStep(page, "Methods");
  await step(page, "Methods").getByRole("button", { name: "Add method" }).click();
  return page.getByRole("dialog", { name: "Add methods" });
}

/** Adds a run of a method, by its title. */
export async function addMethod(page: Page, title: string): Promise<void> {
  const dialog = await openMethods(page);
  const rows = dialog.getByRole("region", { name: "Methods found" }).getByRole("listitem");
  await rows
    .filter({ has: page.getByText(title, { exact: true }) })
    .getByRole("checkbox")
    .check();
  await dialog.getByRole("button", { name: "Add 1 method", exact: true }).click();
  await expect(dialog).toHaveCount(0);
}

/** Unfolds the options of a run that most people leave alone; those of its card are open. */
export async function showAllOptions(card: Locator): Promise<void> {
  await card.getByText("All options", { exact: true }).click();
}

/** Removes the runs that are not named. */
export async function keepRuns(page: Page, names: readonly string[]): Promise<void> {
  await openStep(page, "Methods");
  const cards = step(page, "Methods").locator(".run-card");
  for (const name of await cards.evaluateAll((all) => all.map((card) => card.getAttribute("aria-label") ?? ""))) {
    if (!names.includes(name)) await page.getByRole("button", { name: `Remove ${name}`, exact: true }).click();
  }
  await expect(cards).toHaveCount(names.length);
}

/** A comparison of these runs on a file of one's own, trained to its end. */
export async function compareOn(
  page: Page,
  content: string,
  { runs, steps }: { readonly runs: readonly string[]; readonly steps: number },
): Promise<void> {
  await page.goto("/");
  await waitUntilReady(page);
  await openStep(page, "Data");
  await dropTrainingFile(page, "films.csv", content);
  await keepRuns(page, runs);
  await setTraining(page, { Steps: String(steps), "Batch size": "8", "Evaluate every": String(steps) });
  await waitUntilReady(page);
  await compareButton(page).click();
  await waitForStatus(page, new RegExp(`^Finished: ${steps} steps`));
}

/** What is downloaded when `press` is done. */
export async function downloaded(page: Page, press: () => Promise<void>): Promise<{ name: string; bytes: Uint8Array }> {
  const [file] = await Promise.all([page.waitForEvent("download") as Promise<Download>, press()]);
  return { name: file.suggestedFilename(), bytes: new Uint8Array(readFileSync(await file.path())) };
}

/**
 * Addresses asked for by the page or its worker that are not of the page's own server. Grows while
 * the page lives.
 */
export function watchRequests(page: Page, origin: string): { own: string[]; foreign: string[] } {
  const seen = { own: [] as string[], foreign: [] as string[] };
  page.context().on("request", (request) => {
    const url = request.url();
    if (url.startsWith(`${origin}/`)) seen.own.push(url);
    else if (!url.startsWith("data:") && !url.startsWith(`blob:${origin}/`)) seen.foreign.push(url);
  });
  return seen;
}

/**
 * Fails when the page as it stands has an accessibility fault that axe calls serious or critical.
 */
export async function expectAccessible(page: Page): Promise<void> {
  const { violations } = await new AxeBuilder({ page }).analyze();
  const grave = violations.filter(({ impact }) => impact === "serious" || impact === "critical");
  expect(
    grave.map(({ id, help, nodes }) => ({ id, help, where: nodes.map(({ target }) => target.join(" ")) })),
  ).toEqual([]);
}
