/**
 * `npm run simulate`: 1,000 comparisons of equal runs and 200 with a better one in every setting of
 * `settings.ts`, and the table of docs/verdict.md. `npm run simulate -- accuracy`: one metric's
 * settings, printed only. `npm run simulate -- missing`: the settings whose line the table lacks,
 * each written as soon as it is drawn, so that it can be broken off and gone on with.
 */

import { withModules } from "../project-modules.mjs";
import { fill, marked } from "../tables/documents.mjs";

/** The document, and the mark of its table. */
const TABLE = /** @type {const} */ (["docs/verdict.md", "simulation"]);
const [SIMULATIONS, BETTER] = [1000, 200];

const [only] = process.argv.slice(2);
const missing = only === "missing";
await withModules(async (load) => {
  const { simulate } = await load("/tools/simulate/simulation.ts");
  const { settings, tableHead, tableRow, settingCells } = await load("/tools/simulate/settings.ts");
  /** The document's line of a setting; undefined where it has none. */
  const lineOf = (setting) => marked(...TABLE).lines.find((line) => line.startsWith(`${settingCells(setting)} `));
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
    if (missing) fill(...TABLE, [...tableHead, ...settings.flatMap((one) => drawn.get(one) ?? lineOf(one) ?? [])]);
  }
  if (only === undefined) fill(...TABLE, [...tableHead, ...drawn.values()]);
});
