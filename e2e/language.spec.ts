/** Instruction tuning: from a file of instructions to texts written before and after training. */

import { expect, test } from "@playwright/test";
import {
  chart,
  chooseFile,
  compareButton,
  expectAccessible,
  keepRuns,
  openStep,
  setTraining,
  step,
  waitForStatus,
  waitUntilReady,
} from "./studio";

test.skip(({ isMobile }) => isMobile, "the same at every width");

const rows = Array.from({ length: 12 }, (_, row) => `Name the number behind it.,${row},The number is ${row + 1}.`);

test("two methods learn to answer, and write before and after", async ({ page }) => {
  await page.goto("/");
  await waitUntilReady(page);
  await openStep(page, "Data");
  await chooseFile(page, "Training file", "numbers.csv", ["instruction,input,output", ...rows, ""].join("\n"));
  const data = step(page, "Data");
  await expect(data.getByLabel("Task", { exact: true })).toHaveValue("causal-lm");
  await expect(data.getByLabel("Response")).toHaveValue("{output}");
  // The response is learned, what asks for it is only read.
  const strip = data.locator(".strip").first();
  await expect(strip.locator(".strip-learned").last()).toHaveText("<|eos|>");
  await expect(strip.locator(".strip-token").first()).not.toHaveClass(/strip-learned/);
  await keepRuns(page, ["SK-Prefix", "LoRA"]);
  await setTraining(page, { Steps: "2", "Batch size": "4", "Evaluate every": "2" });
  const writing = page.getByRole("region", { name: "What the runs write" });
  await writing.getByText("Generation settings").click();
  await writing.getByLabel("New tokens, at most").fill("2");
  await waitUntilReady(page);
  await compareButton(page).click();
  await waitForStatus(page, /^Finished: 2 steps/);
  await expect(chart(page, "Training loss")).toHaveAccessibleName(/2 lines over step/);
  const first = writing.getByRole("table").first();
  await expect(first.getByRole("row", { name: /^The data/ })).toContainText(/The number is \d+\./);
  await expect(writing.getByRole("button", { name: "Write", exact: true })).toBeVisible();
  await expect(first.getByRole("row", { name: /^Frozen model/ })).toContainText(/as long as allowed|ended by itself/);
  for (const run of ["SK-Prefix", "LoRA"]) {
    const cells = first.getByRole("row", { name: new RegExp(`^${run}`) }).getByRole("cell");
    await expect(cells).toHaveCount(2);
    for (const cell of await cells.all()) await expect(cell).toContainText(/as long as allowed|ended by itself/);
  }
  await expectAccessible(page);
});
