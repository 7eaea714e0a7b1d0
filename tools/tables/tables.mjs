/**
 * `npm run tables` measures and fills the documents' tables: `--only proofs` runs the tests that
 * compare with PyTorch, on the processor (docs/methods.md, docs/models.md); `--only trained` runs
 * the comparisons of `bench/tables` that have no result yet (docs/measured.md); `--only written`
 * runs nothing and writes what results there are.
 */

import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Command, Option } from "commander";
import { createServer } from "vite";
import { projectRoot } from "../build.mjs";
import { ensureChromium } from "../chromium.mjs";
import { allResults, cellNames, resultOf, runCell } from "./cells.mjs";
import { fill } from "./documents.mjs";

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
const SEARCHED_RATES = join(projectRoot, "src", "methods", "searched-rates.json");
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

const command = new Command("tables")
  .addOption(new Option("--only <PART>", "this part alone").choices(["proofs", "trained", "written"]))
  .option("--report <FILE>", "take this report of an earlier run of the tests (vitest's json reporter)")
  .option("--cells <NAME...>", "run these comparisons alone, such as comparisons/minilm-trec")
  .parse();
const { only, report: given, cells } = command.opts();

const server = await createServer({
  root: projectRoot,
  logLevel: "warn",
  server: { middlewareMode: true },
  appType: "custom",
});

async function fillProofs() {
  const report = given ? JSON.parse(readFileSync(given, "utf8")) : measure();
  const tests = report.testResults.flatMap((/** @type {any} */ file) => file.assertionResults);
  const measured = tests
    .filter((/** @type {any} */ test) => test.status === "passed")
    .flatMap((/** @type {any} */ test) => test.meta?.measured ?? []);
  if (measured.length === 0) {
    throw new Error("The report has no measurements: it is not of the tests that publish them.");
  }
  const { familyTable, methodTable } = await server.ssrLoadModule("/tools/tables/rows.ts");
  fill("docs/methods.md", "methods", await methodTable(measured, projectRoot));
  fill("docs/models.md", "families", familyTable(measured));
  console.log(`docs/methods.md, docs/models.md: tables of ${measured.length} measurements.`);
}

async function fillTrained() {
  const results = allResults();
  const { searchedRates } = await server.ssrLoadModule("/tools/tables/measured.ts");
  writeFileSync(SEARCHED_RATES, `${JSON.stringify(searchedRates(results), null, 2)}\n`);
  // The tables show the defaults that are made of what was just written.
  server.moduleGraph.invalidateAll();
  const { trainedTables } = await server.ssrLoadModule("/tools/tables/measured.ts");
  for (const [name, lines] of Object.entries(trainedTables(results))) fill("docs/measured.md", name, lines);
  console.log(`docs/measured.md: tables of ${results.size} of ${cellNames().length} comparisons.`);
}

try {
  if (only === undefined || only === "proofs") await fillProofs();
  if (only === undefined || only === "trained") {
    for (const name of cells ?? cellNames()) {
      if (resultOf(name)) continue;
      console.log(`\n${name}`);
      runCell(name);
      await fillTrained();
    }
  }
  if (only === "written") await fillTrained();
} finally {
  await server.close();
}
