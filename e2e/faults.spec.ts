/**
 * What breaks while it trains, in a real browser: nothing but the steps since the last evaluation
 * is lost, and the page says in one sentence what has happened.
 */

import { expect, type Page, test } from "@playwright/test";
import { continueTraining, prepare, SLOW_STEPS, send, startAgain, tableOf } from "./faulty";
import {
  beforeWorker,
  chart,
  compareButton,
  keepRuns,
  runCard,
  status,
  step,
  waitForStatus,
  waitUntilAsked,
  waitUntilReady,
} from "./studio";

test.skip(({ isMobile }) => Boolean(isMobile), "the same at any width");

const goOn = (page: Page) => page.getByRole("button", { name: /^Go on from step \d+$/ });

test("after a reload in mid-run the page offers to go on, and it goes on to the same losses", async ({ page }) => {
  await prepare(page, 30);
  await compareButton(page).click();
  await waitForStatus(page, /^Finished: 30 steps/);
  // Charts and tables are drawn a moment after the status.
  await expect.poll(async () => (await tableOf(page, "Training loss")).length).toBe(31);
  await expect.poll(async () => (await tableOf(page, "Validation loss")).length).toBe(8);
  const whole = { training: await tableOf(page, "Training loss"), validation: await tableOf(page, "Validation loss") };

  await beforeWorker(page, SLOW_STEPS);
  await prepare(page, 30);
  await compareButton(page).click();
  await waitForStatus(page, /^step (1[2-9]|2\d) of 30/);
  const questions: string[] = [];
  // Stays the first time, and leaves from then on.
  page.on("dialog", (dialog) => {
    const stays = questions.length === 0;
    questions.push(dialog.type());
    return stays ? dialog.dismiss() : dialog.accept();
  });
  await page.evaluate(() => location.reload());
  await expect.poll(() => questions).toEqual(["beforeunload"]);
  await expect(status(page)).toHaveText(/^step \d+ of 30/);
  await page.reload();
  expect(questions).toEqual(["beforeunload", "beforeunload"]);
  const offer = page.getByRole("status").filter({ hasText: "A comparison was broken off." });
  await expect(offer).toContainText(/2.runs on films\.csv, at step \d+ of 30\./);
  await expect(goOn(page)).toBeEnabled();
  const step = Number(/\d+/.exec((await goOn(page).textContent()) ?? "")?.[0]);
  expect(step).toBeGreaterThanOrEqual(10);
  expect(step % 5).toBe(0);
  await goOn(page).click();
  await waitForStatus(page, /^Finished: 30 steps/);
  await expect.poll(() => tableOf(page, "Training loss")).toEqual(whole.training);
  await expect.poll(() => tableOf(page, "Validation loss")).toEqual(whole.validation);
  await expect(page.locator(".banners")).toBeEmpty();
  // Nothing is left to go on with, nor to ask.
  await page.reload();
  await waitUntilAsked(page, "films.csv");
  await expect(offer).toHaveCount(0);
  expect(questions).toHaveLength(2);
});

test("a part of the page that breaks is replaced by words, and everything else goes on", async ({ page }) => {
  await beforeWorker(page, SLOW_STEPS);
  await page.addInitScript(() => {
    const Original = window.ResizeObserver;
    window.ResizeObserver = class extends Original {
      constructor(callback: ResizeObserverCallback) {
        if (sessionStorage.getItem("breaks") === "yes") throw new Error("no observer is left");
        super(callback);
      }
    };
  });
  await prepare(page, 30);
  await page.evaluate(() => sessionStorage.setItem("breaks", "yes"));
  await compareButton(page).click();
  const broken = page.getByRole("alert").filter({ hasText: "Something broke while the charts were drawn" });
  await expect(broken).toContainText("(no observer is left). Everything else goes on");
  await waitForStatus(page, /^step ([5-9]|\d\d) of 30/);
  await expect(page.getByRole("alert")).toHaveCount(1);
  // Pressed before it is mended it breaks once more.
  const reload = broken.getByRole("button", { name: "Reload this part" });
  await reload.click();
  await expect(broken).toBeVisible();
  await page.evaluate(() => sessionStorage.setItem("breaks", "no"));
  await reload.click();
  await expect(chart(page, "Validation loss")).toBeVisible();
  await expect(broken).toHaveCount(0);
  await waitForStatus(page, /^Finished: 30 steps/);
  await expect.poll(async () => (await tableOf(page, "Training loss")).length).toBe(31);
});

