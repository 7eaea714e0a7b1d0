/**
 * `npm test`: every check in order, output streamed, stopping at the first stage that fails. In the
 * end it prints how long each stage took and the slowest tests. The last line is
 * `N passed, N failed`, summed over the stages; a stage that counts nothing itself (types, lint)
 * counts as one.
 */

import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { ensureChromium } from "./chromium.mjs";

/** @typedef {{ passed: number, failed: number }} Count */
/** @typedef {{ name: string, seconds: number }} Timed */

/** How many of the slowest tests are printed. */
const SLOWEST = 10;

/**
 * A port that nothing listens on, so that a studio which is already served does not stand in the
 * way.
 */
const port = await new Promise((resolve, reject) => {
  const server = createServer().once("error", reject);
  server.listen(0, "localhost", () => {
    const address = server.address();
    server.close(() => resolve(typeof address === "object" ? address?.port : undefined));
  });
});

const reports = mkdtempSync(join(tmpdir(), "studio-test-"));

/** Projects that run beside each other. @param {string} name @param {string[]} projects */
function vitest(name, ...projects) {
  const report = join(reports, `${projects.join("-")}.json`);
  const chosen = projects.flatMap((project) => ["--project", project]);
  return {
    name,
    command: ["vitest", "run", ...chosen, "--reporter=default", "--reporter=json", `--outputFile=${report}`],
    report,
    /** @param {any} json @returns {Count} */
    count: (json) => ({ passed: json.numPassedTests, failed: json.numFailedTests }),
    /** @param {any} json @returns {Timed[]} */
    times: (json) =>
      json.testResults.flatMap((/** @type {any} */ file) =>
        file.assertionResults.map((/** @type {any} */ test) => ({
          name: `${relative(process.cwd(), file.name)}: ${test.fullName}`,
          seconds: (test.duration ?? 0) / 1000,
        })),
      ),
  };
}

/** What Playwright reports of a file or a group in it. @param {any} suite @returns {Timed[]} */
function timesOf(suite) {
  const own = (suite.specs ?? []).flatMap((/** @type {any} */ spec) =>
    spec.tests.map((/** @type {any} */ test) => ({
      name: `e2e/${spec.file}: ${spec.title}`,
      seconds: test.results.reduce((/** @type {number} */ sum, /** @type {any} */ one) => sum + one.duration, 0) / 1000,
    })),
  );
  return [...own, ...(suite.suites ?? []).flatMap(timesOf)];
}

const playwright = {
  name: "end-to-end tests",
  command: ["playwright", "test", "--reporter=list,json"],
  report: join(reports, "playwright.json"),
  /** @param {any} json @returns {Count} */
  count: (json) => ({ passed: json.stats.expected + json.stats.flaky, failed: json.stats.unexpected }),
  /** @param {any} json @returns {Timed[]} */
  times: (json) => json.suites.flatMap(timesOf),
};

const stages = [
  { name: "types", command: ["tsc", "--noEmit"] },
  { name: "lint and format", command: ["biome", "ci", "--error-on-warnings", "."] },
  // The graphics device leaves the processor idle four tenths of the time.
  vitest("tests in Node and on the graphics device", "unit", "training", "gpu"),
  playwright,
];

/**
 * Runs a stage to its end.
 * @param {(typeof stages)[number]} stage
 * @returns {Count & { tests: Timed[] }}
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
  /** @type {Timed[]} */
  let tests = [];
  if ("count" in stage) {
    try {
      const json = JSON.parse(readFileSync(stage.report, "utf8"));
      counted = stage.count(json);
      tests = stage.times(json);
    } catch {
      console.error(`The stage "${stage.name}" ended without a report.`);
      return { passed: 0, failed: 1, tests };
    }
  } else if (succeeded) {
    counted = { passed: 1, failed: 0 };
  }
  // A runner can fail without a failed test: a file that does not load, an unhandled rejection.
  return { tests, passed: counted.passed, failed: succeeded ? counted.failed : Math.max(1, counted.failed) };
}

/** @param {Timed[]} rows */
function print(rows) {
  for (const { name, seconds } of rows) console.log(`${seconds.toFixed(1).padStart(8)} s  ${name}`);
}

const total = { passed: 0, failed: 0 };
/** @type {Timed[]} */
const took = [];
/** @type {Timed[]} */
const tests = [];
try {
  console.log(`Chromium: ${ensureChromium()}`);
  for (const stage of stages) {
    const began = performance.now();
    const done = run(stage);
    took.push({ name: stage.name, seconds: (performance.now() - began) / 1000 });
    tests.push(...done.tests);
    total.passed += done.passed;
    total.failed += done.failed;
    if (done.failed > 0) break;
  }
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  total.failed += 1;
} finally {
  rmSync(reports, { recursive: true, force: true });
}
console.log("\n── time of each stage");
print(took);
console.log(`\n── the ${SLOWEST} slowest tests`);
print(tests.sort((one, other) => other.seconds - one.seconds).slice(0, SLOWEST));
console.log(`\n${total.passed} passed, ${total.failed} failed`);
process.exitCode = total.failed === 0 ? 0 : 1;
