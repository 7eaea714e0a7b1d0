/**
 * A file with the right answers: every run is scored on the rows that were never trained on, two
 * runs are laid side by side, and the rows that cannot be scored are named.
 */

import { expect, test } from "@playwright/test";
import { strFromU8 } from "fflate";
import {
  compareButton,
  downloaded,
  dropTrainingFile,
  expectAccessible,
  keepRuns,
  openStep,
  setTraining,
  waitForStatus,
  waitUntilReady,
} from "./studio";

const film = (row: number) =>
  row % 2 ? `a dull and tired film number ${row},negative` : `warm and funny number ${row},positive`;
const lines = (rows: readonly string[]) => `text,label\n${rows.join("\n")}\n`;
const films = (count: number, from: number) => Array.from({ length: count }, (_, index) => film(from + index));

test.skip(({ isMobile }) => Boolean(isMobile), "the same at any width");

test("a labelled file is scored by every run, on rows that were never trained on", async ({ page }) => {
  await page.goto("/");
  await waitUntilReady(page);
  await openStep(page, "Data");
  await dropTrainingFile(page, "films.csv", lines(films(30, 0)));
  await keepRuns(page, ["SK-Prefix", "LoRA", "Head only"]);
  await setTraining(page, { Steps: "16", "Batch size": "8", "Evaluate every": "16" });
  await waitUntilReady(page);
  await compareButton(page).click();
  await waitForStatus(page, /^Finished: 16 steps/);

  const panel = page.getByRole("group", { name: "Predict a file" });
  // Half of the training rows would be too many: whichever are trained on, two of these are.
  const rows = [...films(40, 100), "somehow neither,mixed", "nobody says,", ...films(3, 0)];
  const open = (name: string) =>
    panel.getByLabel("File to predict").setInputFiles({ name, mimeType: "", buffer: Buffer.from(lines(rows)) });
  await open("new.csv");
  await expect(panel.getByLabel("Right answers")).toHaveValue("label");
  await panel.getByRole("button", { name: /^Predict 45\srows/ }).click();
  const scores = panel.getByRole("region", { name: /^Score on 4\d\srows of new\.csv/ });
  await expect(scores).toContainText(/ on 4\d rows of the file/);
  await expect(scores).toContainText('Not scored: 1 row with "mixed", which training never had (row 42).');
  await expect(scores).toContainText("Not scored: 1 row without an answer (row 43).");
  await expect(scores).toContainText(
    /Not scored: \d rows? whose text is among the training rows of films\.csv \(rows? 4/,
  );
  const metrics = scores.getByRole("region", { name: "Metrics of every run" });
  await expect(metrics.getByRole("columnheader")).toHaveText([
    ...["Run", "Accuracy", "F1", "Precision", "Recall", "Matthews correlation"],
  ]);
  await expect(metrics.getByRole("rowheader")).toHaveCount(3);

  const file = await downloaded(page, () => scores.getByRole("button", { name: "Download scores" }).click());
  expect(file.name).toBe("new-scores.json");
  const written = JSON.parse(strFromU8(file.bytes));
  const known = written.runs.map(({ run }: { run: string }) => run);
  const agreement = scores.getByRole("region", { name: "Agreement of the runs" });
  await expect(agreement.getByRole("rowheader")).toHaveText(known);
  for (const { better, worse, rows: count } of written.pairs) {
    await scores.getByLabel("Gets it").selectOption(better);
    await scores.getByLabel("Does not").selectOption(worse);
    await expect(scores.locator("output")).toHaveText(new RegExp(`^${count}\\srows?[.;]`));
    const listed = scores.getByRole("region", { name: "Rows side by side" });
    if (count === 0) await expect(listed).toHaveCount(0);
    else await expect(listed.getByRole("row")).toHaveCount(1 + Math.min(count, 50));
  }
  await expectAccessible(page);

  await panel.getByLabel("Right answers").selectOption("");
  await expect(scores).toHaveCount(0);
});
