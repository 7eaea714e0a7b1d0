/**
 * The built page on a static host, below any path: kept by its service worker it opens and trains
 * without a network, brings what is damaged anew, and offers a newer version. Headers that the
 * service worker adds: `security.spec.ts`.
 */

import { appendFileSync, cpSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, type Page, test } from "@playwright/test";
import { HUB_SERVERS } from "../tools/security/headers.mjs";
import { keptFiles, serviceWorkerScript } from "../tools/service-worker/plugin.mjs";
import { serveStatically } from "./static-server";
import { compareButton, expectAccessible, keepRuns, setTraining, waitForStatus, waitUntilReady } from "./studio";

test.skip(({ isMobile }) => Boolean(isMobile), "the same at any width");

const PATH = "/some/deep/path/";

/** Waits until the page says that it is kept. */
async function waitUntilKept(page: Page): Promise<void> {
  await waitUntilReady(page);
  await expect(page.getByText("opens without a network too")).toBeVisible({ timeout: 120_000 });
}

async function train(page: Page, steps: number): Promise<void> {
  await keepRuns(page, ["Head only"]);
  await setTraining(page, { Steps: String(steps), "Evaluate every": String(steps) });
  await compareButton(page).click();
  await waitForStatus(page, new RegExp(`^Finished: ${steps} steps`), 120_000);
}

/** Paths below the studio's of what its service worker keeps, by the name of the cache. */
function keptPaths(page: Page): Promise<Record<string, string[]>> {
  return page.evaluate(async () => {
    const paths: Record<string, string[]> = {};
    for (const name of await caches.keys()) {
      const requests = await (await caches.open(name)).keys();
      paths[name] = requests.map(({ url }) => new URL(url).pathname);
    }
    return paths;
  });
}

test("below a deep path of a host without headers it trains, and again when the host is gone", async ({ page }) => {
  const host = await serveStatically(() => ({}), PATH);
  try {
    await page.goto(`${host.address}/`);
    await waitUntilKept(page);
    expect(await page.evaluate(() => crossOriginIsolated)).toBe(true);
    await train(page, 2);
  } finally {
    await host.close();
  }
  const [[name, paths] = ["", []], ...others] = Object.entries(await keptPaths(page));
  expect(others).toEqual([]);
  expect(name).toContain(PATH);
  // Of four builds of onnxruntime the one that this browser uses, and no model that was not opened.
  expect(paths.filter((path) => path.endsWith(".wasm"))).toHaveLength(1);
  expect(paths.filter((path) => /small-base.*safetensors/.test(path))).toEqual([]);
  expect(paths).toContain(PATH);

  await page.reload();
  await waitUntilReady(page);
  expect(await page.evaluate(() => crossOriginIsolated)).toBe(true);
  await train(page, 3);
});

test("what is damaged among the kept files is brought anew", async ({ page }) => {
  const host = await serveStatically(() => ({}), PATH);
  try {
    await page.goto(`${host.address}/`);
    await waitUntilKept(page);
    const damaged = await page.evaluate(async () => {
      const cache = await caches.open((await caches.keys())[0]!);
      const addresses = (await cache.keys())
        .map(({ url }) => url)
        .filter((url) => /\/(index-[\w-]+|theme)\.js$/.test(url));
      for (const address of addresses) {
        const headers = { "Content-Type": "text/javascript" };
        await cache.put(address, new Response("throw new Error('damaged');", { headers }));
      }
      return addresses;
    });
    expect(damaged).toHaveLength(2);
    await page.reload();
    await waitUntilKept(page);
    const texts = await page.evaluate(async (addresses) => {
      const cache = await caches.open((await caches.keys())[0]!);
      return Promise.all(addresses.map(async (address) => (await cache.match(address))?.text() ?? ""));
    }, damaged);
    expect(texts.filter((text) => text.length < 100)).toEqual([]);
  } finally {
    await host.close();
  }
});

test("a newer version waits for the end of a comparison, and for who presses the button", async ({ page }) => {
  const folder = mkdtempSync(join(tmpdir(), "studio-build-"));
  cpSync(fileURLToPath(new URL("../dist", import.meta.url)), folder, { recursive: true });
  const host = await serveStatically(() => ({}), PATH, folder);
  try {
    await page.goto(`${host.address}/`);
    await waitUntilKept(page);
    const before = Object.keys(await keptPaths(page));
    appendFileSync(join(folder, "theme.js"), "\ndocument.documentElement.dataset.build = 'newer';\n");
    writeFileSync(join(folder, "service-worker.js"), serviceWorkerScript(keptFiles(folder), HUB_SERVERS));

    await keepRuns(page, ["Head only"]);
    await setTraining(page, { Steps: "2000", "Evaluate every": "2000" });
    await compareButton(page).click();
    await waitForStatus(page, /^step \d/, 120_000);
    await page.evaluate(async () => void (await (await navigator.serviceWorker.getRegistration())!.update()));
    const banner = page.getByText("A newer version of the studio is ready.");
    await expect(banner).toBeVisible();
    const load = page.getByRole("button", { name: "Load it" });
    await expect(load).toBeDisabled();
    await expectAccessible(page);
    await page.getByRole("button", { name: "Stop", exact: true }).click();
    await waitForStatus(page, /^Stopped at step/, 120_000);
    await expect(load).toBeEnabled();
    await load.click();
    await expect(page.locator("html")).toHaveAttribute("data-build", "newer");
    await waitUntilReady(page);
    await expect(banner).toBeHidden();
    const after = Object.keys(await keptPaths(page));
    expect(after).toHaveLength(1);
    expect(after).not.toEqual(before);
  } finally {
    await host.close();
    rmSync(folder, { recursive: true, force: true });
  }
});
