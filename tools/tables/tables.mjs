/**
 * `npm run tables`: runs the tests that compare with PyTorch, on the processor, and fills the
 * tables of docs/methods.md and docs/models.md with what they measured.
 * `npm run tables -- REPORT.json` takes the report of an earlier run (vitest's json reporter)
 * instead.
 */

import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createServer } from "vite";
import { projectRoot } from "../build.mjs";
import { ensureChromium } from "../chromium.mjs";

/** What publishes measurements. */
const PUBLISHING = [
  "reference",
  "families",
  "weight-deltas",
  "outer-lora",
  "zero-shot",
  "nearest-neighbours",
  "bag-of-words",
];
const TESTS = PUBLISHING.map((name) => `tests/training/${name}.test.ts`);

/**
 * Runs the tests.
 * @returns {any} Vitest's json report.
 * @throws {Error} When a test fails.
 */
function measure() {
  // Vitest's configuration names it, whatever is run.
  ensureChromium();
  const folder = mkdtempSync(join(tmpdir(), "studio-tables-"));
  try {
    const report = join(folder, "report.json");
    const parameters = ["vitest", "run", "--project", "training", ...TESTS, "--reporter=default", "--reporter=json"];
    const { status } = spawnSync("npx", ["--no-install", ...parameters, `--outputFile=${report}`], {
      cwd: projectRoot,
      stdio: ["ignore", "inherit", "inherit"],
      shell: process.platform === "win32",
    });
    if (status !== 0) throw new Error("A test failed, so the tables stay as they are.");
    return JSON.parse(readFileSync(report, "utf8"));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/**
 * Replaces what stands between `<!-- NAME -->` and `<!-- /NAME -->` in a document.
 * @param {string} document Its path in the project.
 * @param {string} name
 * @param {string[]} lines
 * @throws {Error} When the marks are not there.
 */
function fill(document, name, lines) {
  const path = join(projectRoot, document);
  const text = readFileSync(path, "utf8");
  const [begin, end] = [`<!-- ${name} -->`, `<!-- /${name} -->`];
  const [start, stop] = [text.indexOf(begin), text.indexOf(end)];
  if (start < 0 || stop < start) throw new Error(`${document} has no ${begin} … ${end}.`);
  writeFileSync(path, `${text.slice(0, start + begin.length)}\n\n${lines.join("\n")}\n\n${text.slice(stop)}`);
}

const [given] = process.argv.slice(2);
const report = given ? JSON.parse(readFileSync(given, "utf8")) : measure();
const tests = report.testResults.flatMap((/** @type {any} */ file) => file.assertionResults);
const measured = tests
  .filter((/** @type {any} */ test) => test.status === "passed")
  .flatMap((/** @type {any} */ test) => test.meta?.measured ?? []);
if (measured.length === 0) throw new Error("The report has no measurements: it is not of the tests that publish them.");

const server = await createServer({
  root: projectRoot,
  logLevel: "warn",
  server: { middlewareMode: true },
  appType: "custom",
});
try {
  const { familyTable, methodTable } = await server.ssrLoadModule("/tools/tables/rows.ts");
  fill("docs/methods.md", "methods", await methodTable(measured, projectRoot));
  fill("docs/models.md", "families", familyTable(measured));
  console.log(`docs/methods.md, docs/models.md: tables of ${measured.length} measurements.`);
} finally {
  await server.close();
}
