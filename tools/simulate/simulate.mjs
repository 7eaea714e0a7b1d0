/**
 * `npm run simulate`: 1,000 comparisons of equal runs and 200 with a better one in every setting of
 * `settings.ts`, and the table of docs/verdict.md. `npm run simulate -- accuracy`: one metric's
 * settings, printed only.
 */

import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createServer } from "vite";
import { projectRoot } from "../build.mjs";

const DOCUMENT = join(projectRoot, "docs/verdict.md");
const [BEGIN, END] = ["<!-- simulation -->", "<!-- /simulation -->"];
const [SIMULATIONS, BETTER] = [1000, 200];

const [only] = process.argv.slice(2);
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
  const { settings, tableHead, tableRow } = await vite.ssrLoadModule("/tools/simulate/settings.ts");
  const chosen = settings.filter(({ metric }) => only === undefined || metric === only);
  if (chosen.length === 0) throw new Error(`There is no metric "${only}"; there are accuracy, macro F1 and Spearman.`);
  const rows = [];
  for (const setting of chosen) {
    rows.push(tableRow(simulate(setting, SIMULATIONS, BETTER)));
    console.log(rows.at(-1));
  }
  if (only === undefined) {
    const text = readFileSync(DOCUMENT, "utf8");
    const [start, stop] = [text.indexOf(BEGIN), text.indexOf(END)];
    if (start < 0 || stop < start) throw new Error(`${DOCUMENT} has no ${BEGIN} … ${END}.`);
    const table = [...tableHead, ...rows].join("\n");
    writeFileSync(DOCUMENT, `${text.slice(0, start + BEGIN.length)}\n\n${table}\n\n${text.slice(stop)}`);
  }
} finally {
  await vite.close();
}
