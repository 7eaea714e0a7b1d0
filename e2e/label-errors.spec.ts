/**
 * Wrong labels that were planted in a file: found, relabelled or left out by a list of changes that
 * the address carries, undone, and noticed where the file is another.
 */

import { readFileSync } from "node:fs";
import { expect, type Page, test } from "@playwright/test";
import { csv, films } from "./films";
import {
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
  waitUntilAsked,
  waitUntilReady,
} from "./studio";

const questions = readFileSync(new URL("../public/samples/questions.csv", import.meta.url), "utf8")
  .trim()
  .split("\n");
/** Rows, as a spreadsheet counts them, that are given another label here. */
const OTHERS: Record<string, string> = {
  ...{ human: "abbreviation", location: "description", number: "abbreviation" },
  ...{ description: "human", entity: "number", abbreviation: "location" },
};
const PLANTED = new Map<number, string>();
const planted = questions.map((line, index) => {
  const [text, label] = [line.slice(0, line.lastIndexOf(",")), line.slice(line.lastIndexOf(",") + 1)];
  if (index === 0 || index % 40 !== 0) return line;
  PLANTED.set(index + 1, label);
  return `${text},${OTHERS[label]}`;
});

interface Linked {
  data: { changes?: { row: number; fingerprint: string; label?: string; leaveOut?: true }[] };
}
const linked = (page: Page): Linked =>
  JSON.parse(Buffer.from(new URL(page.url()).hash.slice("#c=".length), "base64url").toString());

test.skip(({ isMobile }) => Boolean(isMobile), "the same at any width");

test("planted wrong labels are found, changed by a list that travels, and undone", async ({ page }) => {
  await page.goto("/");
  await waitUntilReady(page);
  await openStep(page, "Data");
  await dropTrainingFile(page, "planted.csv", `${planted.join("\n")}\n`);
  const data = step(page, "Data");
  await expect(data.getByRole("figure", { name: /^planted\.csv/ })).toBeVisible();
  await data.getByRole("button", { name: "Look for label errors" }).click();
  const table = data.getByRole("region", { name: "Probable label errors" }).getByRole("table");
  await expect(table).toBeVisible();
  await expect(data).toContainText(/\d+ of 945\srows look wrong; Bag of words gives \d+\s% of them the label/);

  // Of the first, many are planted; what is likely there is mostly what the sample says.
  const relabel = table.getByRole("button", { name: /^Relabel row / });
  const offered = await relabel.evaluateAll((all) => all.map((button) => button.getAttribute("aria-label")!));
  const found = offered.flatMap((said) => {
    const [, row, likely] = /^Relabel row ([\d,]+): (.*)$/.exec(said)!;
    return PLANTED.has(Number(row!.replace(",", ""))) ? [{ row: row!, likely: likely! }] : [];
  });
  expect(found.length).toBeGreaterThan(5);
  const right = found.filter(({ row, likely }) => PLANTED.get(Number(row.replace(",", ""))) === likely);
  expect(right.length).toBeGreaterThan(3);

  const [first, second, third] = right as [(typeof right)[0], (typeof right)[0], (typeof right)[0]];
  await table.getByRole("button", { name: `Relabel row ${first.row}: ${first.likely}` }).press("Enter");
  await table.getByRole("button", { name: `Leave out row ${second.row}`, exact: true }).press("Enter");
  await table.getByRole("button", { name: `Keep row ${third.row}`, exact: true }).press("Enter");
  const list = data.getByRole("region", { name: /^Changed rows/ });
  await expect(list.getByRole("listitem")).toHaveCount(2);
  await expect(data).toContainText(/to look at, 2 changed, 1 kept/);
  // Where the button was that was pressed, the keyboard still is.
  await table.getByRole("button", { name: `Undo: row ${third.row} kept as it is` }).press("Enter");
  await expect(data).toContainText(/to look at, 2 changed, 0 kept/);
  await expect(table.getByRole("button", { name: `Relabel row ${third.row}: ${third.likely}` })).toBeFocused();
  await expect(data).toContainText("planted.csv: 1 row relabelled, 1 left out by the list of changes");
  await expectAccessible(page);

  const numberOf = ({ row }: { row: string }) => Number(row.replace(",", ""));
  const expected = [
    { row: numberOf(first), label: first.likely, fingerprint: expect.stringMatching(/^[0-9a-f]{12}$/) },
    { row: numberOf(second), leaveOut: true, fingerprint: expect.stringMatching(/^[0-9a-f]{12}$/) },
  ].sort((a, b) => a.row - b.row);
  await expect.poll(() => linked(page).data.changes).toEqual(expected);
  const { bytes } = await downloaded(page, async () => {
    await page.getByRole("button", { name: "Save" }).click();
    await page.getByRole("menuitem", { name: /^Configuration \(JSON\)/ }).click();
  });
  expect(JSON.parse(new TextDecoder().decode(bytes)).data.changes).toEqual(expected);

  // They wait for their file.
  await page.reload();
  await waitUntilAsked(page, "planted.csv");
  await dropTrainingFile(page, "planted.csv", `${planted.join("\n")}\n`);
  await expect(list.getByRole("listitem")).toHaveCount(2);
  await list.getByRole("button", { name: `Undo: row ${second.row} left out` }).click();
  await expect(list.getByRole("listitem")).toHaveCount(1);

  // The configuration on another file: what is wrong is said with its row, and can be undone.
  await dropTrainingFile(
    page,
    "other.csv",
    `${[questions[0], "A new first question?,human", ...planted.slice(1)].join("\n")}\n`,
  );
  await expect(list).toHaveCount(0);
  await chooseFile(page, "Configuration file", "saved.json", bytes);
  await expect(data).toContainText(
    new RegExp(`other\\.csv, row ${expected[0]!.row}: It is to be .*, but the row is another than it was then`),
  );
  await list.getByRole("button", { name: "Undo all" }).click();
  await expect(list).toHaveCount(0);
  await waitUntilReady(page);

  // By its number, without a search.
  await data.getByText("Change a row by its number").click();
  await data.getByLabel("Row", { exact: true }).fill("3");
  await data.getByLabel("What becomes of it").selectOption("number");
  await data.getByRole("button", { name: "Change the row" }).click();
  await expect(list.getByRole("listitem")).toHaveText(/row 3 .* relabelled number/);
});

