/** One walk through the page in each colour scheme, photographed on the way. */

import { expect, type Page, test } from "@playwright/test";
import { compareButton, openStep, step, waitForStatus, waitUntilReady } from "./studio";

const ROWS = Array.from({ length: 60 }, (_, row) =>
  row % 2 === 0 ? `a warm and funny film number ${row},positive` : `a dull and empty film number ${row},negative`,
);
const TABLE = `sentence,sentiment\n${ROWS.join("\n")}\n`;

function dropTrainingFile(page: Page, name: string, text: string): Promise<void> {
  return page.getByLabel("Training file").setInputFiles({ name, mimeType: "text/csv", buffer: Buffer.from(text) });
}

for (const colorScheme of ["light", "dark"] as const) {
  test(`the page's states, ${colorScheme}`, async ({ page }, { project }) => {
    const picture = (state: string) =>
      page.screenshot({ path: `screenshots/${state}-${project.name}-${colorScheme}.png`, fullPage: true });
    await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
    await page.goto("/");
    await waitUntilReady(page);
    await picture("empty");

    await openStep(page, "Data");
    await dropTrainingFile(page, "films.csv", TABLE);
    await expect(step(page, "Data")).toContainText("films.csv");
    await waitUntilReady(page);
    await picture("data");

    await openStep(page, "Training");
    await page.getByLabel("Steps", { exact: true }).fill("12");
    await page.getByLabel("Evaluate every").fill("4");
    await compareButton(page).click();
    await waitForStatus(page, /^step ([5-9]|1\d) of/, 240_000);
    await picture("training");

    await waitForStatus(page, /^Finished/, 240_000);
    await picture("finished");

    await openStep(page, "Data");
    await dropTrainingFile(page, "header-only.csv", "sentence,sentiment\n");
    await expect(page.getByRole("alert").first()).toBeVisible();
    await picture("error");
  });
}
