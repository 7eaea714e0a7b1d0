/** Files that are no CSV, opened in the page: what is shown of them, and what can be chosen. */

import { readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";
import { expect, type Locator, test } from "@playwright/test";
import {
  chooseFile,
  compareButton,
  keepRuns,
  openStep,
  setTraining,
  step,
  waitForStatus,
  waitUntilReady,
} from "./studio";

/** Which Node unpacks by itself, and browsers do not. */
const members = Buffer.concat([gzipSync("text,label\na row,x\n"), gzipSync("a row of the second member,y\n")]);
const fixture = (name: string) => readFileSync(new URL(`../tests/fixtures/tables/${name}`, import.meta.url));

test.skip(({ isMobile }) => Boolean(isMobile), "the same at any width");

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
    ["members.csv.gz", "a row of the second member", null],
    ["quoted.zip", "warm, bright film", /"folder\/quoted\.csv" in it was read/],
    ["field.json", "good film", /3 rows of the list "set\.data" were read/],
  ] as const) {
    await chooseFile(page, "Training file", name, name === "members.csv.gz" ? members : fixture(name));
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

test("a file in another encoding is read as the one that is chosen by its lines", async ({ page }) => {
  const data = step(page, "Data");
  const preview = data.locator(".preview");
  const cyrillic = [0xcf, 0xf0, 0xe8, 0xe2, 0xe5, 0xf2];
  const row = (number: number) => [
    ...Buffer.from(`${number % 2 ? "spam" : "ham"},"message ${number} `),
    ...cyrillic,
    34,
    10,
  ];
  const rows = Array.from({ length: 20 }, (_, number) => row(number)).flat();
  await chooseFile(page, "Training file", "cyrillic.csv", Buffer.from([...Buffer.from("label,text\n"), ...rows]));
  await expect(data.getByRole("alert")).toContainText("The file is not UTF-8");
  const choice = data.getByLabel("cyrillic.csv is not UTF-8. Its encoding");
  const lines = data.getByRole("list", { name: /^Lines as they read/ });
  await expect(lines).not.toContainText("Привет");
  await choice.selectOption("windows-1251");
  await expect(lines).toContainText('ham,"message 0 Привет"');
  await data.getByRole("button", { name: "Read it as windows-1251" }).click();
  await expect(preview).toContainText("message 0 Привет");
  await expect(data.getByRole("alert")).toHaveCount(0);
  // Open, it can still be read in another one.
  await choice.selectOption("koi8-r");
  await data.getByRole("button", { name: "Read it as koi8-r" }).click();
  await expect(preview).toContainText("message 0 оПХБЕР");
});

test("validation, test and predicted files have encodings of their own", async ({ page }) => {
  const data = step(page, "Data");
  // "да" and "нет".
  const words = { "koi8-r": ["c4c1", "cec5d4"], "windows-1251": ["e4e0", "ede5f2"] };
  const fileIn = (encoding: keyof typeof words, count: number, from = 0) => {
    const rows = Array.from({ length: count }, (_, row) => [
      Buffer.from(`${row % 2 ? "sunny" : "rainy"} message ${from + row},`),
      Buffer.from(words[encoding][row % 2]!, "hex"),
      Buffer.from("\n"),
    ]);
    return Buffer.concat([Buffer.from("text,label\n"), ...rows.flat()]);
  };
  const choose = async (place: Locator, file: string, encoding: string) => {
    await place.getByLabel(`${file} is not UTF-8. Its encoding`).selectOption(encoding);
    await place.getByRole("button", { name: `Read it as ${encoding}` }).click();
  };
  await chooseFile(page, "Training file", "train.csv", fileIn("koi8-r", 24));
  await choose(data, "train.csv", "koi8-r");
  await expect(data.locator(".preview")).toContainText("нет");
  for (const [part, from] of [
    ["Validation file", 100],
    ["Test file", 200],
  ] as const) {
    const name = `${part.split(" ")[0]!.toLowerCase()}.csv`;
    await chooseFile(page, part, name, fileIn("windows-1251", 8, from));
    await expect(data.getByRole("alert")).toContainText(name);
    await choose(data, name, "windows-1251");
    await expect(data.getByRole("alert")).toHaveCount(0);
    await expect(data.getByRole("button", { name: `Remove the ${part.toLowerCase()}` })).toBeVisible();
  }
  await keepRuns(page, ["Head only"]);
  await setTraining(page, { Steps: "4", "Evaluate every": "4" });
  await waitUntilReady(page);
  await compareButton(page).click();
  await waitForStatus(page, /^Finished: 4 steps/);
  const panel = page.getByRole("group", { name: "Predict a file" });
  const buffer = fileIn("windows-1251", 6, 300);
  await panel.getByLabel("File to predict").setInputFiles({ name: "new.csv", mimeType: "", buffer });
  await choose(panel, "new.csv", "windows-1251");
  await panel.getByRole("button", { name: /^Predict 6\srows/ }).click();
  await expect(panel.getByRole("region", { name: /^Score on 6\srows of new\.csv/ })).toBeVisible();
});
