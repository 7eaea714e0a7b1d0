/** Two sets of tests: `unit` in Node, `gpu` in one real Chromium. End-to-end tests are Playwright's (`e2e/`). */

import { playwright } from "@vitest/browser-playwright";
import { defineConfig } from "vitest/config";
import { chromiumArguments, findChromium } from "./tools/chromium.mjs";

/** `GPU=hardware npx vitest --project gpu` runs the GPU tests on the machine's GPU instead of the software adapter. */
const software = process.env.GPU !== "hardware";

/** Milliseconds. Only what hangs should reach it, on a machine of any speed. */
const TIMEOUT = 180_000;

const alias = { "@": new URL("./src", import.meta.url).pathname };

export default defineConfig({
  test: {
    projects: [
      {
        resolve: { alias },
        test: { name: "unit", environment: "node", include: ["tests/unit/**/*.test.ts"], testTimeout: TIMEOUT },
      },
      {
        resolve: { alias },
        test: {
          name: "training",
          environment: "node",
          include: ["tests/{kernels,training}/**/*.test.ts"],
          testTimeout: TIMEOUT,
          hookTimeout: TIMEOUT,
        },
      },
      {
        resolve: { alias },
        // Only some tests reach it; bundled when the first one does, it would reload the page under a running test.
        optimizeDeps: { include: ["fflate"] },
        test: {
          name: "gpu",
          include: ["tests/{gpu,kernels,training}/**/*.test.ts"],
          testTimeout: TIMEOUT,
          hookTimeout: TIMEOUT,
          isolate: false,
          fileParallelism: false,
          browser: {
            enabled: true,
            headless: true,
            screenshotFailures: false,
            provider: playwright({
              launchOptions: { executablePath: findChromium(), args: chromiumArguments({ software }) },
            }),
            instances: [{ browser: "chromium" }],
          },
        },
      },
    ],
  },
});
