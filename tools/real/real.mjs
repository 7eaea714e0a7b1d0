/**
 * `npm run test:real`: real pretrained models against PyTorch, transformers, PEFT and AdapterHub's
 * `adapters`. Prepares the cache, has Python compute what is to be expected (once), runs vitest's
 * project `real`, has the real libraries load every folder that it exported and TensorBoard read
 * event files, and asks the Rust libraries for damaged files. `-- --full` takes what is too long
 * for CI, too, compares both executors over every method, breaks what takes minutes to break in a
 * browser, and writes docs/real-models.md.
 */

import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { projectRoot } from "../build.mjs";
import { ensureChromium } from "../chromium.mjs";
import { cache, keyOf, made } from "./cache.mjs";
import { writeFigures } from "./figures.mjs";
import { prepare } from "./prepare.mjs";
import { openTensorBoard, script, Told } from "./python.mjs";

const here = (/** @type {string} */ name) => fileURLToPath(new URL(name, import.meta.url));
/** What the expected numbers are computed by, beside the model and the pinned packages. */
const ORACLE = [
  "oracle.py",
  "rows.jsonl",
  "requirements.txt",
  ...["cases.py", "check_transformers.py", "families", "files.py", "layers.py", "model.py", "rotary.py"].map(
    (name) => `../fixtures/${name}`,
  ),
].map((name) => `file:${here(name)}`);

/** Compares the executors; all methods with `VITE_ALL_METHODS`. */
const EXECUTORS = "tests/gpu/executors.test.ts";

/** Faults that take minutes. */
const FAULTS = "e2e/slow-faults.spec.ts";

/**
 * Runs a stage and prints how long it took.
 * @template Result
 * @param {string} name
 * @param {() => Result | Promise<Result>} stage
 */
async function timed(name, stage) {
  console.log(`\n── ${name}`);
  const start = performance.now();
  const result = await stage();
  console.log(`── ${name}: ${((performance.now() - start) / 1000).toFixed(1)} s`);
  return result;
}

/**
 * Runs some of vitest's tests.
 * @param {string[]} which
 * @param {Record<string, string>} environment
 * @returns {{ passed: number, failed: number, report: any }}
 */
function vitest(which, environment) {
  const path = join(cache, "report.json");
  rmSync(path, { force: true });
  const parameters = ["vitest", "run", ...which, "--reporter=default", "--reporter=json", `--outputFile=${path}`];
  const { status } = spawnSync("npx", ["--no-install", ...parameters], {
    cwd: projectRoot,
    stdio: ["ignore", "inherit", "inherit"],
    shell: process.platform === "win32",
    env: { ...process.env, ...environment },
  });
  if (!existsSync(path)) return { passed: 0, failed: 1, report: null };
  const report = JSON.parse(readFileSync(path, "utf8"));
  const { numPassedTests: passed, numFailedTests: failed } = report;
  return { passed, failed: status === 0 ? failed : Math.max(1, failed), report };
}

/** @param {boolean} full */
function realModels(full) {
  rmSync(join(cache, "exports"), { recursive: true, force: true });
  mkdirSync(join(cache, "exports"), { recursive: true });
  return vitest(["--project", "real"], { STUDIO_REAL_FULL: full ? "1" : "0" });
}

/** Every method on the graphics device against itself on the processor, in Chromium. */
function bothExecutors() {
  if (!existsSync(join(projectRoot, EXECUTORS))) return { passed: 0, failed: 0 };
  ensureChromium();
  return vitest(["--project", "gpu", EXECUTORS], { VITE_ALL_METHODS: "1" });
}

