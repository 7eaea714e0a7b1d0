/**
 * Try it in the page: a row that is offered, where the runs disagree, and a look into an answer:
 * the words that decided, attention to the virtual tokens, training rows alike.
 */

import { expect, test } from "@playwright/test";
import { compareOn, expectAccessible } from "./studio";

const film = (row: number) => `${row % 2 ? "a dull and tired film" : "a warm and funny one"} number ${row}`;
const rows = Array.from({ length: 60 }, (_, row) => `${film(row)},${row % 2 ? "negative" : "positive"}`);
const FILE = `text,label\n${rows.join("\n")}\n`;

test("an answer is looked into, of a typed text and of a row of the report", async ({ page }) => {
  await compareOn(page, FILE, { runs: ["SK-Prefix", "LoRA"], steps: 6 });

  const tryIt = page.getByRole("region", { name: "Try it" });
  const examples = tryIt.locator(".example-row");
  await expect(examples).toHaveCount(3);
  await examples.nth(1).click();
  await expect(tryIt.getByLabel("Text")).toHaveValue((await examples.nth(1).textContent())!);
  await expect(tryIt.getByText("True answer:")).toBeVisible();
  await expect(tryIt.locator(".prediction-run").last()).toHaveText("Before training (random head)");
  await expect(tryIt.getByText(/^(All runs say the same|The runs disagree)/)).toHaveCount(1);

  const inside = tryIt.getByRole("region", { name: "Look inside" });
  await inside.getByLabel("Look inside the answer of").selectOption("SK-Prefix");
  // Nothing is computed before it is asked for.
  await expect(inside.locator(".token-strip, table")).toHaveCount(0);

  await inside.getByText("Which words decided?").click();
  const strip = inside.getByRole("toolbar", { name: "Tokens" });
  const tokens = strip.getByRole("button");
  await expect(tokens.first()).toBeVisible();
  const read = inside.locator(".token-read");
  await tokens.first().focus();
  await expect(read).toHaveText(/^\S+ ([+−][\d.e-]+|0): speaks (for|against) “.+”\.$/);
  const first = await read.textContent();
  await page.keyboard.press("ArrowRight");
  await expect(tokens.nth(1)).toBeFocused();
  await expect(read).not.toHaveText(first!);
  const numbersOf = () => tokens.evaluateAll((all) => all.map((one) => one.getAttribute("aria-label")));
  const numbers = await numbersOf();
  const other = first!.includes("“negative”") ? "positive" : "negative";
  await inside.getByLabel("What speaks for").selectOption({ label: other });
  await expect(read).toContainText(`“${other}”`);
  expect(await numbersOf()).not.toEqual(numbers);

  await inside.getByText("Who looks at the virtual tokens?").click();
  const layers = inside.getByRole("region", { name: "Attention by layer" }).locator("tbody tr");
  await expect(layers.first()).toBeVisible();
  await expect(inside.getByRole("region", { name: "Attention by token" }).locator("tbody tr")).toHaveCount(
    await tokens.count(),
  );
  expect(await inside.getByLabel("Layer", { exact: true }).locator("option").count()).toBe(await layers.count());
  await inside.getByLabel("Head").selectOption("0");
  await expect(inside.getByLabel("Head")).toHaveValue("0");

  await inside.getByText("Training rows most alike").click();
  const alike = inside.getByRole("region", { name: "Most alike" }).locator("tbody tr");
  await expect(alike).toHaveCount(10);
  const cosines = (await alike.locator("td:first-child").allTextContents()).map(Number);
  expect(cosines).toEqual(cosines.toSorted((a, b) => b - a));
  expect(cosines[0]).toBeLessThanOrEqual(1);
  await expectAccessible(page);

  // A run without virtual tokens has nothing to look at there.
  await inside.getByLabel("Look inside the answer of").selectOption("LoRA");
  await expect(inside.getByText("Which words decided?")).toBeVisible();
  await expect(inside.getByText("Who looks at the virtual tokens?")).toHaveCount(0);

  const reports = page.getByRole("region", { name: "Where each run is right and wrong" });
  await reports.getByRole("button", { name: "SK-Prefix" }).click();
  await reports
    .getByRole("button", { name: /^Look into row/ })
    .first()
    .click();
  const row = reports.getByRole("region", { name: /^Row \d+/ });
  await row.getByText("Which words decided?").click();
  await expect(row.getByRole("toolbar", { name: "Tokens" }).getByRole("button").first()).toBeVisible();
  await reports.getByText("What have the virtual tokens become?").click();
  await expect(reports.getByRole("region", { name: "Nearest words" }).locator("tbody tr").first()).toBeVisible();
});

test("rows are scored one by one, sorted, compared and saved", async ({ page }) => {
  await compareOn(page, FILE, { runs: ["LoRA"], steps: 6 });
  const panel = page.locator(".row-scores");
  await panel.getByText("Scores of rows").click();
  await panel.getByRole("button", { name: "Score the rows" }).click();
  const table = panel.getByRole("region", { name: "Rows with their scores" });
  const losses = table.locator("tbody td:first-child");
  await expect(losses.first()).toBeVisible();
  const numbers = async () => (await losses.allTextContents()).map(Number);
  const falling = await numbers();
  expect(falling).toEqual(falling.toSorted((a, b) => b - a));
  await table.getByRole("button", { name: "Loss" }).click();
  expect(await numbers()).toEqual(falling.toReversed());
  await expect(panel.locator(".score-dot")).toHaveCount(falling.length);

  await panel.getByLabel("What is scored").selectOption("language");
  await panel.getByLabel("Compared with").selectOption("frozen");
  await panel.getByRole("button", { name: "Score the rows" }).click();
  await expect(table.getByRole("button", { name: "Change of loss" })).toBeVisible();
  const tokens = panel.getByRole("toolbar", { name: "Tokens by loss" }).getByRole("button");
  await tokens.nth(1).focus();
  await expect(panel.locator(".token-read")).toHaveText(/loss [\d.]+, entropy [\d.]+, rank \d+; compared: loss/);
  await expectAccessible(page);

  const downloading = page.waitForEvent("download");
  await panel.getByRole("button", { name: "Download the scores" }).click();
  expect((await downloading).suggestedFilename()).toBe("lora-scores.csv");

  // An answer of the frozen model is refused in words.
  await panel.getByLabel("What is scored").selectOption("answer");
  await panel.getByRole("button", { name: "Score the rows" }).click();
  await expect(panel.getByText(/The frozen model has no trained head/)).toBeVisible();
});
