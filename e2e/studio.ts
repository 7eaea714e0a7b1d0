/** The page as a person finds their way in it: where things are, and how to wait until it is so far. */

import AxeBuilder from "@axe-core/playwright";
import { expect, type Locator, type Page } from "@playwright/test";

/** One of the three numbered steps. */
export function step(page: Page, name: "Data" | "Methods" | "Training"): Locator {
  return page.getByRole("region", { name: new RegExp(`^Step \\d: ${name}`) });
}

/** Unfolds a step; one that is open stays so. */
export async function openStep(page: Page, name: "Data" | "Methods" | "Training"): Promise<void> {
  const toggle = step(page, name).getByRole("button", { name: new RegExp(`^Step \\d: ${name}`) });
  if ((await toggle.getAttribute("aria-expanded")) === "false") await toggle.click();
}

export function compareButton(page: Page): Locator {
  return page.getByRole("button", { name: "Compare", exact: true });
}

/** Waits until a model and data are open and a comparison could begin. */
export async function waitUntilReady(page: Page): Promise<void> {
  await expect(compareButton(page)).toBeEnabled({ timeout: 60_000 });
}

/** Waits until the line beside the Compare button says this. */
export async function waitForStatus(page: Page, status: RegExp, timeout = 60_000): Promise<void> {
  await expect(page.getByRole("status").filter({ hasText: status }).first()).toBeVisible({ timeout });
}

/** Fails when the page as it stands has an accessibility fault that axe calls serious or critical. */
export async function expectAccessible(page: Page): Promise<void> {
  const { violations } = await new AxeBuilder({ page }).analyze();
  const grave = violations.filter(({ impact }) => impact === "serious" || impact === "critical");
  expect(
    grave.map(({ id, help, nodes }) => ({ id, help, where: nodes.map(({ target }) => target.join(" ")) })),
  ).toEqual([]);
}
