/**
 * Sets of tests: `unit` in Node, `training` in Node on the processor, `gpu` in one real Chromium on
 * the graphics device (kernels and some of what trains are in both), and `real`, pretrained models
 * in Node, which `npm run test:real` prepares and runs. End-to-end tests are Playwright's (`e2e/`).
 */

import { playwright } from "@vitest/browser-playwright";
import { defineConfig } from "vitest/config";
import { launchOptions } from "./tools/chromium.mjs";

/**
 * `GPU=hardware npx vitest --project gpu` runs the GPU tests on the machine's GPU instead of the
 * software adapter.
 */
const software = process.env.GPU !== "hardware";

/** Milliseconds. Only what hangs should reach it, on a machine of any speed. */
const TIMEOUT = 180_000;

/** A pretrained model takes minutes where a tiny one takes seconds. */
const REAL_TIMEOUT = 1_800_000;

/**
 * What the device does in its own way: bindings and WGSL of every family and attachment, float16,
 * parts of weights, memory.
 */
const ON_DEVICE = "{bag-of-words,families,lens,memory,precision,reference,row-parts,self-test}";

const alias = { "@": new URL("./src", import.meta.url).pathname };

export default defineConfig({
  test: {
    projects: [
      {
        resolve: { alias },
        test: { name: "unit", environment: "node", include: ["tests/{unit,fuzz}/**/*.test.ts"], testTimeout: TIMEOUT },
      },
      {
        resolve: { alias },
        test: {
          name: "training",
          environment: "node",
          include: ["tests/{kernels,training}/**/*.test.ts"],
          testTimeout: TIMEOUT,
          hookTimeout: TIMEOUT,
          // Files of one worker share onnxruntime: starting it takes longer than most of them.
          isolate: false,
        },
      },
      {
        resolve: { alias },
        test: {
          name: "real",
          environment: "node",
          include: ["tests/real/**/*.test.ts"],
          testTimeout: REAL_TIMEOUT,
          hookTimeout: REAL_TIMEOUT,
          // One model in memory at a time.
          fileParallelism: false,
        },
      },
      {
        resolve: { alias },
        // Only some tests reach it; bundled when the first one does, it would reload the page under
        // a running test.
        optimizeDeps: { include: ["fflate"] },
        test: {
          name: "gpu",
          include: ["tests/{gpu,kernels}/**/*.test.ts", `tests/training/${ON_DEVICE}.test.ts`],
          testTimeout: TIMEOUT,
          hookTimeout: TIMEOUT,
          isolate: false,
          fileParallelism: false,
          browser: {
            enabled: true,
            headless: true,
            screenshotFailures: false,
            provider: playwright({
              launchOptions: launchOptions({ software }),
            }),
            instances: [{ browser: "chromium" }],
          },
        },
      },
    ],
  },
});
