/**
 * Every run on the parts of the rows that a column names: what the verdict says of all rows, part
 * by part.
 */

import { expect, test } from "@playwright/test";
import { compareOn, expectAccessible } from "./studio";

const film = (row: number) =>
  `${row % 2 ? `a dull and tired film number ${row},negative` : `warm and funny number ${row},positive`}`;
const row = (index: number) => `${film(index)},${index % 3 ? "web" : "phone"},${index}`;
const FILE = `text,label,channel,seen\n${Array.from({ length: 90 }, (_, index) => row(index)).join("\n")}\n`;

test.skip(({ isMobile }) => Boolean(isMobile), "the same at any width");

test("runs are measured part by part, by a column of the file", async ({ page }) => {
  await compareOn(page, FILE, { runs: ["LoRA", "Head only"], steps: 8 });

  const panel = page.getByRole("region", { name: "Part by part" });
  await expect(panel.getByLabel("Column").locator("option")).toHaveText(["none", "channel", "seen"]);
  await expect(panel.getByRole("table")).toHaveCount(0);
  await panel.getByLabel("Column").selectOption("channel");
  const table = panel.getByRole("region", { name: "accuracy by channel" });
  await expect(table.getByRole("columnheader")).toHaveText(["channel", "Rows", "LoRA", "Head only"]);
  const names = await table.getByRole("rowheader").allTextContents();
  expect([...names.slice(0, 2)].sort()).toEqual(["phone", "web"]);
  expect(names[2]).toBe("All rows");
  const counts = (await table.locator("tr > td:nth-child(2)").allTextContents()).map(Number);
  expect(counts[0]! + counts[1]!).toBe(counts[2]);

  // All rows are those of the verdict, with its figures.
  const judged = page.getByRole("region", { name: "Verdict" });
  await expect(judged).toContainText(new RegExp(`on ${counts[2]}\\stest rows`));
  const whole = await table
    .locator("tfoot td")
    .nth(1)
    .evaluate((cell) => cell.firstChild?.textContent);
  await expect(judged.getByRole("row", { name: /LoRA/ }).first()).toContainText(whole ?? "no figure");

  await panel.getByLabel("Measured by").selectOption("f1");
  await expect(panel.getByRole("region", { name: "F1 by channel" })).toBeVisible();
  await panel.getByLabel("Column").selectOption("seen");
  await expect(panel.getByRole("region", { name: "F1 by seen" }).getByRole("rowheader").last()).toHaveText("All rows");
  await expectAccessible(page);
});