/** Reviews with the labels 0 and 1, and all that a check may find. */
const checked = [
  "text,label",
  ...Array.from(
    { length: 60 },
    (_, n) =>
      `The ${["soup", "service", "room"][n % 3]} of day ${n} was ${n % 6 ? "lovely" : "dreadful"},${n % 6 ? 1 : 0}`,
  ),
  "Write to ada@example.org for a better one,1",
  "We liked it here,1",
  "we  liked it HERE,0",
  `${"very ".repeat(200)}good,1`,
].join("\n");

test("the check of the data says what stands out, and what is offered is done at a press", async ({ page }) => {
  await page.goto("/");
  await waitUntilReady(page);
  const file = { name: "reviews.csv", mimeType: "text/csv", buffer: Buffer.from(checked) };
  await page.getByLabel("Your table", { exact: true }).setInputFiles(file);
  // Nobody has opened step 1: rows are looked over while the worker is asked for nothing else.
  await page.getByRole("button", { name: /^\d+.more things to look at$/ }).click();
  const data = step(page, "Data");
  const box = data.getByRole("region", { name: /^Check of your data/ });
  const lineOf = (said: string | RegExp) => box.getByRole("listitem").filter({ hasText: said });
  await expect(box).toContainText(/\d\sthings to look at/);
  await expect(lineOf(/% of the rows are "1": always saying so/)).toBeVisible();
  await expect(lineOf(/e-mail addresses in 1.row/)).toBeVisible();
  await expectAccessible(page);

  await box.getByRole("button", { name: "Compare by macro F1" }).click();
  await expect(box).toContainText("Runs are compared by macro F1");

  // Labels get names, which the text that says the task is made of.
  await box.getByRole("button", { name: "Name them" }).click();
  const good = data.getByLabel("“1” means");
  await expect(data.getByLabel("“0” means")).toBeFocused();
  await page.keyboard.type("complaint");
  await good.fill("complaint");
  await expect(data.getByText("Two labels have this name.")).toHaveCount(2);
  await good.fill("praise");
  await good.press("Enter");
  const labels = data.getByRole("region", { name: "Labels" });
  await expect(labels.getByRole("rowheader")).toHaveText(["complaint", "praise"]);
  const sentence = data.getByLabel("Say the task in a sentence");
  await expect(sentence).toHaveValue("Classify the complaint or praise from the text:");
  await sentence.fill("Does the guest praise the house or complain:");
  await sentence.blur();
  await openStep(page, "Methods");
  await page.getByRole("button", { name: "Options of SK-Prefix" }).click();
  await expect(page.getByRole("textbox", { name: /^Semantic text/ })).toHaveValue(
    "Does the guest praise the house or complain:",
  );

  // A contradiction is settled where it is said, a row of the preview where it stands.
  await openStep(page, "Data");
  const clash = lineOf(/has the text of an earlier row and another answer/);
  await clash.getByText(/^2\srows/).click();
  await clash.getByRole("button", { name: "Leave out row 64", exact: true }).click();
  const list = data.getByRole("region", { name: /^Changed rows/ });
  await expect(list.getByRole("listitem")).toHaveCount(1);
  await expect(lineOf(/has the text of an earlier row/)).toHaveCount(0);
  const preview = data.getByRole("region", { name: "First rows of reviews.csv" });
  await preview.getByRole("button", { name: "Row 3", exact: true }).click();
  await preview.getByLabel("Relabel row 3", { exact: true }).selectOption("complaint");
  await expect(list.getByRole("listitem").first()).toHaveText(/row 3 .*relabelled complaint/);
  await preview.getByRole("button", { name: "Undo: row 3 relabelled complaint" }).click();
  await expect(list.getByRole("listitem")).toHaveCount(1);
  await expect(preview.getByRole("row")).toHaveCount(7);
  await data.getByRole("button", { name: "Show 20" }).click();
  await expect(preview.getByRole("row")).toHaveCount(22);

  // The line where texts are cut goes by keys, too.
  const cut = data.getByRole("slider", { name: "Where texts are cut, in tokens" });
  await cut.press("Home");
  await cut.press("PageUp");
  await expect(data.getByLabel("Longest text, in tokens")).toHaveValue("11");
  await expect(cut).toHaveAttribute("aria-valuetext", /^11\stokens: [\d.]+\s% of the texts are cut$/);

  // What is chosen is in the address, and waits for its file.
  await expect
    .poll(() => linked(page).data)
    .toMatchObject({
      labelNames: { 0: "complaint", 1: "praise" },
      taskText: "Does the guest praise the house or complain:",
      maxLength: 11,
    });
  await page.reload();
  await waitUntilAsked(page, "reviews.csv");
  await openStep(page, "Data");
  await dropTrainingFile(page, "reviews.csv", checked);
  await expect(labels.getByRole("rowheader")).toHaveText(["complaint", "praise"]);
  await expect(sentence).toHaveValue("Does the guest praise the house or complain:");

  // Whoever would put rows into a report is told what they hold.
  await page.getByRole("button", { name: "Save" }).click();
  await expect(page.getByRole("menuitemcheckbox", { name: /^Rows in the report/ })).toContainText(
    "Texts hold what looks like personal data: e-mail addresses in 1 row",
  );
});

