/**
 * Words with tags and texts with a number: each file is read for its task, two methods race, and
 * the figures are the task's. Labels may be weighed.
 */

import { expect, test } from "@playwright/test";
import { unzipSync } from "fflate";
import {
  chart,
  chooseFile,
  compareButton,
  downloaded,
  dropTrainingFile,
  expectAccessible,
  keepRuns,
  openStep,
  setTraining,
  step,
  waitForStatus,
  waitUntilReady,
} from "./studio";

test.skip(({ isMobile }) => isMobile, "what is asked for here does not depend on the width");

const tagged = [
  "tokens,tags",
  ...Array.from({ length: 12 }, (_, row) =>
    row % 2
      ? `Ada met ${row} friends in Berlin,B-person O O O O B-place`
      : `Nobody here knows Grace Hopper ${row},O O O B-person I-person O`,
  ),
].join("\n");

const rated = Array.from({ length: 16 }, (_, row) =>
  JSON.stringify({ sentence1: `a dog runs ${row}`, sentence2: `the cat sleeps ${row * 3}`, score: 1 + row / 4 }),
).join("\n");

test("tags and numbers are guessed, learned and reported as what they are", async ({ page }) => {
  await page.goto("/");
  await waitUntilReady(page);
  await openStep(page, "Data");
  await dropTrainingFile(page, "tagged.csv", tagged);
  const data = step(page, "Data");
  await expect(data.getByLabel("Task", { exact: true })).toHaveValue("token-classification");
  await expect(data.locator("mark", { hasText: "Grace" }).first()).toHaveAttribute("title", "B-person");
  await keepRuns(page, ["SK-Prefix", "LoRA"]);
  await setTraining(page, { Steps: "2", "Batch size": "4", "Evaluate every": "2" });
  await compareButton(page).click();
  await waitForStatus(page, /^Finished: 2 steps/);
  await expect(chart(page, "Validation F1")).toHaveAccessibleName(/2 lines over step/);
  const runs = page.getByRole("region", { name: "Run table" });
  await expect(runs.getByRole("columnheader", { name: "Best F1" })).toBeVisible();
  const entities = page.getByRole("region", { name: "Figures per entity" });
  await expect(entities.getByRole("rowheader", { name: /^p/ }).first()).toBeVisible();
  await page.getByLabel("Text", { exact: true }).last().fill("Grace lives in Rome.");
  await expect(page.locator(".prediction .tagged-words").first()).toContainText("Grace");
  await expect(page.locator(".prediction .tagged-words")).toHaveCount(3);
  await expectAccessible(page);

  await openStep(page, "Data");
  await dropTrainingFile(page, "rated.jsonl", rated);
  await expect(data.getByLabel("Task", { exact: true })).toHaveValue("regression");
  const role = (column: string) => data.getByLabel(`What "${column}" is`);
  await expect(role("sentence2")).toHaveValue("textPair");
  await expect(role("score")).toHaveValue("number");
  // They change places, and the text is no number.
  await role("sentence1").selectOption("number");
  await expect(role("score")).toHaveValue("text");
  await expect(data.getByRole("alert")).toContainText(/column "sentence1"/);
  await expect(compareButton(page)).toBeDisabled();
  await role("score").selectOption("number");
  await waitUntilReady(page);
  await compareButton(page).click();
  await waitForStatus(page, /^Finished: 2 steps/);
  await expect(chart(page, "Validation Spearman")).toHaveAccessibleName(/2 lines over step/);
  const points = page.getByRole("img", { name: /what SK-Prefix predicted against the true number/ });
  await expect(points.locator("circle")).toHaveCount(2);
  await expect(page.getByRole("region", { name: "Metrics" })).toContainText(/RMSE/);
  await expectAccessible(page);
});

