/**
 * `npm run screenshots`: pictures of the page's states and dialogs into `screenshots/`, 390, 1440
 * and 2560 pixels wide. Not part of the tests.
 */

import { defineConfig } from "@playwright/test";
import base from "../playwright.config";

export default defineConfig(base, {
  testDir: ".",
  testMatch: "screenshots.ts",
  outputDir: "../test-results",
  timeout: 1_200_000,
  // Nobody waits for a picture, and a busy machine opens a model in minutes.
  expect: { timeout: 300_000 },
  projects: [...(base.projects ?? []), { name: "wide", use: { viewport: { width: 2560, height: 1440 } } }],
});
