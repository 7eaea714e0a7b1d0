/**
 * What the service worker of a build is written with, and the workflow that publishes a build.
 * Whether it keeps the page: `e2e/offline.spec.ts`.
 */

import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { HUB_SERVERS, metaPolicy } from "../../../tools/security/headers.mjs";
import { keptFiles, serviceWorkerScript } from "../../../tools/service-worker/plugin.mjs";

const FILES = ["index.html", "runner.html", "licences.txt", "service-worker.js", "assets/a.js", "assets/ort.wasm"];
const MODELS = ["models/tiny-base/config.json", "models/tiny-base/README.md", "models/small-base/config.json"];

test("what nobody who opens the page needs is left out, and large files wait for their use", () => {
  const folder = mkdtempSync(join(tmpdir(), "studio-kept-"));
  try {
    for (const name of [...FILES, ...MODELS]) {
      mkdirSync(dirname(join(folder, name)), { recursive: true });
      writeFileSync(join(folder, name), name);
    }
    const { all, used } = keptFiles(folder);
    expect(Object.keys(all)).toEqual(["assets/a.js", "index.html", "models/tiny-base/config.json"]);
    expect(Object.keys(used)).toEqual(["assets/ort.wasm", "models/small-base/config.json"]);
    expect(all["index.html"]).toBe(createHash("sha256").update("index.html").digest("hex"));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

test("other files or other headers are another version, the same ones the same script", () => {
  const files = { all: { "index.html": "1" }, used: {} };
  const script = serviceWorkerScript(files, HUB_SERVERS);
  expect(script).not.toContain("__");
  expect(script).toContain(JSON.stringify(metaPolicy(HUB_SERVERS)));
  expect(serviceWorkerScript(files, HUB_SERVERS)).toBe(script);
  const versionOf = (text: string) => /const CACHE = OURS \+ "(\w{16})"/.exec(text)?.[1];
  const versions = [
    script,
    serviceWorkerScript({ all: { "index.html": "2" }, used: {} }, HUB_SERVERS),
    serviceWorkerScript(files, ["https://hub.example"]),
  ].map(versionOf);
  expect(new Set(versions).size).toBe(3);
  expect(versions).not.toContain(undefined);
});

test("the workflow takes actions by their commits, and may write pages alone", () => {
  const root = fileURLToPath(new URL("../../..", import.meta.url));
  const workflow = readFileSync(join(root, ".github/workflows/pages.yml"), "utf8");
  const actions = Array.from(workflow.matchAll(/uses: (\S+)/g), ([, action]) => action);
  expect(actions.length).toBeGreaterThan(3);
  for (const action of actions) expect(action).toMatch(/^actions\/[\w-]+@[0-9a-f]{40}$/);
  expect(Array.from(workflow.matchAll(/^\s+([\w-]+): write$/gm), ([, scope]) => scope)).toEqual(["pages", "id-token"]);
});
