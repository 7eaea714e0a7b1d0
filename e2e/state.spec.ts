/**
 * Data, texts and results on the screen belong together, whenever the page is loaded anew and
 * whatever is opened while a comparison runs; or the page says what does not.
 */

import { expect, type Page, type Route, test } from "@playwright/test";
import { SLOW_STEPS } from "./faulty";
import { csv, films } from "./films";
import {
  beforeWorker,
  chooseFile,
  compareButton,
  dropTrainingFile,
  expectWordsOfDrag,
  keepRuns,
  openStep,
  runCard,
  setTraining,
  status,
  step,
  waitForStatus,
  waitUntilAsked,
  waitUntilReady,
} from "./studio";

test.skip(({ isMobile }) => Boolean(isMobile), "the same at any width");

const TINY = { Steps: "4", "Batch size": "4", "Evaluate every": "2" };
const FILMS_TEXT = "Classify the positive or negative sentiment from the text";
const QUESTIONS_TEXT = /^“Classify the .*abbreviation.* from the text:”$/;
const tickets = (rows: number) =>
  `text,label\n${Array.from({ length: rows }, (_, i) => `${i % 2 ? "my parcel is late" : "it fell apart"} ${i},${i % 2 ? "late" : "broken"}`).join("\n")}\n`;

const written = (page: Page, run: string) => runCard(page, run).locator(".run-card-text");
/** What is open, as the folded step says it. */
async function dataLine(page: Page): Promise<string> {
  const toggle = step(page, "Data").getByRole("button", { name: /^Step 1/ });
  if ((await toggle.getAttribute("aria-expanded")) === "true") await toggle.click();
  const line = await step(page, "Data").locator(".step-summary").innerText();
  return line.replaceAll("\u00a0", " ");
}
const heading = (page: Page) => page.locator(".results-heading");

const decoded = (page: Page) => Buffer.from(page.url().split("#c=")[1] ?? "", "base64url").toString();

async function openSample(page: Page, title: string): Promise<void> {
  await openStep(page, "Data");
  const sample = step(page, "Data").getByRole("button", { name: new RegExp(`^${title}`) });
  await sample.click();
  await expect(sample).toHaveAttribute("aria-pressed", "true");
  await waitUntilReady(page);
}

/** Loads the page anew, and has a file opened that changes the address before the page is there. */
async function reloadWhileOpening(page: Page, name: string, content: string): Promise<void> {
  const input = await page.getByLabel("Training file", { exact: true }).elementHandle();
  await page.evaluate(
    ([field, file, text]) => {
      window.addEventListener("beforeunload", () => {
        const chosen = new DataTransfer();
        chosen.items.add(new File([text], file));
        (field as HTMLInputElement).files = chosen.files;
        field!.dispatchEvent(new Event("change", { bubbles: true }));
      });
    },
    [input, name, content] as const,
  );
  const isChanged = page.waitForEvent("framenavigated");
  const wait = async (route: Route) => {
    await isChanged;
    await route.continue();
  };
  await page.route(({ pathname }) => pathname === "/", wait, { times: 1 });
  await page.reload();
}

