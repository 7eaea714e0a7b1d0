/**
 * Writes results of 64 KiB a file into a folder and prints what went wrong, as JSON: for a process
 * whose files may not be as large. Not a test.
 */

import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { withModules } from "../../../tools/project-modules.mjs";

await withModules(async (load) => {
  const { OutFolder } = await load("/bin/headless/out-folder.ts");
  const out = new OutFolder(process.argv[2]);
  const large = "x".repeat(64 * 1024);
  const said = [];
  const attempt = (doing) => {
    try {
      said.push(doing());
    } catch (error) {
      said.push(error.message);
    }
  };
  attempt(() => out.replace("lora", (folder) => writeFileSync(join(folder, "README.md"), large)));
  attempt(() => out.write("summary.json", large));
  attempt(() => out.log("metrics.jsonl", "").append(large));
  process.stdout.write(JSON.stringify(said));
});
