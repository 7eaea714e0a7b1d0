/** Seeds and learning rates of one run, and what a run that does not learn is told. */

import { expect, type Page, test } from "@playwright/test";
import { csv, films } from "./films";
import {
  chart,
  chooseFile,
  compareButton,
  expectAccessible,
  keepRuns,
  openStep,
  setTraining,
  waitForStatus,
  waitUntilReady,
} from "./studio";

test.skip(({ isMobile }) => isMobile, "the same at every width");

/** What is written in a chart of bars, and what of it reaches over the chart's edge. */
function namesOfBars(page: Page, title: RegExp): Promise<{ names: string[]; cut: string[] }> {
  return page
    .getByRole("figure", { name: title })
    .locator("svg.recharts-surface")
    .evaluate((chart) => {
      const { left, right } = chart.getBoundingClientRect();
      const texts = [...chart.querySelectorAll("text")].map((text) => ({
        said: [...text.childNodes].map((node) => (node.nodeName === "title" ? "" : node.textContent)).join(""),
        box: text.getBoundingClientRect(),
      }));
      const cut = texts.filter(({ box }) => box.left < left || box.right > right);
      return { names: texts.map(({ said }) => said), cut: cut.map(({ said }) => said) };
    });
}

test("seeds are drawn as mean and spread; a run that does not learn is explained", async ({ page }) => {
  await page.goto("/");
  await waitUntilReady(page);
  await openStep(page, "Data");
  await chooseFile(page, "Training file", "films.csv", csv(films(24)));
  await keepRuns(page, ["Head only"]);
  await setTraining(page, {
    Steps: "12",
    // All rows: with fewer, losses differ by what is drawn.
    "Batch size": "24",
    "Evaluate every": "12",
    "Seeds per run": "2",
    "Learning rate of heads": "0.00001",
  });
  await page.getByLabel("Learning rates", { exact: true }).selectOption({ label: "× 0.3, × 1, × 3" });
  await waitUntilReady(page);
  await compareButton(page).click();
  await waitForStatus(page, /^Finished/);

  await expect(chart(page, "Training loss")).toHaveAccessibleName(/^Training loss\. 3 lines/);
  await expect(page.getByRole("button", { name: /^Head only \(rate × 3\), 2 seeds$/ })).toBeVisible();
  const table = page.getByRole("region", { name: "Run table" });
  await expect(table.getByRole("rowheader")).toHaveText([
    /^Head only \(rate × 0\.3\).*2.seeds$/,
    /^Head only \(rate × 1\).*2.seeds$/,
    /^Head only \(rate × 3\).*2.seeds$/,
  ]);
  await expect(table.locator("tbody").getByText("best learning rate")).toHaveCount(1);
  // Score, validation loss and best score of each.
  await expect(table.getByText(/ ± /)).toHaveCount(9);
  await expect(table.getByText("mean of 2 @ step 12")).toHaveCount(3);
  await table
    .getByRole("button", { name: /2.seeds/ })
    .first()
    .click();
  await expect(table.getByRole("rowheader")).toHaveCount(5);
  await expect(table.getByRole("rowheader").nth(1)).toHaveText(/^Head only \(rate × 0\.3, seed \d\)/);
  await expect(page.getByRole("figure", { name: /^Speed/ }).locator(".chart-detail")).toHaveText(
    "mean of each run's 2 seeds",
  );
  for (const title of [/^Speed/, /memory/]) {
    const { names, cut } = await namesOfBars(page, title);
    expect(names).toEqual(expect.arrayContaining([expect.stringMatching(/^Head only \(rate × 0\.3/)]));
    expect(cut).toEqual([]);
  }

  await page.getByText("Check-up: does it learn as it should?").click();
  const finding = page.locator(".finding").filter({ hasText: "stands still" });
  await expect(finding).toContainText("the method's default");
  await page.getByText(/^Gradient norms of the last step/).click();
  await expect(page.getByRole("region", { name: "Gradient norms" })).toContainText("score.weight");
  await expectAccessible(page);
});
