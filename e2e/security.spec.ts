/**
 * The page under its Content-Security-Policy: everything it does is allowed, and nothing else is.
 * The policy itself: `tests/unit/tools/security.test.ts`.
 */

import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, type Page, test } from "@playwright/test";
import { unzipSync } from "fflate";
import { serveStudio } from "../bin/headless/server";
import { serveHub } from "../tests/hub-server";
import { HUB_SERVERS, securityHeaders } from "../tools/security/headers.mjs";
import { chip, choose, chooser, fixtures } from "./base-model";
import { csv, films } from "./films";
import { serveStatically } from "./static-server";
import {
  beforeWorker,
  chart,
  chooseFile,
  compareButton,
  downloaded,
  keepRuns,
  openMethods,
  openStep,
  setTraining,
  waitForStatus,
  waitUntilReady,
} from "./studio";

test.skip(({ isMobile }) => Boolean(isMobile), "the same at any width");

const root = fileURLToPath(new URL("..", import.meta.url));

/** Sends every violation in the page and its worker to `violations`. */
const REPORT = `
  addEventListener("securitypolicyviolation", ({ effectiveDirective, blockedURI, sourceFile, lineNumber }) =>
    new BroadcastChannel("violations").postMessage([effectiveDirective, blockedURI, sourceFile, lineNumber].join(" ")));`;

/** What the policy has refused so far. Grows while the page lives. */
async function watchViolations(page: Page): Promise<string[]> {
  const violations: string[] = [];
  await page.exposeFunction("noteViolation", (text: string) => violations.push(text));
  await page.addInitScript(`${REPORT}
    new BroadcastChannel("violations").onmessage = ({ data }) => window.noteViolation(data);`);
  await beforeWorker(page, REPORT);
  return violations;
}

/** A server that would let any page ask. */
async function serveForeign() {
  let asked = 0;
  const server = createServer((_, response) => {
    asked++;
    response.writeHead(200, { "Access-Control-Allow-Origin": "*", "Cross-Origin-Resource-Policy": "cross-origin" });
    response.end("here");
  });
  await new Promise<void>((resolve) => server.listen(0, "localhost", resolve));
  return {
    address: `http://localhost:${(server.address() as AddressInfo).port}/`,
    asked: () => asked,
    close: () => server.close(),
  };
}

/** Page and worker each try to reach a foreign server, and do not. */
async function expectForeignRefused(page: Page): Promise<void> {
  const foreign = await serveForeign();
  const ask = (address: string) =>
    fetch(address).then(
      () => "answered",
      () => "refused",
    );
  try {
    expect(await page.evaluate(ask, foreign.address)).toBe("refused");
    const studio = page.workers().find((worker) => /\/assets\/studio-worker-/.test(worker.url()));
    expect(await studio!.evaluate(ask, foreign.address)).toBe("refused");
    // Neither a picture nor an address that is opened in passing.
    await page.evaluate(async (address) => {
      const image = new Image();
      image.src = address;
      await image.decode().catch(() => undefined);
      navigator.sendBeacon(address, "rows");
    }, foreign.address);
    expect(foreign.asked()).toBe(0);
  } finally {
    foreign.close();
  }
}

/** Two runs for two steps, and what is done with them. */
async function expectTraining(page: Page): Promise<void> {
  await keepRuns(page, ["LoRA", "Head only"]);
  await setTraining(page, { Steps: "2", "Evaluate every": "2" });
  await compareButton(page).click();
  await waitForStatus(page, /^Finished: 2 steps/, 120_000);
  await expect(chart(page, "Training loss")).toHaveAccessibleName(/2 lines over step/);
}

