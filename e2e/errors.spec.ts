/**
 * What goes wrong is said where it belongs, with what to do; what was open stays and the rest goes
 * on working.
 */

import { chromium, expect, type Page, test } from "@playwright/test";
import { strFromU8, strToU8, unzipSync, zipSync } from "fflate";
import { launchOptions } from "../tools/chromium.mjs";
import { openedModel } from "./base-model";
import { csv, films } from "./films";
import {
  beforeWorker,
  chart,
  chooseFile,
  compareButton,
  downloaded,
  keepRuns,
  openStep,
  runCard,
  setTraining,
  step,
  waitForStatus,
  waitUntilReady,
} from "./studio";

test.skip(({ isMobile }) => Boolean(isMobile), "the same at any width");

const TINY = { "Batch size": "4", "Evaluate every": "2", "Learning rate for all": "0.01" };

async function openFilms(page: Page): Promise<void> {
  await page.goto("/");
  await waitUntilReady(page);
  await openStep(page, "Data");
  await chooseFile(page, "Training file", "films.csv", csv(films(24)));
  await expect(page.getByRole("region", { name: "First rows of films.csv" })).toBeVisible();
  await waitUntilReady(page);
}

test("a refused file says what is wrong with it, and the one before stays open", async ({ page }) => {
  await openFilms(page);
  const data = step(page, "Data");
  const rows = "a joy,good\na bore,bad\na delight,good\na mess,bad\n";
  const refused: [name: string, content: string | Uint8Array, said: RegExp][] = [
    ["empty.csv", "", /^empty\.csv: The file is empty/],
    ["header.csv", "text,label\n", /^header\.csv: The file has a header \(text, label\) and no rows\./],
    ["ragged.csv", `text,label\n${rows}a joy, a delight,good\n`, /row 6: The row has 3 fields where the header has 2/],
    ["quote.csv", `text,label\n${rows}"a joy,good\na bore,bad\n`, /A double quote opens in row 6 .* is not closed/],
    ["twice.csv", `text,text\n${rows}`, /row 1, column "text": Columns 1 and 2 have the same name/],
    ["unnamed.csv", `text,\n${rows}`, /row 1: Column 2 of 2 has no name/],
    [
      // The first é is UTF-8, the second Latin-1.
      "mixed.csv",
      Uint8Array.from(`text,label\nune soir\xc3\xa9e, la soirée,good\n${rows}`, (letter) => letter.charCodeAt(0)),
      /not UTF-8: byte 31 \(0xE9\), on line 2/,
    ],
  ];
  for (const [name, content, said] of refused) {
    await chooseFile(page, "Training file", name, content);
    const alert = data.getByRole("alert");
    await expect(alert).toHaveText(said);
    await expect(alert).toHaveText(/films\.csv stays open\.$/);
    await expect(page.getByRole("region", { name: "First rows of films.csv" }).getByRole("row")).toHaveCount(6);
    await expect(compareButton(page)).toBeEnabled();
  }

  await chooseFile(page, "Validation file", "dev.csv", csv(films(4)).replaceAll("positive", "splendid"));
  await expect(data.getByRole("alert")).toHaveText(/^dev\.csv, .*splendid/);
  await expect(data.getByLabel("Validation, %")).toHaveValue("10");

  const role = (column: string) => data.getByLabel(`What "${column}" is`);
  await role("sentence").selectOption("label");
  await expect(data.getByRole("alert")).toHaveText(/^films\.csv, column "sentence"/);
  await expect(role("sentence")).toHaveValue("label");
  await expect(compareButton(page)).toBeDisabled();

  // It had changed places with the label.
  await role("sentence").selectOption("text");
  await role("source").selectOption("label");
  await expect(data.getByRole("alert")).toHaveCount(0);

  // What can be read but not learned opens, so that other columns or another task can be chosen.
  await chooseFile(page, "Training file", "one-class.csv", "text,label\na joy,good\na delight,good\n");
  await expect(data.getByRole("alert")).toHaveText(/All 2 rows have the same label "good"/);
  await chooseFile(page, "Training file", "lonely.csv", `text,label\n${rows}so so,mixed\n`);
  await expect(data.getByRole("alert")).toHaveText(/row 6, column "label": The label "mixed" has one row only/);
  await expect(page.getByRole("region", { name: "First rows of lonely.csv" })).toBeVisible();
  await expect(compareButton(page)).toBeDisabled();
});

test("a refused configuration changes nothing", async ({ page }) => {
  await page.goto("/");
  await waitUntilReady(page);
  const configuration = {
    model: "bundled:tiny-base",
    data: { train: "films.csv", columns: { text: "text", label: "label" } },
    training: { steps: 3, batchsize: 4 },
    runs: [{ name: "only", method: "lora" }],
  };
  const refused: [content: string, said: RegExp][] = [
    [JSON.stringify(configuration), /^wrong\.json was not opened\. .*training: .*batchsize/s],
    ["{ training: }", /^wrong\.json was not opened\. .*is not JSON/],
    [
      JSON.stringify({ ...configuration, training: {}, runs: [{ name: "only", method: "magic" }] }),
      /^wrong\.json was not opened\. .*magic/s,
    ],
  ];
  for (const [content, said] of refused) {
    await chooseFile(page, "Configuration file", "wrong.json", content);
    await expect(page.getByRole("alert")).toHaveText(said);
    await expect(step(page, "Methods").locator(".run-card")).toHaveCount(4);
  }
  await page.getByRole("button", { name: "Close this message" }).click();
  await expect(page.getByRole("alert")).toHaveCount(0);
});

