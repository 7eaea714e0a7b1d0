/**
 * The project's TypeScript for Node, through Vite: Node 20 reads none. For programs that go on
 * loading modules; what loads one and is done can take Vite's `runnerImport`.
 */

import { fileURLToPath } from "node:url";
import { createServer } from "vite";

const root = fileURLToPath(new URL("..", import.meta.url));

/**
 * Runs `work` with modules at hand, for as long as it takes: what is loaded only when it is needed
 * comes through the same server, which listens to nothing.
 * @template Result
 * @param {(load: (path: string) => Promise<Record<string, any>>) => Promise<Result>} work
 * `load`: a module by its path in the project, with a slash at its beginning.
 * @returns {Promise<Result>}
 */
export async function withModules(work) {
  const vite = await createServer({
    root,
    configFile: false,
    logLevel: "error",
    appType: "custom",
    resolve: { alias: { "@": `${root}src` } },
    server: { middlewareMode: true, hmr: false, ws: false, watch: null },
    optimizeDeps: { noDiscovery: true },
  });
  try {
    return await work((path) => vite.ssrLoadModule(path));
  } finally {
    await vite.close();
  }
}
