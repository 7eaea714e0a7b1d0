/** When the page is built, for what, and that two programs do not build it at once. */

import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import lockfile from "proper-lockfile";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { ensureBuild, lastChange } from "../../../tools/build.mjs";

let folder = "";

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "studio-build-"));
});

afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true });
});

test("the youngest file decides, however deep", () => {
  mkdirSync(join(folder, "a", "b"), { recursive: true });
  for (const [name, seconds] of [
    ["old.ts", 1000],
    ["a/b/young.ts", 3000],
    ["a/older.ts", 2000],
  ] as const) {
    writeFileSync(join(folder, name), "");
    utimesSync(join(folder, name), seconds, seconds);
  }
  expect(lastChange(folder)).toBe(3_000_000);
  expect(lastChange(join(folder, "old.ts"))).toBe(1_000_000);
  expect(lastChange(join(folder, "gone"))).toBe(0);
});

/** A page that says which build of a library like React it would take. */
function writeProject(): void {
  const page = '<script type="module" src="/src/main.js"></script>';
  mkdirSync(join(folder, "src"));
  writeFileSync(join(folder, "index.html"), page);
  writeFileSync(join(folder, "runner.html"), page);
  writeFileSync(join(folder, "src", "main.js"), "document.title = 'built for ' + process.env.NODE_ENV;");
  writeFileSync(
    join(folder, "vite.config.mjs"),
    'export default { build: { rolldownOptions: { input: ["index.html", "runner.html"] } } };',
  );
  for (const name of ["index.html", "runner.html", "src/main.js"]) utimesSync(join(folder, name), 1000, 1000);
}

const built = () =>
  readdirSync(join(folder, "dist", "assets"))
    .filter((name) => name.endsWith(".js"))
    .map((name) => readFileSync(join(folder, "dist", "assets", name), "utf8"))
    .join("");

test("a build is for production, where a server for modules runs beside it, too", async () => {
  writeProject();
  vi.stubEnv("NODE_ENV", "development");
  await ensureBuild(() => undefined, folder);
  expect(built()).toMatch(/built for production/);
  expect(process.env.NODE_ENV).toBe("development");
});

test("of two that want a build one builds, and the other says that it waits", async () => {
  writeProject();
  const said: string[] = [];
  const say = (line: string) => said.push(line);
  await Promise.all([ensureBuild(say, folder), ensureBuild(say, folder)]);
  expect(said.sort()).toEqual(["Another program is building the page; waiting for it …", "Building the page …"]);
  await ensureBuild(say, folder);
  expect(said).toHaveLength(2);
});

test("a build that is still written is waited for, though its page is there", async () => {
  writeProject();
  await ensureBuild(() => undefined, folder);
  const release = await lockfile.lock(folder, { lockfilePath: join(folder, "node_modules", ".cache", "build.lock") });
  const said: string[] = [];
  let isDone = false;
  const waiting = ensureBuild((line) => said.push(line), folder).then(() => {
    isDone = true;
  });
  await vi.waitFor(() => expect(said).toEqual(["Another program is building the page; waiting for it …"]));
  expect(isDone).toBe(false);
  await release();
  await waiting;
  expect(said).toHaveLength(1);
});

test("a build that fails says why, and leaves no lock", async () => {
  writeProject();
  writeFileSync(join(folder, "src", "main.js"), "import './gone';");
  await expect(ensureBuild(() => undefined, folder)).rejects.toThrow(/gone/);
  writeFileSync(join(folder, "src", "main.js"), "document.title = 'mended';");
  const said: string[] = [];
  await ensureBuild((line) => said.push(line), folder);
  expect(said).toEqual(["Building the page …"]);
});