test("the page trains, draws, saves and opens every dialog under the policy of npm start, and reaches nobody else", async ({
  page,
  baseURL,
}) => {
  const answer = await page.request.get("/");
  const expected = securityHeaders();
  for (const name of Object.keys(expected).filter((name) => name !== "Content-Security-Policy")) {
    expect(answer.headers()[name.toLowerCase()], name).toBe(expected[name]);
  }
  const violations = await watchViolations(page);
  await page.goto("/");
  await waitUntilReady(page);
  await expectTraining(page);

  await openStep(page, "Data");
  await openStep(page, "Methods");
  await openMethods(page);
  await expect(page.getByLabel("Search")).toBeVisible();
  // What lies behind a dialog does not scroll: the style for it is there.
  expect(await page.evaluate(() => getComputedStyle(document.body).overflow)).toBe("hidden");
  await page.keyboard.press("Escape");
  await expect(page.getByRole("dialog")).toBeHidden();
  expect(await page.evaluate(() => getComputedStyle(document.body).overflow)).not.toBe("hidden");
  for (const kind of ["PNG", "SVG"]) {
    await page.getByRole("button", { name: "Download Training loss", exact: true }).click();
    const saved = await downloaded(page, () => page.getByRole("menuitem", { name: new RegExp(kind) }).click());
    expect(saved.bytes.length).toBeGreaterThan(1000);
  }
  expect(violations).toEqual([]);
  await expectForeignRefused(page);
  // Found out by the browser itself, for page, worker and picture.
  expect(violations.filter((text) => text.startsWith("connect-src")).length).toBeGreaterThanOrEqual(2);
  expect(new URL(page.url()).origin).toBe(baseURL);
});

test("a graphics device trains under the policy", async ({ page }) => {
  await page.addInitScript(() => localStorage.setItem("device", "software"));
  const violations = await watchViolations(page);
  await page.goto("/");
  await waitUntilReady(page);
  await openStep(page, "Data");
  await chooseFile(page, "Training file", "films.csv", csv(films(24)));
  await waitUntilReady(page);
  await keepRuns(page, ["Head only"]);
  await setTraining(page, { Steps: "2", "Evaluate every": "2", "Batch size": "2" });
  await compareButton(page).click();
  await waitForStatus(page, /^Finished: 2 steps/, 180_000);
  await expect(page.getByRole("button", { name: /^Device/ })).toContainText(/swiftshader/i);
  expect(violations).toEqual([]);
});

test("a host that sends no headers: the service worker holds page and worker to the policy", async ({ page }) => {
  const host = await serveStatically();
  try {
    await page.goto(host.address);
    await waitUntilReady(page);
    expect(await page.evaluate(() => crossOriginIsolated)).toBe(true);
    await expectTraining(page);
    await expectForeignRefused(page);
  } finally {
    await host.close();
  }
});

test("a host whose own policy forbids WebAssembly is told which word it lacks, below a path too", async ({ page }) => {
  const host = await serveStatically(() => ({ "Content-Security-Policy": "default-src 'self'" }), "/lab/studio/");
  try {
    await page.goto(`${host.address}/`);
    await expect(page.getByText("The base model was not opened.").locator("..")).toContainText(
      "its script-src must have 'self' and 'wasm-unsafe-eval'",
    );
    await expect(compareButton(page)).toBeDisabled();
  } finally {
    await host.close();
  }
});

test("a Hub that the policy does not name is refused with how to allow it", async ({ page }) => {
  const hub = await serveHub({});
  const host = await serveStatically(() => securityHeaders());
  try {
    await page.goto(host.address);
    await waitUntilReady(page);
    await choose(page, "Hub");
    await chooser(page).getByText("Token for gated models, another Hub address").click();
    await chooser(page).getByLabel("Hub address").fill(hub.address);
    await chooser(page).getByLabel("Model", { exact: true }).fill("tiny/gpt2");
    await chooser(page).getByRole("button", { name: "Look up" }).click();
    await expect(chooser(page).getByRole("alert")).toContainText(
      `This page may not ask ${hub.address}, or a file server that it points to`,
    );
    await expect(chooser(page).getByRole("alert")).toContainText(`npm start -- --hub ${hub.address}`);
    expect(hub.requests).toEqual([]);
  } finally {
    await host.close();
    await hub.close();
  }
});

