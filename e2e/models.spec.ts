/**
 * Base models: kept in the browser, brought from a Hub, or refused by name. Folders of this
 * computer: `folders.spec.ts`.
 */

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, type Page, test } from "@playwright/test";
import { type HubServer, serveHub } from "../tests/hub-server";
import { chip, choose, chooser, fixtures, openedModel } from "./base-model";
import { compareButton, expectAccessible, openStep, step, waitUntilReady, watchRequests } from "./studio";

test.skip(({ isMobile }) => Boolean(isMobile), "the same at any width");

/** The files of a model folder, as a Hub would have them. */
function filesOf(folder: string): Record<string, Uint8Array> {
  const names = ["config.json", "tokenizer.json", "tokenizer_config.json", "model.safetensors"];
  return Object.fromEntries(names.map((name) => [name, new Uint8Array(readFileSync(join(folder, name)))]));
}

test("the bundled model needs no network the second time; a damaged copy is noticed and brought anew", async ({
  page,
}) => {
  const asked: string[] = [];
  page.on("request", (request) => {
    const name = /\/models\/(.*)$/.exec(request.url())?.[1];
    if (name) asked.push(name);
  });
  // A worker's requests are the context's.
  page.context().on("request", (request) => {
    if (/\.safetensors$/.test(request.url())) asked.push("weights");
  });
  await page.goto("/");
  await waitUntilReady(page);
  expect(asked).toContain("weights");

  await page.context().route("**/models/**", (route) => route.abort());
  asked.length = 0;
  await page.reload();
  await waitUntilReady(page);
  const name = await openedModel(page);
  await page.context().unroute("**/models/**");

  await page.evaluate(async (stored) => {
    const models = await (await navigator.storage.getDirectory()).getDirectoryHandle("models");
    const folder = await models.getDirectoryHandle(encodeURIComponent(stored));
    const writable = await (await folder.getFileHandle("model.safetensors")).createWritable({ keepExistingData: true });
    await writable.write({ type: "write", position: 500_000, data: new Uint8Array([1, 2, 3, 4]) });
    await writable.close();
  }, `bundled:${name}`);
  asked.length = 0;
  await page.reload();
  await waitUntilReady(page);
  expect(asked).toContain("weights");
  asked.length = 0;
  await page.reload();
  await waitUntilReady(page);
  expect(asked).not.toContain("weights");
});

