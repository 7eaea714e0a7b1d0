/** Serves the built page as a static host does: by default no headers of its own. */

import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { fileURLToPath } from "node:url";
import sirv from "sirv";

export interface StaticServer {
  /** Without a slash at its end. */
  readonly address: string;
  close(): Promise<void>;
}

/**
 * @param headers What is sent with a file, by its path.
 * @param at The path that the pages lie below, with a slash at its end.
 * @param folder The build.
 */
export async function serveStatically(
  headers: (path: string) => Record<string, string> = () => ({}),
  at = "/",
  folder = fileURLToPath(new URL("../dist", import.meta.url)),
): Promise<StaticServer> {
  const files = sirv(folder, {
    dev: true,
    setHeaders: (response, path) => {
      for (const [name, value] of Object.entries(headers(path))) response.setHeader(name, value);
    },
  });
  const server = createServer((request, response) => {
    const missing = () => {
      response.statusCode = 404;
      response.end("Nothing is here.");
    };
    if (!request.url?.startsWith(at)) return missing();
    request.url = request.url.slice(at.length - 1);
    files(request, response, missing);
  });
  await new Promise<void>((resolve) => server.listen(0, "localhost", resolve));
  return {
    address: `http://localhost:${(server.address() as AddressInfo).port}${at.slice(0, -1)}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