test("rare labels are weighed: balanced, or by hand and only those of the open data", async ({ page }) => {
  await page.goto("/");
  await waitUntilReady(page);
  await openStep(page, "Data");
  await page.getByRole("button", { name: /^Council debate/ }).click();
  await expect(page.getByRole("region", { name: "First rows of council-debate.csv" })).toBeVisible();
  await openStep(page, "Training");
  const training = step(page, "Training");
  const choice = training.getByLabel("Class weights", { exact: true });
  const weights = training.getByRole("region", { name: "Weights of labels" });
  await expect(weights).toHaveCount(0);
  await choice.selectOption("balanced");
  await expect(
    weights
      .getByRole("row", { name: /^neutral/ })
      .getByRole("cell")
      .last(),
  ).toHaveText(/^0\.53/);
  await choice.selectOption("by hand");
  const support = weights.getByLabel("Weight of support", { exact: true });
  await expect(support).toHaveValue(/^2\.1/);
  await support.fill("-1");
  await expect(compareButton(page)).toBeDisabled();
  await support.fill("4");
  await waitUntilReady(page);
  await expectAccessible(page);
  const saved = await downloaded(page, async () => {
    await page.getByRole("button", { name: "Save" }).click();
    await page.getByRole("menuitem", { name: /^Configuration \(JSON\)/ }).click();
  });
  expect(JSON.parse(new TextDecoder().decode(saved.bytes)).training.classWeights).toMatchObject({ support: 4 });

  await openStep(page, "Data");
  await dropTrainingFile(page, "tagged.csv", tagged);
  await expect(step(page, "Data").getByLabel("Task", { exact: true })).toHaveValue("token-classification");
  await expect(training.getByText(/These data have no label .* and 2 more that have weights: left out/)).toBeVisible();
  await weights.getByLabel("Weight of B-place", { exact: true }).fill("3");
  await keepRuns(page, ["LoRA"]);
  await setTraining(page, { Steps: "2", "Batch size": "4", "Evaluate every": "2" });
  await compareButton(page).click();
  await waitForStatus(page, /^Finished: 2 steps/);

  await openStep(page, "Data");
  await dropTrainingFile(page, "rated.jsonl", rated);
  await expect(step(page, "Data").getByLabel("Task", { exact: true })).toHaveValue("regression");
  await expect(choice).toHaveCount(0);
  await waitUntilReady(page);
});

test("a run of several labels is calibrated: its figures, what it says of a text, and its folder", async ({ page }) => {
  await page.goto("/");
  await waitUntilReady(page);
  await openStep(page, "Data");
  await page.getByText(/^Several labels for a text/).click();
  await page.getByRole("button", { name: /^Guest comments/ }).click();
  await expect(page.getByRole("region", { name: "First rows of guest-comments.csv" })).toBeVisible();
  await keepRuns(page, ["LoRA"]);
  await setTraining(page, { Steps: "4", "Batch size": "8", "Evaluate every": "4" });
  await openStep(page, "Training");
  const training = step(page, "Training");
  await training.getByLabel("Calibrate each run when it has ended", { exact: true }).check();
  await waitUntilReady(page);
  await compareButton(page).click();
  await waitForStatus(page, /^Finished: 4 steps/);
  const panel = page.getByRole("region", { name: "Calibration of LoRA" });
  await expect(panel).toContainText(/Temperature\s*\d/);
  await expect(panel).toContainText(/measured on 102.test rows, which had no part in it/);
  await expect(chart(page, "Reliability curve")).toHaveAccessibleName(/off by [\d.]+.% on average as trained/);
  await panel.getByRole("button", { name: "Reliability curve as a table" }).click();
  await expect(panel.getByRole("region", { name: "Reliability curve, table" }).getByRole("row")).toHaveCount(16);
  await expect(panel.getByRole("region", { name: "Thresholds of labels" }).getByRole("row")).toHaveCount(7);
  await expect(
    page.getByText("Labels are given above thresholds that were tuned on the validation rows.").first(),
  ).toBeVisible();
  await page.getByLabel("Text", { exact: true }).last().fill("The soup was cold.");
  const said = page.locator(".prediction", { hasText: "LoRA" });
  await expect(said).toContainText("Calibrated, with a threshold for each label.");
  await expect(said.getByTitle(/^given above \d/)).toHaveCount(6);
  await expectAccessible(page);

  const adapter = await downloaded(page, () =>
    page.getByRole("button", { name: "Download the adapter of LoRA" }).first().click(),
  );
  const files = unzipSync(adapter.bytes);
  const read = (name: string) =>
    new TextDecoder().decode(files[Object.keys(files).find((path) => path.endsWith(`/${name}`))!]);
  const { calibration } = JSON.parse(read("run.json"));
  expect(calibration).toMatchObject({ part: "test", rows: 102 });
  expect(read("README.md")).toContain(`chances = (logits / ${calibration.temperature}).sigmoid()`);
  await chooseFile(page, "Adapter file", "lora.zip", adapter.bytes);
  const imported = page.locator(".prediction", { hasText: "LoRA (imported)" });
  await expect(imported).toContainText("Calibrated, with a threshold for each label.");
});