test("a run is asked about rows that it was not trained on; changing test rows after a look is said", async ({
  page,
}) => {
  await page.goto("/");
  await waitUntilReady(page);
  await openStep(page, "Data");
  const data = step(page, "Data");
  await chooseFile(page, "Training file", "films.csv", csv(films(40)));
  await expect(data.getByRole("figure", { name: /^films\.csv/ })).toBeVisible();
  await chooseFile(page, "Test file", "later.csv", csv(films(12)));
  await expect(data).toContainText("later.csv 12");
  await keepRuns(page, ["Head only"]);
  await setTraining(page, { Steps: "2", "Batch size": "4", "Evaluate every": "2" });
  await waitUntilReady(page);
  await compareButton(page).click();
  await waitForStatus(page, /^Finished: 2 steps/);
  const verdict = page.getByRole("region", { name: "Verdict" });
  await expect(verdict).toContainText(/on 12.test rows/);
  await expect(verdict).not.toContainText("Test rows were changed");
  const heading = page.locator(".results-heading");
  await expect(heading).not.toContainText("not of what is open now");
  await expect(verdict).toContainText(
    "The texts of all of these test rows are among the training or validation rows, too",
  );

  await openStep(page, "Data");
  await data.getByLabel("By", { exact: true }).selectOption("Head only");
  await data.getByRole("button", { name: "Look for label errors" }).click();
  await expect(data).toContainText(/of 16\srows? (look|looks) wrong[;:] Head only gives \d+/);

  await data.getByText("Change a row by its number").click();
  await data.getByLabel("File", { exact: true }).selectOption({ label: "later.csv" });
  await data.getByLabel("Row", { exact: true }).fill("5");
  await data.getByRole("button", { name: "Change the row" }).click();
  const list = data.getByRole("region", { name: /^Changed rows/ });
  await expect(list.getByRole("listitem")).toHaveText(/later\.csv, row 5 .* left out/);
  await expect(heading).toContainText("These results are not of what is open now.");
  await waitUntilReady(page);
  await compareButton(page).click();
  await waitForStatus(page, /^Finished: 2 steps/);
  await expect(verdict).toContainText(/on 11.test rows/);
  await expect(verdict).toContainText("Test rows were changed: 1 row left out. That was after they had been read");
});

