/**
 * What training rows are and count for: weights from a column and by rules, transforms, edited and
 * added rows, a choice of rows beside as many random ones; refused by name, and trained with.
 */

import { expect, test } from "@playwright/test";
import {
  chart,
  chooseFile,
  compareButton,
  downloaded,
  expectAccessible,
  keepRuns,
  openStep,
  runCard,
  setTraining,
  step,
  waitForStatus,
  waitUntilReady,
} from "./studio";

test.skip(({ isMobile }) => isMobile, "the same at every width");

const rows = Array.from({ length: 60 }, (_, row) => {
  const label = row % 2 ? "refund" : "delivery";
  return `message ${row} about a ${label},${label},${row < 45 ? "Ann" : "Bob"},${row % 3 ? "1" : "2.5"}`;
});
const table = (cells: readonly string[]) => ["text,label,speaker,importance", ...cells, ""].join("\n");

test("a column and rules weigh rows, and what cannot be a weight is named", async ({ page }) => {
  await page.goto("/");
  await waitUntilReady(page);
  await openStep(page, "Data");
  const data = step(page, "Data");
  await chooseFile(page, "Training file", "messages.csv", table(rows));
  const role = data.getByLabel('What "importance" is');
  await role.selectOption({ label: "weight" });
  const preview = data.getByRole("region", { name: "First rows of messages.csv" });
  await expect(preview.getByRole("columnheader", { name: "counts" })).toBeVisible();
  await expect(preview.getByRole("cell", { name: "×2.5" }).first()).toBeVisible();

  const rules = data.locator(".weight-rules");
  await rules.locator("summary").click();
  await rules.getByLabel("Add a rule for").selectOption({ label: "rows of large groups" });
  await rules.getByLabel("Same value in").selectOption("speaker");
  await rules.getByRole("button", { name: "Add the rule" }).click();
  await expect(rules.getByText("a row counts 1/√n where n rows have the same speaker")).toBeVisible();
  await expect(rules.getByRole("row", { name: /^Ann/ })).toContainText("%");
  await expectAccessible(page);

  await rules.getByLabel("Add a rule for").selectOption({ label: "rows with a word or expression" });
  await rules.getByLabel("Word or expression").fill("(?=refund)");
  await rules.getByRole("button", { name: "Add the rule" }).click();
  await expect(data.getByText(/Rule 2 of the weights: .*look-around/)).toBeVisible();
  await expect(compareButton(page)).toBeDisabled();
  await rules.getByRole("button", { name: "Remove the rule: texts with (?=refund) count 2" }).click();
  await waitUntilReady(page);

  const transforms = data.locator(".transforms");
  await transforms.locator("summary").click();
  await transforms.getByLabel("Word or expression").fill("message 1\\d ");
  await expect(transforms.getByRole("row", { name: /message 1\d .* left out$/ }).first()).toBeVisible();
  await transforms.getByRole("button", { name: "Add the transform" }).click();
  await expect(transforms.getByRole("listitem")).toContainText("texts with message 1\\d left out");
  await transforms.getByLabel("Word or expression").fill("e");
  await expect(transforms.getByText(/Transform 2 .*leaves none of/)).toBeVisible();
  await expect(transforms.getByRole("button", { name: "Add the transform" })).toBeDisabled();
  await expectAccessible(page);

  await keepRuns(page, ["LoRA"]);
  await setTraining(page, { Steps: "2", "Batch size": "4", "Evaluate every": "2" });
  const selection = data.locator(".row-selection");
  await selection.locator("summary").click();
  await selection.getByLabel("Learn from").selectOption({ label: "rows far from one another" });
  await selection.getByLabel("Or rows").fill("3");
  await selection.getByLabel("Or rows").press("Enter");
  await expect(selection.locator("summary")).toContainText("3 rows: far from one another");
  await selection.getByRole("button", { name: "Look at the choice" }).click();
  await expect(selection.getByText(/3 rows would be chosen of \d+, and a batch has 4/)).toBeVisible();
  await selection.getByLabel("Or rows").fill("8");
  await selection.getByLabel("Or rows").press("Enter");
  await expect(selection.locator("summary")).toContainText("8 rows: far from one another");
  await selection.getByRole("button", { name: "Look at the choice" }).click();
  await expect(selection.getByText(/^8\srows of \d+; SHA-256 /)).toBeVisible();
  await expectAccessible(page);
  await waitUntilReady(page);
  await compareButton(page).click();
  await waitForStatus(page, /^Finished: 2 steps/);
  await expect(chart(page, "Training loss")).toHaveAccessibleName(/2 lines? over step/);
  await expect(page.getByText(/on the chosen rows it is .* the same on as many random rows/)).toBeVisible();

  await openStep(page, "Data");
  const bad = rows.map((row, place) => (place === 7 ? row.replace(/[^,]+$/, "-1") : row));
  await chooseFile(page, "Training file", "messages.csv", table(bad));
  await role.selectOption({ label: "weight" });
  await expect(data.getByText('messages.csv, row 9, column "importance": The weight "-1" is negative.')).toBeVisible();
  await expect(compareButton(page)).toBeDisabled();
});

