/** `npm start`: builds the page if needed and serves it on this machine. `npm run dev` is for working on the page. */

import { preview } from "vite";
import { ensureBuild, projectRoot } from "./build.mjs";

const PORT = 4173;

await ensureBuild();
const server = await preview({ root: projectRoot, logLevel: "warn", preview: { port: PORT, host: "localhost" } });
console.log(`The studio is at ${server.resolvedUrls?.local[0]} (Ctrl-C ends it).`);
