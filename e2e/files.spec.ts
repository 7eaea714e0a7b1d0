/** Files that are no CSV, opened in the page: what is shown of them, and what can be chosen. */

import { readFileSync } from "node:fs";
import { expect, test } from "@playwright/test";
import { chooseFile, openStep, step, waitUntilReady } from "./studio";

const fixture = (name: string) => readFileSync(new URL(`../tests/fixtures/tables/${name}`, import.meta.url));

test.beforeEach(async ({ page }) => {
  await page.goto("/");
  await waitUntilReady(page);
  await openStep(page, "Data");
});

test("Parquet, Excel, gzip and a JSON list open, with what was read of them", async ({ page }) => {
  const data = step(page, "Data");
  const preview = data.locator(".preview");
  for (const [name, cell, said] of [
    ["zstd.parquet", "2024-01-31 12:30:00", null],
    ["sheets.xlsx", "2024-02-01 12:30:00", /first sheet, "Reviews", was read/],
    ["quoted.csv.gz", "warm, bright film", null],
    ["quoted.zip", "warm, bright film", /"folder\/quoted\.csv" in it was read/],
    ["field.json", "good film", /3 rows of the list "set\.data" were read/],
  ] as const) {
    await chooseFile(page, "Training file", name, fixture(name));
    await expect(preview).toContainText(name);
    await expect(preview).toContainText(cell);
    if (said) await expect(data).toContainText(said);
  }
});

test("a first row that is data is read as one by one press, and back", async ({ page }) => {
  const data = step(page, "Data");
  const preview = data.locator(".preview");
  const lines = Array.from({ length: 40 }, (_, row) => `${row % 2 ? "spam" : "ham"},a message number ${row}`);
  await chooseFile(page, "Training file", "no-header.csv", lines.join("\n"));
  await expect(data).toContainText(/the first row looks like data \("ham", "a message number 0"\)/);
  await expect(preview).toContainText("39 rows");
  await data.getByRole("button", { name: "First row is data" }).click();
  await expect(preview).toContainText("40 rows");
  await expect(preview.getByRole("columnheader", { name: /column 1/ })).toBeVisible();
  await expect(data).not.toContainText("looks like data");
  await data.getByRole("button", { name: "First row holds the names" }).click();
  await expect(preview).toContainText("39 rows");
});
