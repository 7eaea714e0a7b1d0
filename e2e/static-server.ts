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

/** @param headers What is sent with a file, by its path. */
export async function serveStatically(
  headers: (path: string) => Record<string, string> = () => ({}),
): Promise<StaticServer> {
  const files = sirv(fileURLToPath(new URL("../dist", import.meta.url)), {
    dev: true,
    setHeaders: (response, path) => {
      for (const [name, value] of Object.entries(headers(path))) response.setHeader(name, value);
    },
  });
  const server = createServer((request, response) =>
    files(request, response, () => {
      response.statusCode = 404;
      response.end("Nothing is here.");
    }),
  );
  await new Promise<void>((resolve) => server.listen(0, "localhost", resolve));
  return {
    address: `http://localhost:${(server.address() as AddressInfo).port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
