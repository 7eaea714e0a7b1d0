/** The dialog in which a base model is chosen, and the tiny models among the fixtures. */

import { fileURLToPath } from "node:url";
import { expect, type Page } from "@playwright/test";

export const fixtures = fileURLToPath(new URL("../tests/fixtures/", import.meta.url));

export const chooser = (page: Page) => page.getByRole("dialog", { name: "Base model" });

/** The open base model, in the header. */
export const chip = (page: Page) => page.getByRole("button", { name: /^Base model/ });

/** The bundled models by name, and what the header says of their size. */
export const bundled: Readonly<Record<string, string>> = {
  "small-base": "3.22 M parameters",
  "tiny-base": "799,584 parameters",
};

/**
 * The name of the bundled model that the page has opened: which one it begins with depends on the
 * processor's cores.
 */
export async function openedModel(page: Page): Promise<string> {
  await expect(chip(page)).toContainText(/parameters/);
  const name = /Base model\s*(\S+-base)/.exec((await chip(page).textContent()) ?? "")?.[1] ?? "none";
  expect(Object.keys(bundled)).toContain(name);
  return name;
}

export async function choose(page: Page, tab: "Ready here" | "Hub" | "This computer" | "Storage"): Promise<void> {
  if (!(await chooser(page).isVisible())) {
    await chip(page).click();
    await page.getByRole("button", { name: "Choose another base model…" }).click();
  }
  await chooser(page).getByRole("tab", { name: tab }).click();
}
