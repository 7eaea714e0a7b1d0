#!/usr/bin/env node
/** `npm run studio`: loads the command below, whose language Node 20 does not read. */

import { withModules } from "../tools/project-modules.mjs";
import { endEarly } from "./early-end.mjs";

endEarly();

// Results go into a folder: a reader of the output that goes away (`| head`, a closed terminal)
// ends no training.
for (const stream of [process.stdout, process.stderr]) {
  stream.on("error", (error) => {
    if (error.code !== "EPIPE" && error.code !== "EIO") throw error;
  });
}

process.exitCode = await withModules(async (load) => {
  const { main } = await load("/bin/headless/command.ts");
  return main(process.argv.slice(2));
});
// A build that was given up for a signal would go on to its end.
if (process.exitCode > 128) process.exit();