test.describe("a model of the Hub", () => {
  let hub: HubServer;
  const rig = filesOf(join(fixtures, "reference/models/tiny-gpt2"));
  const t5 = new TextEncoder().encode('{"model_type":"t5","is_encoder_decoder":true}');

  test.beforeEach(async () => {
    hub = await serveHub({
      "tiny/gpt2": { files: { ...rig, "README.md": new Uint8Array(10) }, licence: "apache-2.0" },
      "tiny/gated": { files: rig, gatedBy: "hf_right" },
      "tiny/t5": { files: { ...rig, "config.json": t5 } },
    });
  });
  // After a skipped test too, for which none was served.
  test.afterEach(() => (hub as HubServer | undefined)?.close());

  async function lookUp(page: Page, name: string, token = ""): Promise<void> {
    await choose(page, "Hub");
    const dialog = chooser(page);
    if (!(await dialog.getByLabel("Hub address").isVisible())) {
      await dialog.getByText("Token for gated models, another Hub address").click();
    }
    await dialog.getByLabel("Hub address").fill(hub.address);
    await dialog.getByLabel("Access token").fill(token);
    await dialog.getByLabel("Model", { exact: true }).fill(name);
    await dialog.getByRole("button", { name: "Look up" }).click();
  }

  test("is shown before it is downloaded, goes on after a stop, works offline, and can be deleted", async ({
    page,
    baseURL,
  }) => {
    const requests = watchRequests(page, baseURL ?? "");
    await page.goto("/");
    await waitUntilReady(page);
    // Its suggested text leaves room for a row among 64 positions.
    await openStep(page, "Data");
    await page.getByRole("button", { name: /^Film reviews/ }).click();
    await expect(page.getByRole("region", { name: "First rows of film-reviews.csv" })).toBeVisible();
    await waitUntilReady(page);
    expect(requests.foreign).toEqual([]);
    await lookUp(page, "tiny/gpt2");
    const about = chooser(page).getByRole("region", { name: "About tiny/gpt2" });
    await expect(about).toContainText("GPT-2");
    await expect(about).toContainText("apache-2.0");
    await expect(about).toContainText("4 files of 5");
    await expect(about).toContainText(/Largest batch\s*1,024/);
    await expectAccessible(page);
    const content = () => hub.requests.filter((path) => /^\/large\/.* bytes=(\d+)-/.test(path));
    const before = content().length;
    expect(requests.foreign.every((url) => url.startsWith(hub.address))).toBe(true);

    hub.slowDown(600);
    await chooser(page)
      .getByRole("button", { name: /^Download 29\d kB and open$/ })
      .click();
    await expect(chooser(page).getByRole("progressbar", { name: "Downloading the model" })).toBeVisible();
    await expect(chooser(page).locator(".progress-text")).toContainText(
      /tiny\/gpt2 · model\.safetensors · [\d.]+\skB of 29\d\skB/,
    );
    await chooser(page).getByRole("button", { name: "Stop" }).click();
    await expect(chooser(page).getByRole("alert")).toHaveText(/was stopped\. What has arrived is kept/);
    hub.slowDown(0);
    await chooser(page)
      .getByRole("button", { name: /^Download the remaining .* kB and open$/ })
      .click();
    await expect(chooser(page)).toBeHidden();
    await expect(chip(page)).toContainText("tiny/gpt2");
    const begins = content()
      .slice(before)
      .map((path) => Number(/ bytes=(\d+)-/.exec(path)?.[1]));
    expect(begins.some((from) => from > 0)).toBe(true);

    // The data is still open, in the new model's tokens; LoRA's default linears are the new
    // model's.
    await expect(
      page.getByText(/^tiny\/gpt2 reads 64 tokens.*texts are now cut at 34 tokens instead of 128/),
    ).toBeVisible();
    await expect(step(page, "Data")).toContainText("rows");
    await expect(step(page, "Methods")).toContainText("Together about");
    await waitUntilReady(page);
    await hub.close();
    // The address names it, and it is stored.
    await page.reload();
    await waitUntilReady(page);
    await expect(chip(page)).toContainText("tiny/gpt2");
    await chip(page).click();
    await page.getByRole("dialog", { name: "Base model" }).getByText("Detail for engineers").click();
    await expect(page.getByRole("list", { name: "Special tokens" })).toContainText("<|eos|> id 2 end of text");
    await page.keyboard.press("Escape");

    await choose(page, "Storage");
    await expect(chooser(page).getByRole("listitem")).toHaveCount(2);
    await chooser(page).getByRole("button", { name: "Delete tiny/gpt2 from the storage" }).click();
    await expect(chooser(page).getByRole("listitem")).toHaveCount(1);
    await chooser(page).getByRole("tab", { name: "Ready here" }).click();
    await expect(chooser(page).getByRole("button", { name: /^tiny\/gpt2/ })).toHaveCount(0);
  });

  test("that is gated, of a kind not tuned, or not there says what to do", async ({ page }) => {
    await page.goto("/");
    await waitUntilReady(page);
    const alert = chooser(page).getByRole("alert");
    await lookUp(page, "tiny/gated");
    await expect(alert).toHaveText(/gated or private.* give a token/);
    await lookUp(page, "tiny/gated", "hf_other");
    await expect(alert).toHaveText(/Accept its conditions on http/);
    await lookUp(page, "tiny/gated", "hf_right");
    await expect(chooser(page).getByRole("button", { name: /^Download .* and open$/ })).toBeEnabled();
    expect(JSON.stringify(await page.evaluate(() => ({ ...localStorage })))).not.toContain("hf_right");
    await lookUp(page, "tiny/t5");
    await expect(alert).toHaveText(/is an encoder–decoder model/);
    await expect(chooser(page).getByRole("button", { name: /^Download/ })).toHaveCount(0);
    await lookUp(page, "tiny/none");
    await expect(alert).toHaveText(/does not show tiny\/none without a token/);
    await hub.close();
    await lookUp(page, "tiny/gpt2");
    await expect(alert).toHaveText(/could not be reached/);
    await page.keyboard.press("Escape");
    await openedModel(page);
    await expect(compareButton(page)).toBeEnabled();
  });
});
