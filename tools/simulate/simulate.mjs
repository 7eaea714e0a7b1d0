/**
 * `npm run simulate`: 1,000 comparisons of equal runs and 200 with a better one in every setting of
 * `settings.ts`, and the table of docs/verdict.md. `npm run simulate -- accuracy`: one metric's
 * settings, printed only. `npm run simulate -- missing`: the settings whose line the table lacks,
 * each written as soon as it is drawn, so that it can be broken off and gone on with.
 */

import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createServer } from "vite";
import { projectRoot } from "../build.mjs";

const DOCUMENT = join(projectRoot, "docs/verdict.md");
const [BEGIN, END] = ["<!-- simulation -->", "<!-- /simulation -->"];
const [SIMULATIONS, BETTER] = [1000, 200];

const [only] = process.argv.slice(2);
const missing = only === "missing";
const vite = await createServer({
  root: projectRoot,
  configFile: false,
  logLevel: "error",
  appType: "custom",
  server: { middlewareMode: true, hmr: false, ws: false, watch: null },
  optimizeDeps: { noDiscovery: true },
});
try {
  const { simulate } = await vite.ssrLoadModule("/tools/simulate/simulation.ts");
  const { settings, tableHead, tableRow, settingCells } = await vite.ssrLoadModule("/tools/simulate/settings.ts");
  /** The document's line of a setting; undefined where it has none. */
  const lineOf = (setting) => writtenLines().find((line) => line.startsWith(`${settingCells(setting)} `));
  const chosen = settings.filter((setting) =>
    missing ? lineOf(setting) === undefined : only === undefined || setting.metric === only,
  );
  if (chosen.length === 0 && !missing) {
    throw new Error(`There is no metric "${only}"; there are accuracy, macro F1 and Spearman.`);
  }
  const drawn = new Map();
  for (const setting of chosen) {
    drawn.set(setting, tableRow(simulate(setting, SIMULATIONS, BETTER)));
    console.log(drawn.get(setting));
    if (missing) write([...tableHead, ...settings.flatMap((one) => drawn.get(one) ?? lineOf(one) ?? [])]);
  }
  if (only === undefined) write([...tableHead, ...drawn.values()]);
} finally {
  await vite.close();
}

/** The text before the table, the table, and what comes after it. */
function parts() {
  const text = readFileSync(DOCUMENT, "utf8");
  const [start, stop] = [text.indexOf(BEGIN), text.indexOf(END)];
  if (start < 0 || stop < start) throw new Error(`${DOCUMENT} has no ${BEGIN} … ${END}.`);
  return [text.slice(0, start + BEGIN.length), text.slice(start + BEGIN.length, stop), text.slice(stop)];
}

function writtenLines() {
  return parts()[1].trim().split("\n");
}

function write(lines) {
  const [before, , after] = parts();
  writeFileSync(DOCUMENT, `${before}\n\n${lines.join("\n")}\n\n${after}`);
}
