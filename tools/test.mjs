/**
 * `npm test`: every check in order, output streamed, stopping at the first stage that fails. The last line printed is
 * `N passed, N failed`, summed over the stages; a stage that counts nothing itself (types, lint) counts as one.
 */

import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ensureChromium } from "./chromium.mjs";

/** @typedef {{ passed: number, failed: number }} Count */

/** A port that nothing listens on, so that a studio which is already served does not stand in the way. */
const port = await new Promise((resolve, reject) => {
  const server = createServer().once("error", reject);
  server.listen(0, "localhost", () => {
    const address = server.address();
    server.close(() => resolve(typeof address === "object" ? address?.port : undefined));
  });
});

const reports = mkdtempSync(join(tmpdir(), "studio-test-"));

/** @param {string} project */
function vitest(project) {
  const report = join(reports, `${project}.json`);
  return {
    name: `${project} tests`,
    command: ["vitest", "run", "--project", project, "--reporter=default", "--reporter=json", `--outputFile=${report}`],
    report,
    /** @param {any} json @returns {Count} */
    count: (json) => ({ passed: json.numPassedTests, failed: json.numFailedTests }),
  };
}

const playwright = {
  name: "end-to-end tests",
  command: ["playwright", "test", "--reporter=list,json"],
  report: join(reports, "playwright.json"),
  /** @param {any} json @returns {Count} */
  count: (json) => ({ passed: json.stats.expected + json.stats.flaky, failed: json.stats.unexpected }),
};

const stages = [
  { name: "types", command: ["tsc", "--noEmit"] },
  { name: "lint and format", command: ["biome", "ci", "--error-on-warnings", "."] },
  vitest("unit"),
  vitest("gpu"),
  playwright,
];

/**
 * Runs a stage to its end.
 * @param {(typeof stages)[number]} stage
 * @returns {Count}
 */
function run(stage) {
  console.log(`\n── ${stage.name}`);
  const { status, error } = spawnSync("npx", ["--no-install", ...stage.command], {
    stdio: ["ignore", "inherit", "inherit"],
    shell: process.platform === "win32",
    env: { ...process.env, PLAYWRIGHT_JSON_OUTPUT_FILE: playwright.report, STUDIO_PORT: String(port) },
  });
  if (error) console.error(error.message);
  const succeeded = status === 0;
  let counted = { passed: 0, failed: 0 };
  if ("count" in stage) {
    try {
      counted = stage.count(JSON.parse(readFileSync(stage.report, "utf8")));
    } catch {
      console.error(`The stage "${stage.name}" ended without a report.`);
      return { passed: 0, failed: 1 };
    }
  } else if (succeeded) {
    counted = { passed: 1, failed: 0 };
  }
  // A runner can fail without a failed test: a file that does not load, an unhandled rejection.
  return succeeded ? counted : { passed: counted.passed, failed: Math.max(1, counted.failed) };
}

const total = { passed: 0, failed: 0 };
try {
  console.log(`Chromium: ${ensureChromium()}`);
  for (const stage of stages) {
    const { passed, failed } = run(stage);
    total.passed += passed;
    total.failed += failed;
    if (failed > 0) break;
  }
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  total.failed += 1;
} finally {
  rmSync(reports, { recursive: true, force: true });
}
console.log(`\n${total.passed} passed, ${total.failed} failed`);
process.exitCode = total.failed === 0 ? 0 : 1;