test("a worker that was ended is noticed, and everything but its last steps is kept", async ({ page }) => {
  await page.addInitScript(() => {
    const workers: Worker[] = [];
    const Original = window.Worker;
    window.Worker = class extends Original {
      constructor(url: string | URL, options?: WorkerOptions) {
        super(url, options);
        workers.push(this);
      }
    };
    Object.assign(window, {
      endWorkers: () => {
        for (const worker of workers) worker.terminate();
      },
    });
  });
  await page.clock.install();
  await prepare(page, 400);
  await compareButton(page).click();
  await waitForStatus(page, /^step [6-9] of|^step \d\d+ of/);
  await page.evaluate(() => (window as unknown as { endWorkers: () => void }).endWorkers());
  await page.clock.runFor(20_000);
  await expect(startAgain(page)).toHaveCount(0);
  await page.clock.runFor(600_000);
  await expect(page.getByRole("status").filter({ hasText: "The engine has not answered for" })).toBeVisible();
  await startAgain(page).click();
  await waitUntilReady(page);
  await expect(page.getByRole("alert")).toHaveCount(0);
  await expect(startAgain(page)).toHaveCount(0);
  await waitForStatus(page, /^Failed at step \d+ of 400: The engine did not answer and was started again\./);
  await continueTraining(page);
  await waitForStatus(page, /^step \d+ of 400/);
  await page.getByRole("button", { name: "Stop", exact: true }).click();
  await waitForStatus(page, /^Stopped at step \d+ of 400/);
  await expect(status(page)).toBeVisible();
});

/** Has the worker hang when it is told to. */
const HANGS = `new BroadcastChannel("hang").onmessage = () => { for (;;); };`;

test("a worker that hangs is noticed, and loses nothing else; a stop meanwhile starts it again", async ({ page }) => {
  await beforeWorker(page, HANGS);
  await page.clock.install();
  await prepare(page, 400);
  await compareButton(page).click();
  await waitForStatus(page, /^step [6-9] of|^step \d\d+ of/);
  await send(page, "hang");
  await page.clock.runFor(20_000);
  await expect(startAgain(page)).toHaveCount(0);
  await page.clock.runFor(600_000);
  await expect(page.getByRole("status").filter({ hasText: "The engine has not answered for" })).toBeVisible();
  await expect.poll(async () => (await tableOf(page, "Validation loss")).length).toBeGreaterThan(2);
  const before = await tableOf(page, "Validation loss");
  await startAgain(page).click();
  await waitUntilReady(page);
  await waitForStatus(page, /^Failed at step \d+ of 400: The engine did not answer and was started again\./);
  await expect.poll(() => tableOf(page, "Validation loss")).toEqual(before);
  await expect(page.locator(".run-card")).toHaveCount(2);
  await expect(step(page, "Data")).toContainText("films.csv");
  await expect(step(page, "Training")).toContainText("400 steps");

  await continueTraining(page);
  await waitForStatus(page, /^step \d+ of 400/);
  await send(page, "hang");
  await page.getByRole("button", { name: "Stop", exact: true }).click();
  await page.clock.runFor(20_000);
  await waitForStatus(page, /^Stopping… · .*step \d+ of 400/);
  await page.clock.runFor(600_000);
  await waitForStatus(page, /^Failed at step \d+ of 400: The engine did not stop by itself and was started again\./);
  await waitUntilReady(page);
  await expect(page.getByRole("alert")).toHaveCount(0);
  await continueTraining(page);
  await waitForStatus(page, /^step \d+ of 400/);
});

/** Has the worker's own code break when it is told to; the worker goes on. */
const BREAKS = `new BroadcastChannel("break").onmessage = () => { throw new Error("it broke"); };`;