/** Numbers from 0 up to 1 that follow from the seed alone. */
function drawn(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

test("a text nobody typed follows the data, after a reload and from a link; one that was typed stays", async ({
  page,
  context,
}) => {
  test.slow();
  await page.goto("/");
  await waitUntilReady(page);
  await expect(written(page, "SK-Prefix")).toHaveText(QUESTIONS_TEXT);
  await openSample(page, "Film reviews");
  await expect(written(page, "SK-Prefix")).toHaveText(`“${FILMS_TEXT}”`);
  await page.reload();
  // The sample that was open, not the first one.
  await waitUntilReady(page);
  expect(await dataLine(page)).toContain("Film reviews");
  await expect(written(page, "SK-Prefix")).toHaveText(`“${FILMS_TEXT}”`);
  await openSample(page, "Question types");
  await expect(written(page, "SK-Prefix")).toHaveText(QUESTIONS_TEXT);
  await expect(written(page, "Hard text + head")).toHaveText(QUESTIONS_TEXT);

  await runCard(page, "SK-Prefix").getByRole("button", { name: "Options of SK-Prefix" }).click();
  await runCard(page, "SK-Prefix").locator("textarea").fill("Words of my own");
  await runCard(page, "SK-Prefix").getByRole("button", { name: "Options of SK-Prefix" }).click();
  await openSample(page, "Film reviews");
  await expect.poll(() => decoded(page)).toContain("Words of my own");
  const other = await context.newPage();
  await other.goto(page.url());
  await waitUntilReady(other);
  await openSample(other, "Question types");
  await expect(written(other, "SK-Prefix")).toHaveText("“Words of my own”");
  await expect(written(other, "Hard text + head")).toHaveText(QUESTIONS_TEXT);
});

test("own files are asked for by name after a reload, are told apart, and are remembered when ticked", async ({
  page,
  context,
}) => {
  test.slow();
  await page.goto("/");
  await waitUntilReady(page);
  await openStep(page, "Data");
  const data = step(page, "Data");
  await chooseFile(page, "Training file", "films.csv", csv(films(24)));
  await waitUntilReady(page);
  await chooseFile(page, "Validation file", "dev.csv", csv(films(6, 101)));
  await expect(data).toContainText("dev.csv 6");
  await data.getByLabel("Longest text, in tokens").fill("20");
  await data.getByLabel("Longest text, in tokens").press("Tab");
  await expect.poll(() => decoded(page)).toContain('"maxLength":20');
  await page.reload();

  await waitUntilAsked(page, "films.csv");
  await expect(written(page, "SK-Prefix")).toHaveText("Follows the data that you open.");
  await expect(data).toContainText(/films\.csv \(24.rows\) was open: open it again\./);
  await chooseFile(page, "Training file", "films.csv", csv(films(24)));
  await expect(status(page)).toContainText("dev.csv was open as the validation file: open it again (step 1).");
  await expect(compareButton(page)).toBeDisabled();
  await expect(data.getByLabel("Longest text, in tokens")).toHaveValue("20");
  await chooseFile(page, "Validation file", "dev.csv", csv(films(6, 101)));
  await waitUntilReady(page);
  await expect(page.locator(".banners")).toBeEmpty();

  // Another file is opened while the page is on its way: it comes back at the address before.
  const before = page.url();
  await reloadWhileOpening(page, "tickets.csv", tickets(24));
  expect(page.url()).toBe(before);
  await waitUntilAsked(page, "films.csv");

  // Another file of the name, and a link that somebody else opens.
  await page.reload();
  await waitUntilAsked(page, "films.csv");
  const other = await context.newPage();
  await other.goto(page.url());
  await expect(step(other, "Data")).toContainText(/The address is of a file of somebody's own, read by “sentence”/);
  await expect(compareButton(other)).toBeDisabled();
  expect(decoded(page)).toContain("sentence");
  expect(decoded(page)).not.toContain("films.csv");
  await other.close();
  await chooseFile(page, "Training file", "films.csv", csv(films(26)));
  await expect(page.locator(".banners")).toContainText(/This films\.csv \(26.rows, .*\) is not the one .* \(24.rows/);
  await data.getByRole("button", { name: "Go on without it" }).click();
  await waitUntilReady(page);

  const remember = data.getByLabel(/^Remember films\.csv on this computer/);
  await expect(remember).not.toBeChecked();
  // It is ticked once the file is kept.
  await remember.click();
  await expect(remember).toBeChecked();
  await expect(data).toContainText("Kept in this browser's storage");
  await page.reload();
  await waitUntilReady(page);
  expect(await dataLine(page)).toContain("films.csv · 26 rows");
  const next = await context.newPage();
  await next.goto("/");
  await waitUntilReady(next);
  expect(await dataLine(next)).toContain("films.csv · 26 rows");
  await openSample(next, "Film reviews");
  await expect(step(next, "Data")).toContainText(/films\.csv \(.*\) is remembered on this computer\./);
  await step(next, "Data").getByRole("button", { name: "Forget" }).click();
  await expect(step(next, "Data")).not.toContainText("is remembered");
  await page.reload();
  await waitUntilAsked(page, "films.csv");
});

test("loaded anew at any moment, data, texts and results belong together", async ({ page }, { title }) => {
  test.slow();
  const seed = Number(process.env.STATE_SEED ?? Date.now() % 100_000);
  process.stdout.write(`${title}: STATE_SEED=${seed}\n`);
  const draw = drawn(seed);
  const texts = new Map<string, string | RegExp>([
    ["Question types", QUESTIONS_TEXT],
    ["Film reviews", `“${FILMS_TEXT}”`],
    ["films.csv", `“${FILMS_TEXT}”`],
    ["tickets.csv", "“Classify the broken or late from the text:”"],
  ]);
  const files = new Map([
    ["films.csv", csv(films(24))],
    ["tickets.csv", tickets(24)],
  ]);
  // None of these waits for what it begins.
  const actions: (() => Promise<unknown>)[] = [
    () => chooseFile(page, "Training file", "films.csv", files.get("films.csv")!),
    () => chooseFile(page, "Training file", "tickets.csv", files.get("tickets.csv")!),
    () =>
      step(page, "Data")
        .getByRole("button", { name: /^Film reviews/ })
        .click(),
    () => compareButton(page).click(),
  ];
  await page.goto("/");
  await waitUntilReady(page);
  await keepRuns(page, ["SK-Prefix", "Head only"]);
  await setTraining(page, TINY);
  page.on("dialog", (dialog) => void dialog.accept());
  for (let moment = 0; moment < 6; moment++) {
    await openStep(page, "Data");
    await actions[moment % 2 === 0 ? Math.floor(draw() * 3) : 3]!();
    await page.waitForTimeout(draw() * 2500);
    await page.reload();
    const asked = /(\S+) was open as the training file: open it again/;
    await expect(status(page)).toHaveText(new RegExp(`${asked.source}|Ready|Stopped|Finished|Failed`));
    const file = asked.exec((await status(page).textContent()) ?? "")?.[1];
    if (file !== undefined) {
      await expect(compareButton(page)).toBeDisabled();
      await chooseFile(page, "Training file", file, files.get(file)!);
    }
    await waitUntilReady(page);
    const [open] = /Question types|Film reviews|films\.csv|tickets\.csv/.exec(await dataLine(page)) ?? [];
    expect(open, `moment ${moment}`).toBeDefined();
    await expect(written(page, "SK-Prefix")).toHaveText(texts.get(open!)!);
    if ((await heading(page).count()) > 0) {
      const isOfOpen = (await heading(page).getByRole("heading").innerText()).endsWith(open!);
      await expect(heading(page).getByText("These results are not of what is open now.")).toHaveCount(isOfOpen ? 0 : 1);
    }
  }
});

test("what is dropped while a comparison runs is refused with words; two quick changes both count", async ({
  page,
}) => {
  await beforeWorker(page, SLOW_STEPS);
  await page.goto("/");
  await waitUntilReady(page);
  await openStep(page, "Data");
  const data = step(page, "Data");
  await chooseFile(page, "Training file", "films.csv", csv(films(24)));
  await waitUntilReady(page);
  await data.getByLabel("Validation, %").fill("25");
  await data.getByLabel("Longest text, in tokens").fill("21");
  await data.getByLabel("Longest text, in tokens").press("Tab");
  await expect(data.getByLabel("Longest text, in tokens")).toHaveValue("21");
  await expect(data.getByLabel("Validation, %")).toHaveValue("25");
  await expectWordsOfDrag(page, "Drop to open as training data");
  await keepRuns(page, ["SK-Prefix", "Head only"]);
  await setTraining(page, { ...TINY, Steps: "400" });
  await compareButton(page).click();
  await waitForStatus(page, /^step \d/);
  await openStep(page, "Data");
  await expectWordsOfDrag(page, "A comparison is running: nothing is opened now.");
  await dropTrainingFile(page, "tickets.csv", tickets(24));
  await expect(page.locator(".banners")).toContainText(
    "tickets.csv was not opened. A comparison is running: stop it, or open this when it has ended.",
  );
  expect(await dataLine(page)).toContain("films.csv");
  await page.getByRole("button", { name: "Stop", exact: true }).click();
  await waitForStatus(page, /^Stopped at step/);

  // Of other data it neither goes on nor is its end said beside them.
  await openStep(page, "Data");
  await chooseFile(page, "Training file", "tickets.csv", tickets(24));
  await expect(data.getByLabel("Longest text, in tokens")).toHaveValue("128");
  await waitForStatus(page, /^Ready/);
  await expect(heading(page)).toContainText("Results of films.csv");
  await expect(heading(page)).toContainText("You have opened tickets.csv since.");
  await expect(page.locator(".compare-buttons").getByRole("button", { name: /^Continue/ })).toHaveCount(0);
  await keepRuns(page, []);
  await waitForStatus(page, /^Add a method first/);
  await expect(heading(page).getByRole("button", { name: "Compare on it" })).toBeDisabled();
});

test("a sample in place of a file of one's own is said, and the file comes back with its changed rows", async ({
  page,
}) => {
  await page.goto("/");
  await waitUntilReady(page);
  await openStep(page, "Data");
  const data = step(page, "Data");
  await chooseFile(page, "Training file", "films.csv", csv(films(24)));
  await waitUntilReady(page);
  await expect(page.locator(".banners")).toBeEmpty();
  await data.getByText("Change a row by its number").click();
  await data.getByLabel("Row", { exact: true }).fill("3");
  await data.getByRole("button", { name: "Change the row" }).click();
  const list = data.getByRole("region", { name: /^Changed rows/ });
  await expect(list.getByRole("listitem")).toHaveCount(1);
  await openSample(page, "Question types");
  await expect(list).toHaveCount(0);
  await expect(page.locator(".banners")).toContainText(
    /Question types is open now, in place of films\.csv and its list of 1\schanged row\./,
  );
  await page.locator(".banners").getByRole("button", { name: "Undo" }).click();
  await expect(list.getByRole("listitem")).toHaveText([/row\s3/]);
  await waitUntilReady(page);
  expect(await dataLine(page)).toContain("films.csv");
  await expect(page.locator(".banners")).toBeEmpty();
});