test("rows of the check are all in reach, and many are left out at once, undone, and found after a reload", async ({
  page,
}) => {
  const repeated = [
    "text,label",
    ...Array.from({ length: 60 }, (_, n) => `A ${n % 2 ? "fine" : "dull"} evening ${n},${n % 2 ? "good" : "bad"}`),
    ...Array.from({ length: 130 }, () => "Again and again,good"),
  ].join("\n");
  await page.goto("/");
  await waitUntilReady(page);
  await openStep(page, "Data");
  const data = step(page, "Data");
  await dropTrainingFile(page, "repeated.csv", repeated);
  const box = data.getByRole("region", { name: /^Check of your data/ });
  const line = box
    .getByRole("listitem")
    .filter({ hasText: /makes 129\srows/ })
    .first();
  await line.getByText(/^130\srows/).click();
  const rows = line.locator(".data-check-rows > li");
  await expect(rows).toHaveCount(10);
  const more = line.getByRole("button", { name: /^Show more/ });
  while ((await more.count()) > 0) await more.click();
  await expect(rows).toHaveCount(130);
  await expect(rows.last()).toContainText(/row\s191/);

  const list = data.getByRole("region", { name: /^Changed rows/ });
  const leaveOut = line.getByRole("button", { name: /^Leave out 129\srepeats/ });
  await leaveOut.click();
  await expect(list).toContainText(/129\srows; no file is written/);
  await page.locator(".banners").getByRole("button", { name: "Undo" }).click();
  await expect(list).toHaveCount(0);
  await leaveOut.click();
  await expect(list).toContainText(/129\srows; no file is written/);
  // Too long for the address, which a link is made of; this tab's history has it.
  await expect.poll(() => linked(page).data).not.toHaveProperty("changes");
  await page.reload();
  await waitUntilAsked(page, "repeated.csv");
  await openStep(page, "Data");
  await dropTrainingFile(page, "repeated.csv", repeated);
  await expect(list).toContainText(/129\srows; no file is written/);
});
