/**
 * `node tools/gallery/make.mjs [ID …]`: trains the finished comparisons of the page's gallery, or
 * those that are named, with the headless runner, and writes `public/gallery`. To be run by hand
 * when a sample, the bundled model, or what is compared has changed: ten minutes of two cores.
 * With `--results DIR` it trains nothing and takes the runner's folders DIR/ID.
 */

import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { projectRoot } from "../build.mjs";
import { withModules } from "../project-modules.mjs";

const { values, positionals } = parseArgs({ options: { results: { type: "string" } }, allowPositionals: true });

await withModules(async (load) => {
  const { comparisonId, entries } = await load("/src/page/gallery/entries.ts");
  const { galleryFile } = await load("/tools/gallery/record.ts");
  const samples = JSON.parse(readFileSync(join(projectRoot, "public/samples/index.json"), "utf8"));
  const place = join(projectRoot, "public/gallery");
  mkdirSync(place, { recursive: true });
  const folder = values.results ?? mkdtempSync(join(tmpdir(), "studio-gallery-"));
  try {
    for (const { id, sample } of entries.filter(({ id }) => positionals.length === 0 || positionals.includes(id))) {
      const results = join(folder, id);
      if (values.results === undefined) {
        const configuration = join(projectRoot, "tools/gallery/comparisons", `${id}.json`);
        const command = ["bin/studio.mjs", "run", configuration, "--adapter", "processor", "--out", results];
        const { status } = spawnSync(process.execPath, command, { cwd: projectRoot, stdio: "inherit" });
        if (status !== 0) throw new Error(`The runner ended with ${status}; ${id} stays as it is.`);
      }
      const read = (name) => readFileSync(join(results, name), "utf8");
      const { title } = samples.find((listing) => listing.id === sample);
      const file = galleryFile(comparisonId(id), title, JSON.parse(read("summary.json")), read("metrics.jsonl"));
      writeFileSync(join(place, `${id}.json`), file);
      console.log(`${id}.json: ${file.length} characters`);
    }
  } finally {
    if (values.results === undefined) rmSync(folder, { recursive: true, force: true });
  }
});