test("a token is in no address, storage or download of the page", async ({ page }) => {
  const token = "hf_ThisTokenMustNotBeSeenAnywhere";
  const rig = join(fixtures, "reference/models/tiny-gpt2");
  const names = ["config.json", "tokenizer.json", "tokenizer_config.json", "model.safetensors"];
  const files = Object.fromEntries(names.map((name) => [name, new Uint8Array(readFileSync(join(rig, name)))]));
  const hub = await serveHub({ "tiny/gated": { files, gatedBy: token } });
  try {
    await page.goto("/");
    await waitUntilReady(page);
    await openStep(page, "Data");
    await chooseFile(page, "Training file", "films.csv", csv(films(24)));
    await waitUntilReady(page);
    await keepRuns(page, ["Head only"]);
    await choose(page, "Hub");
    await chooser(page).getByText("Token for gated models, another Hub address").click();
    await chooser(page).getByLabel("Hub address").fill(hub.address);
    await chooser(page).getByLabel("Access token").fill(token);
    await chooser(page).getByLabel("Model", { exact: true }).fill("tiny/gated");
    await chooser(page).getByRole("button", { name: "Look up" }).click();
    await chooser(page)
      .getByRole("button", { name: /^Download .* and open$/ })
      .click();
    await expect(chip(page)).toContainText("tiny/gated");
    await waitUntilReady(page);
    await setTraining(page, { Steps: "2", "Evaluate every": "2", "Batch size": "2" });
    await compareButton(page).click();
    await waitForStatus(page, /^Finished: 2 steps/, 120_000);
    const saved = async (name: RegExp) => {
      await page.getByRole("button", { name: "Save", exact: true }).click();
      const { bytes } = await downloaded(page, () => page.getByRole("menuitem", { name }).click());
      return Buffer.from(bytes).toString("latin1");
    };
    const kept = [
      await saved(/^Configuration/),
      await saved(/^Metrics/),
      await saved(/^Report \(HTML\)/),
      await saved(/^Report \(Markdown\)/),
      page.url(),
    ];
    const adapter = await downloaded(page, () =>
      page.getByRole("button", { name: "Download the adapter of Head only", exact: true }).first().click(),
    );
    const unpacked = Object.values(unzipSync(adapter.bytes)).map((bytes) => Buffer.from(bytes).toString("latin1"));
    const stored = await page.evaluate(async () => {
      const texts = [JSON.stringify(localStorage), JSON.stringify(sessionStorage), JSON.stringify(history.state)];
      for (const { name } of await indexedDB.databases()) {
        const opening = indexedDB.open(name!);
        await new Promise((resolve) => opening.addEventListener("success", resolve));
        for (const store of opening.result.objectStoreNames) {
          const asked = opening.result.transaction(store).objectStore(store).getAll();
          await new Promise((resolve) => asked.addEventListener("success", resolve));
          texts.push(JSON.stringify(asked.result));
        }
        opening.result.close();
      }
      const read = async (folder: FileSystemDirectoryHandle) => {
        for await (const [name, entry] of folder.entries()) {
          texts.push(name);
          if (entry.kind === "directory") await read(entry as FileSystemDirectoryHandle);
          else texts.push(await (await (entry as FileSystemFileHandle).getFile()).text());
        }
      };
      await read(await navigator.storage.getDirectory());
      return texts;
    });
    // What was looked through is not nothing: the model's name is there.
    expect([...kept, ...unpacked].filter((text) => text.includes("tiny/gated")).length).toBeGreaterThan(2);
    expect(stored.filter((text) => text.includes("tiny/gated")).length).toBeGreaterThan(0);
    expect([...kept, ...unpacked, ...stored, ...hub.requests].filter((text) => text.includes(token))).toEqual([]);
  } finally {
    await hub.close();
  }
});

test("the runner's page may ask its own server and the Hub that was named", async ({ page }) => {
  const server = await serveStudio(root, "https://hub.example/mirror");
  try {
    const answer = await page.goto(`${server.url}runner.html`);
    const policy = answer!.headers()["content-security-policy"];
    expect(policy).toBe(securityHeaders([...HUB_SERVERS, "https://hub.example"])["Content-Security-Policy"]);
    await expect.poll(() => page.evaluate(() => "studioRunner" in window)).toBe(true);
    const foreign = await serveForeign();
    const asked = await page.evaluate((address) => fetch(address).catch(() => null), foreign.address);
    expect(asked).toBeNull();
    expect(foreign.asked()).toBe(0);
    foreign.close();
  } finally {
    await server.close();
  }
});