/** What takes minutes to break in a browser, in Chromium. */
function slowFaults() {
  ensureChromium();
  const path = join(cache, "faults.json");
  rmSync(path, { force: true });
  spawnSync("npx", ["--no-install", "playwright", "test", FAULTS, "--project=desktop", "--reporter=list,json"], {
    cwd: projectRoot,
    stdio: ["ignore", "inherit", "inherit"],
    shell: process.platform === "win32",
    env: { ...process.env, STUDIO_FAULTS: "full", PLAYWRIGHT_JSON_OUTPUT_FILE: path },
  });
  if (!existsSync(path)) return { passed: 0, failed: 1 };
  const { expected, flaky, unexpected } = JSON.parse(readFileSync(path, "utf8")).stats;
  return { passed: expected + flaky, failed: unexpected };
}

/**
 * Loads the exported folders of every model in the real libraries.
 * @param {string} python
 * @param {{ name: string, folder: string }[]} models
 * @returns {{ passed: number, failed: number, found: any[] }}
 */
function exportsOf(python, models) {
  const counted = { passed: 0, failed: 0, found: /** @type {any[]} */ ([]) };
  for (const { name, folder } of models) {
    const root = join(cache, "exports", name);
    if (!existsSync(root)) continue;
    // Where none was exported, a test has failed before.
    const whole = readdirSync(root).map((task) => join(root, task));
    const results = whole.filter((path) => existsSync(join(path, "summary.json")));
    if (results.length === 0) continue;
    try {
      script(python, [here("check_exports.py"), folder, ...results]);
    } catch {
      counted.failed += 1;
    }
    for (const result of results) {
      const path = join(result, "checked.json");
      if (!existsSync(path)) continue;
      const found = JSON.parse(readFileSync(path, "utf8"));
      counted.found.push(
        ...found.map((/** @type {any} */ entry) => ({ model: name, task: basename(result), ...entry })),
      );
    }
  }
  // What failed is counted by the script's exit above.
  counted.passed = counted.found.filter(({ agrees }) => agrees).length;
  return counted;
}

/**
 * Asks the Rust libraries for the damaged files that the tests have kept.
 * @param {string} python
 * @returns {{ passed: number, failed: number }}
 */
function damagedFiles(python) {
  try {
    script(python, [here("fuzz.py"), join(cache, "fuzz")]);
    return { passed: 1, failed: 0 };
  } catch {
    return { passed: 0, failed: 1 };
  }
}

/**
 * Has TensorBoard read the event files that the tests have written.
 * @returns {Promise<{ passed: number, failed: number }>}
 */
async function eventFiles() {
  try {
    script(await openTensorBoard(), [here("check_tensorboard.py"), join(cache, "tensorboard")]);
    return { passed: 1, failed: 0 };
  } catch (error) {
    if (!(error instanceof Told)) throw error;
    console.error(error.message);
    return { passed: 0, failed: 1 };
  }
}

/** @param {number[]} counts */
const sum = (counts) => counts.reduce((total, count) => total + count, 0);

async function main() {
  const { full } = parseArgs({ options: { full: { type: "boolean", default: false } } }).values;
  const { python, models } = await timed("prepare", prepare);
  await timed("oracle", async () => {
    for (const { name, folder, key } of models) {
      await made(join("oracle", name), keyOf(key, ...ORACLE), (partial) =>
        script(python, [here("oracle.py"), folder, partial]),
      );
    }
  });
  const tested = await timed("tests", () => realModels(full));
  const checked = await timed("exported folders", () => exportsOf(python, models));
  const damaged = await timed("damaged files", () => damagedFiles(python));
  const events = await timed("event files", eventFiles);
  const executors = full ? await timed("both executors", bothExecutors) : { passed: 0, failed: 0 };
  const faults = full ? await timed("faults in the browser", slowFaults) : { passed: 0, failed: 0 };
  const all = [tested, checked, damaged, events, executors, faults];
  const [passed, failed] = [sum(all.map((stage) => stage.passed)), sum(all.map((stage) => stage.failed))];
  if (full && failed === 0) writeFigures(tested.report, checked.found, executors.passed);
  console.log(`\n${passed} passed, ${failed} failed`);
  return failed === 0 ? 0 : 1;
}

try {
  process.exitCode = await main();
} catch (error) {
  if (!(error instanceof Told)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}
