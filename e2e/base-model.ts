/** The dialog in which a base model is chosen, and the tiny models among the fixtures. */

import { fileURLToPath } from "node:url";
import type { Page } from "@playwright/test";

export const fixtures = fileURLToPath(new URL("../tests/fixtures/", import.meta.url));

export const chooser = (page: Page) => page.getByRole("dialog", { name: "Base model" });

/** The open base model, in the header. */
export const chip = (page: Page) => page.getByRole("button", { name: /^Base model/ });

export async function choose(page: Page, tab: "Ready here" | "Hub" | "This computer" | "Storage"): Promise<void> {
  if (!(await chooser(page).isVisible())) {
    await chip(page).click();
    await page.getByRole("button", { name: "Choose another base model…" }).click();
  }
  await chooser(page).getByRole("tab", { name: tab }).click();
}