/**
 * Puts a comparison into the browser's storage, or only looks; resolves to the versions of all that
 * are there.
 */
function keptVersions(page: Page, put: { id: string; version: number } | null): Promise<number[]> {
  return page.evaluate(async (record) => {
    const settled = <T>(request: IDBRequest<T>) =>
      new Promise<T>((resolve, reject) => {
        request.onsuccess = () => resolve(request.result);
        request.onerror = () => reject(request.error);
      });
    const database = await settled(indexedDB.open("sk-tuning-studio-comparisons"));
    const store = database.transaction("comparisons", "readwrite").objectStore("comparisons");
    if (record) await settled(store.put(record, record.id));
    const all = await settled(store.getAll());
    database.close();
    return all.map(({ version }) => version);
  }, put);
}

test("an address and a kept comparison of a newer studio are refused with both versions, and stay", async ({
  page,
}) => {
  const hash = `#c=${Buffer.from(JSON.stringify({ version: 99, plan: "another form" })).toString("base64url")}`;
  await page.goto(`/${hash}`);
  await waitUntilReady(page);
  await expect(page.getByRole("alert")).toHaveText(/^The configuration in this address has version 99 .* version 2\./);
  await keepRuns(page, ["LoRA"]);
  await waitForStatus(page, /^Ready/);
  expect(new URL(page.url()).hash).toBe(hash);

  expect(await keptVersions(page, { id: "later", version: 99 })).toEqual([99]);
  await page.goto("/?");
  await waitUntilReady(page);
  await expect(page.getByRole("alert")).toHaveText(/^A comparison kept in this browser has version 99 .* version 4\./);
  expect(await keptVersions(page, null)).toEqual([99]);
  await keepRuns(page, ["LoRA"]);
  await expect(page).toHaveURL(/#c=/);
});

test("a run that diverges fails by itself; of an adapter for another base it is said", async ({ page }) => {
  await openFilms(page);
  await keepRuns(page, ["LoRA", "Head only"]);
  await page.getByRole("button", { name: "Options of LoRA" }).click();
  await runCard(page, "LoRA").getByLabel("Learning rate", { exact: true }).fill("1e30");
  await setTraining(page, { ...TINY, Steps: "4" });
  await compareButton(page).click();
  await waitForStatus(page, /^Finished: 4 steps/);

  const rows = page.getByRole("region", { name: "Run table" }).locator("tbody tr");
  await expect(rows.nth(0).getByRole("rowheader")).toHaveText(/LoRA.*failed/);
  await expect(rows.nth(1)).toContainText(/not a number: the .* at step \d was .* may be too high; try a lower one\./);
  await expect(rows.nth(2).getByRole("rowheader")).toHaveText("Head only");
  // The other run has all its points, the failed one keeps those it had.
  await page.getByRole("button", { name: "Validation loss as a table" }).click();
  const table = page.getByRole("region", { name: "Validation loss, table" });
  await expect(table.getByRole("rowheader")).toHaveText(["0", "2", "4"]);
  await expect(table.getByRole("row").last().getByRole("cell")).toHaveText(["–", /^\d\.\d{4}$/]);
  await expect(table.getByRole("row").nth(1).getByRole("cell").first()).toHaveText(/^\d\.\d{4}$/);

  const zip = await downloaded(page, () =>
    page
      .getByRole("region", { name: "Run table" })
      .getByRole("button", { name: "Download the adapter of Head only" })
      .click(),
  );
  const files = unzipSync(zip.bytes);
  const name = Object.keys(files).find((path) => path.endsWith("adapter_config.json"));
  if (!name) throw new Error("The downloaded adapter has no adapter_config.json.");
  const config = JSON.parse(strFromU8(files[name]!));
  config.base_model_name_or_path = "another-base";
  const tryIt = page.getByRole("region", { name: "Try it" });
  await chooseFile(page, "Adapter file", "foreign.zip", zipSync({ ...files, [name]: strToU8(JSON.stringify(config)) }));
  await expect(tryIt.getByText(/^The adapter was trained on the base model "another-base"; /)).toHaveText(
    `The adapter was trained on the base model "another-base"; "${await openedModel(page)}" is open, and its tensors fit there by name and shape. Where the two have other weights it does not say what it learned.`,
  );
  await chooseFile(page, "Adapter file", "broken.zip", zip.bytes.subarray(0, 200));
  await expect(tryIt.getByRole("alert")).toHaveText(/^broken\.zip was not imported\. ./);
  await tryIt.getByLabel("Text").fill("a quiet joy");
  await expect(tryIt.locator(".prediction-run")).toHaveText([
    "LoRA",
    "Head only",
    "Head only (imported)",
    "Before training (random head)",
  ]);
  await expect(compareButton(page)).toBeEnabled();
});

/** What a worker may find; run before the worker's own code. */
const DEVICES: [what: string, change: string, said: RegExp, state: string][] = [
  [
    "no navigator.gpu",
    "delete WorkerNavigator.prototype.gpu;",
    /^This browser has no WebGPU.* or train on the processor\./,
    "no WebGPU",
  ],
  [
    "too low a limit",
    "Object.defineProperty(GPUSupportedLimits.prototype, 'maxStorageBuffersPerShaderStage', { get: () => 4 });",
    /maxStorageBuffersPerShaderStage = 4, but the studio needs 8\. Use another GPU/,
    "limit too low",
  ],
];

/**
 * A graphics card is asked for: the page says in a banner why there is none, data can be looked at,
 * and the processor trains.
 */
async function expectUnusable(page: Page, said: RegExp, state: string): Promise<void> {
  await expect(page.getByRole("alert")).toHaveText(said);
  await expect(page.getByRole("alert")).toHaveText(
    /You can still open data and look at it\.How to turn on hardware acceleration/,
  );
  await expect(page.getByRole("button", { name: /^Device/ })).toContainText(state);
  await expect(compareButton(page)).toBeDisabled();
  await waitForStatus(page, /^Choose another device above: this one cannot be used\.$/);
  await openStep(page, "Data");
  await chooseFile(page, "Training file", "films.csv", csv(films(24)));
  const preview = page.getByRole("region", { name: "First rows of films.csv" });
  await expect(preview.getByRole("row")).toHaveCount(6);
  await expect(page.getByRole("region", { name: "Labels" }).getByRole("row")).toHaveCount(3);
  await page.getByRole("button", { name: /^Device/ }).click();
  await page.getByRole("radio", { name: /^Automatic/ }).click();
  await expect(page.getByRole("button", { name: /^Device/ })).toContainText("processor");
  await expect(page.getByRole("alert")).toHaveCount(0);
  await waitUntilReady(page);
  await expect(preview.getByRole("row")).toHaveCount(6);
}

const askForGraphics = (page: Page) =>
  page.addInitScript(() => {
    if (!localStorage.getItem("device")) localStorage.setItem("device", "graphics");
  });

for (const [what, change, said, state] of DEVICES) {
  test(`a browser with ${what} is told so, and data can be looked at`, async ({ page }) => {
    await askForGraphics(page);
    await beforeWorker(page, change);
    await page.goto("/");
    await expectUnusable(page, said, state);
  });
}

test("a browser without a graphics adapter is told so, and data can be looked at", async ({ baseURL }) => {
  // Not the one the other tests share: that one is started with an adapter.
  const browser = await chromium.launch({ ...launchOptions({ webgpu: false }), args: ["--disable-gpu"] });
  try {
    const page = await browser.newPage();
    await askForGraphics(page);
    await page.goto(baseURL ?? "");
    await expectUnusable(page, /offers no graphics adapter/, "no adapter");
  } finally {
    await browser.close();
  }
});

test("after the GPU is lost, training goes on from the last evaluation", async ({ page, browser }) => {
  await page.addInitScript(() => localStorage.setItem("device", "software"));
  await openFilms(page);
  await keepRuns(page, ["SK-Prefix", "Head only"]);
  await setTraining(page, { ...TINY, Steps: "8" });
  await compareButton(page).click();
  await waitForStatus(page, /^step [3-7] of 8/, 120_000);

  const session = await browser.newBrowserCDPSession();
  await session.send("Browser.crashGpuProcess");
  const alert = page.getByRole("alert").filter({ hasText: "The device or its worker was lost." });
  await expect(alert).toBeVisible();
  await waitForStatus(page, /^Failed at step \d of 8: /);
  await expect(compareButton(page)).toBeDisabled();
  const lines = chart(page, "Training loss");
  await expect(lines).toHaveAccessibleName(/2 lines over step/);

  await alert.getByRole("button", { name: "Start the engine again" }).click();
  const again = page.getByRole("button", { name: /^Continue from step [2-6]$/ }).first();
  await expect(again).toBeVisible({ timeout: 60_000 });
  await waitUntilReady(page);
  // What is open again is not called closed.
  await expect(page.getByRole("alert")).toHaveCount(0);
  await again.click();
  await waitForStatus(page, /^Finished: 8 steps/, 120_000);
  await page.getByRole("button", { name: "Training loss as a table" }).click();
  const table = page.getByRole("region", { name: "Training loss, table" });
  await expect(table.getByRole("rowheader")).toHaveText(["1", "2", "3", "4", "5", "6", "7", "8"]);
  await expect(table.getByRole("cell").filter({ hasText: "–" })).toHaveCount(0);
});