test("a worker whose own code breaks is called lost, and nothing that it still does counts", async ({ page }) => {
  await beforeWorker(page, `${SLOW_STEPS}\n${BREAKS}`);
  await prepare(page, 400);
  await compareButton(page).click();
  await waitForStatus(page, /^step [6-9] of|^step \d\d+ of/);
  await send(page, "break");
  const alert = page.getByRole("alert").filter({ hasText: "The device or its worker was lost." });
  await expect(alert).toContainText("lost. It broke. Data, model, runs and curves are kept");
  await waitForStatus(page, /^Failed at step \d+ of 400: it broke/);
  const [before] = /^Failed at step \d+ of 400: it broke/.exec((await status(page).textContent()) ?? "") ?? [];
  await startAgain(page).click();
  await waitUntilReady(page);
  await expect(page.getByRole("alert")).toHaveCount(0);
  await expect(status(page)).toHaveText(before!);
  await continueTraining(page);
  await waitForStatus(page, /^step \d+ of 400/);
});

/** Has the worker put among its events what is none. */
const DAMAGED_NEWS = `{
  const { postMessage } = MessagePort.prototype;
  const damaged = [null, { type: "weather" }, { type: "ranks", run: "LoRA", step: 1 }, { type: "step", run: "LoRA" }];
  MessagePort.prototype.postMessage = function (message, ...given) {
    const [events] = message?.argumentList?.map(({ value }) => value) ?? [];
    if (Array.isArray(events)) events.push(...damaged);
    return postMessage.call(this, message, ...given);
  };
}`;

test("news of the worker that cannot be read is said, and takes nothing with it", async ({ page }) => {
  await beforeWorker(page, DAMAGED_NEWS);
  await prepare(page, 6);
  await compareButton(page).click();
  await waitForStatus(page, /^Finished: 6 steps/);
  await expect(page.getByRole("alert")).toHaveText(
    /^Some news of the engine could not be read .*what it does goes on\./,
  );
  // A step once each; evaluations before the first step, at the fifth, and at the end.
  const stepsOf = async (title: string) => (await tableOf(page, title)).slice(1).map((row) => Number.parseInt(row, 10));
  await expect.poll(() => stepsOf("Training loss")).toEqual([1, 2, 3, 4, 5, 6]);
  await expect.poll(() => stepsOf("Validation loss")).toEqual([0, 5, 6]);
});

/** What a browser does that keeps nothing: IndexedDB throws, and files have no place. */
const NO_STORAGE = `{
  const denied = () => { throw new DOMException("access to the Indexed Database API is denied", "SecurityError"); };
  IDBFactory.prototype.open = denied;
  StorageManager.prototype.getDirectory = async () => denied();
}`;

test("where the browser denies storage everything trains, and the page says what will not survive", async ({
  page,
}) => {
  await page.addInitScript(NO_STORAGE);
  await beforeWorker(page, NO_STORAGE);
  await prepare(page, 6);
  await compareButton(page).click();
  await waitForStatus(page, /^Finished: 6 steps/);
  await expect(page.getByRole("status").filter({ hasText: "This browser could not keep" })).toHaveText(
    /curves and finished adapters.*\(.*is denied\)\. Training goes on, but a reload or a crash would lose them/,
  );
  await expect(page.getByRole("button", { name: "Download the adapter of LoRA", exact: true }).first()).toBeEnabled();
});

test("where storage is full everything trains, and the page says so", async ({ page }) => {
  await prepare(page, 6);
  // DevTools' override of the quota is not always heeded once a page has stored something.
  await page.evaluate(() => {
    IDBObjectStore.prototype.put = () => {
      throw new DOMException("The disk is full.", "QuotaExceededError");
    };
  });
  await compareButton(page).click();
  await waitForStatus(page, /^Finished: 6 steps/);
  await expect(page.getByRole("status").filter({ hasText: "This browser could not keep" })).toContainText(
    "download what you need before you leave this page",
  );
});

