/**
 * `npm run screenshots`: pictures of the page's states into `screenshots/`, wide and narrow. Not
 * part of the tests.
 */

import { defineConfig } from "@playwright/test";
import base from "../playwright.config";

export default defineConfig(base, {
  testDir: ".",
  testMatch: "screenshots.ts",
  outputDir: "../test-results",
  timeout: 1_200_000,
});