test("a row is edited and another added, and both are in the file that is downloaded", async ({ page }) => {
  await page.goto("/");
  await waitUntilReady(page);
  await openStep(page, "Data");
  const data = step(page, "Data");
  await chooseFile(page, "Training file", "messages.csv", table(rows));
  const preview = data.getByRole("region", { name: "First rows of messages.csv" });
  await preview.getByRole("button", { name: "Row 2", exact: true }).click();
  await preview.getByRole("button", { name: "Edit row 2", exact: true }).click();
  await preview.getByLabel("text", { exact: true }).fill("a delivery that was edited");
  await preview.getByRole("button", { name: "Keep the edit" }).click();
  const changed = data.locator(".changed-rows-list");
  await expect(changed.getByText("edited: text")).toBeVisible();
  await data.getByRole("button", { name: "Add a row" }).click();
  const editor = data.locator(".row-editor");
  await editor.getByLabel("text", { exact: true }).fill("one more refund");
  await editor.getByLabel("label", { exact: true }).fill("refund");
  await editor.getByLabel("speaker", { exact: true }).fill("Cem");
  await editor.getByRole("button", { name: "Add the row" }).click();
  await expect(changed.getByRole("listitem").nth(1)).toContainText("one more refund");
  const file = await downloaded(page, () => data.getByRole("button", { name: "Download the changed file" }).click());
  expect(file.name).toBe("messages-changed.csv");
  const lines = new TextDecoder().decode(file.bytes).split(/\r?\n/);
  expect(lines[1]).toBe("a delivery that was edited,delivery,Ann,2.5");
  expect(lines.at(-1)).toBe("one more refund,refund,Cem,");
  await waitUntilReady(page);
});

test("tokens of a response are weighed on the strip, and runs are drawn over kept tokens", async ({ page }) => {
  await page.goto("/");
  await waitUntilReady(page);
  await openStep(page, "Data");
  const calls = Array.from({ length: 12 }, (_, row) => `Call number ${row},the name is tool${row} here`);
  await chooseFile(page, "Training file", "calls.csv", ["prompt,response", ...calls, ""].join("\n"));
  const data = step(page, "Data");
  await expect(data.getByLabel("Task", { exact: true })).toHaveValue("causal-lm");
  const rules = data.locator(".weight-rules");
  await rules.locator("summary").click();
  await rules.getByLabel("Add a rule for").selectOption({ label: "tokens of the response" });
  await rules.getByLabel("Word or expression").fill("tool\\d+");
  await rules.getByLabel("Weight", { exact: true }).fill("4");
  await rules.getByRole("button", { name: "Add the rule" }).click();
  const strip = data.locator(".strip").first();
  await expect(strip.locator(".strip-heavy").first()).toContainText("×4");
  await expect(strip.locator(".strip-token").first()).not.toContainText("×");
  await keepRuns(page, ["LoRA"]);
  // Of every batch half the rows and half their tokens.
  await page.getByRole("button", { name: "Options of LoRA" }).click();
  const card = runCard(page, "LoRA");
  await card.getByText("All options").click();
  await card.getByLabel("Learn from").selectOption({ label: "By change and attention (ssToken)" });
  await card.getByLabel("Share of rows").fill("0.5");
  await card.getByLabel("Share of tokens").fill("0.5");
  await setTraining(page, { Steps: "2", "Batch size": "4", "Evaluate every": "2" });
  // The strips show what is read in place of a response's tokens, which are learned all the same.
  await step(page, "Training").getByLabel("Replace tokens by").selectOption({ label: "random tokens" });
  await expect(data.locator(".strip .strip-learned .strip-read").first()).toBeVisible();
  await expect(data.locator(".strip .strip-token:not(.strip-learned) .strip-read")).toHaveCount(0);
  await waitUntilReady(page);
  await compareButton(page).click();
  await waitForStatus(page, /^Finished: 2 steps/);
  await page.getByRole("radio", { name: "by kept tokens" }).check({ force: true });
  await expect(chart(page, "Training loss")).toHaveAccessibleName(/1 lines? over kept tokens/);

  await page.getByText("What does it learn from?").click();
  const batch = page.getByRole("region", { name: "Rows of the batch" });
  await expect(batch.getByRole("row")).toHaveCount(1 + 4);
  await expect(batch.getByRole("cell", { name: "yes", exact: true })).toHaveCount(2);
  await expect(batch.locator(".strip-out").first()).toContainText("(left out)");
  await expect(batch.getByTitle(/^gives \d.* of its attention to the prompt$/).first()).toBeVisible();
  await expectAccessible(page);
});