test("each of two tabs goes on with its own comparison", async ({ page, context }) => {
  const other = await context.newPage();
  await beforeWorker(other, SLOW_STEPS);
  await prepare(other, 400);
  await compareButton(other).click();
  await waitForStatus(other, /^step ([6-9]|\d\d) of 400/);
  await other.getByRole("button", { name: "Pause" }).click();

  await prepare(page, 12);
  await keepRuns(page, ["Head only"]);
  // The other tab's comparison is that tab's to go on with.
  await expect(goOn(page)).toHaveCount(0);
  await compareButton(page).click();
  await waitForStatus(page, /^Finished: 12 steps/);
  await expect(status(other)).toHaveText(/^Paused at step \d+ of 400/);

  await other.close({ runBeforeUnload: false });
  await page.reload();
  await expect(page.getByRole("status").filter({ hasText: "A comparison was broken off." })).toContainText(/2.runs on/);
  await page.getByRole("button", { name: "Forget it" }).click();
  await expect(goOn(page)).toHaveCount(0);
  await page.reload();
  await waitUntilAsked(page, "films.csv");
  await expect(goOn(page)).toHaveCount(0);
});

test("a clock that is set back and a frozen tab change nothing", async ({ page }) => {
  await beforeWorker(page, SLOW_STEPS);
  await prepare(page, 30);
  await compareButton(page).click();
  await waitForStatus(page, /^step \d+ of 30/);
  await page.evaluate(() => {
    const now = Date.now;
    Date.now = () => now() - 3_600_000;
  });
  const session = await page.context().newCDPSession(page);
  await session.send("Page.setWebLifecycleState", { state: "frozen" });
  await new Promise((resolve) => setTimeout(resolve, 3000));
  await session.send("Page.setWebLifecycleState", { state: "active" });
  await waitForStatus(page, /^Finished: 30 steps in [\d.]+.(s|min \d+.s)\.$/);
  await expect(page.locator(".banners")).toBeEmpty();
});

test("a network that is cut in the middle of a model is named, and the model opens once it is back", async ({
  page,
}) => {
  await page.route(/\/models\/.*\.safetensors$/, (route) => route.abort("internetdisconnected"));
  await page.goto("/");
  const alert = page.getByRole("alert").filter({ hasText: "The base model was not opened." });
  await expect(alert).toContainText(/of \d+ bytes/);
  await page.unroute(/\/models\/.*\.safetensors$/);
  await page.reload();
  await waitUntilReady(page);
  await expect(page.getByRole("alert")).toHaveCount(0);
});

test("a page that was opened by plain http says what it needs", async ({ page, baseURL }) => {
  await page.route("http://studio.test/**", async (route) => {
    const { pathname } = new URL(route.request().url());
    await route.fulfill({ response: await route.fetch({ url: new URL(pathname, baseURL).href }) });
  });
  await page.goto("http://studio.test/");
  await expect(page.getByRole("alert")).toHaveText(
    /^This page was opened by plain http .* https, or .*http:\/\/localhost\.$/,
  );
  await expect(compareButton(page)).toBeDisabled();
  // What the page still asks for must not outlive the test.
  await page.unrouteAll({ behavior: "ignoreErrors" });
});

/** As an address holds it. */
const linkOf = (content: unknown) => `/#c=${Buffer.from(JSON.stringify(content)).toString("base64url")}`;

test("what cannot be used of an address is named, and a run that was removed does not come back", async ({ page }) => {
  const run = (name: string, options: object, method = "lora") => ({ name, method, options });
  const runs = [run("Good", { rank: 4 }), run("Odd", { r: 4 }), run("Unknown", {}, "loar")];
  await page.goto(linkOf({ training: { seeds: 1000000000 }, runs }));
  const alert = page.getByRole("alert").filter({ hasText: "in this address cannot be used" });
  await expect(alert).toContainText("seeds: must be at most 10, and is 1000000000.");
  await expect(alert).toContainText('no method "loar"; did you mean lora?');
  await expect(runCard(page, "Odd")).toContainText('lora has no option "r"; did you mean rank?');
  await waitForStatus(page, /^Odd has an option that cannot be used/);
  await page.getByRole("button", { name: "Remove Odd", exact: true }).click();
  await waitUntilReady(page);
  await page.getByRole("button", { name: "Remove Good", exact: true }).click();
  await expect(page.locator(".run-card")).toHaveCount(0);
  await expect.poll(() => decoded(page.url())).toMatchObject({ runs: [] });
  await page.reload();
  await waitForStatus(page, /^Add a method first/);
});

function decoded(address: string): unknown {
  return JSON.parse(Buffer.from(address.slice(address.indexOf("#c=") + 3), "base64url").toString());
}
