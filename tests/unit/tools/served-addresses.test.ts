/**
 * Which addresses of the studio's own servers are answered: those of files, and of the pages
 * themselves. What stands in the headers: `security.test.ts`.
 */

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { preview } from "vite";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { serveStudio } from "../../../bin/headless/server";
import { HUB_SERVERS, metaPolicy, securityHeaders } from "../../../tools/security/headers.mjs";
import { servedPolicy } from "../../../tools/security/plugin.mjs";

const HUB = "https://hub.example";
const hubs = [...HUB_SERVERS, HUB];
let root: string;

beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), "studio-served-"));
  mkdirSync(join(root, "dist", "assets"), { recursive: true });
  const page = (title: string) =>
    `<meta http-equiv="Content-Security-Policy" content="as built"><title>${title}</title>`;
  writeFileSync(join(root, "dist", "index.html"), page("studio"));
  writeFileSync(join(root, "dist", "runner.html"), page("runner"));
  writeFileSync(join(root, "dist", "assets", "a.js"), "export {};");
});

afterAll(() => rmSync(root, { recursive: true }));

/** As `npm start` serves, and as the runner does. */
const servers = {
  "npm start": async () => {
    const server = await preview({
      root,
      logLevel: "error",
      preview: { host: "127.0.0.1", port: 0, headers: securityHeaders(hubs) },
      plugins: [servedPolicy(hubs)],
    });
    const { port } = server.httpServer.address() as AddressInfo;
    return { url: `http://127.0.0.1:${port}/`, close: () => server.close() };
  },
  "the runner": () => serveStudio(root, HUB),
};

describe.each(Object.entries(servers))("%s", (_, serve) => {
  let server: { url: string; close(): Promise<void> };
  beforeAll(async () => {
    server = await serve();
  });
  afterAll(() => server.close());

  const answer = async (path: string) => {
    const response = await fetch(server.url + path, { headers: { accept: "text/html,*/*" } });
    return { status: response.status, headers: response.headers, text: await response.text() };
  };

  test.each([
    ["", "studio"],
    ["?from=a-link", "studio"],
    ["index.html", "studio"],
    ["runner.html", "runner"],
  ])('"/%s" is the page %s, under the policy that it is served with', async (path, title) => {
    const { status, headers, text } = await answer(path);
    expect([status, headers.get("content-type")]).toEqual([200, "text/html; charset=utf-8"]);
    expect(text).toContain(`content="${metaPolicy(hubs)}"><title>${title}</title>`);
    for (const [name, value] of Object.entries(securityHeaders(hubs))) expect(headers.get(name), name).toBe(value);
  });

  test("a file is there with the same headers", async () => {
    const { status, headers, text } = await answer("assets/a.js");
    expect([status, text]).toEqual([200, "export {};"]);
    for (const [name, value] of Object.entries(securityHeaders(hubs))) expect(headers.get(name), name).toBe(value);
  });

  test.each([
    "assets/none",
    "assets/none.js",
    "assets/",
    "models/none/config.json",
    "index",
    "runner",
    "deeper/index.html",
    "..%2Fpackage.json",
    "configuration-none/0/data.csv",
  ])("/%s is not there", async (path) => {
    const { status, text } = await answer(path);
    expect(status).toBe(404);
    expect(text).not.toContain("<title>studio");
  });
});
