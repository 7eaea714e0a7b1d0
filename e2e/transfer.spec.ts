/**
 * Transfer: an adapter that was trained for other labels cannot answer, but a run starts from it,
 * beside one from its own start.
 */

import { expect, type Locator, test } from "@playwright/test";
import { strFromU8, unzipSync } from "fflate";
import { csv, films } from "./films";
import {
  chooseFile,
  compareButton,
  downloaded,
  expectAccessible,
  keepRuns,
  openStep,
  runCard,
  setTraining,
  waitForStatus,
  waitUntilReady,
} from "./studio";

const TINY = { "Batch size": "4", "Evaluate every": "2", Steps: "4", "Learning rate for all": "0.01" };
const START = "LoRA, transferred";
const BESIDE = "LoRA, its own start";

test.skip(({ isMobile }) => Boolean(isMobile), "the same at any width");

/** Watches what a part of the page says as its status, and returns what that was so far. */
async function statusesOf(part: Locator): Promise<() => Promise<string[]>> {
  const watched = await part.evaluateHandle((element) => {
    const said: string[] = [];
    new MutationObserver((changes) => {
      for (const node of changes.flatMap(({ addedNodes }) => [...addedNodes])) {
        if (node instanceof Element && node.matches("[role=status]")) said.push(node.textContent);
      }
    }).observe(element, { childList: true, subtree: true });
    return said;
  });
  return () => watched.jsonValue();
}

test("a run starts from an adapter of other labels, without its head", async ({ page }) => {
  await page.goto("/");
  await waitUntilReady(page);
  await openStep(page, "Data");
  await chooseFile(page, "Training file", "films.csv", csv(films(24)));
  await waitUntilReady(page);
  await keepRuns(page, ["LoRA"]);
  await setTraining(page, TINY);
  await compareButton(page).click();
  await waitForStatus(page, /^Finished: 4 steps/);
  const table = page.getByRole("region", { name: "Run table" });
  const download = (run: string) =>
    downloaded(page, () => table.getByRole("button", { name: `Download the adapter of ${run}` }).click());
  const { bytes } = await download("LoRA");

  const others = csv(films(24)).replaceAll(",positive,", ",praise,").replaceAll(",negative,", ",scorn,");
  await openStep(page, "Data");
  await chooseFile(page, "Training file", "others.csv", others);
  await waitUntilReady(page);
  const tryIt = page.getByRole("region", { name: "Try it" });
  const statuses = await statusesOf(tryIt);
  await chooseFile(page, "Adapter file", "first.zip", bytes);
  const offered = tryIt.locator(".imported-run");
  await expect(offered).toContainText("first.zip (LoRA) cannot answer here.");
  await expect(offered).toContainText(
    "The adapter was trained for the labels negative, positive; the open data has praise, scorn.",
  );
  await expect(offered).toContainText(/Taken: 16\stensors of the adapter, 10,752\snumbers\. New: the head/);
  await expect(offered).toContainText(/Source: adapter_model\.safetensors, SHA-256 [0-9a-f]{12}…/);
  // Beside the button, for as long as it took.
  expect(await statuses()).toEqual(["Reading the adapter, and measuring it on the validation rows…"]);
  await expect(tryIt.getByRole("status")).toHaveCount(0);
  await expectAccessible(page);
  await page.getByRole("button", { name: "Add a run that starts from it" }).click();
  await expect(offered).toContainText("Two runs were added under Methods");
  await openStep(page, "Methods");
  await expect(runCard(page, START)).toContainText(/Starts from first\.zip \(SHA-256 [0-9a-f]{12}…\)\./);
  await expect(runCard(page, BESIDE)).not.toContainText("Starts from");

  await keepRuns(page, [START, BESIDE]);
  await page.getByRole("button", { name: `Options of ${START}` }).click();
  const rank = runCard(page, START).getByLabel("Rank", { exact: true });
  await rank.fill("4");
  await expect(runCard(page, START)).toContainText(`Run "${START}" cannot start from first.zip: rank is 8 there and 4`);
  await expect(compareButton(page)).toBeDisabled();
  await rank.fill("8");
  await expect(compareButton(page)).toBeEnabled();
  await compareButton(page).click();
  await waitForStatus(page, /^Finished: 4 steps/);
  const said = "Its head is left out: the run starts from the rest of the adapter, with a new head.";
  await expect(table).toContainText(said);
  const unequal = page.getByRole("region", { name: "What is not equal" });
  await expect(unequal).toContainText(`${START} starts from an adapter that was trained before`);
  const files = unzipSync((await download(START)).bytes);
  const record = JSON.parse(strFromU8(Object.entries(files).find(([name]) => name.endsWith("run.json"))![1]));
  expect(record.startedFrom).toEqual({
    file: "adapter_model.safetensors",
    sha256: expect.stringMatching(/^[0-9a-f]{64}$/),
    withoutHead: true,
  });
  expect(record.run.initFrom).toBe(`imported:first.zip#${record.startedFrom.sha256.slice(0, 12)}`);
  expect(record.labels).toEqual(["praise", "scorn"]);

  await page.reload();
  await expect(table).toContainText(said);
});
