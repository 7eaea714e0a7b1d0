#!/usr/bin/env node
/** `npm run studio`: loads the command below, whose language Node 20 does not read. */

import { withModules } from "../tools/project-modules.mjs";

process.exitCode = await withModules(async (load) => {
  const { main } = await load("/bin/headless/command.ts");
  return main(process.argv.slice(2));
});
