/**
 * End-to-end tests: the built page in real Chromium, wide and narrow. Unit and GPU tests are
 * vitest's.
 */

import { fileURLToPath } from "node:url";
import { defineConfig } from "@playwright/test";
import { launchOptions } from "./tools/chromium.mjs";

/**
 * What WebGPU offers beside the processor: with `GPU=hardware npx playwright test` the machine's
 * GPU, else the software adapter.
 */
const software = process.env.GPU !== "hardware";

/** Where the studio is served while the tests run. */
const PORT = Number(process.env.STUDIO_PORT ?? 4174);

export default defineConfig({
  testDir: "e2e",
  outputDir: "test-results",
  forbidOnly: Boolean(process.env.CI),
  // Two pages at once: much of a test is waiting for the page, not for training.
  workers: 2,
  // A test that a busy machine let down is tried once more where nobody can press the button again;
  // the list says which were.
  retries: process.env.CI ? 1 : 0,
  timeout: 180_000,
  expect: { timeout: 60_000 },
  reporter: "list",
  use: {
    baseURL: `http://localhost:${PORT}`,
    screenshot: "only-on-failure",
    launchOptions: launchOptions({ software }),
  },
  projects: [
    { name: "desktop", use: { viewport: { width: 1440, height: 900 } } },
    { name: "mobile", use: { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true } },
  ],
  webServer: {
    cwd: fileURLToPath(new URL(".", import.meta.url)),
    // Tests serve Hubs of their own.
    command: `node tools/start.mjs --port ${PORT} --hub http://127.0.0.1:*`,
    url: `http://localhost:${PORT}`,
    timeout: 180_000,
  },
});
