/** A runner that is ended before it listens itself. */

import { spawn } from "node:child_process";
import { once } from "node:events";
import { expect, test } from "vitest";

/** Ends a process that has loaded nothing but the module, and perhaps listens itself. */
async function ended(signal: NodeJS.Signals, more: string) {
  const module = new URL("../../../bin/early-end.mjs", import.meta.url).href;
  const source = `import(${JSON.stringify(module)}).then(({ endEarly }) => {
    endEarly();
    ${more}
    console.log("ready");
    setTimeout(() => {}, 60_000);
  });`;
  const child = spawn(process.execPath, ["-e", source], { stdio: ["ignore", "pipe", "pipe"] });
  let said = "";
  child.stderr.on("data", (data: Buffer) => {
    said += data;
  });
  await once(child.stdout, "data");
  child.kill(signal);
  const [code] = (await once(child, "exit")) as [number];
  return { code, said };
}

test.each([
  ["SIGINT", 130],
  ["SIGTERM", 143],
  ["SIGHUP", 129],
] as const)("%s ends it with a line", async (signal, code) => {
  expect(await ended(signal, "")).toEqual({ code, said: "Interrupted before anything was trained.\n" });
});

test("whoever listens later answers alone", async () => {
  const own = 'process.on("SIGINT", () => { process.stderr.write("kept"); process.exit(7); });';
  expect(await ended("SIGINT", own)).toEqual({ code: 7, said: "kept" });
});
