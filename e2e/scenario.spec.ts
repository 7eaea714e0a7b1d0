/**
 * The studio's main job in one go, as a person does it: drop a CSV, compare, look, try, download,
 * import, come back.
 */

import { expect, type Page, test } from "@playwright/test";
import { strFromU8, unzipSync, zipSync } from "fflate";
import Papa from "papaparse";
import { bundled, chip, openedModel } from "./base-model";
import { csv, films } from "./films";
import {
  chart,
  chooseFile,
  compareButton,
  downloaded,
  dropTrainingFile,
  expectAccessible,
  openStep,
  runCard,
  setTraining,
  status,
  step,
  waitForStatus,
  waitUntilAsked,
  waitUntilReady,
  watchRequests,
} from "./studio";

const RUNS = ["SK-Prefix", "LoRA", "Head only", "Hard text + head"] as const;
/** What was imported and summed beside them, as the table says it. */
/** What unfolds an earlier comparison in the table of runs. */
const EARLIER = /· \d+.runs?$/;
const BESIDE = ["SK-Prefix (imported) SK-Prefix", "LoRA (imported) LoRA", "0.5 · LoRA + 0.5 · LoRA (imported) LoRA"];
/**
 * Trained numbers by base model. SK-Prefix: one square map of head dimension for keys and one for
 * values per layer. LoRA: rank 8 on q and v of every layer. Head: two labels.
 */
const TRAINED: Record<string, { skPrefix: string; lora: string; head: string; together: string }> = {
  // Four layers, heads of 24; q 96 → 96, v 96 → 48.
  "tiny-base": { skPrefix: "4,608", lora: "10,752", head: "192", together: "10,944" },
  // Six layers, heads of 32; q 192 → 192, v 192 → 96.
  "small-base": { skPrefix: "12,288", lora: "32,256", head: "384", together: "32,640" },
};
const STEPS = 8;
const TEXT = "a warm and funny film";

/** What answers beside the runs. */
const UNTRAINED = "Before training (random head)";

/** The shares a run gives to the labels in "Try it", in percent. */
async function probabilities(page: Page, run: string): Promise<Record<string, number>> {
  const said = page.locator(".prediction", { has: page.locator(".prediction-run").getByText(run, { exact: true }) });
  await expect(said).toHaveCount(1);
  const rows = await said.locator(".probabilities > li").evaluateAll((items) =>
    items.map((item) => [
      item.querySelector(".probability-label")?.textContent ?? "",
      // As computed, not as rounded for reading.
      Number((item.querySelector(".probability-bar") as HTMLElement).style.width.replace("%", "")),
    ]),
  );
  return Object.fromEntries(rows);
}

/** What the browser keeps of the last run of this name, in base64; null where that is nothing. */
function keptAdapter(page: Page, run: string): Promise<string | null> {
  return page.evaluate(async (name) => {
    const answer = <T>(request: IDBRequest<T>) =>
      new Promise<T>((resolve, reject) => {
        request.onsuccess = () => resolve(request.result);
        request.onerror = () => reject(request.error);
      });
    const database = await answer(indexedDB.open("sk-tuning-studio-adapters"));
    const store = database.transaction("adapters").objectStore("adapters");
    const keys = (await answer(store.getAllKeys())).filter((key) => String(key).endsWith(`/${name}`));
    const zip: Blob | undefined = keys[0] && (await answer(store.get(keys[0])));
    database.close();
    if (!zip) return null;
    const bytes = new Uint8Array(await zip.arrayBuffer());
    return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""));
  }, run);
}

test("drop a CSV, watch the methods race, download and import an adapter", async ({ page, isMobile, baseURL }) => {
  test.skip(isMobile, "short.spec.ts is for narrow windows");
  test.setTimeout(240_000);
  const requests = watchRequests(page, baseURL ?? "");
  const table = (name: string) => page.getByRole("region", { name, exact: true });
  await page.addInitScript(() => {
    const tasks: { start: number; duration: number }[] = [];
    new PerformanceObserver((list) => {
      for (const { startTime: start, duration } of list.getEntries()) tasks.push({ start, duration });
    }).observe({ type: "longtask", buffered: true });
    Object.assign(window, { longTasks: tasks });
  });

  await test.step("the page opens with a base model, samples and the four methods", async () => {
    await page.goto("/");
    await waitUntilReady(page);
    const name = await openedModel(page);
    await expect(chip(page)).toContainText(bundled[name]!);
    expect(requests.own.some((url) => url.endsWith(`/models/${name}/model.safetensors`))).toBe(true);
    for (const name of RUNS) await expect(runCard(page, name)).toBeVisible();
    await expect(step(page, "Methods").locator(".run-card")).toHaveCount(RUNS.length);
    await expect(page.getByRole("region", { name: "Which way of tuning learns your task best?" })).toBeVisible();
  });

  const data = step(page, "Data");
  const role = (column: string) => data.getByLabel(`What "${column}" is`);
  await test.step("a CSV with byte order mark and CRLF is dropped; its columns are guessed", async () => {
    await openStep(page, "Data");
    await dropTrainingFile(page, "films.csv", csv(films(32), { marked: true }));
    const preview = table("First rows of films.csv");
    await expect(preview.getByRole("columnheader")).toHaveText([/^id/, /^title/, /^sentence/, /^sentiment/, /^source/]);
    await expect(preview.getByRole("row").nth(1)).toContainText("warm and funny, film 1");
    await expect(preview.getByRole("row").nth(1).getByRole("cell").last()).toHaveText("paper");
    const roles = ["id", "title", "sentence", "sentiment", "source"].map((column) => role(column).inputValue());
    expect(await Promise.all(roles)).toEqual(["", "", "text", "label", ""]);
  });

  const labels = table("Labels").getByRole("row");
  await test.step("columns can be changed, and back", async () => {
    await expect(labels).toHaveText([/Label/, /negative142/, /positive142/]);
    await role("source").selectOption("label");
    await expect(labels).toHaveText([/Label/, /paper101/, /web192/]);
    await role("sentiment").selectOption("label");
    await expect(labels).toHaveText([/Label/, /negative142/, /positive142/]);
    await role("title").selectOption("second text");
    await expect(role("title")).toHaveValue("textPair");
    const pairs = await data.getByRole("img", { name: /^Number of texts by length/ }).getAttribute("aria-label");
    await role("title").selectOption("not used");
    // A second text makes every row longer.
    await expect(data.getByRole("img", { name: /^Number of texts by length/ })).not.toHaveAccessibleName(pairs ?? "");
  });

  await test.step("validation rows are a share, or come from a second file", async () => {
    await data.getByLabel("Validation, %").fill("25");
    await data.getByLabel("Validation, %").press("Enter");
    await expect(labels).toHaveText([/Label/, /negative124/, /positive124/]);
    await chooseFile(page, "Validation file", "dev.csv", csv(films(6, 101)));
    await expect(labels).toHaveText([/Label/, /negative163/, /positive163/]);
    await data.getByRole("button", { name: "Remove the validation file" }).click();
    await expect(labels).toHaveText([/Label/, /negative124/, /positive124/]);
  });

  await test.step("so are test rows, which may also be folds; groups stay together", async () => {
    const kind = data.getByLabel("Test", { exact: true });
    // So few rows are two parts, until somebody asks for three.
    await expect(kind).toHaveValue("none");
    await chooseFile(page, "Test file", "test.csv", csv(films(6, 201)));
    await expect(labels).toHaveText([/Label/, /negative1243/, /positive1243/]);
    await data.getByRole("button", { name: "Remove the test file" }).click();
    await kind.selectOption("folds");
    await data.getByLabel("Folds").fill("4");
    await data.getByLabel("Folds").press("Enter");
    await expect(data.getByText("16 training · 8 validation · 8 test rows in the first of 4 folds")).toBeVisible();
    await data.getByLabel("Keep together").selectOption("source");
    await expect(data.getByRole("alert")).toHaveText(/films\.csv: .* groups of 32 rows.*parts need at least one each/);
    await expect(compareButton(page)).toBeDisabled();
    await data.getByLabel("Keep together").selectOption("every row for itself");
    await kind.selectOption("once");
    await data.getByLabel("Test, %").fill("25");
    await data.getByLabel("Test, %").press("Enter");
    await expect(labels).toHaveText([/Label/, /negative844/, /positive844/]);
  });

  await test.step("texts beyond the longest length are counted", async () => {
    const longest = data.getByLabel("Longest text, in tokens");
    await longest.fill("6");
    await longest.press("Enter");
    await expect(data.getByText(/texts? of 32 \(.*cut to 6.tokens/)).toBeVisible();
    await longest.fill("16");
    await longest.press("Enter");
    await expect(data.getByText(/of 32 \(.*cut to \d+.tokens/)).toHaveCount(0);
    await expect(data.getByRole("img", { name: /^Number of texts by length/ })).toHaveAccessibleName(/cut at 16\.$/);
  });

  await test.step("the semantic text is tokenised as it is typed", async () => {
    await openStep(page, "Methods");
    await page.getByRole("button", { name: "Options of SK-Prefix" }).click();
    const card = runCard(page, "SK-Prefix");
    const pieces = card.getByRole("list", { name: "Tokens of this text" }).getByRole("listitem");
    const text = card.getByLabel(/T = \d+.tokens?/);
    await text.fill("Is the film good or bad?");
    const said = async () => [
      Number(/T = (\d+)/.exec((await card.locator("label", { hasText: "T =" }).textContent()) ?? "")?.[1]),
      await pieces.count(),
    ];
    await expect(pieces.filter({ hasText: "film" })).toHaveCount(1);
    const [before, counted] = await said();
    expect(before).toBe(counted);
    await text.pressSequentially(" Say which.");
    await expect(pieces.filter({ hasText: "which" })).toHaveCount(1);
    const [after, recounted] = await said();
    expect(after).toBe(recounted);
    expect(after).toBeGreaterThan(before ?? Number.NaN);
    // The estimate follows the text.
    await expect(card.getByText(`T = ${after}`, { exact: true })).toBeVisible();
    await text.fill("");
    await expect(card.getByText(/Not usable yet/)).toBeVisible();
    await expect(compareButton(page)).toBeDisabled();
    await text.fill("Is the film good or bad?");
    await expect(compareButton(page)).toBeEnabled();
    await page.getByRole("button", { name: "Options of SK-Prefix" }).click();
    // The same words as a hard text, so that both begin at the same loss.
    await page.getByRole("button", { name: "Options of Hard text + head" }).click();
    await runCard(page, "Hard text + head")
      .getByLabel(/T = \d+.tokens/)
      .fill("Is the film good or bad?");
    await page.getByRole("button", { name: "Options of Hard text + head" }).click();
  });

  await test.step("parameters and memory are told before anything runs", async () => {
    const { skPrefix, lora, head } = TRAINED[await openedModel(page)]!;
    await expect(runCard(page, "SK-Prefix")).toContainText(`trains ${skPrefix} + ${head} head`);
    await expect(runCard(page, "LoRA")).toContainText(`trains ${lora} + ${head} head`);
    await expect(runCard(page, "Head only")).toContainText(`trains 0 + ${head} head`);
    for (const name of RUNS) await expect(runCard(page, name)).toContainText(/% of base.*[kM]B memory/);
    await expect(step(page, "Methods")).toContainText(
      /Together about .*MB in memory.*Largest buffer .* of .* allowed\./,
    );
  });

  await test.step("the comparison starts", async () => {
    await setTraining(page, {
      Steps: String(STEPS),
      "Batch size": "4",
      "Evaluate every": "2",
      "Learning rate for all": "0.01",
    });
    await page.evaluate(() => {
      performance.mark("compare");
      // Steps may take less time than looking, or than pressing a button from outside.
      const lines: string[] = [];
      let hasPaused = false;
      new MutationObserver(() => {
        const said = document.querySelector(".compare-status")?.textContent ?? "";
        if (said !== lines.at(-1)) lines.push(said);
        if (hasPaused || !/^step \d/.test(lines.at(-1)!)) return;
        const buttons = [...document.querySelectorAll<HTMLButtonElement>(".compare-buttons button")];
        const pause = buttons.find(({ textContent }) => textContent?.trim() === "Pause");
        hasPaused = pause !== undefined;
        pause?.click();
      }).observe(document.querySelector("#results")!, {
        subtree: true,
        childList: true,
        characterData: true,
      });
      Object.assign(window, { statusLines: lines });
    });
    await compareButton(page).click();
    // Charts come when there is something to draw.
    await expect(page.getByRole("region", { name: "Preparing" }).getByRole("listitem")).toHaveCount(4);
  });

  await test.step("it pauses and goes on", async () => {
    await waitForStatus(page, /^Paused at step [0-7] of 8/);
    // The step in flight may still arrive.
    await page.waitForTimeout(1000);
    const paused = await status(page).textContent();
    await page.waitForTimeout(1000);
    await expect(status(page)).toHaveText(paused ?? "");
    await expect(page.getByRole("status").filter({ hasText: "Paused" })).toBeVisible();
    await page.getByRole("button", { name: "Resume" }).click();
    await expect(chart(page, "Training loss")).toHaveAccessibleName(/^Training loss\. 4 lines over step\./);
  });

  await test.step("it finishes", async () => {
    await waitForStatus(page, /^Finished: 8 steps in/);
    const lines = await page.evaluate(() => (window as unknown as { statusLines: string[] }).statusLines);
    const running = lines.filter((line) => /^step \d of 8 · [\d.]+.steps\/s · [\d,]+.tokens\/s · .* left/.test(line));
    expect(running, lines.join("\n")).not.toEqual([]);
    // The browser counts how often the file's test rows have been read.
    const looks = await page.evaluate(
      () =>
        new Promise((resolve) => {
          const opened = indexedDB.open("sk-tuning-studio-looks");
          opened.onsuccess = () => {
            const all = opened.result.transaction("looks").objectStore("looks").getAll();
            all.onsuccess = () => resolve(all.result);
          };
        }),
    );
    expect(looks).toEqual([1]);
    const tasks = await page.evaluate(() => {
      const [start] = performance.getEntriesByName("compare");
      const all = (window as unknown as { longTasks: { start: number; duration: number }[] }).longTasks;
      return all.filter((task) => task.start >= (start?.startTime ?? 0)).map(({ duration }) => Math.round(duration));
    });
    const said = `Tasks over 50 ms in the page while training: ${tasks.length === 0 ? "none" : `${tasks.join(", ")} ms`}`;
    test.info().annotations.push({ type: "long tasks", description: said });
    process.stdout.write(`${said}\n`);
  });

  await test.step("the charts' axes change, and the crosshair reads every run", async () => {
    const loss = page.getByRole("figure", { name: /^Training loss/ });
    for (const unit of ["tokens", "seconds", "FLOPs", "step"]) {
      await page.getByText(`by ${unit}`, { exact: true }).first().click();
      await expect(chart(page, "Training loss")).toHaveAccessibleName(new RegExp(`4 lines over ${unit}`));
      await expect(loss.locator(".chart-detail")).toHaveText(`by ${unit}`);
    }
    await page.getByText("log loss").click();
    await expect(loss.locator(".chart-detail")).toHaveText("by step, log");
    await page.getByText("linear loss").click();
    await page.getByRole("slider", { name: /Smoothing/ }).fill("0.5");
    await expect(loss.locator(".slider-value")).toHaveText("0.50");

    // The verdict comes before the charts, which move down for it.
    await expect(page.getByRole("region", { name: "Verdict" })).toBeVisible();
    await loss.scrollIntoViewIfNeeded();
    const box = await chart(page, "Training loss").boundingBox();
    if (!box) throw new Error("The chart of the training loss is not drawn.");
    const readout = table("Values at the crosshair");
    await expect(readout).toContainText("Last values");
    const height = (await readout.boundingBox())?.height;
    // A step at which nothing was evaluated: what is said is the step that a value was measured at.
    const across = await loss.locator(".chart-plot .recharts-cartesian-grid").boundingBox();
    if (!across) throw new Error("The chart of the training loss has no plot.");
    await page.mouse.move(across.x + (across.width * 3) / STEPS, box.y + box.height / 2);
    await expect(readout).toContainText("At step 3");
    const headings = readout.getByRole("columnheader");
    await expect(headings).toHaveText([
      "Run",
      /accuracy · step [24]$/,
      /validation loss · step [24]$/,
      /training loss · step 3$/,
    ]);
    const rows = readout.locator("tbody tr");
    await expect(rows).toHaveCount(RUNS.length);
    for (const name of RUNS)
      await expect(rows.filter({ has: page.getByRole("rowheader", { name, exact: true }) })).toHaveCount(1);
    const column = async (place: number, pattern: RegExp) =>
      (await rows.locator(`td:nth-child(${place})`).allTextContents()).map((cell) => Number(pattern.exec(cell)?.[0]));
    const scores = await column(2, /[\d.]+(?=.%)/);
    expect(scores).toEqual(scores.toSorted((one, other) => other - one));
    await expect(rows.first().locator("td").first()).toHaveText(/^\d+\.\d.% \(\d+\.\d to \d+\.\d.%\)$/);
    for (const value of await column(4, /^\d\.\d{4}/)) expect(value).toBeGreaterThan(0);
    await page.mouse.move(0, 0);
    await expect(readout).toContainText("Last values");
    await expect(headings.last()).toHaveText(`training loss · step ${STEPS}`);
    expect((await readout.boundingBox())?.height).toBe(height);
  });

  await test.step("lines are named at their ends; raw losses are drawn of the run that is pointed at", async () => {
    const accuracy = page.getByRole("figure", { name: /^Validation accuracy/ });
    for (const name of RUNS) {
      await expect(accuracy.locator(".line-end text").filter({ hasText: name })).toHaveText(/ \d+\.\d.%$/);
    }
    await expect(accuracy.locator(".line-end").filter({ hasText: /^always (positive|negative)/ })).toHaveCount(1);
    await expect(accuracy.locator(".whiskers")).toHaveCount(RUNS.length);
    await expect(accuracy.locator(".chart-note")).toContainText(
      "Each point is of 8 validation rows. Bars: 95 % intervals",
    );
    const raw = page.getByRole("figure", { name: /^Training loss/ }).locator(".curve-raw");
    await expect(raw).toHaveCount(0);
    const entry = page.getByRole("group", { name: "Runs plotted" }).getByRole("button", { name: "LoRA" });
    await entry.hover();
    await expect(raw).toHaveCount(1);
    await page.mouse.move(0, 0);
    await expect(raw).toHaveCount(0);
    await entry.focus();
    await expect(raw).toHaveCount(1);
    await entry.blur();
    await expect(raw).toHaveCount(0);
  });

  await test.step("the legend hides a run by click and by Space", async () => {
    const entry = page.getByRole("group", { name: "Runs plotted" }).getByRole("button", { name: "LoRA" });
    const lines = (count: number) =>
      expect(chart(page, "Training loss")).toHaveAccessibleName(new RegExp(`\\. ${count} lines over step`));
    await entry.click();
    await expect(entry).toHaveAttribute("aria-pressed", "false");
    await lines(3);
    await entry.focus();
    await page.keyboard.press("Space");
    await expect(entry).toHaveAttribute("aria-pressed", "true");
    await lines(4);
  });

  await test.step("a chart is a table, too", async () => {
    await page.getByRole("button", { name: "Validation loss as a table" }).click();
    const rows = table("Validation loss, table").getByRole("row");
    await expect(rows).toHaveCount(1 + 5);
    await expect(rows.first().getByRole("columnheader")).toHaveText(["Step", ...RUNS]);
    await expect(rows.getByRole("rowheader")).toHaveText(["0", "2", "4", "6", "8"]);
    await page.getByRole("button", { name: "Validation loss as a table" }).click();
    await expect(chart(page, "Validation loss")).toBeVisible();
  });

  await test.step("the result table has every figure of every run", async () => {
    const rows = table("Run table").locator("tbody tr");
    await expect(rows.getByRole("rowheader")).toHaveText([...RUNS]);
    const figures = rows.nth(1).locator("td.number");
    // A loss of one's own is shown for; that of the best control only where it tells runs apart.
    await page.getByLabel("Steps to validation loss").fill("100");
    await expect(figures).toHaveText([
      // On the test rows; then on the validation rows, with an interval; the best on these.
      /^\d+\.\d.%$/,
      /^\d+\.\d.% @ step 8\d+\.\d to \d+\.\d.%$/,
      /^\d\.\d{4}$/,
      /^\d+\.\d.%$/,
      // Any loss below a hundred is reached by the first evaluation after a step.
      "2",
      new RegExp(`^${TRAINED[await openedModel(page)]!.together}.*% of base`),
      /^[\d.]+.m?s$/,
      /^[\d.]+.[MG]FLOP$/,
      /^[\d.]+.[kM]B$/,
    ]);
    await page.getByRole("button", { name: "Val. loss" }).click();
    const losses = (await rows.locator("td.number:nth-child(5)").allTextContents()).map(Number);
    expect(losses).toEqual(losses.toSorted((a, b) => a - b));
    await page.getByRole("button", { name: "Val. loss" }).click();
    await page.getByRole("button", { name: "Val. loss" }).click();
    await expect(table("Run table").locator("..").getByText("Scores and validation losses are of 8")).toBeVisible();
  });

  await test.step("columns are chosen and stay so; a run is pinned, tagged and noted", async () => {
    const flops = table("Run table").getByRole("columnheader", { name: "FLOPs" });
    for (const count of [0, 1]) {
      await page.getByRole("button", { name: "Columns" }).click();
      await page.getByRole("menuitemcheckbox", { name: "FLOPs" }).click();
      await page.keyboard.press("Escape");
      await expect(flops).toHaveCount(count);
    }
    const rows = table("Run table").getByRole("rowheader");
    await page.getByRole("button", { name: "Pin Head only to the top" }).click();
    await expect(rows).toHaveText(["Head only", "SK-Prefix", "LoRA", "Hard text + head"]);
    await page.getByRole("button", { name: "Unpin Head only" }).click();
    await expect(rows).toHaveText([...RUNS]);
    await page.getByRole("button", { name: "Tags and note of LoRA" }).click();
    await page.getByLabel("Tags", { exact: true }).fill("keep, small");
    await page.getByLabel("Note", { exact: true }).fill("for the report");
    await page.getByRole("button", { name: "Done" }).click();
    await expect(rows.nth(1)).toHaveText(/^LoRA.*keep.*small.*for the report$/);
    await page.getByRole("button", { name: "keep", exact: true }).click();
    await expect(rows).toHaveCount(1);
    await page.getByRole("button", { name: "keep", exact: true }).click();
    await page.getByRole("button", { name: "Tags and note of LoRA" }).click();
    await page.getByLabel("Tags", { exact: true }).fill("");
    await page.getByLabel("Note", { exact: true }).fill("");
    await page.getByRole("button", { name: "Done" }).click();
    await expect(rows).toHaveText([...RUNS]);
  });

  await test.step("confusion matrix and wrongest rows of each run", async () => {
    const reports = page.getByRole("region", { name: "Where each run is right and wrong" });
    for (const name of ["SK-Prefix", "LoRA"]) {
      await reports.getByRole("button", { name, exact: true }).click();
      const cells = table("Confusion matrix").getByRole("cell");
      await expect(cells).toHaveCount(4);
      const counts = (await cells.allTextContents()).map(Number);
      expect(counts.slice(0, 2).reduce((sum, count) => sum + count)).toBe(4);
      expect(counts.slice(2).reduce((sum, count) => sum + count)).toBe(4);
      const wrongest = table("Rows with the largest loss").locator("tbody tr");
      await expect(wrongest).toHaveCount(8);
      const losses = (await wrongest.locator("td:last-child").allTextContents()).map(Number);
      expect(losses).toEqual(losses.toSorted((a, b) => b - a));
    }
  });

  const tryIt = page.getByRole("region", { name: "Try it" });
  await test.step("every run reads a typed text beside a head that was not trained", async () => {
    await tryIt.getByLabel("Text").fill(TEXT);
    await expect(tryIt.locator(".prediction-run")).toHaveText([...RUNS, UNTRAINED]);
    for (const run of [...RUNS, UNTRAINED]) {
      const shares = await probabilities(page, run);
      expect(Object.keys(shares).sort()).toEqual(["negative", "positive"]);
      expect(Object.values(shares).reduce((sum, share) => sum + share)).toBeCloseTo(100, 3);
    }
  });

  let metrics: Record<string, string>[] = [];
  const losses = (run: string) =>
    metrics.filter((row) => row.run === run && row.split === "validation").map((row) => Number(row.loss));
  await test.step("metrics are saved as CSV; SK-Prefix begins where the hard text does", async () => {
    const file = await downloaded(page, async () => {
      await page.getByRole("button", { name: "Save" }).click();
      await page.getByRole("menuitem", { name: /^Metrics \(CSV\)/ }).click();
    });
    expect(file.name).toMatch(/^metrics-films.*\.csv$/);
    metrics = Papa.parse<Record<string, string>>(strFromU8(file.bytes), { header: true }).data;
    for (const run of RUNS) {
      const trained = metrics.filter((row) => row.run === run && row.split === "train");
      expect(trained.map((row) => Number(row.step))).toEqual(Array.from({ length: STEPS }, (_, index) => index + 1));
      expect(losses(run)).toHaveLength(5);
      // Read once, at the end.
      const tested = metrics.filter((row) => row.run === run && row.split === "test");
      expect(tested.map(({ step }) => step)).toEqual([String(STEPS)]);
      // It has learned something, or the comparisons below would compare nothing.
      expect(Math.abs((losses(run).at(-1) ?? 0) - (losses(run)[0] ?? 0))).toBeGreaterThan(1e-3);
    }
    const [prefix, text, head] = ["SK-Prefix", "Hard text + head", "Head only"].map(
      (run) => losses(run)[0] ?? Number.NaN,
    );
    expect(Math.abs(prefix! - text!)).toBeLessThanOrEqual(1e-4);
    expect(Math.abs(prefix! - head!)).toBeGreaterThan(1e-4);
  });

  await test.step("LoRA is downloaded merged into the base model", async () => {
    await table("Run table").getByRole("button", { name: "Other forms of LoRA" }).click();
    const zip = await downloaded(page, () =>
      page.getByRole("menuitem", { name: "As a merged model, float16 (zip)" }).click(),
    );
    const files = unzipSync(zip.bytes);
    const names = Object.keys(files).map((name) => name.split("/").at(-1) ?? "");
    expect(names).toEqual(expect.arrayContaining(["README.md", "config.json", "model.safetensors", "tokenizer.json"]));
    const model = Object.entries(files).find(([name]) => name.endsWith("model.safetensors"))![1];
    const base = await page.request.get(`/models/${await openedModel(page)}/model.safetensors`);
    expect(model.length).toBeGreaterThan((await base.body()).length);
  });

  for (const run of ["SK-Prefix", "LoRA"]) {
    await test.step(`the adapter of ${run} is downloaded, and predicts the same when imported`, async () => {
      const zip = await downloaded(page, () =>
        table("Run table")
          .getByRole("button", { name: `Download the adapter of ${run}` })
          .click(),
      );
      const files = unzipSync(zip.bytes);
      const expected = [
        "README.md",
        "adapter_config.json",
        "adapter_model.safetensors",
        "run.json",
        "training_state.safetensors",
      ];
      const names = Object.keys(files).map((name) => name.split("/").at(-1) ?? "");
      expect(names.filter(Boolean).sort()).toEqual(
        run === "SK-Prefix" ? [...expected, "sk_adapter.safetensors"].sort() : expected,
      );
      // Packed by somebody else, so that no export of ours has the same bytes.
      const packed = zipSync(files);
      expect(Buffer.from(packed).equals(zip.bytes)).toBe(false);
      await chooseFile(page, "Adapter file", zip.name, packed);
      const imported = `${run} (imported)`;
      const listed = tryIt.locator(".imported-run").filter({ hasText: imported });
      await expect(listed).toContainText(`loss ${losses(run).at(-1)?.toFixed(4)}`);
      await expect.poll(() => keptAdapter(page, imported)).toEqual(Buffer.from(packed).toString("base64"));
      await expect(listed).toContainText(`Left at step ${STEPS} of ${STEPS}`);
      await expect(tryIt.locator(".prediction-run").getByText(imported, { exact: true })).toBeVisible();
      const [own, again, base] = [
        await probabilities(page, run),
        await probabilities(page, imported),
        await probabilities(page, UNTRAINED),
      ];
      expect(Math.abs((own.positive ?? 0) - (again.positive ?? 100))).toBeLessThan(0.01);
      expect(Math.abs((own.positive ?? 0) - (base.positive ?? 0))).toBeGreaterThan(0.05);
    });
  }

  await test.step("LoRA merged on the device says the same, and the base model is unchanged", async () => {
    const reports = page.getByRole("region", { name: "Where each run is right and wrong" });
    await reports.getByRole("button", { name: "LoRA", exact: true }).click();
    await reports.getByRole("button", { name: "Merge and unmerge" }).click();
    await expect(reports.locator(".instrument", { hasText: "Merge and unmerge" }).locator("output")).toHaveText(
      /^\d+\stensors merged: \d+\slogits of 8\srows differ by at most [\d.]+e-[5-9] .* byte for byte what it was\.$/,
    );
  });

  await test.step("what LoRA has forgotten is measured on the studio's text", async () => {
    const reports = page.getByRole("region", { name: "Where each run is right and wrong" });
    await reports.getByRole("button", { name: "Measure forgetting" }).click();
    await expect(
      reports.getByText(/^Loss of the model's own head on 1,0\d\d\stokens: [\d.]+ .* frozen, /),
    ).toBeVisible();
  });

  await test.step("a file's rows are answered by the runs that a column names, and come back in order", async () => {
    const panel = tryIt.getByRole("group", { name: "Predict a file" });
    const rows = films(6, 90).map((film, index) => ({ ...film, source: ["LoRA", "head only", "own"][index % 3]! }));
    const buffer = Buffer.from(csv(rows));
    await panel.getByLabel("File to predict").setInputFiles({ name: "new.csv", mimeType: "", buffer });
    await panel.getByText("Run by column").click();
    const button = panel.getByRole("button", { name: /^Predict 6\srows/ });
    await expect(button).toBeDisabled();
    await panel.getByLabel(/^own/).selectOption("SK-Prefix");
    await button.click();
    const file = await downloaded(page, () => panel.getByRole("button", { name: "Download predictions" }).click());
    expect(file.name).toBe("new-predictions.csv");
    const [header, ...lines] = strFromU8(file.bytes).split(/\r?\n/);
    expect(header).toBe("id,title,sentence,sentiment,source,run,prediction,probability");
    expect(lines.map((line) => line.split(",")[0])).toEqual(rows.map(({ id }) => id));
    for (const [index, line] of lines.entries()) {
      const run = ["LoRA", "Head only", "SK-Prefix"][index % 3];
      expect(line).toMatch(new RegExp(`,${run},(negative|positive),[01]\\.\\d+$`));
    }
  });

  await test.step("a weighted sum of LoRA with itself is LoRA again, in the table and on the charts", async () => {
    const panel = tryIt.getByRole("group", { name: "Sum of adapters" });
    await panel.getByRole("button", { name: "Evaluate the sum" }).click();
    const summed = tryIt.locator(".imported-run").filter({ hasText: "0.5 · LoRA (imported)" });
    await expect(summed).toContainText(`loss ${losses("LoRA").at(-1)?.toFixed(4)}`);
    await expect(page.getByRole("row").filter({ hasText: "0.5 · LoRA (imported)" }).first()).toBeVisible();
    const zip = await downloaded(page, () =>
      page.getByRole("button", { name: /^Download the adapter of 0\.5 · LoRA/ }).click(),
    );
    const [, record] = Object.entries(unzipSync(zip.bytes)).find(([name]) => name.endsWith("run.json"))!;
    const parts = ["LoRA", "LoRA (imported)"].map((run) => ({ run, weight: 0.5 }));
    expect(JSON.parse(strFromU8(record)).sum).toEqual({ combination: "cat", parts });
  });

  await test.step("the configuration is saved and opened again", async () => {
    const file = await downloaded(page, async () => {
      await page.getByRole("button", { name: "Save" }).click();
      await page.getByRole("menuitem", { name: /^Configuration \(JSON\)/ }).click();
    });
    const configuration = JSON.parse(strFromU8(file.bytes));
    expect(configuration).toMatchObject({
      version: 2,
      model: `bundled:${await openedModel(page)}`,
      data: {
        task: "sequence-classification",
        train: "films.csv",
        validation: 0.25,
        test: 0.25,
        columns: { text: "sentence", textPair: null, label: "sentiment" },
        maxLength: 16,
      },
      training: { steps: STEPS, batchSize: 4, evalEvery: 2, learningRate: 0.01 },
      runs: [
        { name: "SK-Prefix", method: "sk-prefix", options: { text: "Is the film good or bad?" } },
        { name: "LoRA", method: "lora" },
        { name: "Head only", method: "linear-probe" },
        { name: "Hard text + head", method: "hard-text" },
      ],
    });
    await page.getByRole("button", { name: "Remove Head only" }).click();
    await setTraining(page, { Steps: "99" });
    await chooseFile(page, "Configuration file", "comparison.json", file.bytes);
    await expect(page.getByText("Opened comparison.json: 4 runs.")).toBeVisible();
    for (const name of RUNS) await expect(runCard(page, name)).toBeVisible();
    await expect(step(page, "Training").getByLabel("Steps", { exact: true })).toHaveValue(String(STEPS));
    await page.getByRole("button", { name: "Close this message" }).click();
  });

  await test.step("charts are saved as pictures", async () => {
    const save = (kind: RegExp) =>
      downloaded(page, async () => {
        await page.getByRole("button", { name: "Download Training loss" }).click();
        await page.getByRole("menuitem", { name: kind }).click();
      });
    const png = await save(/PNG/);
    expect(png.name).toBe("training-loss.png");
    expect([...png.bytes.subarray(1, 4)].map((byte) => String.fromCharCode(byte)).join("")).toBe("PNG");
    const width = new DataView(png.bytes.buffer).getUint32(16);
    expect(width).toBeGreaterThan(800);
    const svg = strFromU8((await save(/SVG/)).bytes);
    for (const name of ["Training loss", ...RUNS]) expect(svg).toContain(`>${name}</text>`);
    expect(svg).not.toContain("var(");
    expect(svg).toContain(">training step</text>");
    expect(svg).toMatch(/>films\.csv · [\w-]+ · \d+ training and 8.validation rows ·/);
    // A line a run, beside the dotted ones to their names.
    const drawn = await page.evaluate((text) => {
      const parsed = new DOMParser().parseFromString(text, "image/svg+xml");
      const paths = [...parsed.querySelectorAll('path[d*="L"][fill="none"]:not([stroke="none"])')];
      return paths.filter((path) => !/^1(px)?,? 3(px)?$/.test(path.getAttribute("stroke-dasharray") ?? "")).length;
    }, svg);
    expect(drawn).toBe(RUNS.length);
  });

  await test.step("a chart goes to the clipboard; where that is refused, it is said", async () => {
    const copy = async () => {
      await page.getByRole("button", { name: "Download Training loss" }).click();
      await page.getByRole("menuitem", { name: "Copy the picture" }).click();
    };
    await page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
    await copy();
    await expect(page.getByText('The chart "Training loss" is in the clipboard as a picture.')).toBeVisible();
    const types = await page.evaluate(async () => (await navigator.clipboard.read()).flatMap((item) => item.types));
    expect(types).toEqual(["image/png"]);
    await page.evaluate(() => {
      navigator.clipboard.write = () => Promise.reject(new DOMException("Write permission denied.", "NotAllowedError"));
    });
    await copy();
    await expect(page.getByRole("alert")).toContainText(
      'The chart "Training loss" was not copied: Write permission denied. Download it as a picture instead.',
    );
    await page.getByRole("button", { name: "Close this message" }).click();
  });

  for (const colorScheme of ["light", "dark"] as const) {
    await test.step(`the finished page has no serious accessibility fault (${colorScheme})`, async () => {
      await page.emulateMedia({ colorScheme });
      await expectAccessible(page);
    });
  }

  await test.step("the training of an imported adapter goes on where it was left", async () => {
    const listed = tryIt.locator(".imported-run").filter({ hasText: /^LoRA \(imported\)/ });
    await listed.getByLabel("More steps").fill("2");
    await expect(listed).toContainText(`planned for ${STEPS} steps and will now have ${STEPS + 2}`);
    await listed.getByRole("button", { name: "Continue training" }).click();
    await waitForStatus(page, new RegExp(`^Finished: ${STEPS + 2} steps`), 90_000);
    const rows = table("Run table").getByRole("rowheader");
    await expect(rows).toHaveText(["LoRA (imported) LoRA"]);
    await table("Run table").getByRole("button", { name: EARLIER }).click();
    await expect(rows).toHaveText(["LoRA (imported) LoRA", ...RUNS, ...BESIDE]);
  });

  await test.step("after a reload the comparison and its adapters are still there", async () => {
    await page.reload();
    await waitUntilAsked(page, "films.csv");
    await expect(page.getByText("1 earlier comparison")).toBeVisible();
    await table("Run table").getByRole("button", { name: EARLIER }).click();
    await expect(table("Run table").getByRole("rowheader")).toHaveText(["LoRA (imported) LoRA", ...RUNS, ...BESIDE]);
    // The newest is drawn; those before it when they are asked for.
    await expect(chart(page, "Training loss")).toHaveAccessibleName(/ 1 lines over step/);
    await page.getByText("1 earlier comparison").click();
    await page.getByRole("button", { name: "show all" }).click();
    await expect(chart(page, "Training loss")).toHaveAccessibleName(
      /5 lines over step\. Latest: LoRA \(imported\) [\d.]+\.$/,
    );
    const zip = await downloaded(page, () =>
      table("Run table").getByRole("button", { name: "Download the adapter of LoRA", exact: true }).click(),
    );
    expect(Object.keys(unzipSync(zip.bytes)).some((name) => name.endsWith("adapter_model.safetensors"))).toBe(true);
  });

  expect(requests.foreign).toEqual([]);
});
